//! The interaction model: expression on SNP x covariate, with the intercept, the covariates and the SNP projected out.
//!
//! With s* the unit residual of the SNP and z* that of x·s once s* is projected out too,
//! `r = <g*, z*> / sqrt(1 - <g*, s*>^2)` is the partial correlation of the interaction term,
//! `t = r·sqrt(df / (1 - r^2))`, `beta = <g*, z*>·|g~| / |z~|`, `df = n - n_covariates - 3`. Shabalin 2012, section 2.3.
//!
//! Where s* is most of g*, `1 - <g*, s*>^2` has lost digits; the squared norm of `g* - <g*, s*>·s*` has not, and takes
//! its place.

use super::design::Design;
use super::error::RowProblem;
use super::row::fill_missing;
use super::tested::{Estimate, Snps};
use crate::linalg::{dot, power_of_two_in, sum_of_squares};
use crate::stats::{ln_two_sided_t, t_from_correlation};

/// Rows of dosages, NaN missing, as unit residuals of the SNP and of its product with the covariate `x` `[n]`.
///
/// `x` is about its mean: x·s then differs by a multiple of s, which is projected out, and loses no digits to an offset.
/// Products are made of x over a power of two, for those of a huge x have squares that overflow.
pub(super) fn prepare(design: &Design, x: &[f64], snps: &mut Snps) -> Result<(), RowProblem> {
    let n = design.n();
    let m = snps.units.len() / n;
    snps.units.chunks_exact_mut(n).for_each(fill_missing);
    snps.units.resize(2 * m * n, 0.0);
    let (dosages, products) = snps.units.split_at_mut(m * n);
    let largest = x.iter().fold(0.0f64, |largest, x| largest.max(x.abs()));
    let scale = power_of_two_in(largest);
    for (s, z) in dosages.chunks_exact(n).zip(products.chunks_exact_mut(n)) {
        z.iter_mut()
            .zip(s)
            .zip(x)
            .for_each(|((z, s), x)| *z = x / scale * s);
    }
    design.unit_residuals(dosages, &[], &mut snps.norms);
    if let Some(row) = snps.norms.iter().position(|norm| !norm.is_finite()) {
        return Err(RowProblem::Infinite { row });
    }
    snps.norms.clear();
    design.unit_residuals(products, dosages, &mut snps.norms);
    snps.norms.iter_mut().for_each(|norm| *norm *= scale);
    snps.df_classes.resize(m, 0);
    Ok(())
}

/// The part of a gene beside the SNP below which it is taken from the gene itself. Screens give up at twice as much, so
/// what they know of a pair never hangs on which way is taken here.
const LEAST_REST: f64 = 0.125;

/// The products of a gene with s* and z*, and the squared norm of what is left of the gene without s*.
pub(super) fn products(s: &[f64], z: &[f64], gene: &[f64]) -> [f64; 3] {
    let with_s = dot(s, gene);
    let rest = (1.0 - with_s) * (1.0 + with_s);
    if rest >= LEAST_REST {
        return [with_s, dot(z, gene), rest];
    }
    let left = gene.iter().zip(s).map(|(g, s)| g - with_s * s);
    let left: Vec<f64> = left.collect();
    [with_s, dot(z, &left), sum_of_squares(&left)]
}

/// The partial correlation of the interaction term from the [`products`] of a pair.
pub(super) fn partial_correlation(products: &[f64]) -> f64 {
    let (with_z, rest) = (products[1], products[2]);
    if rest <= f64::EPSILON {
        // The SNP explains the gene to the last bit, by the rule for rows: what is left is rounding.
        return 0.0;
    }
    (with_z / rest.sqrt()).clamp(-1.0, 1.0)
}

/// The estimate of the interaction term; `z_norm` is the norm z~ had.
pub(super) fn estimate(products: &[f64], df: f64, gene_norm: f64, z_norm: f64) -> Estimate {
    let r = partial_correlation(products);
    if gene_norm == 0.0 || z_norm == 0.0 || products[2] <= f64::EPSILON {
        return Estimate::NOTHING;
    }
    let t = t_from_correlation(r, df);
    Estimate {
        beta: products[1] * gene_norm / z_norm,
        statistic: t,
        ln_p: ln_two_sided_t(t, df),
    }
}
