//! How many rows were written, and how many the standard has no room for.

use std::ops::AddAssign;

/// Rows that were written, and those that were left out, each counted for the first thing it lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SsfRows {
    /// Rows written.
    pub n_written: u64,
    /// Those of them whose p is below what `p_value` shows.
    pub n_below_floor: u64,
    /// Rows of SNPs without a location, or not on chromosome 1 to 22, X, Y or M.
    pub n_without_place: u64,
    /// Rows of SNPs whose alleles are not known or no bases.
    pub n_without_alleles: u64,
    /// Rows of SNPs whose values are no numbers of alleles.
    pub n_without_frequency: u64,
    /// Rows without an estimate or its standard error.
    pub n_without_effect: u64,
    /// Rows of a perfect fit, whose standard error is 0 and whose p is.
    pub n_perfect: u64,
}

impl SsfRows {
    /// The rows left out, by what they lack; those that lack nothing are not told.
    pub fn left_out(&self) -> Vec<(u64, &'static str)> {
        let reasons = [
            (
                self.n_without_place,
                "without a place on chromosome 1 to 22, X, Y or M",
            ),
            (
                self.n_without_alleles,
                "without alleles that are bases (A, C, G, T)",
            ),
            (
                self.n_without_frequency,
                "without an allele frequency, for no sample has a genotype or values are not from 0 to 2",
            ),
            (
                self.n_without_effect,
                "without a standard error, for the SNP (or its product with the covariate) or gene does not vary, or t is 0",
            ),
            (
                self.n_perfect,
                "with a standard error and a p of 0, for the fit is perfect",
            ),
        ];
        reasons.into_iter().filter(|(n, _)| *n > 0).collect()
    }
}

impl AddAssign for SsfRows {
    fn add_assign(&mut self, other: Self) {
        self.n_written += other.n_written;
        self.n_below_floor += other.n_below_floor;
        self.n_without_place += other.n_without_place;
        self.n_without_alleles += other.n_without_alleles;
        self.n_without_frequency += other.n_without_frequency;
        self.n_without_effect += other.n_without_effect;
        self.n_perfect += other.n_perfect;
    }
}
