//! One covariate.

use super::row::fill_missing;
use crate::linalg::sum;

/// One covariate over the samples used, in their order; NaN is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariate {
    /// Its name in the covariate file.
    pub name: String,
    /// Its values `[n_samples]`.
    pub values: Vec<f64>,
}

impl Covariate {
    /// Its values, the missing ones filled by the mean.
    pub fn filled(&self) -> Vec<f64> {
        let mut values = self.values.clone();
        fill_missing(&mut values);
        values
    }

    /// Its filled values about their mean.
    pub fn centered(&self) -> Vec<f64> {
        let mut values = self.filled();
        let mean = sum(&values) / values.len().max(1) as f64;
        values.iter_mut().for_each(|x| *x -= mean);
        values
    }
}
