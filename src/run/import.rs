//! Importing: a file of the field, row by row, into a store.

use std::path::{Path, PathBuf};

use super::error::RunError;
use super::log::{Log, grouped, some_of};
use super::meter::Meter;
use crate::formats::{
    BedExpression, DuplicateIds, ExpressionReader, ExpressionRow, FileKind, GeneLocations,
    GenotypeField, GenotypeReader, GenotypeRow, Progress, SnpLocations, TextExpression,
    TextGenotypes, VcfGenotypes,
};
use crate::store::{ExpressionStore, ExpressionWriter, GenotypeStore, GenotypeWriter, Imported};

/// Rows between two looks at the progress.
const ROWS_PER_LOOK: u64 = 256;

/// Genotypes to be imported.
#[derive(Clone, Debug)]
pub struct GenotypeImport {
    /// VCF or text.
    pub input: PathBuf,
    /// The VCF field that is read.
    pub field: GenotypeField,
    /// Locations for text.
    pub locations: Option<PathBuf>,
    /// The store to write.
    pub out: PathBuf,
}

/// Expression to be imported.
#[derive(Clone, Debug)]
pub struct ExpressionImport {
    /// Phenotype BED or text.
    pub input: PathBuf,
    /// Locations for text.
    pub locations: Option<PathBuf>,
    /// The store to write.
    pub out: PathBuf,
}

/// The sample IDs of genotypes of any accepted kind, read before anything is imported.
///
/// # Errors
/// A file that cannot be read, or is of a kind that holds no genotypes.
pub fn genotype_samples(input: &Path, field: GenotypeField) -> Result<Vec<String>, RunError> {
    if FileKind::of(input)? == FileKind::Store {
        return Ok(GenotypeStore::open(input)?.samples().to_vec());
    }
    let (reader, _) = open_genotypes(input, field, None)?;
    Ok(reader.samples().to_vec())
}

/// The sample IDs of expression of any accepted kind, read before anything is imported.
///
/// # Errors
/// A file that cannot be read, or is of a kind that holds no expression.
pub fn expression_samples(input: &Path) -> Result<Vec<String>, RunError> {
    if FileKind::of(input)? == FileKind::Store {
        return Ok(ExpressionStore::open(input)?.samples().to_vec());
    }
    let (reader, _) = open_expression(input, None)?;
    Ok(reader.samples().to_vec())
}

fn open_genotypes(
    input: &Path,
    field: GenotypeField,
    locations: Option<SnpLocations>,
) -> Result<(Box<dyn GenotypeReader>, Progress), RunError> {
    match FileKind::of(input)? {
        FileKind::Vcf if locations.is_some() => Err(own_locations(input, "VCF", "--snp-locations")),
        FileKind::Vcf => {
            let reader = VcfGenotypes::open(input, field)?;
            let progress = reader.progress();
            Ok((Box::new(reader), progress))
        }
        FileKind::Text => {
            let reader = TextGenotypes::open(input, locations)?;
            let progress = reader.progress();
            Ok((Box::new(reader), progress))
        }
        FileKind::Store => Err(already_a_store(input)),
        FileKind::PhenotypeBed => Err(RunError::Input(format!(
            "{}: this is a phenotype BED file; genotypes come as VCF or text",
            input.display()
        ))),
    }
}

fn open_expression(
    input: &Path,
    locations: Option<GeneLocations>,
) -> Result<(Box<dyn ExpressionReader>, Progress), RunError> {
    match FileKind::of(input)? {
        FileKind::PhenotypeBed if locations.is_some() => {
            Err(own_locations(input, "phenotype BED", "--gene-locations"))
        }
        FileKind::PhenotypeBed => {
            let reader = BedExpression::open(input)?;
            let progress = reader.progress();
            Ok((Box::new(reader), progress))
        }
        FileKind::Text => {
            let reader = TextExpression::open(input, locations)?;
            let progress = reader.progress();
            Ok((Box::new(reader), progress))
        }
        FileKind::Store => Err(already_a_store(input)),
        FileKind::Vcf => Err(RunError::Input(format!(
            "{}: this is a VCF; expression comes as phenotype BED or text",
            input.display()
        ))),
    }
}

