//! Rows as unit residuals of the design.
//!
//! A row is multiplied by W where there is an error covariance, the design is projected out of it, and what is left is
//! scaled to norm 1. What is not left is zero: a row that the design explains to the last bits is constant.

use super::design::{Design, Whitened};
use crate::linalg::{dot, sum, sum_of_squares};

impl Design {
    /// Turns every row of `rows` `[m x n]`, none missing, into its unit residual, and appends to `norms` the norm each
    /// had before it was scaled.
    ///
    /// A row that does not vary once the design is known becomes zero, with norm 0; its correlations are all 0. A row
    /// with an infinite value, or with values whose squares overflow, has norm NaN: it cannot be tested.
    ///
    /// `beside` holds unit residuals made earlier, each `[m x n]`, orthogonal to each other row by row; they are
    /// projected out of the row in the same place too.
    pub fn unit_residuals(&self, rows: &mut [f64], beside: &[f64], norms: &mut Vec<f64>) {
        let n = self.n();
        let len = rows.len();
        assert!(len.is_multiple_of(n), "whole rows");
        let mut sizes = [Size::default(); ROWS_AT_ONCE];
        // Without W a row has nothing to share with others and stays in the cache from first to last.
        let at_once = if self.whitening.is_some() {
            ROWS_AT_ONCE
        } else {
            1
        };
        for (chunk, rows) in rows.chunks_mut(at_once * n).enumerate() {
            for (row, size) in rows.chunks_exact_mut(n).zip(&mut sizes) {
                *size = Size::of(row);
            }
            if let Some(whitened) = &self.whitening {
                whiten(rows, &mut sizes, whitened);
            }
            for (i, (row, size)) in rows.chunks_exact_mut(n).zip(&sizes).enumerate() {
                let place = (chunk * at_once + i) * n;
                let earlier = beside
                    .chunks_exact(len.max(1))
                    .map(|block| &block[place..][..n]);
                norms.push(self.unit_residual(row, size, earlier));
            }
        }
    }

    fn unit_residual<'r>(
        &self,
        row: &mut [f64],
        size: &Size,
        earlier: impl Iterator<Item = &'r [f64]> + Clone,
    ) -> f64 {
        if !size.squares.is_finite() {
            return f64::NAN;
        }
        let mut after = self.basis.project_out(row);
        if earlier.clone().next().is_some() {
            let before = after;
            after = subtract(row, earlier.clone());
            if after < 0.5 * before {
                // Most of the row went: what is left is orthogonal only after a second time, and twice is enough.
                self.basis.project_out(row);
                after = subtract(row, earlier);
            }
        }
        if after <= ZERO_RESIDUAL * size.squares {
            row.fill(0.0);
            return 0.0;
        }
        let norm = after.sqrt();
        let scale = norm.recip();
        row.iter_mut().for_each(|x| *x *= scale);
        norm / size.enlarged
    }
}

/// Subtracts from a row its part along each of some unit rows; returns the sum of squares that remains.
fn subtract<'r>(row: &mut [f64], units: impl Iterator<Item = &'r [f64]>) -> f64 {
    for unit in units {
        let along = dot(row, unit);
        row.iter_mut().zip(unit).for_each(|(x, u)| *x -= along * u);
    }
    sum_of_squares(row)
}

/// Rows that are multiplied by W together: few enough to stay in the cache, enough to share what W costs to read.
const ROWS_AT_ONCE: usize = 256;

/// A row whose residual sum of squares is at most this part of its sum of squares counts as constant.
const ZERO_RESIDUAL: f64 = f64::EPSILON;

/// Squares that sum up to less have lost digits; a row of such values is enlarged first. Zero rows stay zero.
const TINY_SQUARES: f64 = 1e-230;

/// A power of two, so that enlarging by it loses no bit.
const TWO_TO_THE_600: f64 = f64::from_bits((1023 + 600) << 52);

/// How large a row was before anything was projected out of it.
#[derive(Clone, Copy, Default)]
struct Size {
    squares: f64,
    enlarged: f64,
}

impl Size {
    /// The size of a row, which is enlarged first if it is tiny.
    fn of(row: &mut [f64]) -> Self {
        let mut size = Self {
            squares: sum_of_squares(row),
            enlarged: 1.0,
        };
        if size.squares < TINY_SQUARES {
            size.enlarged = TWO_TO_THE_600;
            row.iter_mut().for_each(|x| *x *= size.enlarged);
            size.squares = sum_of_squares(row);
        }
        size
    }
}

