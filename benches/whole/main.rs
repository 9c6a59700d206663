//! Whole runs of the program as users start it: `cargo bench --bench whole [-- part...]`.
//!
//! ```text
//! cf        every SNP with every gene of the cystic fibrosis shape, two ranks, against bare DGEMM on two cores
//! cis       cis and trans thresholds, against one threshold for all
//! threads   one rank of two threads, against two ranks of one
//! memory    a tenth of the SNPs, then two tenths
//! samples   60,000 samples, auto against f32, at two thresholds
//! cold      a tenth of the SNPs, stores on the disk against stores in memory
//! engines   a tenth of the SNPs by every engine; only if it is named
//! ```
//!
//! All ways of a part are run once in every round; figures are medians over rounds, ratios those of a round.
//! `MPIQTL_BENCH_SNPS` makes the first shape smaller and the others with it, `MPIQTL_BENCH_ROUNDS` the rounds fewer;
//! `MPIQTL_BENCH_FOLDER` keeps the studies, `MPIQTL_BENCH_RECORD` the tables.

mod bare;
mod cold;
mod program;
#[path = "../protocol/mod.rs"]
mod protocol;
mod study;

use program::{Run, Way};
use protocol::{Record, median, number_from, words};
use study::{Folder, Shape, stores};

/// Ranks of a run, and threads of bare DGEMM.
const RANKS: usize = 2;

/// The cystic fibrosis shape.
const CYSTIC_FIBROSIS: Shape = Shape {
    snps: 573_337,
    genes: 22_011,
    samples: 840,
};

const MANY_SAMPLES: Shape = Shape {
    snps: 20_000,
    genes: 1_000,
    samples: 60_000,
};

const PARTS: [&str; 7] = [
    "cf", "cis", "threads", "memory", "samples", "cold", "engines",
];

/// Parts that are run if none is named.
const BY_DEFAULT: usize = 6;

const ALL: [&str; 2] = ["--p-all", "1e-5"];

struct Bench {
    record: Record,
    folder: Folder,
    rounds: usize,
    /// SNPs of the first shape.
    snps: usize,
}

impl Bench {
    /// A shape with a share of its SNPs, as the first is scaled.
    fn scaled(&self, shape: Shape, share: f64) -> Shape {
        let scale = self.snps as f64 / CYSTIC_FIBROSIS.snps as f64;
        let snps = (shape.snps as f64 * scale * share).round().max(64.0) as usize;
        Shape { snps, ..shape }
    }

    fn head(&mut self, shape: &Shape) {
        let Shape {
            snps,
            genes,
            samples,
        } = shape;
        let rounds = self.rounds;
        self.record.line(format!(
            "\n{snps} SNPs x {genes} genes x {samples} samples, rounds: {rounds}"
        ));
        self.record.line(format!(
            "{:<34} {:>5} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7} {:>8} {:>9} {:>6}  target",
            "what",
            "ranks",
            "threads",
            "secs",
            "least",
            "most",
            "scan",
            "x secs",
            "x scan",
            "x DGEMM",
            "MiB",
            "named/hit",
            "engine",
        ));
    }

    /// Runs all ways in every round; `around` is called before the first round and after each.
    fn in_turns(&self, ways: &[Way], mut around: impl FnMut()) -> Vec<Vec<Run>> {
        let mut runs = vec![Vec::new(); ways.len()];
        around();
        for _ in 0..self.rounds {
            for (way, runs) in ways.iter().zip(&mut runs) {
                runs.push(way.run());
            }
            around();
        }
        runs
    }

    /// A line a way. `bare` are the seconds of bare DGEMM around the rounds.
    fn lines(&mut self, ways: &[Way], runs: &[Vec<Run>], bare: &[f64]) {
        for (way, of_way) in ways.iter().zip(runs) {
            self.record.line(line(way, of_way, runs, bare));
        }
    }

