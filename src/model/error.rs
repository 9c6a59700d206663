//! Covariates and sample counts for which there is no regression.

/// A design that cannot be fitted.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// A covariate with one value for all samples.
    #[error(
        "covariate '{name}' has the same value for all {n} samples used; leave it out (the intercept is always there)"
    )]
    Constant {
        /// The covariate.
        name: String,
        /// Samples used.
        n: usize,
    },
    /// A covariate that is a combination of others.
    #[error(
        "covariate '{name}' is a linear combination of {}; leave one of them out",
        quoted(on)
    )]
    Collinear {
        /// The covariate.
        name: String,
        /// The covariates it follows from.
        on: Vec<String>,
    },
    /// An error covariance without a Cholesky factor.
    #[error("the error covariance is not positive definite")]
    NotPositiveDefinite,
    /// No residual degree of freedom is left.
    #[error(
        "{n} samples with {covariates} covariates leave {df} degrees of freedom for model {model}, at least 1 is \
         needed; use more samples or fewer covariates"
    )]
    TooFewSamples {
        /// Samples used.
        n: usize,
        /// Covariates, without the intercept.
        covariates: usize,
        /// The model, with what of it takes degrees of freedom.
        model: String,
        /// What is left.
        df: i64,
    },
}

/// A SNP row that a model cannot test. Rows count from the first of the block, columns from the first sample used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowProblem {
    /// Values that are infinite, or whose squares are.
    Infinite {
        /// The row.
        row: usize,
    },
    /// A dosage where ANOVA wants a class.
    NotWhole {
        /// The row.
        row: usize,
        /// The sample.
        column: usize,
        /// Its dosage.
        code: f64,
    },
    /// One class more than was declared.
    TooManyClasses {
        /// The row.
        row: usize,
        /// The sample whose class is one too many.
        column: usize,
        /// That class.
        code: f64,
        /// Classes declared.
        groups: usize,
    },
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    format!("{} and the intercept", names.join(", "))
}
