//! Opening a study on the root: what is tested against what, over which samples, and where everything lies.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::cis::windows;
use super::config::MapConfig;
use super::error::RunError;
use super::import::{
    ExpressionImport, GenotypeImport, import_expression_once, import_genotypes_once,
};
use super::log::{Log, grouped};
use super::output::OutFolder;
use super::regression::Regression;
use super::samples::SampleMatch;
use crate::formats::FileKind;
use crate::genome::CisWindow;
use crate::model::{Covariate, Model};
use crate::plan::Classes;
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

impl Study {
    /// Opens everything the configuration names, importing on the way what is no store yet.
    ///
    /// # Errors
    /// Inputs that are missing, wrong, or do not fit each other.
    pub fn open(config: &MapConfig, out: &OutFolder, log: Log) -> Result<Self, RunError> {
        check_inputs(config, log);
        let Regression {
            samples,
            covariates,
            interaction,
            error_covariance,
            model,
        } = Regression::open(config, log)?;
        let genotypes_path = genotype_store(config, out, log)?;
        let genotypes = GenotypeStore::open(&genotypes_path)?;
        let expression_path = expression_store(config, out, log)?;
        let expression = ExpressionStore::open(&expression_path)?;
        if genotypes.n_snps() == 0 || expression.n_genes() == 0 {
            return Err(RunError::Input(
                "a store without rows: there is nothing to test".into(),
            ));
        }
        let genes = expression.genes()?;
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

/// What can be said of the options before the files are read for what they hold.
fn check_inputs(config: &MapConfig, log: Log) {
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
    genotypes: &GenotypeStore,
    genes: &[Gene],
    log: Log,
) -> Result<Vec<[u32; 2]>, RunError> {
    let by_id: HashMap<&str, u32> = (0..)
        .zip(genes)
        .map(|(row, gene)| (gene.id.as_str(), row))
        .collect();
    let rows: Vec<u32> = (0..genotypes.n_snps() as u32).collect();
    let mut pairs = Vec::new();
    genotypes.ids_of(&rows, |row, id| {
        pairs.extend(by_id.get(id.as_str()).map(|&gene| [row, gene]));
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

fn genotype_store(config: &MapConfig, out: &OutFolder, log: Log) -> Result<PathBuf, RunError> {
    let input = &config.genotypes;
    if FileKind::of(input)? == FileKind::Store {
        return own_locations(input, "--snp-locations", config.snp_locations.as_deref());
    }
    let job = GenotypeImport {
        input: input.clone(),
        field: config.genotype_field,
        locations: config.snp_locations.clone(),
        out: out.imported()?.join("genotypes.h5"),
    };
    import_genotypes_once(&job, log)?;
    Ok(job.out)
}

fn expression_store(config: &MapConfig, out: &OutFolder, log: Log) -> Result<PathBuf, RunError> {
    let input = &config.expression;
    if FileKind::of(input)? == FileKind::Store {
        return own_locations(input, "--gene-locations", config.gene_locations.as_deref());
    }
    let job = ExpressionImport {
        input: input.clone(),
        locations: config.gene_locations.clone(),
        out: out.imported()?.join("expression.h5"),
    };
    import_expression_once(&job, log)?;
    Ok(job.out)
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
