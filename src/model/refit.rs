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
    /// The coefficient of the last column, 0 where the rest of the design explains the gene; `None` for ANOVA, and where
    /// nothing is tested.
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
            // The mean is the intercept's; without it a large offset costs no digits.
            let values = about_mean(&covariate.values);
            let column = refitter.divided(&values);
            // That no covariate follows from others is known: the scan's design would not be there.
            refitter.design.push_independent(&column);
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
        let (y, size) = scaled(self.divided(&with_mean(gene)));
        let effects = design.reflect(&y);
        let squares = |part: &[f64]| part.iter().map(|x| x * x).sum::<f64>();
        let explained = squares(&effects[known..design.rank()]);
        let before = explained + squares(&effects[design.rank()..]);
        // Both the gene beside the covariates and what an interacting SNP leaves of that can be nothing but rounding.
        let beside_covariates = before + squares(&effects[self.design.rank()..known]);
        let is_constant = beside_covariates <= f64::EPSILON * squares(&y)
            || before <= f64::EPSILON * beside_covariates;
        let gain = if is_constant { 0.0 } else { explained / before };
        let beta = match (self.kind, added.last()) {
            (ModelKind::Anova { .. }, _) | (_, None) => None,
            (_, Some(_)) if is_constant => Some(0.0),
            (_, Some(diagonal)) => Some(size * effects[known] / diagonal),
        };
        let beta_scale = added
            .last()
            .map_or(0.0, |diagonal| size * before.sqrt() / diagonal.abs());
        let spread = self.errors.as_ref().map_or(1.0, Cholesky::spread);
        let amplification = spread
            * (design.amplification() + (squares(&y) / before.max(f64::MIN_POSITIVE)).sqrt());
        Refit {
            gain,
            beta,
            degrees: self.degrees(n, added.len()),
            rounding: 1e-10 + 1e3 * f64::EPSILON * (n as f64).sqrt() * amplification,
            beta_scale,
        }
    }

    /// The degrees of freedom of a pair with so many columns that add something.
    fn degrees(&self, n: usize, n_added: usize) -> Degrees {
        let (numerator, columns) = match self.kind {
            ModelKind::Linear => (1, 1),
            ModelKind::LinearCross => (1, 2),
            ModelKind::Anova {
                groups,
                df: AnovaDf::Declared,
            } => (groups - 1, groups - 1),
            ModelKind::Anova { .. } => (n_added.max(1), n_added.max(1)),
        };
        Degrees {
            numerator: numerator as u32,
            residual: (n - self.design.rank() - columns) as f64,
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

/// A row over its largest value, which is returned too: squares then neither vanish nor overflow.
fn scaled(mut row: Vec<f64>) -> (Vec<f64>, f64) {
    let largest = row.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    let size = if largest == 0.0 { 1.0 } else { largest };
    row.iter_mut().for_each(|x| *x /= size);
    (row, size)
}

/// A row about its mean, which missing values have.
fn about_mean(row: &[f64]) -> Vec<f64> {
    let mut row = with_mean(row);
    let mean = row.iter().sum::<f64>() / row.len().max(1) as f64;
    row.iter_mut().for_each(|x| *x -= mean);
    row
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Design, Model, Snps};
    use proptest::prelude::*;

    const N: usize = 30;

    /// A gene and a SNP, and what may be difficult about them.
    #[derive(Clone, Debug)]
    struct Pair {
        codes: Vec<f64>,
        gene: Vec<f64>,
        offset: f64,
    }

    fn pair() -> impl Strategy<Value = Pair> {
        (
            prop::collection::vec(
                prop_oneof![9 => (0u8..3).prop_map(f64::from), 1 => Just(f64::NAN)],
                N,
            ),
            prop::collection::vec(-1.0f64..1.0, N),
            // How much of the gene is the SNP, how large the gene is, where a covariate stands.
            prop::sample::select(vec![0.0, 0.3, 10.0, 1e6]),
            prop::sample::select(vec![1.0, 1e-250, 1e-6, 1e140]),
            prop::sample::select(vec![0.0, 1950.0, 1e9]),
        )
            .prop_map(|(codes, noise, effect, size, offset)| {
                let of = |code: f64| if code.is_nan() { 1.0 } else { code };
                let genes = codes.iter().zip(noise);
                let gene = genes.map(|(code, noise)| size * (effect * of(*code) + noise + 2.0));
                Pair {
                    gene: gene.collect(),
                    codes,
                    offset,
                }
            })
    }

    fn covariates(offset: f64) -> Vec<Covariate> {
        let covariate = |name: &str, f: &dyn Fn(usize) -> f64| Covariate {
            name: name.into(),
            values: (0..N).map(f).collect(),
        };
        vec![
            covariate("batch", &|k| f64::from(u8::from(k % 3 == 0))),
            covariate("age", &|k| offset + ((7 * k) % 11) as f64),
        ]
    }

    proptest! {
        #[test]
        fn a_refit_is_what_the_model_makes_of_the_pair(pair in pair()) {
            let covariates = covariates(pair.offset);
            let anova = |groups, df| ModelKind::Anova { groups, df };
            for kind in [
                ModelKind::Linear,
                ModelKind::LinearCross,
                anova(3, AnovaDf::Declared),
                anova(4, AnovaDf::Observed),
            ] {
                let is_cross = kind == ModelKind::LinearCross;
                let x = if is_cross { covariates[1].centered() } else { Vec::new() };
                let design = Design::new(N, &covariates, None).unwrap();
                let model = Model::new(design, kind, x).unwrap();
                let mut snps = Snps { units: pair.codes.clone(), ..Snps::default() };
                model.prepare_snps(&mut snps).unwrap();
                let mut gene = pair.gene.clone();
                let norm = model.prepare_genes(&mut gene)[0];
                let products = model.products(snps.units.chunks_exact(N), &gene);
                let strength = model.strength(&products);
                let (class, snp_norm) = (snps.df_classes[0], snps.norms[0]);
                let found = model.estimate(&products, norm, snp_norm, class);

                let refitter = Refitter::new(N, kind, &covariates, Some("age"), None).unwrap();
                let refit = refitter.fit(&pair.codes, &pair.gene);
                let size = if kind == ModelKind::Linear { strength } else { strength.sqrt() };
                prop_assert!(refit.rounding < 1e-3, "{:?} {}", kind, refit.rounding);
                let difference = (size - refit.gain.sqrt()).abs();
                prop_assert!(difference <= refit.rounding, "{:?} {} {:?}", kind, size, refit);
                prop_assert_eq!(refit.degrees, model.degrees()[usize::from(class)]);
                if let Some(beta) = refit.beta {
                    let allowed = 10.0 * refit.rounding * refit.beta_scale;
                    prop_assert!((found.beta - beta).abs() <= allowed, "{:?} {}", kind, beta);
                }
            }
        }
    }

    #[test]
    fn a_gene_that_follows_from_the_rest_has_no_effect() {
        let covariates = covariates(0.0);
        let snp: Vec<f64> = (0..N).map(|k| ((k * k) % 5) as f64).collect();
        let refit = |kind, gene: &[f64]| {
            let refitter = Refitter::new(N, kind, &covariates, Some("age"), None).unwrap();
            let refit = refitter.fit(&snp, gene);
            (refit.gain, refit.beta)
        };
        for gene in [&[1e8; N][..], &covariates[1].values] {
            assert_eq!(refit(ModelKind::Linear, gene), (0.0, Some(0.0)));
        }
        assert_eq!(refit(ModelKind::LinearCross, &snp), (0.0, Some(0.0)));
        assert!(refit(ModelKind::Linear, &snp).0 > 0.999);
    }
}
