//! `run.json`: what was run, on what, what came out, and how long it took. Written last.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::audit::Audit;
use super::clock::PhaseTime;
use super::config::MapConfig;
use super::error::RunError;
use super::figures::{Merit, RankFigures};
use super::log::{counted, grouped};
use super::output::{OutFolder, RECORD};
use super::samples::SampleSource;
use crate::formats::AtomicFile;
use crate::plan::{Classes, Grid, Tests};
use crate::scan::Engine;

/// The record of a run.
#[derive(Debug, Serialize)]
pub struct Record<'a> {
    /// Program and version.
    pub program: String,
    /// Libraries and their versions.
    pub libraries: Libraries,
    /// The command line.
    pub command: &'a [String],
    /// When the run ended, in seconds since 1970.
    pub finished_unix_secs: u64,
    /// Every option, as resolved.
    pub config: &'a MapConfig,
    /// The samples.
    pub samples: Samples<'a>,
    /// The stores that were read.
    pub stores: Stores,
    /// SNP and gene rows, and how they are cut into blocks.
    #[serde(flatten)]
    pub grid: Grid,
    /// Covariates, the intercept not counted.
    pub n_covariates: usize,
    /// The type of the genotype codes.
    pub genotype_code: String,
    /// SNPs that are constant once the covariates are known, among those tested.
    pub n_constant_snps: u64,
    /// Genes that are constant once the covariates are known.
    pub n_constant_genes: usize,
    /// Residual degrees of freedom.
    pub df: f64,
    /// Tests and eQTLs by class; null for a class that was not tested.
    #[serde(flatten)]
    pub counts: Counts,
    /// Tests made against tests planned.
    pub ledger: Ledger,
    /// The covariate SNPs interact with; null if the model has none.
    pub interaction_covariate: Option<&'a str>,
    /// Pairs fitted again from the raw data; null unless asked for.
    pub audit: Option<Audit>,
    /// How block products were screened.
    pub screen: ScreenRecord,
    /// Pairs that the screen left to be decided.
    pub n_candidates: u64,
    /// Phases and their durations on the root.
    pub phases: &'a [PhaseTime],
    /// Duration of the run.
    pub total_secs: f64,
    /// How fast the scan was.
    pub merit: Merit,
    /// How often the run was started, the last time included; 0 where shards were merged.
    pub starts: u32,
    /// Shards that were merged; null for a run of one piece.
    pub shards: Option<usize>,
    /// Every rank of the last start.
    pub ranks: Vec<RankRecord>,
    /// What the user was warned of, in the last start.
    pub warnings: Vec<String>,
    /// Always true: a run that did not complete has no record.
    pub complete: bool,
}

/// How block products were screened, and what came through.
#[derive(Debug, Serialize)]
pub struct ScreenRecord {
    /// The engine.
    pub engine: Engine,
    /// Pairs it named.
    pub n_named: u64,
    /// Those that were decided, after a second look by the integer engine.
    pub n_decided: u64,
    /// Pairs named for each hit of the products; null without a hit.
    pub named_per_hit: Option<f64>,
    /// Genes and SNPs that were too coarse for integers; null for genes where shards were merged.
    pub n_genes_left_out: Option<usize>,
    /// See there.
    pub n_snps_left_out: u64,
    /// SNPs that were multiplied as integers: of those with the same genotypes in a block one; null for other engines.
    pub n_snps_multiplied: Option<u64>,
}

/// Versions of what the numbers come from.
#[derive(Debug, Serialize)]
pub struct Libraries {
    /// The MPI library.
    pub mpi: String,
    /// The HDF5 library.
    pub hdf5: String,
    /// OpenBLAS, with the kernels it chose.
    pub blas: String,
}

/// The stores that were read: what a report looks up again.
#[derive(Debug, Serialize)]
pub struct Stores {
    /// The genotypes.
    pub genotypes: StorePlace,
    /// The expression.
    pub expression: StorePlace,
}

/// A store that was read.
#[derive(Debug, Serialize)]
pub struct StorePlace {
    /// Where it lies.
    pub path: PathBuf,
    /// What tells it from others, in hexadecimal digits.
    pub fingerprint: String,
}

