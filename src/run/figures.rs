//! How fast each rank was, and what that makes together.

use bytemuck::{Pod, Zeroable};
use serde::Serialize;

use super::memory::peak_rss_bytes;
use super::sweep::Swept;
use crate::plan::Tests;

/// One rank's figures as it sends them.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct RankFigures {
    /// Tests, by class: all, cis, trans.
    pub tests: [u64; 3],
    /// Block pairs done.
    pub pairs: u64,
    /// Hits found.
    pub hits: u64,
    /// Pairs its screen named.
    pub named: u64,
    /// Those of them that were decided.
    pub candidates: u64,
    /// SNPs that were too coarse for its integer screen.
    pub snps_left_out: u64,
    /// SNPs that it multiplied by integers.
    pub snps_multiplied: u64,
    /// Constant SNPs it counted.
    pub constant_snps: u64,
    /// Peak memory.
    pub peak_rss_bytes: u64,
    /// Its threads.
    pub threads: u64,
    /// Duration of its scan.
    pub scan_secs: f64,
    /// How much of that was writing to its journal.
    pub journal_secs: f64,
    /// DGEMM's rate on its threads; 0 if not measured.
    pub peak_flops: f64,
}

impl RankFigures {
    /// The figures of a rank of so many threads after its scan.
    pub fn new(swept: &Swept, threads: usize, peak_flops: f64) -> Self {
        let tally = &swept.tally;
        Self {
            tests: [tally.tests.all, tally.tests.cis, tally.tests.trans],
            pairs: tally.pairs,
            hits: swept.hits,
            named: tally.named,
            candidates: tally.candidates,
            snps_left_out: tally.snps_left_out,
            snps_multiplied: tally.snps_multiplied,
            constant_snps: tally.constant_snps,
            peak_rss_bytes: peak_rss_bytes(),
            threads: threads as u64,
            scan_secs: swept.secs,
            journal_secs: swept.journal_secs,
            peak_flops,
        }
    }

    /// The sum of one figure over ranks.
    pub fn total(ranks: &[Self], figure: impl Fn(&Self) -> u64) -> u64 {
        ranks.iter().map(figure).sum()
    }

    /// The tests of all ranks.
    pub fn tests(ranks: &[Self]) -> Tests {
        Tests {
            all: Self::total(ranks, |rank| rank.tests[0]),
            cis: Self::total(ranks, |rank| rank.tests[1]),
            trans: Self::total(ranks, |rank| rank.tests[2]),
        }
    }
}

/// Figures of merit of the scan.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Merit {
    /// Tests a second of the scan phase, over all ranks.
    pub tests_per_sec: f64,
    /// 2 x samples x tests / seconds of the scan phase / 1e9.
    pub scan_gflops: f64,
    /// DGEMM's rate measured before, over all ranks; null unless asked for.
    pub dgemm_peak_gflops: Option<f64>,
    /// `scan_gflops` as a percentage of the peak; null unless asked for.
    pub percent_of_peak: Option<f64>,
    /// Slowest rank's scan against the mean, less one.
    pub imbalance: f64,
    /// The largest peak memory of any rank.
    pub peak_rss_bytes: u64,
}

impl Merit {
    /// The figures of merit of a scan over `n` samples.
    pub fn new(ranks: &[RankFigures], n: usize) -> Self {
        let slowest = ranks
            .iter()
            .fold(0.0, |secs: f64, rank| secs.max(rank.scan_secs));
        let mean = ranks.iter().map(|rank| rank.scan_secs).sum::<f64>() / ranks.len() as f64;
        let tests = RankFigures::tests(ranks).total() as f64;
        let secs = slowest.max(1e-9);
        let scan_gflops = 2.0 * n as f64 * tests / secs / 1e9;
        let peak = ranks.iter().map(|rank| rank.peak_flops).sum::<f64>() / 1e9;
        let measured = peak > 0.0;
        Self {
            tests_per_sec: tests / secs,
            scan_gflops,
            dgemm_peak_gflops: measured.then_some(peak),
            percent_of_peak: measured.then(|| 100.0 * scan_gflops / peak),
            imbalance: if mean > 0.0 {
                slowest / mean - 1.0
            } else {
                0.0
            },
            peak_rss_bytes: ranks
                .iter()
                .map(|rank| rank.peak_rss_bytes)
                .max()
                .unwrap_or(0),
        }
    }
}
