//! `extract`: every number of chosen pairs, whatever their p-values, from the stores and the model of `map`, without MPI.
//!
//! Both decide a pair by the same dot products of the same residuals and write it by the same code, so what they say of a
//! pair is the same to the last byte. There are no false discovery rates here: those hang on all tests of a class.

mod batch;
mod chosen;
mod config;
mod file_name;
mod folder;
mod gwas_ssf;
mod ld;
mod named;
mod output;

use std::cell::RefCell;

use self::batch::for_each_batch;
use self::chosen::Chosen;
pub use self::config::{ExtractConfig, LdFormat, LdOf, LdOptions, Names, SnpChoice, SsfOptions};
use self::folder::GeneLine;
use self::output::Output;
use super::config::{MapConfig, ModelName};
use super::error::RunError;
use super::facts::{gene_facts, missing, snp_facts};
use super::log::{Log, counted, grouped};
use super::output::OutFolder;
use super::regression::Regression;
use super::study::Study;
use crate::linalg::set_blas_threads;
use crate::scan::{ChosenTests, GeneSide};

/// Memory for the residuals of SNPs.
const MEMORY_BYTES: usize = 256 << 20;

/// Extracts the pairs a configuration asks for: a row a pair, genes in the order of their rows (genome order, genes
/// without a location last), and the SNPs of each in the order of theirs.
///
/// # Errors
/// Inputs that are wrong or do not fit each other; IDs, a region or windows that name no pair; an output that is there
/// already or cannot be written.
pub fn extract(config: &ExtractConfig, log: Log) -> Result<(), RunError> {
    set_blas_threads(1);
    let is_folder = config.per_gene || config.ld.is_some() || config.gwas_ssf.is_some();
    output::check(&config.out, &config.inputs(), is_folder, config.overwrite)?;
    if let Some(options) = config.ld {
        ld::check_model(options, config.study.model)?;
    }
    if config.gwas_ssf.is_some() {
        gwas_ssf::check_model(config.study.model)?;
    }
    let study = &config_of_pairs(config);
    let mut opened = open(config, study, log)?;
    let chosen = Chosen::of(config, &opened, log)?;
    if let Some(options) = config.ld {
        ld::check_size(&config.out, options.format, (study, &chosen))?;
    }
    if config.gwas_ssf.is_some() {
        gwas_ssf::check_genotypes(&opened)?;
    }
    let genes = chosen.genes.iter();
    opened.genes = genes
        .map(|&row| opened.genes[row as usize].clone())
        .collect();
    let (side, gene_missing) = gene_side(study, &opened, &chosen)?;
    let mut out = create(config, is_folder, &opened)?;
    let n_pairs = write_pairs(&mut out, (&opened, &chosen), &side, &gene_missing)?;
    let mut files = vec![None; opened.genes.len()];
    if let Some(options) = config.ld {
        let of = (study, &opened, &chosen);
        files = ld::write(&config.out, options, of, MEMORY_BYTES, log)?;
    }
    opened.genotypes.check_unchanged()?;
    opened.expression.check_unchanged()?;
    let ssf_rows = out.finish(&lines(&opened, &chosen, &side, files))?;
    if let Some(rows) = ssf_rows {
        gwas_ssf::tell(&rows, log);
    }
    log.info(format!(
        "extract {} pairs of {}: {}",
        grouped(n_pairs),
        counted(opened.genes.len(), "gene"),
        config.out.display()
    ));
    Ok(())
}

/// Creates what is written.
fn create<'s>(
    config: &ExtractConfig,
    is_folder: bool,
    study: &'s Study,
) -> Result<Output<'s>, RunError> {
    let is_anova = config.study.model == ModelName::Anova;
    if !is_folder {
        return Output::table(&config.out, is_anova);
    }
    let options = config.gwas_ssf.as_ref();
    let facts = options.map(|options| gwas_ssf::facts(options, study));
    Output::folder(&config.out, &study.genes, is_anova, facts.transpose()?)
}

