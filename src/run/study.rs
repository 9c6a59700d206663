//! Opening a study on the root: what is tested against what, over which samples, and where everything lies.

use std::path::{Path, PathBuf};

use super::cis::windows;
use super::config::MapConfig;
use super::error::RunError;
use super::import::{
    ExpressionImport, GenotypeImport, expression_samples, genotype_samples, import_expression,
    import_genotypes,
};
use super::log::{Log, some_of};
use super::output::OutFolder;
use super::samples::{SampleMatch, match_samples};
use crate::formats::{Covariates, FileKind};
use crate::genome::CisWindow;
use crate::model::{Covariate, Design};
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
    /// The expression.
    pub expression: ExpressionStore,
    /// The genes, by row.
    pub genes: Vec<Gene>,
    /// The design over the samples used.
    pub design: Design,
    /// The samples used.
    pub samples: SampleMatch,
    /// Cis windows by gene row; empty with one class of tests.
    pub windows: Vec<CisWindow>,
}

impl Study {
    /// Opens everything the configuration names, importing on the way what is no store yet.
    ///
    /// # Errors
    /// Inputs that are missing, wrong, or do not fit each other.
    pub fn open(config: &MapConfig, out: &OutFolder, log: Log) -> Result<Self, RunError> {
        check_inputs(config, log);
        let (samples, design) = match_and_design(config, log)?;
        let genotypes_path = genotype_store(config, out, log)?;
        let genotypes = GenotypeStore::open(&genotypes_path)?;
        let expression = ExpressionStore::open(&expression_store(config, out, log)?)?;
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
        Ok(Self {
            genotypes_path,
            fingerprint: genotypes.fingerprint()?,
            genotypes,
            expression,
            genes,
            design,
            samples,
            windows,
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

/// Matches the samples and makes the design from headers and covariates alone, so that what is wrong with them is known
/// before a large file is imported.
fn match_and_design(config: &MapConfig, log: Log) -> Result<(SampleMatch, Design), RunError> {
    let in_genotypes = genotype_samples(&config.genotypes, config.genotype_field)?;
    let in_expression = expression_samples(&config.expression)?;
    let read = |path: &PathBuf| Covariates::read(path, &in_genotypes);
    let table = config.covariates.as_ref().map(read).transpose()?;
    let in_covariates = table.as_ref().map(|table| table.samples.as_slice());
    let samples = match_samples(
        &in_genotypes,
        &in_expression,
        in_covariates,
        config.min_samples,
    )?;
    log_samples(&samples, log);
    let covariates = table.map_or_else(Vec::new, |table| used_covariates(&table, &samples));
    let design = Design::new(samples.ids.len(), &covariates)?;
    Ok((samples, design))
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
    import_genotypes(&job, log)?;
    log.info(format!(
        "import  kept as {}, which --genotypes takes as it is",
        job.out.display()
    ));
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
    import_expression(&job, log)?;
    log.info(format!(
        "import  kept as {}, which --expression takes as it is",
        job.out.display()
    ));
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

fn log_samples(samples: &SampleMatch, log: Log) {
    log.info(format!(
        "samples {} in all files, matched by ID",
        samples.ids.len()
    ));
    for file in samples.files.iter().filter(|file| !file.dropped.is_empty()) {
        log.warn(format!(
            "{} of {} samples in {} are not in every other file and are left out: {}",
            file.dropped.len(),
            file.n_samples,
            file.file,
            some_of(&file.dropped, file.dropped.len())
        ));
    }
}

fn used_covariates(table: &Covariates, samples: &SampleMatch) -> Vec<Covariate> {
    let rows = table.names.iter().zip(&table.values);
    rows.map(|(name, values)| Covariate {
        name: name.clone(),
        values: samples
            .covariates
            .iter()
            .map(|&column| values[column as usize])
            .collect(),
    })
    .collect()
}
