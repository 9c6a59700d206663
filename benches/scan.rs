//! Speed of the scan's parts, one line a size: `cargo bench --bench scan`. The bench `engines` has the screens.
//!
//! Every rate is given against the DGEMM peak measured in the same run on one thread. `error` is the largest difference
//! of a product from the fixed-order dot product of the same rows. Histograms make no products: m rows of n values, for
//! k samples. Each time is the median of several.

use std::time::Instant;

use mpiqtl::kernel::{Bins, Combine, DenseScreen, UnitRows, for_each_beyond, to_single};
use mpiqtl::linalg::{
    Whitening, blas_config, dot, multiply_rows_single, peak_flops, set_blas_threads, sum_of_squares,
};
use mpiqtl::model::{Covariate, Design};
use mpiqtl::stats::{HistogramBins, correlation_threshold};

const REPEATS: usize = 7;

/// Numbers that look random and are the same in every run.
fn noise(len: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..len).map(|_| next() + next() + next()).collect()
}

/// Unit rows `[rows x n]`.
fn unit_rows(rows: usize, n: usize, seed: u64) -> Vec<f64> {
    let mut values = noise(rows * n, seed);
    for row in values.chunks_exact_mut(n) {
        let norm = sum_of_squares(row).sqrt();
        row.iter_mut().for_each(|x| *x /= norm);
    }
    values
}

fn median_secs(mut work: impl FnMut()) -> f64 {
    let mut secs: Vec<f64> = (0..REPEATS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    secs.sort_by(f64::total_cmp);
    secs[REPEATS / 2]
}

/// The medians of two works timed in turns, and that of their ratio round by round: what else the machine does then
/// matters little to the ratio.
fn median_secs_in_turns(mut one: impl FnMut(), mut other: impl FnMut()) -> [f64; 3] {
    let secs = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let rounds = [(); REPEATS].map(|()| {
        let (of_one, of_other) = (secs(&mut one), secs(&mut other));
        [of_one, of_other, of_one / of_other]
    });
    [0, 1, 2].map(|which| {
        let mut values = rounds.map(|round| round[which]);
        values.sort_by(f64::total_cmp);
        values[REPEATS / 2]
    })
}

struct Line<'a> {
    what: &'a str,
    m: usize,
    n: usize,
    k: usize,
    secs: f64,
    flops: f64,
    note: String,
}

impl Line<'_> {
    fn print(&self, peak: f64) {
        let rate = self.flops / self.secs;
        println!(
            "{:<22} {:>6} {:>6} {:>6} {:>11.6} {:>9.2} {:>8.1}  {}",
            self.what,
            self.m,
            self.n,
            self.k,
            self.secs,
            rate / 1e9,
            100.0 * rate / peak,
            self.note
        );
    }
}

fn rows<'a>(double: &'a [f64], single: &'a [f32]) -> UnitRows<'a> {
    UnitRows { double, single }
}

/// Screens a block pair with a threshold; returns how many pairs could be hits.
fn candidates(
    screen: &mut DenseScreen,
    (m, k): (usize, usize),
    snps: UnitRows,
    genes: UnitRows,
) -> u64 {
    let bound = correlation_threshold(1e-5, (k - 12) as f64) - screen.guard();
    let mut named = 0;
    screen.multiply(snps, genes);
    (0..m).for_each(|snp| for_each_beyond(screen.row(snp), bound, |_| named += 1));
    named
}

/// Bare SGEMM and the f32 screen over the same block pair, in turns, for pieces of several sizes.
fn block_pair_single(m: usize, n: usize, k: usize, pieces: &[usize], peak: f64) {
    let (a, b) = (unit_rows(m, k, 1), unit_rows(n, k, 2));
    let (a_single, b_single) = (to_single(&a), to_single(&b));
    let mut c = vec![0.0; m * n];
    let flops = 2.0 * (m * n * k) as f64;
    for &piece in pieces {
        let mut screen = DenseScreen::single(k, Combine::Single, piece);
        let (guard, mut named) = (screen.guard(), 0);
        let (snps, genes) = (rows(&a, &a_single), rows(&b, &b_single));
        let [bare, secs, ratio] = median_secs_in_turns(
            || multiply_rows_single((m, n, k), 0..k, &a_single, &b_single, &mut c),
            || named = candidates(&mut screen, (m, k), snps, genes),
        );
        let error = (0..m * n).step_by(97).fold(0.0f64, |largest, at| {
            let (i, j) = (at / n, at % n);
            largest.max((f64::from(c[at]) - dot(&a[i * k..][..k], &b[j * k..][..k])).abs())
        });
        let of_bare = format!("error {error:.1e}");
        let of_screen = format!(
            "{ratio:.3} of sgemm; pieces of {piece}, guard {guard:.1e}, {named} candidates"
        );
        for (what, secs, note) in [("sgemm", bare, of_bare), ("f32 screen", secs, of_screen)] {
            Line {
                what,
                m,
                n,
                k,
                secs,
                flops,
                note,
            }
            .print(peak);
        }
    }
}