/// The configuration with thresholds that ask for windows just where they are wanted; they decide nothing else here.
fn config_of_pairs(config: &ExtractConfig) -> MapConfig {
    let with_windows = config.snps == SnpChoice::Window;
    MapConfig {
        p_all: f64::from(u8::from(!with_windows)),
        p_cis: f64::from(u8::from(with_windows)),
        p_trans: 0.0,
        audit: 0,
        ..config.study.clone()
    }
}

/// Opens the study; what is no store is imported to the output folder of `map`, or taken from there.
fn open(config: &ExtractConfig, study: &MapConfig, log: Log) -> Result<Study, RunError> {
    // Locked as long as something is imported.
    let folder = RefCell::new(None::<OutFolder>);
    let imported = || {
        let Some(out) = &config.map_out else {
            return Err(RunError::Input(
                "genotypes or expression is no store, and there is no folder where 'map' keeps imported stores; give its \
                 folder as 'out' in the configuration file, or give the stores that 'mpiqtl import' makes"
                    .into(),
            ));
        };
        let mut folder = folder.borrow_mut();
        if folder.is_none() {
            *folder = Some(OutFolder::open(out, true)?);
        }
        folder.as_ref().expect("it is open").imported()
    };
    let regression = Regression::open(study, log)?;
    Study::of_regression(regression, study, &imported, log)
}

/// The unit residuals of the chosen genes, and the samples each misses.
fn gene_side(
    config: &MapConfig,
    study: &Study,
    chosen: &Chosen,
) -> Result<(GeneSide, Vec<Vec<u32>>), RunError> {
    let columns = &study.samples.expression;
    let mut values = Vec::with_capacity(chosen.genes.len() * columns.len());
    for &row in &chosen.genes {
        values.extend(study.expression.read_row(row as usize, columns)?);
    }
    let gene_missing = values.chunks_exact(columns.len()).map(missing).collect();
    let side = GeneSide::prepare(&study.model, values, Vec::new());
    match side.norms.iter().position(|norm| !norm.is_finite()) {
        None => Ok((side, gene_missing)),
        Some(place) => Err(RunError::Input(format!(
            "{}: gene '{}' has infinite or far too large values; correct it or leave it out",
            config.expression.display(),
            study.genes[place].id
        ))),
    }
}

/// Writes all pairs; returns how many there are.
fn write_pairs(
    out: &mut Output<'_>,
    (study, chosen): (&Study, &Chosen),
    side: &GeneSide,
    gene_missing: &[Vec<u32>],
) -> Result<u64, RunError> {
    let columns = study.samples.genotypes.as_slice();
    let mut tests = ChosenTests::new(
        &study.model,
        side,
        (&study.genotypes, columns),
        MEMORY_BYTES,
    );
    let mut facts = gene_facts(study, gene_missing);
    let mut n_pairs = 0;
    for_each_batch(
        chosen.genes.len(),
        |place| chosen.snps_of(place),
        |batch| {
            facts.snps = snp_facts(study, &batch.snps, gene_missing)?;
            for (place, snps) in &batch.parts {
                let found = tests.of_gene(*place as u32, snps)?;
                out.push(*place, &found, &facts)?;
                n_pairs += found.len() as u64;
            }
            Ok::<_, RunError>(())
        },
    )?;
    Ok(n_pairs)
}

/// What the list of genes says of each.
fn lines(
    study: &Study,
    chosen: &Chosen,
    side: &GeneSide,
    files: Vec<Option<String>>,
) -> Vec<GeneLine> {
    let design = study.model.design();
    let df_of_gene = (design.n() - design.n_covariates() - 1) as f64;
    let lines = files.into_iter().enumerate().map(|(place, ld)| GeneLine {
        n_snps: chosen.snps_of(place).len(),
        df: study.model.df(),
        residual_sd: side.norms[place] / df_of_gene.sqrt(),
        ld,
    });
    lines.collect()
}
