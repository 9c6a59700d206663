//! Preparing the gene side and the plan on the root.

use super::config::MapConfig;
use super::error::RunError;
use super::log::{Log, grouped};
use super::study::Study;
use crate::model::Linear;
use crate::plan::{Grid, Plan};
use crate::scan::{GeneSide, Thresholds};
use crate::stats::correlation_threshold;

/// Everything the scan needs but the genotypes.
pub struct Prepared {
    /// The model.
    pub model: Linear,
    /// The gene side.
    pub genes: GeneSide,
    /// The plan.
    pub plan: Plan,
    /// What a pair must reach.
    pub thresholds: Thresholds,
}

/// Prepares the gene side and plans the run.
///
/// # Errors
/// Covariates that cannot be fitted; expression that cannot be read.
pub fn prepare(config: &MapConfig, study: &Study, log: Log) -> Result<Prepared, RunError> {
    let n = study.samples.ids.len();
    let model = Linear::new(study.design.clone())?;
    let values = study.expression.read_values(&study.samples.expression)?;
    let genes = GeneSide::prepare(&model, values, study.windows.clone());
    if let Some(row) = genes.norms.iter().position(|norm| !norm.is_finite()) {
        return Err(RunError::Input(format!(
            "gene '{}' has infinite or far too large values; its tests would be lost, correct it or leave it out",
            study.genes[row].id
        )));
    }
    let grid = Grid::new(
        study.genotypes.n_snps(),
        study.genes.len(),
        n,
        config.block_snps,
        config.block_genes,
    );
    // A SNP row meets every covariate twice, in dot products of its own.
    let preparation = 2 * (model.design().n_covariates() as u64 + 2);
    let plan = Plan::new(grid, config.classes(), &study.windows, preparation);
    let r = |p: f64| {
        if p > 0.0 {
            correlation_threshold(p, model.df())
        } else {
            f64::INFINITY
        }
    };
    let thresholds = Thresholds {
        all: r(config.p_all),
        cis: r(config.p_cis),
        trans: r(config.p_trans),
    };
    log.info(format!(
        "study   {} SNPs x {} genes x {n} samples, {} covariates, df {}",
        grouped(grid.n_snps as u64),
        grouped(grid.n_genes as u64),
        model.design().n_covariates(),
        model.df()
    ));
    log.info(format!(
        "plan    {} tests in {} block pairs of {} SNPs x {} genes",
        grouped(plan.tests.total()),
        grouped(plan.pairs.len() as u64),
        grid.block_snps,
        grid.block_genes
    ));
    if genes.n_constant() == study.genes.len() {
        return Err(RunError::Input(
            "every gene is constant once the covariates are known: there is nothing to test; are these the right \
             covariates?"
                .into(),
        ));
    }
    if genes.n_constant() > 0 {
        log.warn(format!(
            "{} genes are constant once the covariates are known: r = 0 for each of their tests, which still count",
            grouped(genes.n_constant() as u64)
        ));
    }
    Ok(Prepared {
        model,
        genes,
        plan,
        thresholds,
    })
}
