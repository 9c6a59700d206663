//! What a model is made from and gives: the SNP side of a block, the products and the estimate of a pair.

use super::kind::MAX_UNITS;

/// The SNP side of a block.
#[derive(Clone, Debug, Default)]
pub struct Snps {
    /// Before preparation values `[m x n]`, NaN missing; after it unit residuals `[n_units x m x n]`, zero for what is
    /// constant once the design is known.
    pub units: Vec<f64>,
    /// The norm of the tested column before scaling `[m]`; 0 for a SNP that has nothing to test.
    pub norms: Vec<f64>,
    /// Which [`Model::degrees`](super::Model::degrees) the tests of each SNP have `[m]`.
    pub df_classes: Vec<u8>,
    /// Room for the values while indicators take their place.
    pub(super) codes: Vec<f64>,
}

/// Effect and significance of one SNP on one gene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Change of expression per copy of the counted allele, or per copy and unit of the covariate; NaN for ANOVA.
    pub beta: f64,
    /// t or F.
    pub statistic: f64,
    /// ln of the p-value.
    pub ln_p: f64,
}

impl Estimate {
    /// The estimate of a pair with a constant row.
    pub(super) const NOTHING: Self = Self {
        beta: 0.0,
        statistic: 0.0,
        ln_p: 0.0,
    };
}

/// What [`Model::products`](super::Model::products) makes of a pair.
#[derive(Clone, Copy, Debug)]
pub struct Products {
    pub(super) values: [f64; MAX_UNITS],
    pub(super) len: usize,
}

impl Products {
    pub(super) fn values(&self) -> &[f64] {
        &self.values[..self.len]
    }
}