/// Imports genotypes.
///
/// # Errors
/// A file that cannot be read or is wrong somewhere; a store that cannot be written.
pub fn import_genotypes(job: &GenotypeImport, log: Log) -> Result<Imported, RunError> {
    let locations = job
        .locations
        .as_deref()
        .map(SnpLocations::read)
        .transpose()?;
    if let Some(locations) = &locations {
        warn_of_duplicates(log, "SNP", locations.duplicates());
    }
    let (mut reader, progress) = open_genotypes(&job.input, job.field, locations)?;
    let mut writer = GenotypeWriter::create(&job.out, &job.input, reader.samples())?;
    let mut meter = Meter::new(log, "import", progress.total_bytes());
    let (mut row, mut n_rows) = (GenotypeRow::default(), 0);
    let mut odd = OddValues::default();
    while reader.read_row(&mut row)? {
        odd.look(&row);
        let text = [
            row.id.as_str(),
            row.reference.as_str(),
            row.alternate.as_str(),
        ];
        writer.push(text, row.site.as_ref(), &row.values)?;
        n_rows += 1;
        if n_rows % ROWS_PER_LOOK == 0 {
            meter.show(progress.consumed_bytes(), |secs| rate(n_rows, "SNPs", secs));
        }
    }
    meter.finish();
    odd.warn(&job.input, log);
    finish(&job.input, n_rows, "SNPs", || Ok(writer.finish()?), log)
}

/// Values that are no number of alleles: most often a code for missing values, or another file than was meant.
#[derive(Default)]
struct OddValues {
    count: u64,
    first: Option<(String, f64)>,
}

impl OddValues {
    fn look(&mut self, row: &GenotypeRow) {
        let odd = |value: &&f64| **value < 0.0 || **value > 2.0;
        let count = row.values.iter().filter(odd).count() as u64;
        if count > 0 && self.first.is_none() {
            let value = row.values.iter().find(odd).copied().unwrap_or(f64::NAN);
            self.first = Some((row.id.clone(), value));
        }
        self.count += count;
    }

    fn warn(&self, input: &Path, log: Log) {
        if let Some((id, value)) = &self.first {
            log.warn(format!(
                "{}: {} values are not from 0 to 2, the first at '{id}': {value}; they are taken as they are. A missing \
                 genotype is NA; were genotypes and expression swapped?",
                input.display(),
                grouped(self.count)
            ));
        }
    }
}

/// Imports expression.
///
/// # Errors
/// A file that cannot be read or is wrong somewhere; a store that cannot be written.
pub fn import_expression(job: &ExpressionImport, log: Log) -> Result<Imported, RunError> {
    let locations = job
        .locations
        .as_deref()
        .map(GeneLocations::read)
        .transpose()?;
    if let Some(locations) = &locations {
        warn_of_duplicates(log, "gene", locations.duplicates());
    }
    let (mut reader, progress) = open_expression(&job.input, locations)?;
    let mut writer = ExpressionWriter::create(&job.out, &job.input, reader.samples())?;
    let mut meter = Meter::new(log, "import", progress.total_bytes());
    let (mut row, mut n_rows) = (ExpressionRow::default(), 0);
    while reader.read_row(&mut row)? {
        writer.push(&row.id, row.span.as_ref(), &row.values)?;
        n_rows += 1;
        if n_rows % ROWS_PER_LOOK == 0 {
            meter.show(progress.consumed_bytes(), |secs| {
                rate(n_rows, "genes", secs)
            });
        }
    }
    meter.finish();
    finish(&job.input, n_rows, "genes", || Ok(writer.finish()?), log)
}

fn finish(
    input: &Path,
    n_rows: u64,
    rows: &str,
    write: impl FnOnce() -> Result<Imported, RunError>,
    log: Log,
) -> Result<Imported, RunError> {
    if n_rows == 0 {
        return Err(RunError::Input(format!(
            "{}: has a header but no {rows}; is the file complete?",
            input.display()
        )));
    }
    let imported = write()?;
    let unlocated = match imported.unlocated {
        0 => String::new(),
        n => format!(", {} without a location", grouped(n as u64)),
    };
    log.info(format!(
        "import  {}: {} {rows} x {} samples as {}{unlocated}",
        input.display(),
        grouped(imported.n_rows as u64),
        imported.n_samples,
        imported.code_type.describe()
    ));
    Ok(imported)
}

fn rate(n_rows: u64, rows: &str, secs: f64) -> String {
    format!(
        "{} {rows}, {:.0} a second",
        grouped(n_rows),
        n_rows as f64 / secs
    )
}

fn warn_of_duplicates(log: Log, what: &str, duplicates: &DuplicateIds) {
    if duplicates.n_rows > 0 {
        log.warn(format!(
            "{} rows of the {what} location table repeat an ID ({}); the first row of each is used",
            duplicates.n_rows,
            some_of(&duplicates.examples, duplicates.n_rows as usize)
        ));
    }
}

fn own_locations(input: &Path, kind: &str, flag: &str) -> RunError {
    RunError::Input(format!(
        "{}: a {kind} file has its own locations; leave {flag} out",
        input.display()
    ))
}

fn already_a_store(input: &Path) -> RunError {
    RunError::Input(format!(
        "{}: is a store already; give it to 'mpiqtl map' as it is",
        input.display()
    ))
}
