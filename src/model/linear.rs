//! The linear model: expression on dosage, with the intercept and covariates projected out of both.
//!
//! With g* and s* the unit residuals, `r = <g*, s*>`, `t = r·sqrt(df / (1 - r^2))`, `beta = r·|g~| / |s~|`,
//! `df = n - n_covariates - 2`. Shabalin 2012, section 2.1.

use super::design::Design;
use super::error::RowProblem;
use super::row::fill_missing;
use super::tested::{Estimate, Snps};
use crate::stats::{ln_two_sided_t, t_from_correlation};

/// Rows of dosages, NaN missing, as unit residuals.
pub(super) fn prepare(design: &Design, snps: &mut Snps) -> Result<(), RowProblem> {
    let n = design.n();
    snps.units.chunks_exact_mut(n).for_each(fill_missing);
    design.unit_residuals(&mut snps.units, &[], &mut snps.norms);
    snps.df_classes.resize(snps.norms.len(), 0);
    Ok(())
}

/// The estimate of a pair with correlation `r` of unit residuals whose norms were `gene_norm` and `snp_norm`.
pub(super) fn estimate(r: f64, df: f64, gene_norm: f64, snp_norm: f64) -> Estimate {
    if gene_norm == 0.0 || snp_norm == 0.0 {
        return Estimate::NOTHING;
    }
    let t = t_from_correlation(r, df);
    Estimate {
        beta: r * gene_norm / snp_norm,
        statistic: t,
        ln_p: ln_two_sided_t(t, df),
    }
}
