//! Opening a study on the root: what is tested against what, over which samples, and where everything lies.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::cis::{genes_of, windows};
use super::config::{Columns, MapConfig};
use super::error::RunError;
use super::import::{
    ExpressionImport, GenotypeFilters, GenotypeImport, genotype_kind, import_expression_once,
    import_genotypes_once,
};
use super::log::{Log, grouped};
use super::output::OutFolder;
use super::regression::Regression;
use super::samples::{SAMPLE_REPORT, SampleMatch, write_sample_report};
use super::snp_rows::SnpRows;
use crate::formats::{FileKind, TableFormat};
use crate::genome::{CisWindow, Regions};
use crate::model::{Covariate, Model};
use crate::plan::Classes;
use crate::results::RowOrder;
use crate::store::{ExpressionStore, Gene, GenotypeStore};

/// An open study.
pub struct Study {
    /// Where the genotype store lies.
    pub genotypes_path: PathBuf,
    /// The genotypes.
    pub genotypes: GenotypeStore,
    /// What tells them from other genotypes, to be checked by every rank.
    pub fingerprint: u64,
    /// Where the expression store lies.
    pub expression_path: PathBuf,
    /// The expression.
    pub expression: ExpressionStore,
    /// What tells it from other expression, for those who come back to it.
    pub expression_fingerprint: u64,
    /// The genes, by row.
    pub genes: Vec<Gene>,
    /// The covariates over the samples used, as read.
    pub covariates: Vec<Covariate>,
    /// The name of the covariate SNPs interact with; `None` if the model has none.
    pub interaction: Option<String>,
    /// The error covariance over the samples used `[n x n]`; `None` for independent errors, and where there is no audit,
    /// which alone looks at it again.
    pub error_covariance: Option<Vec<f64>>,
    /// The model over the samples used.
    pub model: Model,
    /// The samples used.
    pub samples: SampleMatch,
    /// Cis windows by gene row; empty with one class of tests.
    pub windows: Vec<CisWindow>,
    /// Pairs of SNP and gene row that are one row given on both sides and not tested, by SNP row.
    pub skipped: Vec<[u32; 2]>,
}

/// Gives the folder stores are imported to.
pub type ImportFolder<'a> = dyn Fn() -> Result<PathBuf, RunError> + 'a;

impl Study {
    /// Opens everything the configuration names, importing on the way what is no store yet.
    ///
    /// # Errors
    /// Inputs that are missing, wrong, or do not fit each other.
    pub fn open(config: &MapConfig, out: &OutFolder, log: Log) -> Result<Self, RunError> {
        check_inputs(config, log);
        let regression =
            Regression::open_or(config, log, |samples| report_refused(out, samples, log))?;
        Self::of_regression(regression, config, &|| out.imported(), log)
    }

    /// Opens the rows of a regression; what is no store yet is imported to the folder that `imported` gives, which is
    /// asked for only then.
    ///
    /// # Errors
    /// Inputs that are missing, wrong, or do not fit each other; if there is no folder to import to.
    pub fn of_regression(
        regression: Regression,
        config: &MapConfig,
        imported: &ImportFolder<'_>,
        log: Log,
    ) -> Result<Self, RunError> {
        let Regression {
            samples,
            covariates,
            interaction,
            error_covariance,
            model,
        } = regression;
        let genotypes_path = genotype_store(config, imported, log)?;
        let genotypes = GenotypeStore::open(&genotypes_path)?;
        let expression_path = expression_store(config, imported, log)?;
        let expression = ExpressionStore::open(&expression_path)?;
        if genotypes.n_snps() == 0 || expression.n_genes() == 0 {
            return Err(RunError::Input(
                "a store without rows: there is nothing to test".into(),
            ));
        }
        let genes = genes_of(&genotypes, expression.genes()?, config, log)?;
        let windows = match config.classes() {
            Classes::All => Vec::new(),
            _ => windows(&genotypes, &genes, config, log)?,
        };
        let skipped = if config.skip_self {
            same_ids(&genotypes, &genes, log)?
        } else {
            Vec::new()
        };
        Ok(Self {
            genotypes_path,
            fingerprint: genotypes.fingerprint()?,
            genotypes,
            expression_path,
            expression_fingerprint: expression.fingerprint()?,
            expression,
            genes,
            covariates,
            interaction,
            error_covariance: error_covariance.filter(|_| config.audit > 0),
            model,
            samples,
            windows,
            skipped,
        })
    }
}

/// Reports samples of which too few are shared, unless an earlier run has its own report there.
fn report_refused(out: &OutFolder, samples: &SampleMatch, log: Log) -> Result<(), RunError> {
    if out.is_complete() {
        return Ok(());
    }
    let path = out.file(SAMPLE_REPORT);
    write_sample_report(&path, samples)?.finish()?;
    log.info(format!(
        "report  {}: where each of {} samples was found",
        path.display(),
        samples.n_in_any()
    ));
    Ok(())
}

