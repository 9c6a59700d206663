//! The phases of a run, in the order in which they happen and are timed:
//!
//! ```text
//! open      root: import text, VCF, PLINK and BED; open stores; match samples; cis windows
//! prepare   root: design, gene side, plan
//! share     root to all: gene side, plan; each rank opens the genotypes
//! scan      each rank: its block pairs, on its threads
//! gather    all to root: hits, counts; the ledger must balance
//! write     root: order, FDR, tables, run.json
//! ```
//!
//! Every phase ends in an agreement: either all ranks go on or all leave with the same exit code. When a rank fails in
//! the scan, the others leave it after the block pairs they are at.

mod audit;
mod cis;
mod clock;
mod config;
mod dry_run;
mod engine;
mod error;
mod extract;
mod facts;
mod fault;
mod figures;
mod finish;
mod id_report;
mod import;
mod inspect;
mod journal;
mod log;
mod map;
mod memory;
mod merge;
mod meter;
mod output;
mod passage;
mod plan;
mod prepare;
mod record;
mod regression;
mod report;
mod resume;
mod samples;
mod shard;
mod share;
mod signals;
mod simulate;
mod snp_rows;
mod space;
mod study;
mod sweep;
mod tables;
mod target;
mod threads;

pub use crate::model::MAX_UNITS;
pub use crate::results::RowOrder;
pub use config::{
    AnovaDf, Columns, EngineName, MapConfig, ModelName, PHistogram, Shard, SimdName, parse_bytes,
};
pub use dry_run::dry_run;
pub use error::{MapFailure, RunError};
pub use extract::{
    ExtractConfig, LdFormat, LdOf, LdOptions, Names, SnpChoice, SsfOptions, extract,
};
pub use import::{
    ExpressionImport, GenotypeFilters, GenotypeImport, import_expression, import_genotypes,
};
pub use inspect::{Inspection, Look};
pub use log::{Log, Verbosity, print_line, set_verbosity};
pub use map::{MapEnd, map};
pub use merge::merge;
pub use plan::{Crowd, Forecast, Job, Shape, lines, plan_of_shape, plan_of_study, sbatch};
pub use report::watched_report;
pub use signals::{CONTINUE, listen};
pub use simulate::{Format, SimulateConfig, simulate};
