//! Speed of the screens, one line each, on one thread: `cargo bench --bench engines [-- samples...]`.
//!
//! A block pair of the scan, a slab of SNPs against 2,048 genes, p = 1e-5, no effects. A MAC is one product added to its
//! sum. The peak of a kind is what one fused multiply-add a cycle on registers of 256 bits makes twice over: 8 MACs a
//! cycle in f64, 16 in f32, 64 of bytes; cycles are counted by a chain of dependent additions before every measurement.
//! All lines are measured once in every round, so that a machine that changes its speed changes it for all, and ratios
//! are those of a round; figures are medians over rounds.

mod dense;
mod integer;
#[path = "../protocol/mod.rs"]
mod protocol;
mod study;

use std::collections::HashSet;

use mpiqtl::kernel::{Simd, largest_code};
use mpiqtl::linalg::{blas_config, set_blas_threads};

use dense::{Dense, Dgemm, Sgemm};
use integer::{Packing, Screening, Tiles, weights};
use protocol::{Record, clock_hz, median, number_from, secs, words};
use study::{GENES, P, Snps, Study};

/// Genes of the study that packing is set against.
const ALL_GENES: f64 = 22_011.0;

/// What is measured.
trait Subject {
    /// Its name.
    fn what(&self) -> String;
    /// The most products of its kind a cycle.
    fn macs_per_cycle(&self) -> f64;
    /// Does it once.
    fn work(&mut self);
    /// What came out of it.
    fn outcome(&mut self) -> Outcome;
    /// The name of the screen it packs a slab for, if it makes no products itself.
    fn packs_for(&self) -> Option<String> {
        None
    }
}

/// What came out of a screen.
#[derive(Default)]
struct Outcome {
    named: Option<usize>,
    left: usize,
    hits: usize,
    /// The largest difference of a product from the exact one.
    error: Option<f64>,
    /// The proven bound of the error.
    guard: Option<f64>,
}

impl Outcome {
    /// Of a screen that named so many pairs, of which `left` are to be decided.
    ///
    /// # Panics
    /// If a hit is not among them.
    fn of_named(study: &Study, snps: &Snps, named: usize, left: &[(u32, u32)]) -> Self {
        let decided: HashSet<_> = left.iter().copied().collect();
        let hits: Vec<_> = study.hits(snps).collect();
        let lost = hits.iter().filter(|hit| !decided.contains(hit)).count();
        assert!(lost == 0, "the screen lost {lost} of {} hits", hits.len());
        Self {
            named: Some(named),
            left: left.len(),
            hits: hits.len(),
            ..Self::default()
        }
    }
}

/// What was measured of a subject, round by round.
#[derive(Default)]
struct Times {
    secs: Vec<f64>,
    clocks: Vec<f64>,
}

fn subjects<'a>(
    study: &'a Study,
    weights: &'a [mpiqtl::kernel::Weights],
) -> Vec<Box<dyn Subject + 'a>> {
    let mut subjects: Vec<Box<dyn Subject + 'a>> = vec![
        Box::new(Dgemm::new(study)),
        Box::new(Sgemm::new(study)),
        Box::new(Dense::double(study)),
        Box::new(Dense::single(study)),
    ];
    for weights in weights {
        let simd = weights.simd();
        let is_fast = simd != Simd::Portable;
        let most = largest_code(simd, study.n);
        let of_tiles: &[u8] = if is_fast { &[2, 16, most] } else { &[2] };
        for &largest in of_tiles {
            subjects.push(Box::new(Tiles::new(simd, largest, study.called.m, study.n)));
        }
        let mut slabs = vec![&study.called];
        if is_fast {
            slabs.extend([&study.with_missing, &study.dosages]);
        }
        for snps in slabs {
            subjects.push(Box::new(Screening::new(study, snps, weights)));
            subjects.push(Box::new(Packing::new(study, snps, weights)));
        }
    }
    subjects
}

