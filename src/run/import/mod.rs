//! Importing: a file of the field, row by row, into a store.

mod filter;
mod odd_values;
mod open;
mod outline;
mod plink;
mod provenance;
mod reuse;
mod selection;

use std::path::{Path, PathBuf};
use std::time::Instant;

use self::filter::Filter;
pub use self::filter::GenotypeFilters;
use self::odd_values::OddValues;
use self::open::{Genotypes, open_expression, open_genotypes};
pub use self::open::{expression_samples, genotype_kind, genotype_samples};
pub use self::outline::{outline_expression, outline_genotypes, snps_by_index};
use self::plink::import_plink;
use self::provenance::{note_file, of_this_program};
use self::reuse::Origin;
use self::selection::tell_of_selection;
use super::error::RunError;
use super::id_report::IdReport;
use super::log::{Log, grouped, some_of};
use super::meter::{Meter, rate};
use crate::formats::{
    DuplicateIds, ExpressionRow, FileKind, GeneLocations, GenotypeField, GenotypeReader,
    GenotypeRow, PlinkFiles, Progress, SnpLocations,
};
use crate::genome::Regions;
use crate::store::{ExpressionWriter, GenotypeWriter, Imported, Provenance};

/// Rows between two looks at the progress.
const ROWS_PER_LOOK: u64 = 256;

/// Genotypes to be imported.
#[derive(Clone, Debug)]
pub struct GenotypeImport {
    /// VCF, BCF, PLINK bed or text, or phenotype BED for rows of any numbers.
    pub input: PathBuf,
    /// The field of VCF or BCF that is read.
    pub field: GenotypeField,
    /// Rows outside of them are left out; none at all means every row.
    pub regions: Regions,
    /// Locations for text.
    pub locations: Option<PathBuf>,
    /// What of it is imported.
    pub filters: GenotypeFilters,
    /// The store to write.
    pub out: PathBuf,
}

/// Expression to be imported.
#[derive(Clone, Debug)]
pub struct ExpressionImport {
    /// Phenotype BED, Parquet or text.
    pub input: PathBuf,
    /// Locations for text.
    pub locations: Option<PathBuf>,
    /// The store to write.
    pub out: PathBuf,
}

impl GenotypeImport {
    /// Whether its store was made before from files that have not changed since.
    pub fn is_made(&self) -> bool {
        self.origin().is_some_and(|origin| origin.is_of(&self.out))
    }

    fn origin(&self) -> Option<Origin> {
        let what = format!(
            "genotypes {:?} {} {:?}",
            self.field, self.regions, self.filters
        );
        if FileKind::of(&self.input).ok()? == FileKind::PlinkBed {
            let PlinkFiles { bed, bim, fam } = PlinkFiles::of(&self.input);
            return Origin::of(what, &[&bed, &bim, &fam]);
        }
        let files = [Some(&self.input), self.locations.as_ref()];
        let files: Vec<&Path> = files.into_iter().flatten().map(PathBuf::as_path).collect();
        Origin::of(what, &files)
    }
}

impl ExpressionImport {
    /// Whether its store was made before from files that have not changed since.
    pub fn is_made(&self) -> bool {
        self.origin().is_some_and(|origin| origin.is_of(&self.out))
    }

    fn origin(&self) -> Option<Origin> {
        let files = [Some(&self.input), self.locations.as_ref()];
        let files: Vec<&Path> = files.into_iter().flatten().map(PathBuf::as_path).collect();
        Origin::of("expression".into(), &files)
    }
}

/// Imports genotypes, unless they were imported to the same place before and have not changed since.
///
/// # Errors
/// As [`import_genotypes`].
pub fn import_genotypes_once(job: &GenotypeImport, log: Log) -> Result<(), RunError> {
    once(job.origin(), &job.out, log, || import_genotypes(job, log))
}

/// Imports expression, unless it was imported to the same place before and has not changed since.
///
/// # Errors
/// As [`import_expression`].
pub fn import_expression_once(job: &ExpressionImport, log: Log) -> Result<(), RunError> {
    once(job.origin(), &job.out, log, || import_expression(job, log))
}