impl StorePlace {
    /// The record of a store.
    pub fn new(path: &Path, fingerprint: u64) -> Self {
        Self {
            // Whoever comes back to it may stand in another folder.
            path: std::path::absolute(path).unwrap_or_else(|_| path.into()),
            fingerprint: format!("{fingerprint:016x}"),
        }
    }
}

/// The samples of the run.
#[derive(Debug, Serialize)]
pub struct Samples<'a> {
    /// Samples used.
    pub n_used: usize,
    /// What each file had and what of it is not used.
    pub files: &'a [SampleSource],
}

/// Tests and eQTLs by class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Counts {
    n_tests_all: Option<u64>,
    n_tests_cis: Option<u64>,
    n_tests_trans: Option<u64>,
    n_eqtls_all: Option<u64>,
    n_eqtls_cis: Option<u64>,
    n_eqtls_trans: Option<u64>,
}

impl Counts {
    /// The counts of the classes that were tested, from tests and the numbers of hits: all,
    /// cis, trans.
    pub fn new(classes: Classes, tests: Tests, [all, cis, trans]: [u64; 3]) -> Self {
        let every = classes != Classes::CisOnly;
        let has_cis = classes != Classes::All;
        let has_trans = classes == Classes::CisTrans;
        Self {
            n_tests_all: every.then(|| tests.total()),
            n_tests_cis: has_cis.then_some(tests.cis),
            n_tests_trans: has_trans.then_some(tests.trans),
            n_eqtls_all: every.then_some(all + cis + trans),
            n_eqtls_cis: has_cis.then_some(cis),
            n_eqtls_trans: has_trans.then_some(trans),
        }
    }
}

/// Tests made and planned.
#[derive(Debug, Serialize)]
pub struct Ledger {
    /// From the closed form, before the scan.
    pub planned: Tests,
    /// Counted while scanning, over all ranks.
    pub made: Tests,
    /// Block pairs done, over all ranks.
    pub block_pairs: u64,
}

/// One rank in the record.
#[derive(Debug, Serialize)]
pub struct RankRecord {
    rank: usize,
    host: String,
    threads: u64,
    block_pairs: u64,
    tests: u64,
    eqtls: u64,
    scan_secs: f64,
    journal_secs: f64,
    peak_rss_bytes: u64,
}

impl RankRecord {
    /// The record of a rank.
    pub fn new(rank: usize, host: &[u8], figures: &RankFigures) -> Self {
        Self {
            rank,
            host: String::from_utf8_lossy(host).into_owned(),
            threads: figures.threads,
            block_pairs: figures.pairs,
            tests: figures.tests.iter().sum(),
            eqtls: figures.hits,
            scan_secs: figures.scan_secs,
            journal_secs: figures.journal_secs,
            peak_rss_bytes: figures.peak_rss_bytes,
        }
    }

    /// What the log has of it, if it is to have details.
    pub fn line(&self) -> String {
        format!(
            "rank    {} on {}: {}, {}, {} tests, {} eQTLs, {:.2} s in the scan, {:.2} s of them in the journal, {:.1} MiB",
            self.rank,
            self.host,
            counted(self.threads as usize, "thread"),
            counted(self.block_pairs as usize, "block pair"),
            grouped(self.tests),
            grouped(self.eqtls),
            self.scan_secs,
            self.journal_secs,
            self.peak_rss_bytes as f64 / (1u64 << 20) as f64
        )
    }
}

impl Record<'_> {
    /// Brings the record to the disk; it gets its name when it is finished.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn settle(&self, out: &OutFolder) -> Result<AtomicFile, RunError> {
        let path = out.file(RECORD);
        let mut file = AtomicFile::create(&path)?;
        let text = serde_json::to_string_pretty(self).expect("a record is plain data");
        writeln!(file, "{text}").map_err(|source| RunError::Output {
            path,
            action: "cannot be written; is the disk full?",
            source,
        })?;
        file.settle()?;
        Ok(file)
    }
}
