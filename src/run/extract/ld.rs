//! Correlations of the SNPs of each gene, row by row into files of their own.

use std::path::Path;

use super::super::config::{MapConfig, ModelName};
use super::super::error::RunError;
use super::super::log::{Log, counted, grouped};
use super::super::space::{free_bytes, readable};
use super::super::study::Study;
use super::chosen::Chosen;
use super::config::{LdFormat, LdOf, LdOptions};
use super::file_name::file_name;
use crate::formats::{NpyWriter, TableWriter};
use crate::model::{Design, Model, ModelKind};
use crate::scan::Ld;
use crate::store::Gene;

/// SNPs whose correlations with all others are held at a time.
const ROWS: usize = 256;

/// Matrices larger than this are written on request only.
const LARGE_BYTES: f64 = 4.0 * 1024.0 * 1024.0 * 1024.0;

/// About how long a number of a text table is.
const TEXT_BYTES: f64 = 21.0;

/// Refuses correlations that the model has not got.
///
/// # Errors
/// If the tests of the model are not of one column a SNP.
pub fn check_model(options: LdOptions, model: ModelName) -> Result<(), RunError> {
    if options.of == LdOf::Raw || model == ModelName::Linear {
        return Ok(());
    }
    Err(RunError::Input(format!(
        "--ld adjusted is the correlation of what model linear tests, and this is model {}; give --ld raw, or --model \
         linear",
        model.name()
    )))
}

/// Writes the correlations of the SNPs of every gene; returns the files by gene, `None` for genes without SNPs. Genes
/// that have the SNPs of the gene before them share its file.
///
/// # Errors
/// If the genotypes cannot be read or the disk refuses.
pub fn write(
    folder: &Path,
    options: LdOptions,
    (config, study, chosen): (&MapConfig, &Study, &Chosen),
    memory_bytes: usize,
    log: Log,
) -> Result<Vec<Option<String>>, RunError> {
    let raw = match options.of {
        LdOf::Adjusted => None,
        LdOf::Raw => Some(raw_model(study)?),
    };
    let model = raw.as_ref().unwrap_or(&study.model);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let side = (&study.genotypes, study.samples.genotypes.as_slice());
    let mut ld = Ld::new(model, side, config.threads.unwrap_or(cores), memory_bytes);
    let mut files: Vec<Option<String>> = Vec::with_capacity(study.genes.len());
    let (mut before, mut n_files, mut most) = (Vec::new(), 0, 0);
    for (place, gene) in study.genes.iter().enumerate() {
        let snps = chosen.snps_of(place);
        if snps.is_empty() {
            files.push(None);
            continue;
        }
        if snps != before {
            let name = file_of(gene, options.format)?;
            let path = folder.join(&name);
            match options.format {
                LdFormat::Npy => write_npy(&path, &mut ld, &snps)?,
                LdFormat::Tsv => write_tsv(&path, &mut ld, &snps, study)?,
            }
            (n_files, most) = (n_files + 1, most.max(snps.len()));
            files.push(Some(name));
            before = snps;
        } else {
            let last = files.iter().rev().flatten().next();
            files.push(last.cloned());
        }
    }
    log.info(format!(
        "ld      {} of up to {} SNPs, of dosages {}",
        counted(n_files, "file"),
        grouped(most as u64),
        match options.of {
            LdOf::Adjusted => "with the covariates projected out, as they are tested",
            LdOf::Raw => "as they are, the covariates not projected out",
        }
    ));
    Ok(files)
}

/// The model whose residuals are dosages about their means.
fn raw_model(study: &Study) -> Result<Model, RunError> {
    let design = Design::new(study.samples.ids.len(), &[], None)?;
    Ok(Model::new(design, ModelKind::Linear, Vec::new())?)
}

fn file_of(gene: &Gene, format: LdFormat) -> Result<String, RunError> {
    Ok(format!(
        "{}.ld.{}",
        file_name(&gene.id)?,
        format.extension()
    ))
}

/// Refuses matrices that do not fit the disk of `folder`, which need not be there yet, or of which one is larger than
/// people mean.
///
/// # Errors
/// The figures, unless forced.
pub fn check_size(
    folder: &Path,
    format: LdFormat,
    (config, chosen): (&MapConfig, &Chosen),
) -> Result<(), RunError> {
    if config.force {
        return Ok(());
    }
    let number_bytes = match format {
        LdFormat::Npy => size_of::<f64>() as f64,
        LdFormat::Tsv => TEXT_BYTES,
    };
    let (mut all, mut largest, mut before) = (0.0, 0, Vec::new());
    for place in 0..chosen.genes.len() {
        let snps = chosen.snps_of(place);
        if snps != before {
            all += snps.len() as f64 * snps.len() as f64 * number_bytes;
            largest = largest.max(snps.len());
            before = snps;
        }
    }
    let bytes = largest as f64 * largest as f64 * number_bytes;
    if bytes > LARGE_BYTES {
        return Err(RunError::Input(format!(
            "the correlations of {} SNPs take {}; choose fewer by --window, --region or --snps, or give --force",
            grouped(largest as u64),
            readable(bytes)
        )));
    }
    let there = folder.ancestors().find(|folder| folder.is_dir());
    match free_bytes(there.unwrap_or(Path::new("."))).filter(|free| all > *free) {
        None => Ok(()),
        Some(free) => Err(RunError::Input(format!(
            "{}: {} are free, and the correlations take {}; choose fewer genes or SNPs, or another --out",
            folder.display(),
            readable(free),
            readable(all)
        ))),
    }
}

fn write_npy(path: &Path, ld: &mut Ld, snps: &[u32]) -> Result<(), RunError> {
    let mut matrix = NpyWriter::create(path, snps.len(), snps.len())?;
    let mut r = Vec::new();
    for rows in snps.chunks(ROWS) {
        ld.correlate(rows, snps, &mut r)?;
        matrix.numbers(&r)?;
    }
    Ok(matrix.finish()?)
}

fn write_tsv(path: &Path, ld: &mut Ld, snps: &[u32], study: &Study) -> Result<(), RunError> {
    let mut ids = Vec::with_capacity(snps.len());
    study.genotypes.ids_of(snps, |_, id| ids.push(id))?;
    let header: Vec<&str> = std::iter::once("snp")
        .chain(ids.iter().map(String::as_str))
        .collect();
    let mut table = TableWriter::create(path, &header)?;
    let mut r = Vec::new();
    for (rows, ids) in snps.chunks(ROWS).zip(ids.chunks(ROWS)) {
        ld.correlate(rows, snps, &mut r)?;
        for (id, line) in ids.iter().zip(r.chunks_exact(snps.len())) {
            table.text(id)?;
            line.iter().try_for_each(|&r| table.number(r))?;
            table.end_row()?;
        }
    }
    Ok(table.finish()?)
}
