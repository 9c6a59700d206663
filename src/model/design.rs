//! The design: the intercept and the covariates, over the samples that are used.

use super::error::ModelError;
use super::row::fill_missing;
use crate::linalg::Basis;

/// One covariate over the samples used, in their order; NaN is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariate {
    /// Its name in the covariate file.
    pub name: String,
    /// Its values `[n_samples]`.
    pub values: Vec<f64>,
}

/// The intercept and the covariates as an orthonormal basis.
#[derive(Clone, Debug)]
pub struct Design {
    basis: Basis,
}

impl Design {
    /// The design of `n` samples and their covariates; missing covariate values are filled by the mean.
    ///
    /// # Errors
    /// A constant or collinear covariate, by name.
    pub fn new(n: usize, covariates: &[Covariate]) -> Result<Self, ModelError> {
        if covariates.len() + 2 > n {
            return Err(ModelError::TooFewSamples {
                n,
                covariates: covariates.len(),
                df: n as i64 - covariates.len() as i64 - 2,
            });
        }
        let filled: Vec<Vec<f64>> = covariates
            .iter()
            .map(|covariate| {
                let mut values = covariate.values.clone();
                fill_missing(&mut values);
                values
            })
            .collect();
        let basis = Basis::of_covariates(n, &filled).map_err(|dependence| {
            let name = covariates[dependence.row].name.clone();
            if dependence.on.is_empty() {
                return ModelError::Constant { name, n };
            }
            let on = dependence
                .on
                .iter()
                .map(|&row| covariates[row].name.clone());
            ModelError::Collinear {
                name,
                on: on.collect(),
            }
        })?;
        Ok(Self { basis })
    }

    /// The design of `n` samples from the rows of its basis, as [`Design::basis_rows`] gave them on another rank.
    pub fn from_basis_rows(n: usize, rows: Vec<f64>) -> Self {
        Self {
            basis: Basis::from_rows(n, rows),
        }
    }

    /// The rows of the basis `[n_covariates x n]`, the intercept not among them.
    pub fn basis_rows(&self) -> &[f64] {
        self.basis.rows()
    }

    /// The number of samples.
    pub fn n(&self) -> usize {
        self.basis.n()
    }

    /// The number of covariates, without the intercept.
    pub fn n_covariates(&self) -> usize {
        self.basis.rank()
    }

    /// The basis itself.
    pub(super) fn basis(&self) -> &Basis {
        &self.basis
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covariate(name: &str, values: &[f64]) -> Covariate {
        Covariate {
            name: name.into(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_collinear_covariate_is_named() {
        let male = covariate("male", &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        let age = covariate("age", &[30.0, 41.0, 52.0, 33.0, 28.0, 60.0]);
        let female = covariate("female", &[0.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
        let error = Design::new(6, &[male, age, female])
            .map(|_| ())
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "covariate 'female' is a linear combination of 'male' and the intercept; leave one of them out"
        );
    }

    #[test]
    fn more_covariates_than_samples_allow_is_an_error() {
        let rows: Vec<Covariate> = (0..3)
            .map(|i| covariate(&i.to_string(), &[0.0; 4]))
            .collect();
        let error = Design::new(4, &rows).map(|_| ()).unwrap_err();
        assert_eq!(
            error,
            ModelError::TooFewSamples {
                n: 4,
                covariates: 3,
                df: -1
            }
        );
    }

    #[test]
    fn a_covariate_that_is_constant_once_filled_is_named() {
        let row = covariate("batch", &[1.0, f64::NAN, 1.0, 1.0]);
        let error = Design::new(4, &[row]).map(|_| ()).unwrap_err();
        assert_eq!(
            error,
            ModelError::Constant {
                name: "batch".into(),
                n: 4
            }
        );
    }
}