    /// The cystic fibrosis shape: parts cf, cis and threads in the same rounds.
    fn cystic_fibrosis(&mut self, has_cis: bool, has_threads: bool) {
        let shape = self.scaled(CYSTIC_FIBROSIS, 1.0);
        let study = self.folder.study(&shape);
        let mut ways = vec![Way::new("p-all 1e-5", &study, &ALL)];
        if has_cis {
            let flags = [
                "--p-cis",
                "1e-3",
                "--p-trans",
                "1e-5",
                "--cis-dist-bp",
                "1000000",
            ];
            let way = Way::new("p-cis 1e-3, p-trans 1e-5", &study, &flags);
            ways.push(way.against(0, "x secs at most 1.05"));
        }
        if has_threads {
            for (what, ranks, threads) in
                [("2 ranks x 1 thread", 2, 1), ("1 rank x 2 threads", 1, 2)]
            {
                let way = Way {
                    ranks,
                    threads: Some(threads),
                    ..Way::new(what, &study, &ALL)
                };
                let other = ways.len() - 1;
                ways.push(if ranks == 1 {
                    way.against(other, "")
                } else {
                    way
                });
            }
        }
        let mut bare = Vec::new();
        let runs = self.in_turns(&ways, || bare.push(bare::extrapolated_secs(&shape)));
        self.head(&shape);
        let middle = median(bare.clone());
        let rate = (shape.snps * shape.genes * shape.samples) as f64 / middle / 1e9;
        self.record.line(format!(
            "{:<34} {:>5} {RANKS:>7} {middle:>8.2} {:>8.2} {:>8.2}  all products extrapolated from {} times {} s: {rate:.1} GMAC/s",
            "bare DGEMM, 1024 x 2048 blocks",
            "",
            least(&bare),
            most(&bare),
            bare.len(),
            bare::SECS,
        ));
        self.lines(&ways, &runs, &bare);
    }

    fn engines(&mut self) {
        let shape = self.scaled(CYSTIC_FIBROSIS, 0.1);
        let study = self.folder.study(&shape);
        let way = |engine| {
            let flags = [&ALL[..], &["--engine", engine]].concat();
            Way::new(&format!("engine {engine}"), &study, &flags)
        };
        let others = ["i8", "f32", "f64"].map(|engine| way(engine).against(0, ""));
        let ways = [vec![way("auto")], others.to_vec()].concat();
        self.part(&shape, &ways);
    }

    fn memory(&mut self) {
        let mut peaks = Vec::new();
        for share in [0.1, 0.2] {
            let shape = self.scaled(CYSTIC_FIBROSIS, share);
            let study = self.folder.study(&shape);
            let runs = self.part(&shape, &[Way::new("p-all 1e-5", &study, &ALL)]);
            peaks.push(median(runs[0].iter().map(|run| run.peak_bytes).collect()));
        }
        self.record.line(format!(
            "memory of a rank with twice the SNPs: {:.3} times that with a tenth",
            peaks[1] / peaks[0]
        ));
    }

    fn samples(&mut self) {
        let shape = self.scaled(MANY_SAMPLES, 1.0);
        let study = self.folder.study(&shape);
        let mut ways = Vec::new();
        for (p, target) in [
            ("1e-8", "x secs at least 2.5"),
            ("1e-5", "x secs at least 1.8"),
        ] {
            let way = |engine| {
                let flags = ["--p-all", p, "--engine", engine];
                Way::new(&format!("p-all {p}, engine {engine}"), &study, &flags)
            };
            let place = ways.len();
            ways.extend([way("auto"), way("f32").against(place, target)]);
        }
        self.part(&shape, &ways);
    }

    fn cold(&mut self) {
        let shape = self.scaled(CYSTIC_FIBROSIS, 0.1);
        let study = self.folder.study(&shape);
        let mut ways = Vec::new();
        for (what, flags) in [("p-all 1e-5", ALL), ("p-cis 1e-3", ["--p-cis", "1e-3"])] {
            let place = ways.len();
            let warm = Way::new(&format!("{what}, stores in memory"), &study, &flags);
            let cold = Way {
                is_cold: true,
                ..Way::new(&format!("{what}, stores on the disk"), &study, &flags)
            };
            ways.extend([warm, cold.against(place, "")]);
        }
        let [genotypes, expression] = stores(&study);
        let mut rates = Vec::new();
        let runs = self.in_turns(&ways, || {
            cold::evict(&genotypes);
            rates.push([0, 1].map(|_| cold::bytes_per_sec(&genotypes)));
            // Both stores are in memory for the first warm run.
            cold::bytes_per_sec(&expression);
        });
        self.head(&shape);
        self.lines(&ways, &runs, &[]);
        let [disk, memory] = [0, 1].map(|i| median(rates.iter().map(|rate| rate[i]).collect()));
        let bytes = genotypes.metadata().map_or(0, |file| file.len());
        self.record.line(format!(
            "genotypes.h5, {:.0} MiB, read from beginning to end: {:.0} MiB/s from the disk, {:.0} MiB/s from memory",
            mib(bytes as f64),
            mib(disk),
            mib(memory)
        ));
    }

