//! The f64 screen: one DGEMM a block, compared with the threshold less a guard.
//!
//! Both operands hold unit rows, so `sum_k |a_k b_k| <= 1` by Cauchy-Schwarz, and any order of summing n products
//! is off by at most `gamma_n = n·u / (1 - n·u)`, u = 2^-53 (Higham 2002, section 3.1). The screen's product and the
//! fixed-order one that decides are two such sums: a pair whose decided |r| reaches the threshold has a
//! screened |r| of at least `threshold - 2·gamma_n`. Rows are unit to within rounding; eight more terms pay for that.

use crate::linalg::multiply_rows;

/// The screen, with room for the products of one block.
#[derive(Debug, Default)]
pub struct DoubleScreen {
    products: Vec<f64>,
}

impl DoubleScreen {
    /// Calls `candidate(snp, gene)` for every pair of rows whose |r| can be at least `threshold`, SNP by SNP.
    ///
    /// `snps` `[m x n]` and `genes` `[k x n]` hold unit rows or zero rows, one after the other.
    ///
    /// # Panics
    /// If a slice is not a whole number of rows of `n`.
    pub fn candidates(
        &mut self,
        n: usize,
        snps: &[f64],
        genes: &[f64],
        threshold: f64,
        mut candidate: impl FnMut(usize, usize),
    ) {
        assert!(
            snps.len().is_multiple_of(n) && genes.len().is_multiple_of(n),
            "whole rows"
        );
        let (n_snps, n_genes) = (snps.len() / n, genes.len() / n);
        let bound = threshold - guard(n);
        if n_snps == 0 || n_genes == 0 {
            return;
        }
        if bound <= 0.0 {
            (0..n_snps).for_each(|snp| (0..n_genes).for_each(|gene| candidate(snp, gene)));
            return;
        }
        self.products.resize(n_snps * n_genes, 0.0);
        multiply_rows(n_snps, n_genes, n, snps, genes, &mut self.products);
        for (snp, products) in self.products.chunks_exact(n_genes).enumerate() {
            for_each_beyond(products, bound, |gene| candidate(snp, gene));
        }
    }
}

/// How far a screened |r| can lie below the decided one.
fn guard(n: usize) -> f64 {
    let nu = (n + 8) as f64 * (0.5 * f64::EPSILON);
    2.0 * nu / (1.0 - nu)
}

/// Almost all runs of products hold nothing: they are passed over by one comparison each.
fn for_each_beyond(products: &[f64], bound: f64, mut found: impl FnMut(usize)) {
    const RUN: usize = 32;
    for (run, values) in products.chunks(RUN).enumerate() {
        let largest = values.iter().fold(
            0.0f64,
            |largest, v| {
                if v.abs() > largest { v.abs() } else { largest }
            },
        );
        if largest >= bound {
            let beyond = values.iter().enumerate().filter(|(_, v)| v.abs() >= bound);
            beyond.for_each(|(i, _)| found(run * RUN + i));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{dot, sum_of_squares};
    use proptest::prelude::*;

    fn unit_rows(n: usize, values: &[f64]) -> Vec<f64> {
        let mut rows = values.to_vec();
        for row in rows.chunks_exact_mut(n) {
            let norm = sum_of_squares(row).sqrt();
            if norm > 0.0 {
                row.iter_mut().for_each(|x| *x /= norm);
            }
        }
        rows
    }

    proptest! {
        #[test]
        fn no_pair_that_reaches_the_threshold_is_lost(
            n in 3usize..40,
            values in prop::collection::vec(-1.0f64..1.0, 1000..1600),
            pick in 0usize..1000,
        ) {
            let whole = values.len() / n * n;
            let rows = unit_rows(n, &values[..whole]);
            let (snps, genes) = rows.split_at(rows.len() / n / 2 * n);
            // A threshold that one pair meets to the last bit.
            let (i, j) = (pick % (snps.len() / n), pick % (genes.len() / n));
            let r = |i: usize, j: usize| dot(&snps[i * n..][..n], &genes[j * n..][..n]).abs();
            let threshold = r(i, j);
            let mut found = std::collections::HashSet::new();
            DoubleScreen::default().candidates(n, snps, genes, threshold, |i, j| {
                found.insert((i, j));
            });
            for i in 0..snps.len() / n {
                for j in 0..genes.len() / n {
                    prop_assert!(r(i, j) < threshold || found.contains(&(i, j)));
                    prop_assert!(r(i, j) > threshold - 1e-13 || !found.contains(&(i, j)));
                }
            }
        }
    }

    #[test]
    fn a_zero_threshold_names_every_pair() {
        let mut found = Vec::new();
        DoubleScreen::default().candidates(3, &[0.0; 6], &[0.0; 3], 0.0, |i, j| found.push((i, j)));
        assert_eq!(found, [(0, 0), (1, 0)]);
    }
}
