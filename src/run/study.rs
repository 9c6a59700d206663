//! Opening a study on the root: what is tested against what, over which samples, and where everything lies.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::config::MapConfig;
use super::error::RunError;
use super::import::{
    ExpressionImport, GenotypeImport, expression_samples, genotype_samples, import_expression,
    import_genotypes,
};
use super::log::{Log, grouped, some_of};
use super::output::OutFolder;
use super::samples::{SampleMatch, match_samples};
use crate::formats::{Covariates, FileKind};
use crate::genome::{CisWindow, cis_windows, differ_by_prefix_only};
use crate::model::{Covariate, Design};
use crate::plan::Classes;
use crate::store::{ExpressionStore, Gene, GenotypeStore, SnpPlaces};

/// An open study.
pub struct Study {
    /// Where the genotype store lies.
    pub genotypes_path: PathBuf,
    /// The genotypes.
    pub genotypes: GenotypeStore,
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
            _ => windows(&genotypes.places()?, &genes, config, log)?,
        };
        Ok(Self {
            genotypes_path,
            genotypes,
            expression,
            genes,
            design,
            samples,
            windows,
        })
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

/// The cis windows, or why there cannot be a cis pair.
fn windows(
    places: &SnpPlaces,
    genes: &[Gene],
    config: &MapConfig,
    log: Log,
) -> Result<Vec<CisWindow>, RunError> {
    let spans: Vec<_> = genes.iter().map(|gene| gene.span.clone()).collect();
    if places.pos.is_empty() {
        return Err(unlocated(
            "SNP",
            "--snp-locations",
            config.snp_locations.as_deref(),
        ));
    }
    let gene_chroms: HashSet<&str> = spans
        .iter()
        .flatten()
        .map(|span| span.chrom.as_str())
        .collect();
    if gene_chroms.is_empty() {
        return Err(unlocated(
            "gene",
            "--gene-locations",
            config.gene_locations.as_deref(),
        ));
    }
    check_chromosomes(places, &gene_chroms, log)?;
    let windows = cis_windows(
        &places.chrom,
        &places.pos,
        &places.chrom_names,
        &spans,
        config.cis_dist_bp,
    );
    if windows.iter().all(|window| window.is_empty()) {
        return Err(RunError::Input(format!(
            "no SNP lies within {} bp of any gene; are both on the same genome build? raise --cis-dist-bp or use \
             --p-all",
            grouped(config.cis_dist_bp.unsigned_abs())
        )));
    }
    Ok(windows)
}

/// The error of a side on which nothing has a location: `table` was given for it, or none was.
fn unlocated(what: &str, flag: &str, table: Option<&Path>) -> RunError {
    RunError::Input(match table {
        Some(table) => format!(
            "{}: gives a location to no {what} of the study, which cis needs; are the {what} IDs the same in both files?",
            table.display()
        ),
        None => {
            format!("no {what} has a location, which cis needs; give {flag}, or use --p-all")
        }
    })
}

fn check_chromosomes(
    places: &SnpPlaces,
    gene_chroms: &HashSet<&str>,
    log: Log,
) -> Result<(), RunError> {
    let snp_chroms: HashSet<&str> = places.chrom_names.iter().map(String::as_str).collect();
    let sorted = |set: &HashSet<&str>| {
        let mut names: Vec<String> = set.iter().map(|name| name.to_string()).collect();
        names.sort();
        names
    };
    if snp_chroms.is_disjoint(gene_chroms) {
        let (snps, genes) = (sorted(&snp_chroms), sorted(gene_chroms));
        let pair = snps
            .iter()
            .flat_map(|s| genes.iter().map(move |g| (s, g)))
            .find(|(s, g)| differ_by_prefix_only(s, g));
        let hint = pair.map_or(String::new(), |(s, g)| {
            format!(" ('{s}' and '{g}' look like one chromosome under two names)")
        });
        return Err(RunError::Input(format!(
            "genotypes and expression have no chromosome name in common{hint}: genotypes have {}, expression has {}; \
             rename one side",
            some_of(&snps, snps.len()),
            some_of(&genes, genes.len())
        )));
    }
    let alone: HashSet<&str> = gene_chroms.difference(&snp_chroms).copied().collect();
    if !alone.is_empty() {
        let names = sorted(&alone);
        log.warn(format!(
            "{} chromosomes of the genes have no SNPs: {}",
            names.len(),
            some_of(&names, names.len())
        ));
    }
    Ok(())
}