    fn part(&mut self, shape: &Shape, ways: &[Way]) -> Vec<Vec<Run>> {
        let runs = self.in_turns(ways, || ());
        self.head(shape);
        self.lines(ways, &runs, &[]);
        runs
    }
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

fn mib(bytes: f64) -> f64 {
    bytes / (1u64 << 20) as f64
}

fn line(way: &Way, runs: &[Run], of_all: &[Vec<Run>], bare: &[f64]) -> String {
    let all = |figure: &dyn Fn(&Run) -> f64| runs.iter().map(figure).collect::<Vec<f64>>();
    let secs = all(&|run| run.total_secs);
    let mut ratios = [String::new(), String::new()];
    let mut targets = Vec::new();
    if let Some((place, target)) = way.against {
        let figures: [fn(&Run) -> f64; 2] = [|run| run.total_secs, |run| run.scan_secs];
        ratios = figures.map(|figure| {
            let rounds = runs.iter().zip(&of_all[place]);
            let ratios = rounds.map(|(run, other)| figure(run) / figure(other));
            format!("{:.3}", median(ratios.collect()))
        });
        targets.extend((!target.is_empty()).then_some(target));
    }
    let mut of_bare = String::new();
    if !bare.is_empty() {
        // DGEMM of a round is what was measured on both sides of it.
        let rounds = secs.iter().zip(bare.windows(2));
        let ratios = rounds.map(|(secs, bare)| 2.0 * secs / (bare[0] + bare[1]));
        of_bare = format!("{:.3}", median(ratios.collect()));
        targets.extend(["x DGEMM at most 0.167", "MiB at most 1024"]);
    }
    let named = runs[0].named_per_hit;
    format!(
        "{:<34} {:>5} {:>7} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>8} {:>8} {of_bare:>7} {:>8.0} {:>9} {:>6}  {}",
        way.what,
        way.ranks,
        runs[0].threads,
        median(secs.clone()),
        least(&secs),
        most(&secs),
        median(all(&|run| run.scan_secs)),
        ratios[0],
        ratios[1],
        mib(median(all(&|run| run.peak_bytes))),
        named.map_or(String::new(), |named| format!("{named:.2}")),
        runs[0].engine,
        targets.join(", "),
    )
}

/// The parts that are asked for.
///
/// # Panics
/// If one is not known.
fn chosen() -> Vec<String> {
    let words = words();
    for word in &words {
        assert!(
            PARTS.contains(&word.as_str()),
            "{word} is no part; parts are {}",
            PARTS.join(", ")
        );
    }
    match words.is_empty() {
        true => PARTS[..BY_DEFAULT]
            .iter()
            .map(|part| part.to_string())
            .collect(),
        false => words,
    }
}

fn main() {
    let chosen = chosen();
    let has = |part: &str| chosen.iter().any(|word| word == part);
    let mut bench = Bench {
        record: Record::new("whole"),
        folder: Folder::new(),
        rounds: number_from("MPIQTL_BENCH_ROUNDS", 3),
        snps: number_from("MPIQTL_BENCH_SNPS", CYSTIC_FIBROSIS.snps),
    };
    if has("cf") || has("cis") || has("threads") {
        bench.cystic_fibrosis(has("cis"), has("threads"));
    }
    if has("memory") {
        bench.memory();
    }
    if has("samples") {
        bench.samples();
    }
    if has("cold") {
        bench.cold();
    }
    if has("engines") {
        bench.engines();
    }
    bench.record.finish();
}
