//! What a rank counts while it scans. Summed over ranks it must equal the plan's closed form, or the run fails.

use bytemuck::{Pod, Zeroable};

use crate::plan::Tests;

/// Counters of the scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Tally {
    /// Tests made, by class.
    pub tests: Tests,
    /// Block pairs done.
    pub pairs: u64,
    /// Cost of the block pairs done.
    pub cost: u64,
    /// Pairs of block products that a screen named.
    pub named: u64,
    /// Those of them that were decided.
    pub candidates: u64,
    /// SNPs that were too coarse for the integer screen, each counted once.
    pub snps_left_out: u64,
    /// SNPs that were multiplied by integers, each counted once: of those with the same genotypes one.
    pub snps_multiplied: u64,
    /// SNPs that are constant once the covariates are known, each counted once.
    pub constant_snps: u64,
}

impl Tally {
    /// Adds what was counted elsewhere.
    pub fn absorb(&mut self, other: &Self) {
        self.tests.all += other.tests.all;
        self.tests.cis += other.tests.cis;
        self.tests.trans += other.tests.trans;
        self.pairs += other.pairs;
        self.cost += other.cost;
        self.named += other.named;
        self.candidates += other.candidates;
        self.snps_left_out += other.snps_left_out;
        self.snps_multiplied += other.snps_multiplied;
        self.constant_snps += other.constant_snps;
    }
}
