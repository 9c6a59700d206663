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
    /// No residual degree of freedom is left.
    #[error(
        "{n} samples with {covariates} covariates leave {df} degrees of freedom, at least 1 is needed; \
         use more samples or fewer covariates"
    )]
    TooFewSamples {
        /// Samples used.
        n: usize,
        /// Covariates, without the intercept.
        covariates: usize,
        /// n - covariates - 2.
        df: i64,
    },
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    format!("{} and the intercept", names.join(", "))
}
