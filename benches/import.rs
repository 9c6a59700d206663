//! What an import takes, against plink2 making its own files of the same input: `cargo bench --bench import`.
//!
//! plink2 makes the input, 200,000 SNPs x 1,000 samples unless `MPIQTL_BENCH_SNPS` says otherwise, 1 % of the calls missing.
//! Every round runs all of them one after the other, with as many threads as plink2 takes by itself; figures are medians.

#[allow(dead_code, reason = "what other benches need of it")]
mod protocol;

use std::path::Path;
use std::process::{Command, Stdio};

use protocol::{Record, median, number_from};

const SAMPLES: usize = 1_000;

/// A pair of commands that read the same file, in words after the program's name; `IN` and `OUT` are files.
struct Way {
    input: &'static str,
    ours: &'static str,
    plink2: &'static [&'static str],
}

const WAYS: [Way; 4] = [
    Way {
        input: "hard.vcf.gz",
        ours: "import genotypes IN --overwrite --out OUT.h5",
        plink2: &[
            "--vcf IN --make-pgen --out OUT",
            "--vcf IN --make-bed --out OUT",
        ],
    },
    Way {
        input: "hard.bcf",
        ours: "import genotypes IN --overwrite --out OUT.h5",
        plink2: &[
            "--bcf IN --make-pgen --out OUT",
            "--bcf IN --make-bed --out OUT",
        ],
    },
    Way {
        input: "dosage.vcf.gz",
        ours: "import genotypes IN --genotype-field DS --overwrite --out OUT.h5",
        plink2: &["--vcf IN dosage=DS --make-pgen --out OUT"],
    },
    Way {
        input: "hard",
        ours: "import genotypes IN.bed --overwrite --out OUT.h5",
        plink2: &[
            "--bfile IN --export A --out OUT",
            "--bfile IN --make-pgen --out OUT",
        ],
    },
];

/// Seconds on the clock, and of all processors together.
type Spent = [f64; 2];

fn run(program: &str, words: &str, input: &Path, out: &Path) -> Spent {
    let (input, out) = (input.display().to_string(), out.display().to_string());
    let words = words
        .split(' ')
        .map(|word| word.replace("IN", &input).replace("OUT", &out));
    let mut command = Command::new(program);
    command
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let before = processor_secs();
    let secs = protocol::secs(|| {
        let status = command.status().expect("the program runs");
        assert!(status.success(), "{command:?}");
    });
    [secs, processor_secs() - before]
}

/// Seconds of processors of all processes that were waited for, to a hundredth.
fn processor_secs() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").expect("a Linux system");
    // The second field is a name in brackets, which may hold anything.
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let fields = behind.split_whitespace().skip(13).take(2);
    fields
        .map(|ticks| ticks.parse::<f64>().expect("a number"))
        .sum::<f64>()
        / TICKS
}

fn make_inputs(folder: &Path, snps: usize) {
    let plink2 = |words: String| {
        run("plink2", &words, &folder.join("IN"), &folder.join("hard"));
    };
    plink2(format!(
        "--dummy {SAMPLES} {snps} 0.01 --seed 1 --make-bed --out OUT"
    ));
    plink2("--bfile OUT --export vcf bgz --out OUT".into());
    plink2("--bfile OUT --export bcf --out OUT".into());
    let dosage = folder.join("dosage");
    let plink2 = |words: String| {
        run("plink2", &words, &folder.join("IN"), &dosage);
    };
    let fewer = snps.div_ceil(4);
    plink2(format!(
        "--dummy {SAMPLES} {fewer} 0.01 dosage-freq=0.8 --seed 2 --make-pgen --out OUT"
    ));
    plink2("--pfile OUT --export vcf bgz vcf-dosage=DS-force --out OUT".into());
}

fn main() {
    if Command::new("plink2").arg("--version").output().is_err() {
        eprintln!("no plink2: scripts/setup --tests installs it");
        return;
    }
    let rounds = number_from("MPIQTL_BENCH_ROUNDS", 5);
    let snps = number_from("MPIQTL_BENCH_SNPS", 200_000);
    let folder = tempfile::tempdir().expect("a folder");
    make_inputs(folder.path(), snps);
    let mut record = Record::new("import");
    record.line(format!(
        "{:<14} {:<44} {:>7} {:>7} {:>9}",
        "input", "what", "secs", "cpu", "x secs"
    ));
    for way in WAYS {
        let input = folder.path().join(way.input);
        let out = folder.path().join("out");
        let ours = (env!("CARGO_BIN_EXE_mpiqtl"), way.ours);
        let theirs = way.plink2.iter().map(|&words| ("plink2", words));
        let all: Vec<_> = std::iter::once(ours).chain(theirs).collect();
        let one = |_| {
            all.iter()
                .map(|(program, words)| run(program, words, &input, &out))
                .collect()
        };
        let spent: Vec<Vec<Spent>> = (0..rounds).map(one).collect();
        for (i, (_, words)) in all.iter().enumerate() {
            let of = |what: fn(&[Spent], usize) -> f64| {
                median(spent.iter().map(|round| what(round, i)).collect())
            };
            record.line(format!(
                "{:<14} {:<44} {:>7.3} {:>7.2} {:>9.3}",
                way.input,
                if i == 0 { "mpiqtl import" } else { words },
                of(|round, i| round[i][0]),
                of(|round, i| round[i][1]),
                of(|round, i| round[0][0] / round[i][0]),
            ));
        }
    }
    record.finish();
}
