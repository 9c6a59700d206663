//! The resolved configuration of a run: nothing in it is optional that a run cannot do without.

mod bytes;
mod choice;
mod p_histogram;
mod shard;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use bytes::parse_bytes;
pub use choice::{Columns, EngineName, ModelName, SimdName};
pub use p_histogram::PHistogram;
pub use shard::Shard;

use crate::formats::{GenotypeField, TableFormat};
pub use crate::model::AnovaDf;
use crate::plan::Classes;
use crate::results::RowOrder;

/// The keys of options that every number of a table hangs on.
pub const OF_TESTS: [&str; 8] = [
    "model",
    "anova_groups",
    "anova_df",
    "p_all",
    "p_cis",
    "p_trans",
    "cis_dist_bp",
    "skip_self",
];

/// What `map` does. Field names are the configuration keys, the flags and the keys in `run.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapConfig {
    /// Genotypes, or rows of any numbers: store, VCF, BCF, text or phenotype BED.
    pub genotypes: PathBuf,
    /// Expression: store, phenotype BED, Parquet or text.
    pub expression: PathBuf,
    /// The field of VCF or BCF that is read.
    pub genotype_field: GenotypeField,
    /// Covariates, in either orientation.
    pub covariates: Option<PathBuf>,
    /// Covariance of the errors `[n_samples x n_samples]`, as a table of sample IDs; `None` is the identity.
    pub error_covariance: Option<PathBuf>,
    /// SNP locations for genotypes as text.
    pub snp_locations: Option<PathBuf>,
    /// Gene locations for expression as text.
    pub gene_locations: Option<PathBuf>,
    /// Take chromosome names that mean the same, as chr22 and 22, for one.
    pub match_chromosomes: bool,
    /// The model.
    pub model: ModelName,
    /// The covariate that interacts with the SNP in `linear_cross`; `None` is the last one.
    pub interaction: Option<String>,
    /// Genotype classes of `anova`, at least 2.
    pub anova_groups: usize,
    /// Numerator degrees of freedom of `anova`.
    pub anova_df: AnovaDf,
    /// p-value threshold of all pairs in one class; 0 when cis and trans are told apart.
    pub p_all: f64,
    /// p-value threshold of cis pairs; 0 with one class.
    pub p_cis: f64,
    /// p-value threshold of trans pairs; 0 to leave them untested.
    pub p_trans: f64,
    /// Largest distance of a cis SNP from the gene, in bp.
    pub cis_dist_bp: i64,
    /// Leave out the pairs of rows with the same ID: they are neither tested nor counted.
    pub skip_self: bool,
    /// Fewest shared samples to go on with; `None` asks for half of the smaller file.
    pub min_samples: Option<usize>,
    /// SNPs in a block; `None` fits the number of samples.
    pub block_snps: Option<usize>,
    /// Genes in a block; `None` is the default.
    pub block_genes: Option<usize>,
    /// How block products are screened.
    pub engine: EngineName,
    /// The instructions of the integer screen.
    pub simd: SimdName,
    /// Threads each rank scans with; `None` is as many as it may use. In `run.json` the threads of the root.
    pub threads: Option<usize>,
    /// Go on with more threads than there are cores for them.
    pub oversubscribe: bool,
    /// Output folder.
    pub out: PathBuf,
    /// Columns of the tables of eQTLs.
    pub columns: Columns,
    /// Format of the tables of eQTLs.
    pub table_format: TableFormat,
    /// Order of the rows of the tables of eQTLs.
    pub sort: RowOrder,
    /// The histogram of the p-values of all tests.
    pub p_histogram: PHistogram,
    /// Write the smallest p-value of every SNP and every gene.
    pub min_p: bool,
    /// How many eQTLs, and how many other pairs, are fitted again from the raw data.
    pub audit: usize,
    /// Write a report of the finished run.
    pub report: bool,
    /// Replace the results of a complete run.
    pub overwrite: bool,
    /// Start over where an unfinished run could be continued.
    pub fresh: bool,
    /// The part of the block pairs that is scanned, to be merged with the others; `None` is all of them.
    pub shard: Option<Shard>,
    /// Bytes of hits each rank holds, while it scans and while they are put in order.
    pub hit_memory: u64,
    /// The folder of journals, shared by all ranks; `None` is in the output folder.
    pub scratch: Option<PathBuf>,
    /// Seconds a finished block pair may wait for the disk.
    pub journal_secs: f64,
    /// Go on where the expected results do not fit the free disk.
    pub force: bool,
    /// Measure DGEMM's speed first and report the scan's against it.
    pub measure_peak: bool,
    /// Go on as a world of one rank whatever the launcher says.
    pub one_rank: bool,
}

impl MapConfig {
    /// Which tests the thresholds ask for.
    pub fn classes(&self) -> Classes {
        if self.p_all > 0.0 {
            Classes::All
        } else if self.p_trans > 0.0 {
            Classes::CisTrans
        } else {
            Classes::CisOnly
        }
    }
}
