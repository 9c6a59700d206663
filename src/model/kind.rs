//! Which models there are, and how the products of a pair make a test in each.

use serde::{Deserialize, Serialize};

use super::anova::AnovaDf;
use super::error::ModelError;

/// The most unit residuals a SNP can have: ANOVA with one class more.
pub const MAX_UNITS: usize = 15;

/// Which model, without the data it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelKind {
    /// Expression on dosage.
    Linear,
    /// Expression on dosage x covariate, beside both.
    LinearCross,
    /// Expression on genotype class.
    Anova {
        /// Classes a SNP may have, 2 to [`MAX_UNITS`] + 1.
        groups: usize,
        /// How numerator degrees of freedom are counted.
        df: AnovaDf,
    },
}

impl ModelKind {
    /// The residual degrees of freedom that `n` samples and some covariates, the intercept not counted, leave.
    ///
    /// # Errors
    /// Fewer than one.
    pub fn df(self, n: usize, covariates: usize) -> Result<f64, ModelError> {
        let (tested, model) = match self {
            Self::Linear => (1, "linear".into()),
            Self::LinearCross => (2, "linear_cross".into()),
            Self::Anova { groups, .. } => (groups - 1, format!("anova with {groups} classes")),
        };
        let df = n as i64 - covariates as i64 - 1 - tested as i64;
        if df < 1 {
            return Err(ModelError::TooFewSamples {
                n,
                covariates,
                model,
                df,
            });
        }
        Ok(df as f64)
    }
}

/// How the dot products of a gene with the unit residuals of a SNP make the strength of their test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One product; its size.
    Single,
    /// Two products; the squared partial correlation of the second given the first.
    Partial,
    /// As many products as given; the sum of their squares.
    SumOfSquares(usize),
}
