//! The interaction model: expression on SNP x covariate, with the intercept, the covariates and the SNP projected out.
//!
//! With s* the unit residual of the SNP and z* that of x·s once s* is projected out too,
//! `r = <g*, z*> / sqrt(1 - <g*, s*>^2)` is the partial correlation of the interaction term,
//! `t = r·sqrt(df / (1 - r^2))`, `beta = <g*, z*>·|g~| / |z~|`, `df = n - n_covariates - 3`. Shabalin 2012, section 2.3.

use super::design::Design;
use super::error::RowProblem;
use super::row::fill_missing;
use super::tested::{Estimate, Snps};
use crate::stats::{ln_two_sided_t, t_from_correlation};

/// Rows of dosages, NaN missing, as unit residuals of the SNP and of its product with the covariate `x` `[n]`.
///
/// `x` is about its mean: x·s then differs by a multiple of s, which is projected out, and loses no digits to an offset.
pub(super) fn prepare(design: &Design, x: &[f64], snps: &mut Snps) -> Result<(), RowProblem> {
    let n = design.n();
    let m = snps.units.len() / n;
    snps.units.chunks_exact_mut(n).for_each(fill_missing);
    snps.units.resize(2 * m * n, 0.0);
    let (dosages, products) = snps.units.split_at_mut(m * n);
    for (s, z) in dosages.chunks_exact(n).zip(products.chunks_exact_mut(n)) {
        z.iter_mut()
            .zip(s)
            .zip(x)
            .for_each(|((z, s), x)| *z = x * s);
    }
    design.unit_residuals(dosages, &[], &mut snps.norms);
    if let Some(row) = snps.norms.iter().position(|norm| !norm.is_finite()) {
        return Err(RowProblem::Infinite { row });
    }
    snps.norms.clear();
    design.unit_residuals(products, dosages, &mut snps.norms);
    snps.df_classes.resize(m, 0);
    Ok(())
}

/// The partial correlation of the interaction term from the products of the gene with s* and z*.
pub(super) fn partial_correlation(with_s: f64, with_z: f64) -> f64 {
    let rest = (1.0 - with_s) * (1.0 + with_s);
    if rest <= f64::EPSILON {
        // The SNP explains the gene to the last bit: what is left is rounding.
        return 0.0;
    }
    (with_z / rest.sqrt()).clamp(-1.0, 1.0)
}

/// The estimate of the interaction term; `z_norm` is the norm z~ had.
pub(super) fn estimate(dots: &[f64], df: f64, gene_norm: f64, z_norm: f64) -> Estimate {
    if gene_norm == 0.0 || z_norm == 0.0 {
        return Estimate::NOTHING;
    }
    let t = t_from_correlation(partial_correlation(dots[0], dots[1]), df);
    Estimate {
        beta: dots[1] * gene_norm / z_norm,
        statistic: t,
        ln_p: ln_two_sided_t(t, df),
    }
}
