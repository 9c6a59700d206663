//! The rows of a study for a plan: how many, which pairs of them are cis. From a store, or from a file that is looked
//! through and not imported.

use crate::genome::CisWindow;
use crate::plan::Classes;
use crate::run::cis::{genes_of, windows};
use crate::run::config::MapConfig;
use crate::run::error::RunError;
use crate::run::import::{outline_expression, outline_genotypes, snps_by_index};
use crate::run::log::Log;
use crate::run::output::IMPORTED;
use crate::run::snp_rows::SnpRows;
use crate::run::study::{Source, expression_source, genotype_source, same_ids};
use crate::store::{ExpressionStore, Gene, GenotypeStore};

/// The rows of a study.
pub struct Rows {
    /// SNPs.
    pub n_snps: usize,
    /// Whether `n_snps` is the number of records that an index counts, and SNPs may be more.
    pub is_at_least: bool,
    /// The genes, by row.
    pub genes: Vec<Gene>,
    /// Cis windows by gene row; empty with one class of tests.
    pub windows: Vec<CisWindow>,
    /// Pairs of SNP and gene row that are not tested, for both are one row.
    pub skipped: Vec<[u32; 2]>,
}

impl Rows {
    /// Finds the rows of the study a configuration names.
    ///
    /// # Errors
    /// Files that cannot be read or are wrong; cis without a place or a chromosome in common.
    pub fn open(config: &MapConfig, log: Log) -> Result<Self, RunError> {
        let genes = genes(config, log)?;
        let rows = match snps(config, log)? {
            Snps::Known(rows) => rows,
            Snps::Counted(n_snps) => {
                return Ok(Self {
                    n_snps,
                    is_at_least: true,
                    genes,
                    windows: Vec::new(),
                    skipped: Vec::new(),
                });
            }
        };
        let genes = genes_of(&*rows, genes, config, log)?;
        let windows = match config.classes() {
            Classes::All => Vec::new(),
            _ => windows(&*rows, &genes, config, log)?,
        };
        let skipped = match config.skip_self {
            true => same_ids(&*rows, &genes, log)?,
            false => Vec::new(),
        };
        Ok(Self {
            n_snps: rows.n_snps(),
            is_at_least: false,
            genes,
            windows,
            skipped,
        })
    }
}

/// What is known of SNPs.
enum Snps {
    /// Which they are and where they lie.
    Known(Box<dyn SnpRows>),
    /// The number of their records alone.
    Counted(usize),
}

/// The SNPs, from a store that was given or that an earlier run made of the file, else from the file.
fn snps(config: &MapConfig, log: Log) -> Result<Snps, RunError> {
    let job = match genotype_source(config, &config.out.join(IMPORTED))? {
        Source::Store(path) => return Ok(Snps::Known(Box::new(GenotypeStore::open(&path)?))),
        Source::Import(job) if job.is_made() => {
            return Ok(Snps::Known(Box::new(GenotypeStore::open(&job.out)?)));
        }
        Source::Import(job) => job,
    };
    // Which SNPs they are matters for pairs alone.
    let is_number_enough = config.classes() == Classes::All && !config.skip_self;
    if is_number_enough && let Some(n_snps) = snps_by_index(&job, log)? {
        return Ok(Snps::Counted(n_snps));
    }
    Ok(Snps::Known(Box::new(outline_genotypes(&job, log)?)))
}

/// The genes by row, from a store that was given or that an earlier run made of the file, else from the file.
fn genes(config: &MapConfig, log: Log) -> Result<Vec<Gene>, RunError> {
    match expression_source(config, &config.out.join(IMPORTED))? {
        Source::Store(path) => Ok(ExpressionStore::open(&path)?.genes()?),
        Source::Import(job) if job.is_made() => Ok(ExpressionStore::open(&job.out)?.genes()?),
        Source::Import(job) => outline_expression(&job, log),
    }
}
