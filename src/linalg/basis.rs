//! An orthonormal basis of the covariates, and the residual of a row after projecting them out.
//!
//! The constant is taken out by subtracting the mean, which is exact to the last bit where the spread of a row is small
//! beside its mean; the covariates follow by Gram-Schmidt, twice where once would lose orthogonality
//! ("twice is enough"). All sums are the fixed-order ones of [`super::dot()`].

use super::dot::{dots_in_lanes, sum, sum_of_squares};
use super::wide::on_wide_registers;

/// A covariate that adds nothing to the ones before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependence {
    /// The row that depends on others.
    pub row: usize,
    /// The earlier rows it is a combination of; empty when it is constant.
    pub on: Vec<usize>,
}

/// An orthonormal basis of a set of rows, and of the constant where that is projected out by its mean.
#[derive(Clone, Debug)]
pub struct Basis {
    n: usize,
    centered: bool,
    rows: Vec<f64>,
}

/// The part of a row's norm, before its mean is taken out, that must remain for the row to count as independent.
const INDEPENDENT: f64 = 1e-10;

/// After one projection, the share of the squared norm below which rounding asks for a second one.
const PROJECT_AGAIN_BELOW: f64 = 0.5;

impl Basis {
    /// A basis over `n` samples with no rows yet: only the constant is projected out.
    pub fn constant(n: usize) -> Self {
        Self {
            n,
            centered: true,
            rows: Vec::new(),
        }
    }

    /// A basis from its rows `[rank x n]`, orthonormal, one after the other. `centered` says that the constant is
    /// projected out too; the rows are orthogonal to it then.
    ///
    /// # Panics
    /// If the length of `rows` is no multiple of `n`.
    pub fn from_rows(n: usize, centered: bool, rows: Vec<f64>) -> Self {
        assert!(n > 0 && rows.len().is_multiple_of(n), "whole rows");
        Self { n, centered, rows }
    }

    /// The basis of the constant and covariates `[n_covariates][n]`, none missing.
    ///
    /// # Errors
    /// The first covariate that is constant or a combination of earlier ones, and which those are.
    ///
    /// # Panics
    /// If a covariate has another length than `n`.
    pub fn of_covariates(n: usize, covariates: &[Vec<f64>]) -> Result<Self, Dependence> {
        Self::constant(n).with_rows(covariates, |_| None)
    }

    /// The basis of rows `[n_rows][n]` alone, without the constant. `norms` `[n_rows]` are those the rows had before
    /// anything was taken out of them; a row counts as independent by what remains of these.
    ///
    /// # Errors
    /// The first row that is zero or a combination of earlier ones, and which those are.
    ///
    /// # Panics
    /// If a row has another length than `n`, or there is not one norm a row.
    pub fn of_rows(n: usize, rows: &[Vec<f64>], norms: &[f64]) -> Result<Self, Dependence> {
        assert_eq!(rows.len(), norms.len(), "one norm a row");
        let empty = Self {
            centered: false,
            ..Self::constant(n)
        };
        empty.with_rows(rows, |row| Some(norms[row]))
    }

    /// `norm_before` gives the norm of a row before anything was taken out of it, where that is not the one it has.
    fn with_rows(
        mut self,
        covariates: &[Vec<f64>],
        norm_before: impl Fn(usize) -> Option<f64>,
    ) -> Result<Self, Dependence> {
        let basis = &mut self;
        let mut coefficients: Vec<Vec<f64>> = Vec::new();
        let mut sizes: Vec<f64> = Vec::new();
        for (row, covariate) in covariates.iter().enumerate() {
            // The span does not change with the size of a covariate, and squares then neither vanish nor overflow.
            let largest = covariate
                .iter()
                .fold(0.0f64, |largest, x| largest.max(x.abs()));
            let scale = power_of_two_in(largest);
            let mut rest: Vec<f64> = covariate.iter().map(|x| x / scale).collect();
            let norm = sum_of_squares(&rest).sqrt();
            let size = norm_before(row).map_or(norm, |before| before / scale);
            if basis.centered {
                center(&mut rest);
            }
            let mut on_basis = Vec::with_capacity(row + 1);
            basis.subtract_rows(&mut rest, |c| on_basis.push(c));
            let mut again = on_basis.iter_mut();
            basis.subtract_rows(&mut rest, |c| *again.next().expect("one a row") += c);
            let length = sum_of_squares(&rest).sqrt();
            if length <= INDEPENDENT * size {
                let on = combination(&coefficients, &on_basis, &sizes, size);
                return Err(Dependence { row, on });
            }
            rest.iter_mut().for_each(|x| *x /= length);
            basis.rows.extend_from_slice(&rest);
            on_basis.push(length);
            coefficients.push(on_basis);
            sizes.push(size);
        }
        Ok(self)
    }