/// SNP rows to unit residuals.
fn residuals(m: usize, covariates: usize, k: usize, peak: f64) {
    let covariates: Vec<Covariate> = (0..covariates)
        .map(|i| Covariate {
            name: i.to_string(),
            values: noise(k, 100 + i as u64),
        })
        .collect();
    let design = Design::new(k, &covariates, None).expect("independent covariates");
    let raw = noise(m * k, 3);
    let mut rows = raw.clone();
    let secs = median_secs(|| {
        rows.copy_from_slice(&raw);
        design.unit_residuals(&mut rows, &[], &mut Vec::with_capacity(m));
    });
    let n = covariates.len();
    let flops = 4.0 * (m * n * k) as f64;
    let note = format!("{:.0} ns a row, n = covariates", secs / m as f64 * 1e9);
    Line {
        what: "unit residuals",
        m,
        n,
        k,
        secs,
        flops,
        note,
    }
    .print(peak);
}

/// The dot product that decides candidates and cis pairs.
fn exact_dots(m: usize, n: usize, k: usize, peak: f64) {
    let (a, b) = (unit_rows(m, k, 1), unit_rows(n, k, 2));
    let mut sum = 0.0;
    let secs = median_secs(|| {
        for x in a.chunks_exact(k) {
            sum += b.chunks_exact(k).map(|y| dot(x, y)).sum::<f64>();
        }
    });
    let flops = 2.0 * (m * n * k) as f64;
    let note = format!(
        "{:.0} ns a pair (checksum {sum:.3})",
        secs / (m * n) as f64 * 1e9
    );
    Line {
        what: "fixed-order dot",
        m,
        n,
        k,
        secs,
        flops,
        note,
    }
    .print(peak);
}

/// SNP rows to whitened rows, for the covariance of an autoregressive process; half of W is zero.
fn whitening(m: usize, k: usize, peak: f64) {
    let lag = |at: usize| (at / k).abs_diff(at % k) as i32;
    let covariance: Vec<f64> = (0..k * k).map(|at| 0.7f64.powi(lag(at))).collect();
    let whitening = Whitening::of_covariance(k, &covariance).expect("positive definite");
    let mut rows = noise(m * k, 3);
    let secs = median_secs(|| whitening.apply(&mut rows));
    let flops = (m * k * (k + 1)) as f64;
    let note = format!("{:.2} us a row", secs / m as f64 * 1e6);
    Line {
        what: "whitening",
        m,
        n: k,
        k,
        secs,
        flops,
        note,
    }
    .print(peak);
}

/// Rows of null statistics, screened to within `guard`, to the bins of a histogram; no products, so a time of its own in
/// place of a rate.
fn histogram(what: &str, bins: &HistogramBins, (m, n): (usize, usize), samples: usize, guard: f64) {
    let df = (samples - 12) as f64;
    let edges = bins.edges();
    let thresholds: Vec<f64> = edges[1..]
        .iter()
        .map(|&p| correlation_threshold(p, df))
        .collect();
    let bins = Bins::new(&thresholds, guard);
    let rows = null_correlations(m * n, samples);
    let mut counts = vec![0; bins.bins()];
    let mut asked = 0u64;
    let secs = median_secs(|| {
        asked = 0;
        for row in rows.chunks_exact(n) {
            bins.count(row, guard, &mut counts, |i| {
                asked += 1;
                row[i].abs()
            });
        }
    });
    let ns = secs / (m * n) as f64 * 1e9;
    let share = 100.0 * asked as f64 / (m * n) as f64;
    println!(
        "{what:<22} {m:>6} {n:>6} {samples:>6} {secs:>11.6} {:>9} {:>8}  {ns:.2} ns a value, guard {guard:.1e}: {share:.4} % decided",
        "", ""
    );
}

/// Values that are near normal with the spread of null correlations.
fn null_correlations(len: usize, samples: usize) -> Vec<f64> {
    let mut values = vec![0.0; len];
    for seed in 0..4 {
        let noise = noise(len, 200 + seed);
        values
            .iter_mut()
            .zip(noise)
            .for_each(|(value, x)| *value += x);
    }
    // Twelve uniform numbers of width 1 add up to a variance of 1.
    values
        .iter_mut()
        .for_each(|value| *value /= (samples as f64).sqrt());
    values
}

fn main() {
    set_blas_threads(1);
    let peak = peak_flops(1);
    println!("{}", blas_config());
    println!("DGEMM peak, one thread: {:.2} GFLOP/s", peak / 1e9);
    println!(
        "{:<22} {:>6} {:>6} {:>6} {:>11} {:>9} {:>8}",
        "what", "m", "n", "k", "secs", "GFLOP/s", "% peak"
    );
    block_pair_single(1024, 2048, 840, &[2048, 256, 128, 64], peak);
    block_pair_single(419, 2048, 5000, &[2048, 256], peak);
    block_pair_single(34, 1000, 60_000, &[2048, 256], peak);
    block_pair_single(256, 1000, 60_000, &[2048, 256], peak);
    for (covariates, k) in [(0, 840), (10, 840), (53, 358)] {
        residuals(1024, covariates, k, peak);
    }
    for (m, k) in [(1024, 358), (1024, 840), (128, 5000)] {
        whitening(m, k, peak);
    }
    for k in [358, 840] {
        exact_dots(256, 256, k, peak);
    }
    for (samples, guard) in [
        (840, 1e-13),
        (840, 3.7e-6),
        (840, 1.5e-5),
        (840, 5.1e-5),
        (60_000, 1e-13),
        (60_000, 1.5e-5),
    ] {
        for (what, bins) in [
            ("100 equal bins", HistogramBins::Equal(100)),
            ("qqplot bins", HistogramBins::QqPlot),
        ] {
            histogram(what, &bins, (512, 2048), samples, guard);
        }
    }
}