/// Imports unless the store at `out` has this origin.
fn once(
    origin: Option<Origin>,
    out: &Path,
    log: Log,
    import: impl FnOnce() -> Result<Imported, RunError>,
) -> Result<(), RunError> {
    if origin.as_ref().is_some_and(|origin| origin.is_of(out)) {
        log.info(format!(
            "import  {}: taken as it is, for its input has not changed",
            out.display()
        ));
        return Ok(());
    }
    Origin::forget(out);
    import()?;
    if let Some(origin) = origin {
        origin.note(out);
    }
    log.info(format!(
        "import  kept as {}, which --genotypes or --expression takes as it is",
        out.display()
    ));
    Ok(())
}

/// Imports genotypes.
///
/// # Errors
/// A file that cannot be read or is wrong somewhere; filters that leave nothing; a store that cannot be written.
pub fn import_genotypes(job: &GenotypeImport, log: Log) -> Result<Imported, RunError> {
    let started = Instant::now();
    let locations = job
        .locations
        .as_deref()
        .map(SnpLocations::read)
        .transpose()?;
    if let Some(locations) = &locations {
        warn_of_duplicates(log, "SNP", locations.duplicates());
    }
    let kind = genotype_kind(&job.input)?;
    let duplicates = locations.as_ref().map(|table| table.duplicates().clone());
    let report = duplicates
        .map(|duplicates| IdReport::of_import(&job.out, "snp", &duplicates))
        .transpose()?;
    let opened = open_genotypes((&job.input, kind), job.field, locations, &job.regions)?;
    let imported = match opened {
        Genotypes::Rows(reader, progress) => {
            import_rows(job, reader, &progress, (kind, report), log)?
        }
        Genotypes::Plink(plink) => import_plink(job, &plink, log)?,
    };
    tell(&job.input, &imported, rows_of(kind), started, log);
    Ok(imported)
}

/// What rows are: a phenotype BED holds no genotypes, and nobody expects numbers of alleles there.
fn rows_of(kind: FileKind) -> &'static str {
    match kind {
        FileKind::PhenotypeBed => "rows",
        _ => "SNPs",
    }
}

/// Imports genotypes from a file that is read row by row.
fn import_rows(
    job: &GenotypeImport,
    mut reader: Box<dyn GenotypeReader>,
    progress: &Progress,
    (kind, mut report): (FileKind, Option<IdReport>),
    log: Log,
) -> Result<Imported, RunError> {
    let rows = rows_of(kind);
    let mut filter = Filter::open(&job.filters, &job.input, reader.samples())?;
    let mut writer = GenotypeWriter::create(&job.out, &job.input, filter.samples())?;
    let mut meter = Meter::new(log, "import", progress.total_bytes());
    let (mut row, mut n_rows) = (GenotypeRow::default(), 0);
    let mut odd = OddValues::default();
    while reader.read_row(&mut row)? {
        if filter.take(&mut row)? {
            odd.look(&row);
            let text = [
                row.id.as_str(),
                row.reference.as_str(),
                row.alternate.as_str(),
            ];
            let pushed = writer.push(text, row.site.as_ref(), &row.values);
            pushed.map_err(|error| filter.in_file(error))?;
            if let Some(report) = report.as_mut().filter(|_| row.site.is_none()) {
                report.add_unlocated("snp", &row.id)?;
            }
        }
        n_rows += 1;
        if n_rows % ROWS_PER_LOOK == 0 {
            meter.show(progress.consumed_bytes(), |secs| rate(n_rows, rows, secs));
        }
    }
    meter.finish();
    if let Some(selection) = reader.selection() {
        tell_of_selection(selection, &job.input, log)?;
    }
    expect_rows(&job.input, n_rows, rows)?;
    filter.report(log)?;
    if kind != FileKind::PhenotypeBed {
        odd.warn(&job.input, job.field, log);
    }
    let mut provenance = of_this_program();
    note_file(&mut provenance, "source", &job.input, progress.crc32());
    note_locations(&mut provenance, job.locations.as_deref());
    if matches!(kind, FileKind::Vcf | FileKind::Bcf) {
        provenance.note("genotype_field", job.field);
        provenance.note("counted_allele", "ALT of the VCF");
    } else {
        provenance.note("counted_allele", "not said by the file");
    }
    note_regions(&mut provenance, &job.regions);
    filter.note(&mut provenance);
    let imported = writer.finish_with(&provenance)?;
    IdReport::finish_import(report, &job.out, log)?;
    Ok(imported)
}