    /// The number of samples.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The number of rows, the constant that is projected out by its mean not counted.
    pub fn rank(&self) -> usize {
        self.rows.len() / self.n.max(1)
    }

    /// The rows `[rank x n]`, one after the other.
    pub fn rows(&self) -> &[f64] {
        &self.rows
    }

    /// Whether the constant is projected out by its mean.
    pub fn is_centered(&self) -> bool {
        self.centered
    }

    /// Projects the basis (and the constant, where that is part of it) out of `row` `[n]` and returns the sum of squares that remains.
    ///
    /// # Panics
    /// If the row has another length than `n`.
    pub fn project_out(&self, row: &mut [f64]) -> f64 {
        assert_eq!(row.len(), self.n, "one value a sample");
        on_wide_registers(
            #[inline(always)]
            || {
                if self.centered {
                    center(row);
                }
                let before = squares(row);
                if self.rows.is_empty() {
                    return before;
                }
                self.subtract_rows(row, |_| ());
                let after = squares(row);
                if after >= PROJECT_AGAIN_BELOW * before {
                    return after;
                }
                if self.centered {
                    center(row);
                }
                self.subtract_rows(row, |_| ());
                squares(row)
            },
        )
    }

    /// One pass of Gram-Schmidt, classical over four rows at a time and modified from one four to the next.
    /// `coefficient` gets the coefficient of each row in turn.
    #[inline(always)]
    fn subtract_rows(&self, row: &mut [f64], mut coefficient: impl FnMut(f64)) {
        let mut fours = self.rows.chunks_exact(4 * self.n);
        for four in &mut fours {
            let q: [&[f64]; 4] = std::array::from_fn(|i| &four[i * self.n..][..self.n]);
            subtract(row, q).into_iter().for_each(&mut coefficient);
        }
        for q in fours.remainder().chunks_exact(self.n) {
            subtract(row, [q]).into_iter().for_each(&mut coefficient);
        }
    }
}

/// Subtracts from a row its part along each of some orthonormal rows; returns the coefficients.
#[inline(always)]
fn subtract<const ROWS: usize>(row: &mut [f64], q: [&[f64]; ROWS]) -> [f64; ROWS] {
    let coefficients = dots_in_lanes(row, q);
    // Slices of one known length let the loop run without looking at their ends.
    let n = row.len();
    let q = q.map(|q| &q[..n]);
    for k in 0..n {
        let mut x = row[k];
        for i in 0..ROWS {
            x -= coefficients[i] * q[i][k];
        }
        row[k] = x;
    }
    coefficients
}

#[inline(always)]
fn squares(row: &[f64]) -> f64 {
    dots_in_lanes(row, [row])[0]
}

/// Subtracts the mean, and then what rounding left of it.
#[inline(always)]
fn center(row: &mut [f64]) {
    for _ in 0..2 {
        let mean = sum(row) / row.len() as f64;
        row.iter_mut().for_each(|x| *x -= mean);
    }
}

/// The power of two that is at most `x` and more than half of it, so that dividing by it loses no bit; 1 for 0.
pub fn power_of_two_in(x: f64) -> f64 {
    let exponent_alone = f64::from_bits(x.to_bits() & 0x7ff0_0000_0000_0000);
    match x {
        0.0 => 1.0,
        _ => exponent_alone.max(f64::MIN_POSITIVE),
    }
}