fn bench(n: usize, rounds: usize, record: &mut Record) {
    let study = Study::new(n);
    let simds = [Simd::Avx512, Simd::Avx2, Simd::Portable];
    let here = simds.into_iter().filter(|simd| simd.is_here());
    let weights: Vec<_> = here.map(|simd| weights(&study, simd)).collect();
    let mut subjects = subjects(&study, &weights);
    let mut times: Vec<Times> = subjects.iter().map(|_| Times::default()).collect();
    subjects.iter_mut().for_each(|subject| subject.work());
    for _ in 0..rounds {
        for (subject, times) in subjects.iter_mut().zip(&mut times) {
            times.clocks.push(clock_hz());
            times.secs.push(secs(|| subject.work()));
        }
    }
    let names: Vec<String> = subjects.iter().map(|subject| subject.what()).collect();
    let times_of = |what: &str| {
        let place = names.iter().position(|name| name == what);
        &times[place.expect("it is measured")]
    };
    for (subject, times) in subjects.iter_mut().zip(&times) {
        let shape = format!(
            "{:<30} {:>5} {GENES:>5} {n:>5} {:>10.6}",
            subject.what(),
            study.called.m,
            median(times.secs.clone())
        );
        let line = match subject.packs_for() {
            Some(screen) => packing_line(times, times_of(&screen)),
            None => {
                let macs = (study.called.m * GENES * n) as f64;
                let others = ["SGEMM", "DGEMM"].map(times_of);
                product_line(subject.as_mut(), macs, times, others)
            }
        };
        record.line(format!("{shape} {line}"));
    }
}

/// The medians of `of(secs, other secs)` over the rounds of two subjects.
fn of_rounds(one: &Times, other: &Times, of: impl Fn(f64, f64) -> f64) -> f64 {
    let rounds = one.secs.iter().zip(&other.secs);
    median(rounds.map(|(&a, &b)| of(a, b)).collect())
}

fn packing_line(times: &Times, screen: &Times) -> String {
    let blocks = ALL_GENES / GENES as f64;
    let share = of_rounds(times, screen, |packing, screen| packing / (screen * blocks));
    format!(
        "{:>8} {:>6} {:>7} {:>7} {:>9} {:>8}  {:.2} % of the slab's scan against {ALL_GENES} genes",
        "",
        "",
        "",
        "",
        "",
        "",
        100.0 * share
    )
}

fn product_line(
    subject: &mut dyn Subject,
    macs: f64,
    times: &Times,
    [sgemm, dgemm]: [&Times; 2],
) -> String {
    let peak = subject.macs_per_cycle();
    let shares = times.secs.iter().zip(&times.clocks);
    let share = median(
        shares
            .map(|(secs, clock)| macs / (secs * clock * peak))
            .collect(),
    );
    let outcome = subject.outcome();
    let per_hit = outcome.named.map_or(String::new(), |named| {
        format!("{:.2}", named as f64 / outcome.hits.max(1) as f64)
    });
    let mut note = String::new();
    if let Some(named) = outcome.named {
        note = format!(
            "{named} named, {} to decide, {} hits",
            outcome.left, outcome.hits
        );
    }
    if let Some(guard) = outcome.guard {
        note += &format!(", guard {guard:.1e}");
    }
    let error = outcome
        .error
        .map_or(String::new(), |error| format!("{error:.1e}"));
    let times_faster = |other| of_rounds(times, other, |own, other| other / own);
    format!(
        "{:>8.1} {:>6.1} {:>7.2} {:>7.2} {per_hit:>9} {error:>8}  {note}",
        macs / median(times.secs.clone()) / 1e9,
        100.0 * share,
        times_faster(sgemm),
        times_faster(dgemm),
    )
}

fn main() {
    set_blas_threads(1);
    let rounds = number_from("MPIQTL_BENCH_ROUNDS", 9);
    let mut sizes: Vec<usize> = words()
        .iter()
        .map(|word| word.parse().expect("numbers of samples"))
        .collect();
    if sizes.is_empty() {
        sizes = vec![358, 840, 5000];
    }
    let mut record = Record::new("engines");
    record.line(format!(
        "{}, one thread, medians of {rounds} rounds",
        blas_config()
    ));
    record.line(format!(
        "p = {P:e}, clock {:.2} GHz, peaks in MAC a cycle: 64 of integers, 16 of f32, 8 of f64",
        median((0..9).map(|_| clock_hz()).collect()) / 1e9
    ));
    record.line(format!(
        "{:<30} {:>5} {:>5} {:>5} {:>10} {:>8} {:>6} {:>7} {:>7} {:>9} {:>8}",
        "what",
        "m",
        "n",
        "k",
        "secs",
        "GMAC/s",
        "% peak",
        "x SGEMM",
        "x DGEMM",
        "named/hit",
        "error"
    ));
    for n in sizes {
        bench(n, rounds, &mut record);
    }
    record.finish();
}