/// Warns of what can be said of the options before the files are read for what they hold.
pub fn check_inputs(config: &MapConfig, log: Log) {
    let is_indexed = config.table_format == TableFormat::TsvGz && config.sort == RowOrder::Position;
    if is_indexed && config.columns == Columns::MatrixEqtl {
        log.warn("the tables get no index: Matrix eQTL's columns have no positions; give --columns full or eqtl_catalogue");
    }
    let located = config.snp_locations.is_some() || config.gene_locations.is_some();
    if located && config.classes() == Classes::All {
        log.warn("locations are given, but all pairs are one class; give --p-cis and --p-trans for cis and trans");
    }
}

/// The pairs of rows with one ID, which is one row mapped against itself.
///
/// # Errors
/// If the IDs cannot be read.
pub fn same_ids(
    genotypes: &dyn SnpRows,
    genes: &[Gene],
    log: Log,
) -> Result<Vec<[u32; 2]>, RunError> {
    let by_id: HashMap<&str, u32> = (0..)
        .zip(genes)
        .map(|(row, gene)| (gene.id.as_str(), row))
        .collect();
    let mut pairs = Vec::new();
    genotypes.each_id(&mut |row, id| {
        pairs.extend(by_id.get(id).map(|&gene| [row, gene]));
    })?;
    if pairs.is_empty() {
        log.warn("--skip-self skips nothing: no ID is in both genotypes and expression");
    } else {
        log.info(format!(
            "skip    {} pairs of rows with one ID",
            grouped(pairs.len() as u64)
        ));
    }
    Ok(pairs)
}

/// Where one side of a study comes from.
pub enum Source<Job> {
    /// A store that was given.
    Store(PathBuf),
    /// A store that is made on the way.
    Import(Job),
}

/// Where the genotypes come from; those that are no store are imported into `folder`.
///
/// # Errors
/// A file that cannot be read, or has locations of its own beside those that are given.
pub fn genotype_source(
    config: &MapConfig,
    folder: &Path,
) -> Result<Source<GenotypeImport>, RunError> {
    let input = &config.genotypes;
    if genotype_kind(input)? == FileKind::Store {
        let locations = config.snp_locations.as_deref();
        return own_locations(input, "--snp-locations", locations).map(Source::Store);
    }
    Ok(Source::Import(GenotypeImport {
        input: input.clone(),
        field: config.genotype_field,
        regions: Regions::default(),
        locations: config.snp_locations.clone(),
        filters: GenotypeFilters::default(),
        out: folder.join("genotypes.h5"),
    }))
}

/// Where the expression comes from; what is no store is imported into `folder`.
///
/// # Errors
/// A file that cannot be read, or has locations of its own beside those that are given.
pub fn expression_source(
    config: &MapConfig,
    folder: &Path,
) -> Result<Source<ExpressionImport>, RunError> {
    let input = &config.expression;
    if FileKind::of(input)? == FileKind::Store {
        let locations = config.gene_locations.as_deref();
        return own_locations(input, "--gene-locations", locations).map(Source::Store);
    }
    Ok(Source::Import(ExpressionImport {
        input: input.clone(),
        locations: config.gene_locations.clone(),
        out: folder.join("expression.h5"),
    }))
}

fn genotype_store(
    config: &MapConfig,
    imported: &ImportFolder<'_>,
    log: Log,
) -> Result<PathBuf, RunError> {
    // Where nothing is imported there may be no folder for it.
    match genotype_source(config, Path::new(""))? {
        Source::Store(path) => Ok(path),
        Source::Import(mut job) => {
            job.out = imported()?.join(job.out);
            import_genotypes_once(&job, log)?;
            Ok(job.out)
        }
    }
}

fn expression_store(
    config: &MapConfig,
    imported: &ImportFolder<'_>,
    log: Log,
) -> Result<PathBuf, RunError> {
    match expression_source(config, Path::new(""))? {
        Source::Store(path) => Ok(path),
        Source::Import(mut job) => {
            job.out = imported()?.join(job.out);
            import_expression_once(&job, log)?;
            Ok(job.out)
        }
    }
}

fn own_locations(store: &Path, flag: &str, locations: Option<&Path>) -> Result<PathBuf, RunError> {
    match locations {
        None => Ok(store.into()),
        Some(_) => Err(RunError::Input(format!(
            "{}: a store has the locations it was imported with; leave {flag} out, or give it to 'mpiqtl import'",
            store.display()
        ))),
    }
}