/// Which earlier covariates carry weight in `sum_i on_basis_i·q_i`: solves R w = on_basis, R upper triangular.
fn combination(r: &[Vec<f64>], on_basis: &[f64], sizes: &[f64], size: f64) -> Vec<usize> {
    let mut weights = on_basis.to_vec();
    for j in (0..weights.len()).rev() {
        weights[j] /= r[j][j];
        for i in 0..j {
            weights[i] -= r[j][i] * weights[j];
        }
    }
    (0..weights.len())
        .filter(|&j| weights[j].abs() * sizes[j] > 1e-7 * size)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::dot;
    use proptest::prelude::*;

    fn column(n: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..n).map(|k| f(k as f64)).collect()
    }

    #[test]
    fn a_dependent_covariate_is_named_with_those_it_depends_on() {
        let a = column(12, |k| (k * 1.7).sin() * 1e6);
        let b = column(12, |k| (k * k) % 7.0);
        let c = column(12, |k| (k * 0.3).cos());
        let d: Vec<f64> = (0..12).map(|k| 3.0 - 2.0 * a[k] + 5e5 * c[k]).collect();
        let found = Basis::of_covariates(12, &[a, b, c, d])
            .map(|_| ())
            .unwrap_err();
        assert_eq!(
            found,
            Dependence {
                row: 3,
                on: vec![0, 2]
            }
        );
    }

    #[test]
    fn the_size_of_a_covariate_does_not_matter() {
        let wave = column(12, |k| (k * 1.7).sin());
        let other = column(12, |k| (k * k) % 7.0);
        for scale in [1e-200, 1e-310, 1e-5, 1e200] {
            let scaled: Vec<f64> = wave.iter().map(|x| x * scale).collect();
            let basis = Basis::of_covariates(12, &[scaled, other.clone()]).unwrap();
            assert_eq!(basis.rank(), 2, "{scale:e}");
            let doubled: Vec<f64> = wave.iter().map(|x| 2.0 * x).collect();
            let dependent = [
                other.clone(),
                wave.iter().map(|x| x * 1e250).collect(),
                doubled,
            ];
            let found = Basis::of_covariates(12, &dependent)
                .map(|_| ())
                .unwrap_err();
            assert_eq!(
                found,
                Dependence {
                    row: 2,
                    on: vec![1]
                }
            );
        }
    }

    #[test]
    fn a_constant_covariate_depends_on_nothing_else() {
        let found = Basis::of_covariates(5, &[vec![1950.0; 5]])
            .map(|_| ())
            .unwrap_err();
        assert_eq!(found, Dependence { row: 0, on: vec![] });
    }

    #[test]
    fn a_large_offset_does_not_make_a_covariate_dependent() {
        let year = column(40, |k| 1950.0 + k % 11.0);
        let year_squared: Vec<f64> = year.iter().map(|y| y * y).collect();
        assert!(Basis::of_covariates(40, &[year, year_squared]).is_ok());
    }

    #[test]
    fn a_row_of_small_spread_on_a_large_mean_keeps_its_digits() {
        let mut row = column(64, |k| 1e9 + (k % 3.0));
        let mut plain = column(64, |k| k % 3.0);
        let basis = Basis::constant(64);
        let (a, b) = (basis.project_out(&mut row), basis.project_out(&mut plain));
        assert!((a / b - 1.0).abs() < 1e-7);
    }

    proptest! {
        #[test]
        fn residuals_are_orthogonal_to_the_covariates(
            values in prop::collection::vec(-10.0f64..10.0, 90),
            scale in -8i32..8,
        ) {
            let n = 30;
            let scaled: Vec<f64> = values[..n].iter().map(|x| x * 10f64.powi(scale) + 7.0).collect();
            let covariates = vec![scaled, values[n..2 * n].to_vec()];
            let Ok(basis) = Basis::of_covariates(n, &covariates) else { return Ok(()) };
            let mut row = values[2 * n..].to_vec();
            let size = sum_of_squares(&row).sqrt();
            let rest = basis.project_out(&mut row);
            prop_assert!((rest - sum_of_squares(&row)).abs() <= 1e-12 * rest);
            prop_assert!(row.iter().sum::<f64>().abs() <= 1e-12 * size * n as f64);
            for q in basis.rows().chunks_exact(n) {
                prop_assert!(dot(q, &row).abs() <= 1e-13 * size);
                prop_assert!((sum_of_squares(q) - 1.0).abs() < 1e-14);
            }
        }
    }
}
