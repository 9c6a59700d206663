//! Why a run fails.

use std::path::PathBuf;

use crate::comm::{CommError, Failure, LauncherError};
use crate::formats::FormatError;
use crate::model::ModelError;
use crate::plan::Tests;
use crate::report::ReportError;
use crate::results::RankingError;
use crate::store::StoreError;

/// Anything that ends a run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An input or output table.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The covariates or the number of samples.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// MPI.
    #[error(transparent)]
    Comm(#[from] CommError),
    /// The launcher.
    #[error(transparent)]
    Launcher(#[from] LauncherError),
    /// Inputs that are fine one by one but not together, or an option that does not fit them.
    #[error("{0}")]
    Input(String),
    /// The output folder.
    #[error("{}: {action}", path.display())]
    Output {
        /// The folder or file.
        path: PathBuf,
        /// What was being done, and what to do.
        action: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The output folder holds a finished run.
    #[error("{}: holds the results of a complete run; choose another --out, or give --overwrite to replace them", out.display())]
    Complete {
        /// The folder.
        out: PathBuf,
    },
    /// The journal in the output folder is of another run.
    #[error(
        "{}: an unfinished run is kept here that cannot be continued by this one: {differences}; give the same inputs and \
         options to continue it, --fresh to drop it and start over, or another --out",
        journal.display()
    )]
    OtherRun {
        /// The folder of the journals.
        journal: PathBuf,
        /// In what the runs differ.
        differences: String,
    },
    /// Block pairs that no record holds.
    #[error("{left} block pairs are in no journal; run the same command again to scan them")]
    Unfinished {
        /// How many.
        left: usize,
    },
    /// Hits that cannot be put in order.
    #[error(transparent)]
    Ranking(#[from] RankingError),
    /// A report of an earlier run that stands in the way.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// Tests are missing or were made twice.
    #[error(
        "the ledger of tests does not balance: {made:?} were made, {planned:?} were planned; no results are written, \
         please report this"
    )]
    Ledger {
        /// Tests made, over all ranks.
        made: Tests,
        /// Tests planned.
        planned: Tests,
    },
    /// A refit that came out otherwise.
    #[error(
        "audit: SNP {snp} and gene '{gene}' fitted again from the raw data contradict {what}: r^2 is {scanned:e} in the \
         scan, {refitted:e} in the refit; no results are written, please report this"
    )]
    Audit {
        /// The SNP.
        snp: String,
        /// The gene.
        gene: String,
        /// What the refit contradicts.
        what: String,
        /// r^2 or R^2 of the scan.
        scanned: f64,
        /// r^2 or R^2 of the refit.
        refitted: f64,
    },
    /// More threads than there are cores for them.
    #[error(
        "threads is {threads}, but {who} may use {cores} {} of {host}; give fewer, or let a rank have more: mpirun binds \
         it to a core unless told --bind-to none or --map-by slot:PE={threads}, Slurm wants --cpus-per-task={threads}; \
         --oversubscribe goes on all the same",
        if *cores == 1 { "core" } else { "cores" }
    )]
    Threads {
        /// The threads of each rank.
        threads: usize,
        /// Which rank or ranks.
        who: String,
        /// The cores they may use.
        cores: usize,
        /// Their machine.
        host: String,
    },
    /// A thread that does not start.
    #[error("{threads} threads cannot be started; give fewer --threads")]
    Thread {
        /// The threads wanted.
        threads: usize,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A failure asked for by a test of the program.
    #[error("failing on purpose in phase {phase}")]
    Fault {
        /// The phase.
        phase: &'static str,
    },
}

/// How a failed run ends on this rank, after all have agreed that it failed: with the error that it prints, or with none
/// if another rank prints its own.
#[derive(Debug)]
pub struct MapFailure(pub Option<RunError>);

impl From<Failure<RunError>> for MapFailure {
    fn from(failure: Failure<RunError>) -> Self {
        match failure {
            Failure::Here(error) => Self(Some(error)),
            Failure::Elsewhere { .. } => Self(None),
        }
    }
}
