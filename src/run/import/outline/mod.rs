//! The outline of what an import would make: which rows, in which order, where; but no values and no file. A plan is made
//! from it.

use std::path::Path;
use std::time::Instant;

use super::open::{Genotypes, open_expression, open_genotypes};
use super::{
    ExpressionImport, GenotypeImport, ROWS_PER_LOOK, expect_rows, rate, rows_of, warn_of_duplicates,
};
use crate::formats::{
    ExpressionRow, FileKind, GeneLocations, GenotypeReader, GenotypeRow, PlinkGenotypes, Progress,
    SnpLocations, count_by_index,
};
use crate::run::error::RunError;
use crate::run::log::{Log, grouped};
use crate::run::meter::Meter;
use crate::run::snp_rows::SnpRows;
use crate::store::{Gene, GenomeOrder, Roll, RowPlace, SnpPlaces, StoreError};

/// The SNPs that a genotype import would make.
pub struct SnpOutline {
    order: GenomeOrder,
    /// By row of the file.
    places: Vec<RowPlace>,
    /// By row of the file.
    ids: Ids,
}

/// The number of records of a VCF or BCF, where an index beside it counts them: as many SNPs as long as no site has
/// several ALT alleles, else more. Of the records themselves the first is looked at.
///
/// # Errors
/// What an import would refuse before the second record, but for wrong values.
pub fn snps_by_index(job: &GenotypeImport, log: Log) -> Result<Option<usize>, RunError> {
    let kind = FileKind::of(&job.input)?;
    // An import of all of a file does without its index, and so can a plan.
    let counted = count_by_index(&job.input, kind).unwrap_or_else(|error| {
        log.warn(format!("{error}; this time all of the file is read"));
        None
    });
    // What is empty is for a pass to find out about.
    let Some((index, n_records)) = counted.filter(|(_, n)| *n > 0) else {
        return Ok(None);
    };
    if let Genotypes::Rows(mut reader, _) = open(job, kind, log)? {
        reader.read_names(&mut GenotypeRow::default())?;
    }
    log.info(format!(
        "look    {}: {} records by {}; a site with several ALT alleles makes a SNP of each, which an index does not count",
        job.input.display(),
        grouped(n_records),
        index.display()
    ));
    Ok(usize::try_from(n_records).ok())
}

/// Looks through genotypes that are imported without filters.
///
/// # Errors
/// What an import would refuse, but for wrong values.
pub fn outline_genotypes(job: &GenotypeImport, log: Log) -> Result<SnpOutline, RunError> {
    let kind = FileKind::of(&job.input)?;
    match open(job, kind, log)? {
        Genotypes::Rows(reader, progress) => {
            outline_rows(&job.input, reader, &progress, rows_of(kind), log)
        }
        Genotypes::Plink(plink) => outline_plink(&plink),
    }
}

/// Opens genotypes, with their locations if they are text.
fn open(job: &GenotypeImport, kind: FileKind, log: Log) -> Result<Genotypes, RunError> {
    let locations = job.locations.as_deref().map(SnpLocations::read);
    let locations = locations.transpose()?;
    if let Some(locations) = &locations {
        warn_of_duplicates(log, "SNP", locations.duplicates());
    }
    open_genotypes((&job.input, kind), job.field, locations, &job.regions)
}

/// Looks through a file that is read row by row.
fn outline_rows(
    input: &Path,
    mut reader: Box<dyn GenotypeReader>,
    progress: &Progress,
    rows: &str,
    log: Log,
) -> Result<SnpOutline, RunError> {
    let started = Instant::now();
    log.info(format!(
        "look    {}: a pass over the file for its {rows} and their places, which a store of 'mpiqtl import' has at hand",
        input.display()
    ));
    let mut meter = Meter::new(log, "look", progress.total_bytes());
    let (mut row, mut seen) = (GenotypeRow::default(), Seen::default());
    while reader.read_names(&mut row)? {
        let site = row.site.as_ref();
        seen.push(input, &row.id, site.map(|site| (&*site.chrom, site.pos)))?;
        let n = seen.roll.len() as u64;
        if n.is_multiple_of(ROWS_PER_LOOK) {
            meter.show(progress.consumed_bytes(), |secs| rate(n, rows, secs));
        }
    }
    meter.finish();
    let n = seen.roll.len() as u64;
    expect_rows(input, n, rows)?;
    log.info(format!(
        "look    {}: {} {rows} x {} samples, in {:.1} s",
        input.display(),
        grouped(n),
        reader.samples().len(),
        started.elapsed().as_secs_f64()
    ));
    Ok(seen.into_outline())
}

