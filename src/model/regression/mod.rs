//! The model of a run: how rows are prepared, how dot products become tests.

use super::anova::{self, AnovaDf};
use super::cross;
use super::design::Design;
use super::error::{ModelError, RowProblem};
use super::kind::{Form, MAX_UNITS, ModelKind};
use super::linear;
use super::row::fill_missing;
use super::tested::{Estimate, Products, Snps};
use crate::linalg::dot;
use crate::stats::{
    Degrees, correlation_threshold, ln_p_of_r_squared, ln_two_sided_t, r_squared_threshold,
    t_from_correlation,
};

/// A model over one design.
#[derive(Clone, Debug)]
pub struct Model {
    design: Design,
    kind: ModelKind,
    /// The interaction covariate about its mean; empty without one.
    x: Vec<f64>,
    df: f64,
    degrees: Vec<Degrees>,
}

impl Model {
    /// The model over a design; `x` `[n]` is the interaction covariate of [`ModelKind::LinearCross`] about its
    /// mean, else empty.
    ///
    /// # Errors
    /// Fewer than one residual degree of freedom.
    pub fn new(design: Design, kind: ModelKind, x: Vec<f64>) -> Result<Self, ModelError> {
        let (n, covariates) = (design.n(), design.n_covariates());
        let df = kind.df(n, covariates)?;
        Ok(Self {
            design,
            kind,
            x,
            df,
            degrees: degrees(kind, df),
        })
    }

    /// The design.
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// Which model it is.
    pub fn kind(&self) -> ModelKind {
        self.kind
    }

    /// The interaction covariate about its mean `[n]`; empty without one.
    pub fn interaction(&self) -> &[f64] {
        &self.x
    }

    /// The residual degrees of freedom; with [`AnovaDf::Observed`] those of a SNP with all classes.
    pub fn df(&self) -> f64 {
        self.df
    }

    /// How the products of a pair make a test.
    pub fn form(&self) -> Form {
        match self.kind {
            ModelKind::Linear => Form::Single,
            ModelKind::LinearCross => Form::Partial,
            ModelKind::Anova { groups, .. } => Form::SumOfSquares(groups - 1),
        }
    }

    /// Unit residuals of a SNP.
    pub fn n_units(&self) -> usize {
        match self.form() {
            Form::Single => 1,
            Form::Partial => 2,
            Form::SumOfSquares(k) => k,
        }
    }

    /// The degrees of freedom tests can have `[n_df_classes]`.
    pub fn degrees(&self) -> &[Degrees] {
        &self.degrees
    }

    /// The strength a test must reach for a p-value of at most `p` `[n_df_classes]`; infinite for `p = 0`.
    pub fn strength_thresholds(&self, p: f64) -> Vec<f64> {
        let threshold = |degrees: Degrees| match self.form() {
            _ if p == 0.0 => f64::INFINITY,
            Form::Single => correlation_threshold(p, degrees.residual),
            _ => r_squared_threshold(p, degrees),
        };
        self.degrees.iter().copied().map(threshold).collect()
    }

    /// Turns expression values `[n_genes x n]`, NaN missing, into unit residuals in place; returns their norms
    /// `[n_genes]`: 0 for a constant row, NaN for one with infinite or far too large values.
    pub fn prepare_genes(&self, values: &mut [f64]) -> Vec<f64> {
        let n = self.design.n();
        values.chunks_exact_mut(n).for_each(fill_missing);
        let mut norms = Vec::with_capacity(values.len() / n);
        self.design.unit_residuals(values, &[], &mut norms);
        norms
    }

    /// Prepares the SNP side of a block in place.
    ///
    /// # Errors
    /// A row that cannot be tested.
    pub fn prepare_snps(&self, snps: &mut Snps) -> Result<(), RowProblem> {
        snps.norms.clear();
        snps.df_classes.clear();
        match self.kind {
            ModelKind::Linear => linear::prepare(&self.design, snps)?,
            ModelKind::LinearCross => cross::prepare(&self.design, &self.x, snps)?,
            ModelKind::Anova { groups, df } => anova::prepare(&self.design, groups, df, snps)?,
        }
        match snps.norms.iter().position(|norm| !norm.is_finite()) {
            Some(row) => Err(RowProblem::Infinite { row }),
            None => Ok(()),
        }
    }

    /// What a gene's unit residual and those of a SNP make: their dot products, and for an interaction also the squared
    /// norm of the gene without its part along the SNP.
    pub fn products<'u>(
        &self,
        mut units: impl Iterator<Item = &'u [f64]>,
        gene: &[f64],
    ) -> Products {
        let mut products = Products {
            values: [0.0; MAX_UNITS],
            len: self.n_units(),
        };
        let mut next = || units.next().expect("a unit residual a column");
        if self.form() == Form::Partial {
            let of_pair = cross::products(next(), next(), gene);
            products.len = of_pair.len();
            products.values[..of_pair.len()].copy_from_slice(&of_pair);
        } else {
            let values = &mut products.values[..products.len];
            values
                .iter_mut()
                .for_each(|value| *value = dot(next(), gene));
        }
        products
    }

    /// The strength of a test from its products.
    pub fn strength(&self, products: &Products) -> f64 {
        let values = products.values();
        match self.form() {
            Form::Single => values[0].abs(),
            Form::Partial => cross::partial_correlation(values).powi(2),
            Form::SumOfSquares(_) => anova::r_squared(values),
        }
    }

    /// ln of the p-value of a test of this strength.
    pub fn ln_p(&self, strength: f64, df_class: usize) -> f64 {
        let degrees = self.degrees[df_class];
        match self.form() {
            Form::Single => ln_two_sided_t(t_from_correlation(strength, self.df), self.df),
            Form::Partial => ln_two_sided_t(t_from_correlation(strength.sqrt(), self.df), self.df),
            Form::SumOfSquares(_) => ln_p_of_r_squared(strength, degrees),
        }
    }

    /// The estimate of a pair from its products, the norm of the gene, and norm and df class of the SNP.
    pub fn estimate(
        &self,
        products: &Products,
        gene_norm: f64,
        snp_norm: f64,
        df_class: u8,
    ) -> Estimate {
        let values = products.values();
        match self.kind {
            ModelKind::Linear => linear::estimate(values[0], self.df, gene_norm, snp_norm),
            ModelKind::LinearCross => cross::estimate(values, self.df, gene_norm, snp_norm),
            ModelKind::Anova { .. } => anova::estimate(values, self.degrees[usize::from(df_class)]),
        }
    }

    /// The number of genotype classes of a row `[n]`, NaN missing; `None` unless this is ANOVA.
    pub fn n_classes(&self, row: &[f64]) -> Option<usize> {
        match self.kind {
            ModelKind::Anova { groups, .. } => Some(anova::n_classes(row, groups)),
            _ => None,
        }
    }
}

fn degrees(kind: ModelKind, df: f64) -> Vec<Degrees> {
    let one = |numerator: u32, residual: f64| Degrees {
        numerator,
        residual,
    };
    match kind {
        ModelKind::Linear | ModelKind::LinearCross => vec![one(1, df)],
        ModelKind::Anova {
            groups,
            df: AnovaDf::Declared,
        } => vec![one(groups as u32 - 1, df)],
        // A class less leaves one more residual degree of freedom.
        ModelKind::Anova {
            groups,
            df: AnovaDf::Observed,
        } => (1..groups as u32)
            .map(|k| one(k, df + (groups as f64 - 1.0 - f64::from(k))))
            .collect(),
    }
}

#[cfg(test)]
mod tests;