/// Multiplies rows by W. The mean is taken out before, which the intercept would take out anyway, so that a small
/// spread on a large mean keeps its digits; the sizes become those of the rows under W with their means.
fn whiten(rows: &mut [f64], sizes: &mut [Size; ROWS_AT_ONCE], whitened: &Whitened) {
    let n = whitened.w.n();
    let mut means = [0.0; ROWS_AT_ONCE];
    for (row, mean) in rows.chunks_exact_mut(n).zip(&mut means) {
        *mean = sum(row) / n as f64;
        row.iter_mut().for_each(|x| *x -= *mean);
    }
    whitened.w.apply(rows);
    let ones = &whitened.ones;
    let ones_squared = sum_of_squares(ones);
    for ((row, mean), size) in rows.chunks_exact(n).zip(means).zip(sizes) {
        let with_mean = sum_of_squares(row) + mean * (2.0 * dot(row, ones) + mean * ones_squared);
        size.squares = if size.squares.is_finite() {
            with_mean
        } else {
            f64::NAN
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::design::samples::*;
    use super::super::error::ModelError;
    use super::*;

    fn unit_residual(design: &Design, row: &mut [f64]) -> f64 {
        let mut norms = Vec::new();
        design.unit_residuals(row, &[], &mut norms);
        norms[0]
    }

    #[test]
    fn a_row_that_follows_from_the_design_is_constant() {
        let n = 25;
        for design in [
            Design::new(n, &age_and_pc(n), None),
            whitened(n, &age_and_pc(n)),
        ] {
            let design = design.unwrap();
            assert_eq!((design.n(), design.n_covariates()), (n, 2));
            let age = age_and_pc(n)[0].values.clone();
            // What rounding leaves is no residual: scaled to norm 1 it would make hits out of nothing.
            let mut row: Vec<f64> = age.iter().map(|x| 0.1 * x + 1.0 / 3.0).collect();
            assert_eq!(unit_residual(&design, &mut row), 0.0);
            assert_eq!(row, [0.0; 25]);
            assert_eq!(unit_residual(&design, &mut [3.1; 25]), 0.0);
        }
    }

    #[test]
    fn the_bits_of_a_row_do_not_depend_on_those_beside_it() {
        let n = 30;
        let rows: Vec<f64> = (0..150 * n).map(|k| ((k * k) % 17) as f64).collect();
        for design in [
            Design::new(n, &age_and_pc(n), None),
            whitened(n, &age_and_pc(n)),
        ] {
            let design = design.unwrap();
            let (mut together, mut norms) = (rows.clone(), Vec::new());
            design.unit_residuals(&mut together, &[], &mut norms);
            for (i, row) in rows.chunks_exact(n).enumerate() {
                let mut alone = row.to_vec();
                assert_eq!(
                    unit_residual(&design, &mut alone).to_bits(),
                    norms[i].to_bits()
                );
                assert_eq!(alone, together[i * n..][..n]);
            }
        }
    }

    #[test]
    fn another_rank_makes_the_same_design_of_the_parts() {
        let n = 30;
        let mut row: Vec<f64> = (0..n).map(|k| ((k * k) % 17) as f64).collect();
        for design in [
            Design::new(n, &age_and_pc(n), None),
            whitened(n, &age_and_pc(n)),
        ] {
            let design = design.unwrap();
            let (rows, factor) = (
                design.basis_rows().to_vec(),
                design.whitening_factor().to_vec(),
            );
            let other = Design::from_parts(n, rows, factor);
            assert_eq!(other.n_covariates(), 2);
            let mut again = row.clone();
            let norms = (
                unit_residual(&design, &mut row),
                unit_residual(&other, &mut again),
            );
            assert_eq!(norms.0, norms.1);
            assert_eq!(row, again);
        }
    }

    #[test]
    fn tiny_values_keep_their_digits() {
        for design in [Design::new(20, &[], None), whitened(20, &[])] {
            let design = design.unwrap();
            let plain: Vec<f64> = (0..20).map(|k| f64::from(k * k % 7) + 0.3).collect();
            let mut wanted = plain.clone();
            let norm = unit_residual(&design, &mut wanted);
            for exponent in [-110, -125, -155, -162, -200, -280] {
                let scale = 10f64.powi(exponent);
                let mut row: Vec<f64> = plain.iter().map(|x| x * scale).collect();
                let found = unit_residual(&design, &mut row);
                assert!((found / scale / norm - 1.0).abs() < 1e-12, "1e{exponent}");
                assert!(
                    row.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-14),
                    "1e{exponent}"
                );
            }
        }
    }

    #[test]
    fn a_row_that_cannot_be_squared_has_no_norm() {
        for design in [Design::new(4, &[], None), whitened(4, &[])] {
            for huge in [1e200, f64::INFINITY, f64::NEG_INFINITY] {
                let norm = unit_residual(design.as_ref().unwrap(), &mut [1.0, 2.0, huge, 3.0]);
                assert!(norm.is_nan());
            }
        }
    }

    #[test]
    fn the_offset_of_a_covariate_does_not_matter() {
        let n = 25;
        let mut plain: Vec<f64> = (0..n).map(|k| ((k * k) % 17) as f64).collect();
        let row = plain.clone();
        for with_errors in [false, true] {
            // Whole numbers and a mean that is one too lose nothing to the offset.
            let design_of = |offset: f64| {
                let age = (0..n).map(|k| offset + ((7 * k) % n) as f64);
                let age = covariate("age", &age.collect::<Vec<f64>>());
                match with_errors {
                    false => Design::new(n, &[age], None),
                    true => whitened(n, &[age]),
                }
            };
            plain.copy_from_slice(&row);
            let norm = unit_residual(&design_of(0.0).unwrap(), &mut plain);
            for offset in [1950.0, 1e6, 1e9] {
                let mut found = row.clone();
                let other = unit_residual(&design_of(offset).unwrap(), &mut found);
                assert!((other / norm - 1.0).abs() < 1e-14, "{offset}");
                let largest = found.iter().zip(&plain).map(|(a, b)| (a - b).abs());
                assert!(largest.fold(0.0, f64::max) < 1e-14, "{offset}");
            }
            assert!(matches!(design_of(1e13), Err(ModelError::Constant { .. })));
        }
    }
}
