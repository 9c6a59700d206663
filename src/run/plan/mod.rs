//! `plan`: what a run would do, need and give, from headers, IDs and places alone. No matrix is read, no file written and no
//! MPI started.

mod forecast;
mod print;
mod rate;
mod rows;
mod sbatch;
mod shape;

pub use self::forecast::Forecast;
pub use self::print::lines;
use self::rows::Rows;
pub use self::sbatch::{Job, sbatch};
pub use self::shape::Shape;
use super::config::{EngineName, MapConfig, ModelName};
use super::error::RunError;
use super::log::Log;
use super::regression::Regression;
use super::study::check_inputs;
use crate::plan::{Classes, Cost, Grid, Plan};
use crate::scan::Engine;
use crate::store::Gene;

/// The ranks a plan is made for.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// Ranks.
    pub ranks: usize,
    /// Threads of each.
    pub threads: usize,
    /// 10^9 products and sums a second of one thread; `None` to measure them here.
    pub gmac_per_sec: Option<f64>,
}

/// The plan of the study a configuration names.
///
/// # Errors
/// Inputs that are wrong or do not fit each other: what `map` would refuse before it reads a matrix.
pub fn plan_of_study(config: &MapConfig, crowd: Crowd, log: Log) -> Result<Forecast, RunError> {
    check_inputs(config, log);
    let regression = Regression::open(config, log)?;
    let study = Rows::open(config, log)?;
    let n = regression.samples.ids.len();
    let (units, design) = (regression.model.n_units(), regression.model.design());
    let grid = grid_of(config, (study.n_snps, study.genes.len()), (units, n));
    let cost = Cost {
        products: units as u64,
        row: design.row_cost(),
    };
    let classes = config.classes();
    let plan = Plan::new(grid, classes, &study.windows, &study.skipped, cost);
    let mut forecast = Forecast::new(config, &plan, (n, cost), crowd);
    forecast.is_at_least = study.is_at_least;
    forecast.df = Some(regression.model.df());
    forecast.samples = regression.samples.files;
    forecast.gene_name_bytes = study.genes.iter().map(name_bytes).sum();
    Ok(forecast.with_memory(config, crowd))
}

/// Bytes that rank 0 holds of a gene's name and place.
fn name_bytes(gene: &Gene) -> u64 {
    64 + gene.id.len() as u64
}

/// The plan of a study of a shape, without files: one class of tests, no covariates.
///
/// # Errors
/// With cis, for which a shape has no places.
pub fn plan_of_shape(config: &MapConfig, shape: Shape, crowd: Crowd) -> Result<Forecast, RunError> {
    if config.classes() != Classes::All {
        return Err(RunError::Input(
            "a shape has no places, which cis needs; give --p-all, or files in place of --shape"
                .into(),
        ));
    }
    let units = units_of(config);
    let grid = grid_of(config, (shape.snps, shape.genes), (units, shape.samples));
    let cost = Cost {
        products: units as u64,
        row: crate::model::row_cost(0),
    };
    let plan = Plan::new(grid, Classes::All, &[], &[], cost);
    let forecast = Forecast::new(config, &plan, (shape.samples, cost), crowd);
    Ok(forecast.with_memory(config, crowd))
}

fn grid_of(config: &MapConfig, (snps, genes): (usize, usize), (units, n): (usize, usize)) -> Grid {
    let (block_snps, block_genes) = (config.block_snps, config.block_genes);
    Grid::new(snps, genes, (units, n), block_snps, block_genes)
}

/// Rows of the SNP side that a SNP has.
fn units_of(config: &MapConfig) -> usize {
    match config.model {
        ModelName::Linear => 1,
        ModelName::LinearCross => 2,
        ModelName::Anova => config.anova_groups - 1,
    }
}

/// The engine that is taken as far as can be told without the expression.
fn engine_of(config: &MapConfig) -> Engine {
    let needs_all = config.min_p || !config.p_histogram.p_edges().is_empty();
    match config.engine {
        EngineName::F64 => Engine::F64,
        EngineName::F32 => Engine::F32,
        _ if needs_all => Engine::F32,
        EngineName::I8 | EngineName::Auto => Engine::I8,
    }
}
