//! The same tests by another way: one ordinary regression a pair, from the raw rows, by a QR decomposition of the whole
//! design. It shares nothing with the scan but the definition of the models.

use super::anova::AnovaDf;
use super::covariate::Covariate;
use super::error::ModelError;
use super::kind::ModelKind;
use crate::linalg::{Cholesky, Householder};
use crate::stats::Degrees;

/// The regression that all pairs share, ready to be given the columns of a pair.
#[derive(Clone, Debug)]
pub struct Refitter {
    kind: ModelKind,
    design: Householder,
    errors: Option<Cholesky>,
    x: Vec<f64>,
}

/// One pair, fitted again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refit {
    /// The part of the residual sum of squares that the tested columns explain: r² of the scan, or R².
    pub gain: f64,
    /// The coefficient of the last column; `None` for ANOVA, and where nothing is tested.
    pub beta: Option<f64>,
    /// Degrees of freedom.
    pub degrees: Degrees,
    /// By how much rounding may change the square root of `gain`.
    pub rounding: f64,
    /// The norm of what is left of the gene, over the independent part of the tested column: what a change of r makes of
    /// beta.
    pub beta_scale: f64,
}

impl Refitter {
    /// The regression on the intercept and covariates as read, with errors of covariance `k` `[n x n]`, and the
    /// interaction covariate where the model has one.
    ///
    /// # Errors
    /// Covariates or a covariance that cannot be used.
    pub fn new(
        n: usize,
        kind: ModelKind,
        covariates: &[Covariate],
        interaction: Option<&str>,
        k: Option<&[f64]>,
    ) -> Result<Self, ModelError> {
        let errors = k.map(|k| Cholesky::new(n, k).ok_or(ModelError::NotPositiveDefinite));
        let errors = errors.transpose()?;
        let mut refitter = Self {
            kind,
            design: Householder::new(n),
            errors,
            x: Vec::new(),
        };
        let intercept = refitter.divided(&vec![1.0; n]);
        refitter.design.push(&intercept);
        for covariate in covariates {
            let values = with_mean(&covariate.values);
            let column = refitter.divided(&values);
            refitter.design.push(&column);
            if interaction == Some(&covariate.name) {
                refitter.x = values;
            }
        }
        Ok(refitter)
    }

    /// Fits one pair from its raw rows `[n]`, NaN missing.
    pub fn fit(&self, snp: &[f64], gene: &[f64]) -> Refit {
        let n = gene.len();
        let mut design = self.design.clone();
        let tested: Vec<Vec<f64>> = match self.kind {
            ModelKind::Linear => vec![with_mean(snp)],
            ModelKind::LinearCross => {
                let s = with_mean(snp);
                design.push(&self.divided(&s));
                vec![s.iter().zip(&self.x).map(|(s, x)| s * x).collect()]
            }
            ModelKind::Anova { .. } => indicators(snp),
        };
        let known = design.rank();
        let added: Vec<f64> = tested
            .iter()
            .filter_map(|column| design.push(&self.divided(column)))
            .map(|added| added.diagonal)
            .collect();
        let y = self.divided(&with_mean(gene));
        let effects = design.reflect(&y);
        let squares = |part: &[f64]| part.iter().map(|x| x * x).sum::<f64>();
        let explained = squares(&effects[known..design.rank()]);
        let before = explained + squares(&effects[design.rank()..]);
        let gain = if before > f64::EPSILON * squares(&y) {
            explained / before
        } else {
            0.0
        };
        let numerator = match self.kind {
            ModelKind::Anova {
                groups,
                df: AnovaDf::Declared,
            } => groups - 1,
            ModelKind::Anova { .. } => added.len().max(1),
            _ => 1,
        };
        let at_least = if self.kind == ModelKind::LinearCross {
            2
        } else {
            numerator
        };
        let beta = match self.kind {
            ModelKind::Anova { .. } => None,
            _ => added.last().map(|diagonal| effects[known] / diagonal),
        };
        let beta_scale = added
            .last()
            .map_or(0.0, |diagonal| before.sqrt() / diagonal.abs());
        let spread = self.errors.as_ref().map_or(1.0, Cholesky::spread);
        let amplification = spread
            * (design.amplification() + (squares(&y) / before.max(f64::MIN_POSITIVE)).sqrt());
        Refit {
            gain,
            beta,
            degrees: Degrees {
                numerator: numerator as u32,
                residual: (n - self.design.rank() - at_least) as f64,
            },
            rounding: 1e-10 + 1e3 * f64::EPSILON * (n as f64).sqrt() * amplification,
            beta_scale,
        }
    }

    /// A column over independent errors.
    fn divided(&self, column: &[f64]) -> Vec<f64> {
        match &self.errors {
            None => column.to_vec(),
            Some(errors) => errors.divide(column),
        }
    }
}

/// A row with missing values replaced by the mean of the others.
fn with_mean(row: &[f64]) -> Vec<f64> {
    let present: Vec<f64> = row.iter().copied().filter(|x| !x.is_nan()).collect();
    let mean = present.iter().sum::<f64>() / present.len().max(1) as f64;
    row.iter()
        .map(|x| if x.is_nan() { mean } else { *x })
        .collect()
}

/// An indicator for every class of a row but the one that most samples have, which missing ones have too. Among equals
/// that is the class whose last sample comes first.
fn indicators(row: &[f64]) -> Vec<Vec<f64>> {
    let mut codes: Vec<f64> = row.iter().copied().filter(|x| !x.is_nan()).collect();
    codes.sort_by(f64::total_cmp);
    codes.dedup();
    let size = |code: f64| {
        let count = row.iter().filter(|x| **x == code).count();
        let last = row.iter().rposition(|x| *x == code);
        (count, std::cmp::Reverse(last))
    };
    let modal = codes.iter().copied().max_by_key(|&code| size(code));
    let others = codes.into_iter().filter(|&code| Some(code) != modal);
    let indicator = |code: f64| {
        row.iter()
            .map(|x| f64::from(u8::from(*x == code)))
            .collect()
    };
    others.map(indicator).collect()
}
