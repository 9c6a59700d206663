//! The linear model: expression on dosage, with the intercept and covariates projected out of both.
//!
//! With g* and s* the unit residuals, `r = <g*, s*>`, `t = r·sqrt(df / (1 - r^2))`, `beta = r·|g~| / |s~|`,
//! `df = n - n_covariates - 2`. Shabalin 2012, section 2.1.

use super::design::Design;
use super::error::ModelError;
use super::row::fill_missing;
use crate::linalg::sum_of_squares;
use crate::stats::t_from_correlation;

/// A row whose residual sum of squares is at most this part of its sum of squares counts as constant.
const ZERO_RESIDUAL: f64 = f64::EPSILON;

/// Squares that sum up to less have lost digits; a row of such values is enlarged first. Zero rows stay zero.
const TINY_SQUARES: f64 = 1e-230;

/// A power of two, so that enlarging by it loses no bit.
const TWO_TO_THE_600: f64 = f64::from_bits((1023 + 600) << 52);

/// Effect and test statistic of one SNP on one gene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Change of expression per copy of the counted allele.
    pub beta: f64,
    /// t statistic.
    pub t_stat: f64,
}

/// The linear model over one design.
#[derive(Clone, Debug)]
pub struct Linear {
    design: Design,
    df: f64,
}

impl Linear {
    /// The model over a design.
    ///
    /// # Errors
    /// Fewer than one residual degree of freedom.
    pub fn new(design: Design) -> Result<Self, ModelError> {
        let (n, covariates) = (design.n(), design.n_covariates());
        let df = n as i64 - covariates as i64 - 2;
        if df < 1 {
            return Err(ModelError::TooFewSamples { n, covariates, df });
        }
        Ok(Self {
            design,
            df: df as f64,
        })
    }

    /// The residual degrees of freedom of every test.
    pub fn df(&self) -> f64 {
        self.df
    }

    /// The design.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// Turns `row` `[n]` into its unit residual and returns the norm it had before scaling.
    ///
    /// Missing values are filled by the mean first. A row that is constant once the covariates are known becomes
    /// zero, with norm 0; its correlations are all 0. A row with an infinite value, or with values whose squares
    /// overflow, has norm NaN: it cannot be tested.
    pub fn unit_residual(&self, row: &mut [f64]) -> f64 {
        fill_missing(row);
        let mut before = sum_of_squares(row);
        let mut up = 1.0;
        if before < TINY_SQUARES {
            up = TWO_TO_THE_600;
            row.iter_mut().for_each(|x| *x *= up);
            before = sum_of_squares(row);
        }
        if !before.is_finite() {
            return f64::NAN;
        }
        let after = self.design.basis().project_out(row);
        if after <= ZERO_RESIDUAL * before {
            row.fill(0.0);
            return 0.0;
        }
        let norm = after.sqrt();
        let scale = norm.recip();
        row.iter_mut().for_each(|x| *x *= scale);
        norm / up
    }