/// The rows of a PLINK set, whose .bim has been read.
fn outline_plink(plink: &PlinkGenotypes) -> Result<SnpOutline, RunError> {
    let names = plink.snps.chrom_names();
    let mut seen = Seen::default();
    for row in 0..plink.snps.len() {
        let snp = plink.snps.snp(row);
        let site = snp.chrom.map(|chrom| (&*names[chrom as usize], snp.pos));
        seen.push(&plink.files.bim, snp.id, site)?;
    }
    Ok(seen.into_outline())
}

/// Looks through expression: the genes that an import would make, by row.
///
/// # Errors
/// What an import would refuse, but for wrong values.
pub fn outline_expression(job: &ExpressionImport, log: Log) -> Result<Vec<Gene>, RunError> {
    let locations = job.locations.as_deref().map(GeneLocations::read);
    let locations = locations.transpose()?;
    if let Some(locations) = &locations {
        warn_of_duplicates(log, "gene", locations.duplicates());
    }
    let (mut reader, progress) = open_expression(&job.input, locations)?;
    let mut meter = Meter::new(log, "look", progress.total_bytes());
    let (mut row, mut roll) = (ExpressionRow::default(), Roll::default());
    let mut genes: Vec<Gene> = Vec::new();
    while reader.read_names(&mut row)? {
        let place = row.span.as_ref();
        let place = place.map(|span| (&*span.chrom, span.left, span.right));
        let is_called = |earlier: usize| Ok::<_, StoreError>(genes[earlier].id == row.id);
        if let Some(earlier) = roll.push(&row.id, place, is_called)? {
            return Err(roll.repeated(&job.input, "gene", &row.id, earlier).into());
        }
        genes.push(Gene {
            id: row.id.clone(),
            span: row.span.clone(),
        });
        let n = roll.len() as u64;
        if n.is_multiple_of(ROWS_PER_LOOK) {
            meter.show(progress.consumed_bytes(), |secs| rate(n, "genes", secs));
        }
    }
    meter.finish();
    expect_rows(&job.input, genes.len() as u64, "genes")?;
    let (order, _) = roll.into_order();
    let in_order = order.rows.iter().map(|&row| genes[row as usize].clone());
    Ok(in_order.collect())
}

impl SnpRows for SnpOutline {
    fn n_snps(&self) -> usize {
        self.places.len()
    }

    fn chromosomes(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.order.chrom_names.clone())
    }

    fn places(&self) -> Result<SnpPlaces, StoreError> {
        let rows = self.order.rows.iter();
        let located = rows.map(|&row| self.places[row as usize]);
        let located = located.take_while(|place| place.chrom >= 0);
        let (chrom, pos) = located
            .map(|place| (place.chrom as u32, place.left))
            .unzip();
        Ok(SnpPlaces {
            chrom_names: self.order.chrom_names.clone(),
            chrom,
            pos,
        })
    }

    fn each_id(&self, take: &mut dyn FnMut(u32, &str)) -> Result<(), StoreError> {
        for (row, &of_file) in (0..).zip(&self.order.rows) {
            take(row, self.ids.get(of_file as usize));
        }
        Ok(())
    }
}

/// SNPs as they come in.
#[derive(Default)]
struct Seen {
    roll: Roll,
    ids: Ids,
}

impl Seen {
    /// Adds a row of `file`.
    fn push(&mut self, file: &Path, id: &str, site: Option<(&str, i64)>) -> Result<(), StoreError> {
        let place = site.map(|(chrom, pos)| (chrom, pos, pos));
        let is_called = |earlier| Ok::<_, StoreError>(self.ids.get(earlier) == id);
        if let Some(earlier) = self.roll.push(id, place, is_called)? {
            return Err(self.roll.repeated(file, "SNP", id, earlier));
        }
        self.ids.push(id);
        Ok(())
    }

    fn into_outline(self) -> SnpOutline {
        let (order, places) = self.roll.into_order();
        SnpOutline {
            order,
            places,
            ids: self.ids,
        }
    }
}

/// Many IDs in one piece of memory.
#[derive(Default)]
struct Ids {
    text: String,
    /// Where each ID ends.
    ends: Vec<usize>,
}

impl Ids {
    fn push(&mut self, id: &str) {
        self.text.push_str(id);
        self.ends.push(self.text.len());
    }

    fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[row]]
    }
}

#[cfg(test)]
mod tests;