/// Imports expression.
///
/// # Errors
/// A file that cannot be read or is wrong somewhere; a store that cannot be written.
pub fn import_expression(job: &ExpressionImport, log: Log) -> Result<Imported, RunError> {
    let started = Instant::now();
    let locations = job
        .locations
        .as_deref()
        .map(GeneLocations::read)
        .transpose()?;
    if let Some(locations) = &locations {
        warn_of_duplicates(log, "gene", locations.duplicates());
    }
    let duplicates = locations.as_ref().map(|table| table.duplicates().clone());
    let (mut reader, progress) = open_expression(&job.input, locations)?;
    let mut writer = ExpressionWriter::create(&job.out, &job.input, reader.samples())?;
    let mut report = duplicates
        .map(|duplicates| IdReport::of_import(&job.out, "gene", &duplicates))
        .transpose()?;
    let mut meter = Meter::new(log, "import", progress.total_bytes());
    let (mut row, mut n_rows) = (ExpressionRow::default(), 0);
    while reader.read_row(&mut row)? {
        writer.push(&row.id, row.span.as_ref(), &row.values)?;
        if let Some(report) = report.as_mut().filter(|_| row.span.is_none()) {
            report.add_unlocated("gene", &row.id)?;
        }
        n_rows += 1;
        if n_rows % ROWS_PER_LOOK == 0 {
            meter.show(progress.consumed_bytes(), |secs| {
                rate(n_rows, "genes", secs)
            });
        }
    }
    meter.finish();
    expect_rows(&job.input, n_rows, "genes")?;
    let mut provenance = of_this_program();
    note_file(&mut provenance, "source", &job.input, progress.crc32());
    note_locations(&mut provenance, job.locations.as_deref());
    let imported = writer.finish_with(&provenance)?;
    tell(&job.input, &imported, "genes", started, log);
    IdReport::finish_import(report, &job.out, log)?;
    Ok(imported)
}

fn note_locations(provenance: &mut Provenance, locations: Option<&Path>) {
    if let Some(path) = locations {
        note_file(provenance, "locations", path, None);
    }
}

fn note_regions(provenance: &mut Provenance, regions: &Regions) {
    if !regions.is_empty() {
        provenance.note("regions", regions);
    }
}

fn expect_rows(input: &Path, n_rows: u64, rows: &str) -> Result<(), RunError> {
    if n_rows > 0 {
        return Ok(());
    }
    Err(RunError::Input(format!(
        "{}: has a header but no {rows}; is the file complete?",
        input.display()
    )))
}

/// Tells what was imported.
fn tell(input: &Path, imported: &Imported, rows: &str, started: Instant, log: Log) {
    let unlocated = match imported.unlocated {
        0 => String::new(),
        n => format!(", {} without a location", grouped(n as u64)),
    };
    log.info(format!(
        "import  {}: {} {rows} x {} samples as {}{unlocated}, in {:.1} s",
        input.display(),
        grouped(imported.n_rows as u64),
        imported.n_samples,
        imported.code_type.describe(),
        started.elapsed().as_secs_f64()
    ));
}

fn warn_of_duplicates(log: Log, what: &str, duplicates: &DuplicateIds) {
    let n_rows = duplicates.n_rows();
    if n_rows > 0 {
        log.warn(format!(
            "{n_rows} rows of the {what} location table repeat an ID ({}); the first row of each is used",
            some_of(&duplicates.examples(), n_rows)
        ));
    }
}