    /// The estimate of a pair with correlation `r` of unit residuals whose norms were `gene_norm` and `snp_norm`.
    pub fn estimate(&self, r: f64, gene_norm: f64, snp_norm: f64) -> Estimate {
        if gene_norm == 0.0 || snp_norm == 0.0 {
            return Estimate {
                beta: 0.0,
                t_stat: 0.0,
            };
        }
        Estimate {
            beta: r * gene_norm / snp_norm,
            t_stat: t_from_correlation(r, self.df),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::dot;
    use crate::model::Covariate;

    /// Least squares by Gaussian elimination on the normal equations: beta and t of the last column.
    fn naive(columns: &[Vec<f64>], y: &[f64]) -> (f64, f64) {
        let k = columns.len();
        let mut m: Vec<Vec<f64>> = (0..k)
            .map(|i| {
                let mut row: Vec<f64> = columns.iter().map(|c| dot(&columns[i], c)).collect();
                row.push(dot(&columns[i], y));
                row.extend((0..k).map(|j| f64::from(u8::from(i == j))));
                row
            })
            .collect();
        for i in 0..k {
            let pivot = m[i][i];
            m[i].iter_mut().for_each(|x| *x /= pivot);
            let pivot_row = m[i].clone();
            for (j, row) in m.iter_mut().enumerate().filter(|(j, _)| *j != i) {
                debug_assert_ne!(i, j);
                let factor = row[i];
                row.iter_mut()
                    .zip(&pivot_row)
                    .for_each(|(x, p)| *x -= factor * p);
            }
        }
        let beta: Vec<f64> = m.iter().map(|row| row[k]).collect();
        let rss: f64 = (0..y.len())
            .map(|s| (y[s] - (0..k).map(|j| beta[j] * columns[j][s]).sum::<f64>()).powi(2))
            .sum();
        let variance = rss / (y.len() - k) as f64 * m[k - 1][k + 1 + k - 1];
        (beta[k - 1], beta[k - 1] / variance.sqrt())
    }

    #[test]
    fn agrees_with_least_squares_on_the_raw_columns() {
        let n = 30;
        let wave =
            |f: f64| -> Vec<f64> { (0..n).map(|k| (f * k as f64).sin() * 3.0 + f).collect() };
        let (age, pc) = (wave(0.7), wave(1.9));
        let snp: Vec<f64> = (0..n).map(|k| f64::from((k * k % 7 % 3) as u8)).collect();
        let gene: Vec<f64> = (0..n)
            .map(|k| 0.4 * snp[k] + age[k] + (3.3 * k as f64).cos())
            .collect();
        let design = Design::new(
            n,
            &[
                Covariate {
                    name: "age".into(),
                    values: age.clone(),
                },
                Covariate {
                    name: "pc".into(),
                    values: pc.clone(),
                },
            ],
        )
        .unwrap();
        let model = Linear::new(design).unwrap();
        let (mut s, mut g) = (snp.clone(), gene.clone());
        let (s_norm, g_norm) = (model.unit_residual(&mut s), model.unit_residual(&mut g));
        let found = model.estimate(dot(&s, &g), g_norm, s_norm);
        let (beta, t) = naive(&[vec![1.0; n], age, pc, snp], &gene);
        assert!((found.beta / beta - 1.0).abs() < 1e-10, "{found:?} {beta}");
        assert!((found.t_stat / t - 1.0).abs() < 1e-10, "{found:?} {t}");
        assert_eq!(model.df(), 26.0);
    }

    #[test]
    fn a_constant_row_has_no_effect() {
        let model = Linear::new(Design::new(5, &[]).unwrap()).unwrap();
        let mut row = [3.1, f64::NAN, 3.1, 3.1, 3.1];
        assert_eq!(model.unit_residual(&mut row), 0.0);
        assert_eq!(row, [0.0; 5]);
        assert_eq!(
            model.estimate(0.0, 1.0, 0.0),
            Estimate {
                beta: 0.0,
                t_stat: 0.0
            }
        );
    }

    #[test]
    fn a_row_that_follows_from_a_covariate_is_constant() {
        let age: Vec<f64> = (0..25)
            .map(|k| 20.0 + 1.37 * f64::from(k * k % 11))
            .collect();
        let covariate = Covariate {
            name: "age".into(),
            values: age.clone(),
        };
        let model = Linear::new(Design::new(25, &[covariate]).unwrap()).unwrap();
        // What rounding leaves is no residual: scaled to norm 1 it would make hits out of nothing.
        let mut row: Vec<f64> = age.iter().map(|x| 0.1 * x + 1.0 / 3.0).collect();
        assert_eq!(model.unit_residual(&mut row), 0.0);
    }

    #[test]
    fn tiny_values_keep_their_digits() {
        let model = Linear::new(Design::new(20, &[]).unwrap()).unwrap();
        let plain: Vec<f64> = (0..20).map(|k| f64::from(k * k % 7) + 0.3).collect();
        let mut wanted = plain.clone();
        let norm = model.unit_residual(&mut wanted);
        for exponent in [-110, -125, -155, -162, -200, -280] {
            let scale = 10f64.powi(exponent);
            let mut row: Vec<f64> = plain.iter().map(|x| x * scale).collect();
            let found = model.unit_residual(&mut row);
            assert!((found / scale / norm - 1.0).abs() < 1e-12, "1e{exponent}");
            assert!(
                row.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-14),
                "1e{exponent}"
            );
        }
    }

    #[test]
    fn a_row_that_cannot_be_squared_has_no_norm() {
        let model = Linear::new(Design::new(4, &[]).unwrap()).unwrap();
        for huge in [1e200, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(model.unit_residual(&mut [1.0, 2.0, huge, 3.0]).is_nan());
        }
    }

    #[test]
    fn two_samples_leave_no_degree_of_freedom() {
        let error = Linear::new(Design::new(2, &[]).unwrap())
            .map(|_| ())
            .unwrap_err();
        assert_eq!(
            error,
            ModelError::TooFewSamples {
                n: 2,
                covariates: 0,
                df: 0
            }
        );
    }
}
