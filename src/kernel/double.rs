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

use crate::linalg::{multiply_rows, on_wide_registers};

/// How the products of a SNP's unit rows with a gene make the strength of their test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// One product, whose size is the strength.
    Single,
    /// Two products: the squared partial correlation of the second given the first.
    Partial,
    /// This many products: the sum of their squares.
    SumOfSquares(usize),
}

impl Combine {
    /// Unit rows of a SNP.
    pub fn n_units(self) -> usize {
        match self {
            Self::Single => 1,
            Self::Partial => 2,
            Self::SumOfSquares(k) => k,
        }
    }
}

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
        let strengths = &mut self.strengths[..];
        on_wide_registers(
            #[inline(always)]
            || match self.combine {
                Combine::Partial => partial_correlations(strengths, row(0), row(1)),
                _ => {
                    // Two classes less one leave one product; three, the usual case, two.
                    match self.combine.n_units() {
                        1 => squares(strengths, row(0)),
                        _ => sums_of_squares(strengths, row(0), row(1)),
                    }
                    (2..self.combine.n_units()).for_each(|unit| add_squares(strengths, row(unit)));
                }
            },
        );
        &self.strengths
    }
}

/// `c2^2 / (1 - c1^2)`, or infinity where the denominator is small.
#[inline(always)]
fn partial_correlations(strengths: &mut [f64], c1: &[f64], c2: &[f64]) {
    for ((strength, c1), c2) in strengths.iter_mut().zip(c1).zip(c2) {
        let rest = 1.0 - c1 * c1;
        let partial = c2 * c2 / rest;
        *strength = if rest < LEAST_REST {
            f64::INFINITY
        } else {
            partial
        };
    }
}

#[inline(always)]
fn squares(strengths: &mut [f64], c: &[f64]) {
    for (strength, c) in strengths.iter_mut().zip(c) {
        *strength = c * c;
    }
}

#[inline(always)]
fn sums_of_squares(strengths: &mut [f64], c1: &[f64], c2: &[f64]) {
    for ((strength, c1), c2) in strengths.iter_mut().zip(c1).zip(c2) {
        *strength = c1 * c1 + c2 * c2;
    }
}

#[inline(always)]
fn add_squares(strengths: &mut [f64], c: &[f64]) {
    for (strength, c) in strengths.iter_mut().zip(c) {
        *strength += c * c;
    }
}

/// Calls `found(gene)` for every value of a row of screened strengths that is at least `bound`; NaN never is.
///
/// Almost all runs of values hold nothing: they are passed over by one comparison each.
pub fn for_each_beyond(row: &[f64], bound: f64, mut found: impl FnMut(usize)) {
    const RUN: usize = 32;
    for (run, values) in row.chunks(RUN).enumerate() {
        if largest(values) >= bound {
            let beyond = values.iter().enumerate().filter(|(_, v)| v.abs() >= bound);
            beyond.for_each(|(i, _)| found(run * RUN + i));
        }
    }
}

/// Calls `found(gene)` for every value of a row that is at least its own bound in `bounds`.
pub fn for_each_beyond_its_own(row: &[f64], bounds: &[f64], mut found: impl FnMut(usize)) {
    const RUN: usize = 32;
    for (run, (values, bounds)) in row.chunks(RUN).zip(bounds.chunks(RUN)).enumerate() {
        let excess = values.iter().zip(bounds).fold(-1.0f64, |most, (v, b)| {
            let excess = v.abs() - b;
            if excess > most { excess } else { most }
        });
        if excess >= 0.0 {
            let pairs = values.iter().zip(bounds).enumerate();
            let beyond = pairs.filter(|(_, (v, b))| v.abs() >= **b);
            beyond.for_each(|(i, _)| found(run * RUN + i));
        }
    }
}

/// The largest size of a value that is known: NaN and infinite values count as 0.
pub fn largest_known(values: &[f64]) -> f64 {
    let known = |v: &f64| {
        if v.abs() < f64::INFINITY {
            v.abs()
        } else {
            0.0
        }
    };
    values
        .iter()
        .fold(0.0f64, |largest, v| largest.max(known(v)))
}

/// The largest size of a value; NaN counts as 0.
fn largest(values: &[f64]) -> f64 {
    values.iter().fold(
        0.0f64,
        |largest, v| {
            if v.abs() > largest { v.abs() } else { largest }
        },
    )
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

        #[test]
        fn values_beyond_a_bound_are_found(
            values in prop::collection::vec(prop_oneof![-1.0f64..1.0, Just(f64::NAN), Just(f64::INFINITY)], 0..100),
            bounds in prop::collection::vec(-0.1f64..1.0, 100),
            bound in 0.0f64..1.0,
        ) {
            let mut found = Vec::new();
            for_each_beyond(&values, bound, |i| found.push(i));
            let wanted: Vec<usize> = (0..values.len()).filter(|&i| values[i].abs() >= bound).collect();
            prop_assert_eq!(found, wanted);
            let mut found = Vec::new();
            for_each_beyond_its_own(&values, &bounds, |i| found.push(i));
            let wanted: Vec<usize> = (0..values.len()).filter(|&i| values[i].abs() >= bounds[i]).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn what_is_unknown_is_not_the_largest() {
        assert_eq!(largest_known(&[0.1, f64::INFINITY, -0.3, f64::NAN]), 0.3);
        assert_eq!(largest_known(&[f64::NAN, f64::INFINITY]), 0.0);
    }
}
