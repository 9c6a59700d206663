//! The f64 screen: one DGEMM a block, whose products make screened strengths of tests.
//!
//! Both operands hold unit rows, so `sum_k |a_k b_k| <= 1` by Cauchy-Schwarz, and any order of summing n products
//! is off by at most `gamma_n = n·u / (1 - n·u)`, u = 2^-53 (Higham 2002, section 3.1). The screen's product c and the
//! fixed-order one d that decides are two such sums, so `|c - d| <= g = 2·gamma_n`. Rows are unit to within rounding;
//! eight more terms pay for that. From g follows by how much a strength can be off:
//!
//! - [`Combine::Single`], |c|: by g.
//! - [`Combine::SumOfSquares`] of k products: `|sum c^2 - sum d^2| <= sum |c - d|·(2|d| + g) <= g·(2·sqrt(k) + k·g)`,
//!   for `sum d^2 <= 1`. Rounding of the squares and sums themselves is k + 2 units of 2^-53 on either side;
//!   2.5·sqrt(k)·g and 4·(k + 2)·u cover both.
//! - [`Combine::Partial`], `c2^2 / (1 - c1^2)` with `1 - c1^2 >= 1/4`: the numerators differ by at most g·(2 + g) and are
//!   at most the denominators (Bessel's inequality), which differ by at most g·(2 + g); together less than
//!   8.1·g + 8.4·g, and 20·g covers rounding too. Where `1 - c1^2 < 1/4` the strength is called unknown: infinite.

use super::combine::Combine;
use crate::linalg::multiply_rows;

/// The least `1 - c1^2` for which a partial correlation is screened.
const LEAST_REST: f64 = 0.25;

/// The screen, with room for the products of one block.
#[derive(Debug)]
pub struct DoubleScreen {
    n: usize,
    combine: Combine,
    n_snps: usize,
    n_genes: usize,
    products: Vec<f64>,
    strengths: Vec<f64>,
}

impl DoubleScreen {
    /// A screen over `n` samples that holds no block yet.
    pub fn new(n: usize, combine: Combine) -> Self {
        Self {
            n,
            combine,
            n_snps: 0,
            n_genes: 0,
            products: Vec::new(),
            strengths: Vec::new(),
        }
    }

    /// How far a screened strength can lie from the decided one.
    pub fn guard(&self) -> f64 {
        let unit = 0.5 * f64::EPSILON;
        let nu = (self.n + 8) as f64 * unit;
        let product = 2.0 * nu / (1.0 - nu);
        match self.combine {
            Combine::Single => product,
            Combine::Partial => 20.0 * product,
            Combine::SumOfSquares(k) => {
                2.5 * (k as f64).sqrt() * product + 4.0 * (k + 2) as f64 * unit
            }
        }
    }

    /// Multiplies the unit rows of a block: `snps` `[n_units x m x n]` with `genes` `[k x n]`, zero rows among them.
    ///
    /// # Panics
    /// If a slice is not a whole number of rows.
    pub fn multiply(&mut self, snps: &[f64], genes: &[f64]) {
        let n_units = self.combine.n_units();
        assert!(
            snps.len().is_multiple_of(n_units * self.n) && genes.len().is_multiple_of(self.n),
            "whole rows"
        );
        self.n_snps = snps.len() / self.n / n_units;
        self.n_genes = genes.len() / self.n;
        let rows = n_units * self.n_snps;
        self.products.resize(rows * self.n_genes, 0.0);
        if rows > 0 && self.n_genes > 0 {
            multiply_rows(rows, self.n_genes, self.n, snps, genes, &mut self.products);
        }
    }

    /// Takes a pair out of what [`DoubleScreen::row`] shows: its strength becomes NaN.
    pub fn mask(&mut self, snp: usize, gene: usize) {
        self.products[snp * self.n_genes + gene] = f64::NAN;
    }

    /// The screened strengths of a SNP with every gene of the block `[n_genes]`, with either sign: NaN for pairs that
    /// are masked, infinite where the strength is unknown.
    pub fn row(&mut self, snp: usize) -> &[f64] {
        let (m, n_genes) = (self.n_snps, self.n_genes);
        let products = &self.products;
        let row = |unit: usize| &products[(unit * m + snp) * n_genes..][..n_genes];
        if self.combine == Combine::Single {
            return row(0);
        }
        self.strengths.resize(n_genes, 0.0);
        self.combine.strengths(row, LEAST_REST, &mut self.strengths);
        &self.strengths
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

    /// The second of each two rows without its part along the first.
    fn orthogonal(n: usize, first: &[f64], second: &[f64]) -> Vec<f64> {
        let mut rows = second.to_vec();
        for (row, other) in rows.chunks_exact_mut(n).zip(first.chunks_exact(n)) {
            for _ in 0..2 {
                let along = dot(row, other);
                row.iter_mut().zip(other).for_each(|(x, o)| *x -= along * o);
            }
        }
        unit_rows(n, &rows)
    }

    proptest! {
        #[test]
        fn no_strength_is_off_by_more_than_the_guard(
            n in 4usize..40,
            values in prop::collection::vec(-1.0f64..1.0, 1600..2000),
            mixed in 0.0f64..1.0,
        ) {
            let third = values.len() / n / 3 * n;
            let first = unit_rows(n, &values[..third]);
            let second = orthogonal(n, &first, &values[third..2 * third]);
            // Genes that hold much of a SNP, so that large strengths are among them.
            let mut genes = values[2 * third..3 * third].to_vec();
            for (i, x) in genes.iter_mut().enumerate() {
                *x = (1.0 - mixed) * 0.1 * *x + mixed * (first[i] + 0.7 * second[i]);
            }
            let genes = unit_rows(n, &genes);
            let both = [first.clone(), second.clone()].concat();
            let m = third / n;
            for combine in [Combine::Single, Combine::Partial, Combine::SumOfSquares(1), Combine::SumOfSquares(2)] {
                let mut screen = DoubleScreen::new(n, combine);
                screen.multiply(&both[..combine.n_units() * third], &genes);
                screen.mask(0, 1);
                let guard = screen.guard();
                prop_assert!(guard < 1e-12);
                for i in 0..m {
                    let row = screen.row(i).to_vec();
                    for j in 0..m {
                        let d = |rows: &[f64]| dot(&rows[i * n..][..n], &genes[j * n..][..n]);
                        let (d1, d2) = (d(&first), d(&second));
                        let decided = match combine {
                            Combine::Single => d1.abs(),
                            Combine::Partial => d2 * d2 / ((1.0 - d1) * (1.0 + d1)),
                            Combine::SumOfSquares(1) => d1 * d1,
                            Combine::SumOfSquares(_) => d1 * d1 + d2 * d2,
                        };
                        let screened = row[j].abs();
                        if (i, j) == (0, 1) {
                            prop_assert!(screened.is_nan());
                        } else if screened.is_infinite() {
                            prop_assert!(combine == Combine::Partial && d1 * d1 > 0.7);
                        } else {
                            prop_assert!((screened - decided).abs() <= guard, "{:?} {} {}", combine, screened, decided);
                        }
                    }
                }
            }
        }
    }
}
