//! Preparing the gene side and the plan on the root.

use std::ops::Range;

use super::config::{Columns, MapConfig};
use super::engine::engine_of;
use super::error::RunError;
use super::facts::missing;
use super::log::{Log, grouped, many};
use super::meter::{Meter, rate};
use super::study::Study;
use crate::plan::{BlockPair, Cost, Grid, Plan};
use crate::scan::{GeneSide, Limits, ScanPlan};

/// Everything the scan needs but the genotypes and the model.
pub struct Prepared {
    /// The gene side.
    pub genes: GeneSide,
    /// The plan.
    pub plan: Plan,
    /// The block pairs of the plan that are to be scanned.
    pub pairs: Vec<BlockPair>,
    /// What is kept of the tests.
    pub scan: ScanPlan,
    /// The samples without expression by gene row, among those used; empty unless tables say so.
    pub gene_missing: Vec<Vec<u32>>,
}

/// Prepares the gene side and plans the run.
///
/// # Errors
/// Expression that cannot be read or tested.
pub fn prepare(config: &MapConfig, study: &Study, log: Log) -> Result<Prepared, RunError> {
    let n = study.samples.ids.len();
    let model = &study.model;
    let (genes, gene_missing) = gene_side(config, study, log)?;
    if let Some(row) = genes.norms.iter().position(|norm| !norm.is_finite()) {
        return Err(RunError::Input(format!(
            "{}: gene '{}' has infinite or far too large values; its tests would be lost, correct it or leave it out",
            config.expression.display(),
            study.genes[row].id
        )));
    }
    let grid = Grid::new(
        study.genotypes.n_snps(),
        study.genes.len(),
        (model.n_units(), n),
        config.block_snps,
        config.block_genes,
    );
    let cost = Cost {
        products: model.n_units() as u64,
        row: model.design().row_cost(),
    };
    let classes = config.classes();
    let plan = Plan::new(grid, classes, &study.windows, &study.skipped, cost);
    let edges = config.p_histogram.p_edges();
    let limits = Limits::new(model, config.p_all, config.p_cis, config.p_trans, &edges);
    let scan = ScanPlan {
        grid,
        classes,
        engine: engine_of(config, model, &genes, &limits, study.genotypes.code_type()),
        limits,
        min_p: config.min_p,
        skipped: study.skipped.clone(),
    };
    log.info(format!(
        "study   {} SNPs x {} genes x {n} samples, {} covariates, df {}",
        grouped(grid.n_snps as u64),
        grouped(grid.n_genes as u64),
        model.design().n_covariates(),
        model.df()
    ));
    log.info(format!(
        "plan    {} in {} of {} x {}, engine {}",
        many(plan.tests.total(), "test"),
        many(plan.pairs.len() as u64, "block pair"),
        many(grid.block_snps as u64, "SNP"),
        many(grid.block_genes as u64, "gene"),
        scan.engine.name()
    ));
    if genes.n_constant() == study.genes.len() {
        return Err(all_constant(config, n));
    }
    if plan.tests.total() == 0 {
        return Err(RunError::Input(format!(
            "each of the {} pairs to be tested is of two rows with one ID, which --skip-self leaves out: there is \
             nothing to test; leave --skip-self out, or give other genotypes or expression",
            grouped(study.skipped.len() as u64)
        )));
    }
    if genes.n_constant() > 0 {
        log.warn(format!(
            "{} genes are constant once the covariates are known: r = 0 for each of their tests, which still count",
            grouped(genes.n_constant() as u64)
        ));
    }
    Ok(Prepared {
        genes,
        pairs: plan.pairs.clone(),
        plan,
        scan,
        gene_missing,
    })
}

/// The gene side, and the samples without expression by gene row where tables say so. Genes are prepared as they are read.
fn gene_side(
    config: &MapConfig,
    study: &Study,
    log: Log,
) -> Result<(GeneSide, Vec<Vec<u32>>), RunError> {
    let n = study.samples.ids.len();
    let (mut norms, mut gene_missing) = (Vec::with_capacity(study.genes.len()), Vec::new());
    let mut meter = Meter::new(log, "prepare", study.genes.len() as u64);
    let prepare = |rows: Range<usize>, values: &mut [f64]| {
        if config.columns != Columns::MatrixEqtl {
            gene_missing.extend(values.chunks_exact(n).map(missing));
        }
        norms.extend(study.model.prepare_genes(values));
        let n_done = rows.end as u64;
        meter.show(n_done, |secs| rate(n_done, "genes", secs));
    };
    let columns = &study.samples.expression;
    let units = study.expression.read_by_parts(columns, prepare)?;
    let genes = GeneSide {
        n,
        units,
        norms,
        windows: study.windows.clone(),
    };
    Ok((genes, gene_missing))
}

/// The error of expression in which nothing is left to be explained.
fn all_constant(config: &MapConfig, n: usize) -> RunError {
    let path = config.expression.display();
    RunError::Input(match &config.covariates {
        Some(covariates) => format!(
            "{path}: every gene is constant once the covariates are known: there is nothing to test; is {} the right \
             file of covariates?",
            covariates.display()
        ),
        None => format!(
            "{path}: every gene has the same value for all {n} samples used: there is nothing to test; give expression \
             that varies"
        ),
    })
}
