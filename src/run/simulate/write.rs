//! Writing a simulated study: stores, or the text formats of the field for small shapes.

use std::io::Write;
use std::path::Path;

use super::expression::SimulatedGenes;
use super::genotypes::{MISSING, SimulatedSnps};
use super::layout::Layout;
use super::{Format, SimulateConfig};
use crate::formats::{AtomicFile, FormatError, TableWriter};
use crate::run::error::RunError;
use crate::run::log::{Log, grouped};
use crate::store::{
    Provenance, RowSource, StoreClaim, write_expression_store, write_genotype_store,
};

/// Writes the study and its truth table.
///
/// # Errors
/// If the folder cannot be written.
pub fn simulate(config: &SimulateConfig, log: Log) -> Result<(), RunError> {
    std::fs::create_dir_all(&config.out).map_err(|source| RunError::Output {
        path: config.out.clone(),
        action: "cannot be written; choose another --out",
        source,
    })?;
    let layout = Layout::new(config);
    let snps = SimulatedSnps {
        config,
        layout: &layout,
    };
    let genes = SimulatedGenes::new(config, &snps);
    let samples = config.sample_ids();
    let file = |name: &str| config.out.join(name);
    match config.format {
        Format::H5 => {
            let made_by = simulated(config);
            let claim = |name: &str| StoreClaim::of(&file(name));
            write_genotype_store(claim("genotypes.h5")?, &samples, &snps, &made_by)?;
            write_expression_store(claim("expression.h5")?, &samples, &genes, &made_by)?;
        }
        Format::Text => {
            write_genotype_text(&file("genotypes.tsv"), &samples, &snps)?;
            write_snp_locations(&file("snp_locations.tsv"), &snps)?;
            let rows = (0..genes.len()).map(|row| (genes.id(row), genes.values(row)));
            write_matrix(&file("expression.tsv"), "geneid", &samples, rows)?;
            write_gene_locations(&file("gene_locations.tsv"), &genes)?;
        }
        Format::Vcf => {
            write_vcf(&file("genotypes.vcf"), &samples, &snps)?;
            write_bed(&file("expression.bed"), &samples, &genes)?;
        }
    }
    if config.covariates > 0 {
        let covariates = genes.covariates().iter().enumerate();
        let rows = covariates.map(|(i, values)| (format!("covariate{}", i + 1), values.clone()));
        write_matrix(&file("covariates.tsv"), "id", &samples, rows)?;
    }
    write_truth(&file("truth.tsv"), &snps, &genes)?;
    log.info(format!(
        "simulated {} SNPs x {} genes x {} samples in {}",
        grouped(config.snps as u64),
        grouped(config.genes as u64),
        config.samples,
        config.out.display()
    ));
    Ok(())
}

/// Where the stores of a simulated study come from.
fn simulated(config: &SimulateConfig) -> Provenance {
    let mut provenance = Provenance::default();
    provenance.note("program", format!("mpiqtl {}", env!("CARGO_PKG_VERSION")));
    provenance.note("simulated", format!("seed {}", config.seed));
    provenance
}

fn table(path: &Path, first: &[&str], samples: &[String]) -> Result<TableWriter, FormatError> {
    let samples = samples.iter().map(String::as_str);
    let header: Vec<&str> = first.iter().copied().chain(samples).collect();
    TableWriter::create(path, &header)
}

fn write_matrix(
    path: &Path,
    id: &str,
    samples: &[String],
    rows: impl Iterator<Item = (String, Vec<f64>)>,
) -> Result<(), FormatError> {
    let mut out = table(path, &[id], samples)?;
    for (id, values) in rows {
        out.text(&id)?;
        values.iter().try_for_each(|&value| out.number(value))?;
        out.end_row()?;
    }
    out.finish()
}

fn write_genotype_text(
    path: &Path,
    samples: &[String],
    snps: &SimulatedSnps,
) -> Result<(), FormatError> {
    let value = |&code: &u8| {
        if code == MISSING {
            f64::NAN
        } else {
            f64::from(code)
        }
    };
    let rows =
        (0..snps.len()).map(|row| (snps.id(row), snps.codes(row).iter().map(value).collect()));
    write_matrix(path, "snpid", samples, rows)
}

fn write_snp_locations(path: &Path, snps: &SimulatedSnps) -> Result<(), FormatError> {
    let mut out = TableWriter::create(path, &["snp", "chr", "pos"])?;
    for row in 0..snps.len() {
        let place = snps.place(row);
        out.text(&snps.id(row))?;
        out.text(&snps.chrom_names()[place.chrom as usize])?;
        out.integer(place.left)?;
        out.end_row()?;
    }
    out.finish()
}

fn write_gene_locations(path: &Path, genes: &SimulatedGenes) -> Result<(), FormatError> {
    let mut out = TableWriter::create(path, &["geneid", "chr", "left", "right"])?;
    for row in 0..genes.len() {
        let place = genes.place(row);
        out.text(&genes.id(row))?;
        out.text(&genes.chrom_names()[place.chrom as usize])?;
        out.integer(place.left)?;
        out.integer(place.right)?;
        out.end_row()?;
    }
    out.finish()
}

fn write_bed(path: &Path, samples: &[String], genes: &SimulatedGenes) -> Result<(), FormatError> {
    let mut out = table(path, &["#chr", "start", "end", "gene_id"], samples)?;
    for row in 0..genes.len() {
        let place = genes.place(row);
        out.text(&genes.chrom_names()[place.chrom as usize])?;
        // BED starts are 0-based.
        out.integer(place.left - 1)?;
        out.integer(place.right)?;
        out.text(&genes.id(row))?;
        genes
            .values(row)
            .iter()
            .try_for_each(|&value| out.number(value))?;
        out.end_row()?;
    }
    out.finish()
}

fn write_vcf(path: &Path, samples: &[String], snps: &SimulatedSnps) -> Result<(), RunError> {
    let failed = |source| RunError::Output {
        path: path.into(),
        action: "cannot be written; is the disk full?",
        source,
    };
    let mut file = AtomicFile::create(path)?;
    file.write_all(vcf_header(samples).as_bytes())
        .map_err(failed)?;
    for row in 0..snps.len() {
        file.write_all(vcf_line(snps, row).as_bytes())
            .map_err(failed)?;
    }
    Ok(file.finish()?)
}

fn vcf_header(samples: &[String]) -> String {
    format!(
        "##fileformat=VCFv4.2\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n",
        samples.join("\t")
    )
}

fn vcf_line(snps: &SimulatedSnps, row: usize) -> String {
    let place = snps.place(row);
    let chrom = &snps.chrom_names()[place.chrom as usize];
    let mut line = format!(
        "{chrom}\t{}\t{}\tA\tG\t.\tPASS\t.\tGT",
        place.left,
        snps.id(row)
    );
    line.extend(snps.codes(row).iter().map(|code| match code {
        0 => "\t0/0",
        1 => "\t0/1",
        2 => "\t1/1",
        _ => "\t./.",
    }));
    line.push('\n');
    line
}

fn write_truth(path: &Path, snps: &SimulatedSnps, genes: &SimulatedGenes) -> Result<(), RunError> {
    let mut out = TableWriter::create(path, &["SNP", "gene", "class", "effect_per_sd"])?;
    for row in 0..genes.len() {
        for effect in genes.effects(row) {
            out.text(&snps.id(effect.snp))?;
            out.text(&genes.id(row))?;
            out.text(effect.class)?;
            out.number(effect.size)?;
            out.end_row()?;
        }
    }
    Ok(out.finish()?)
}
