//! `id_report.tsv`: SNPs and genes that cannot take part in all they were meant for, each with why. Beside the tables of a
//! run, those it has no cis pair for; beside a store, what is odd about the table of locations it was imported with.

use std::path::{Path, PathBuf};

use super::error::RunError;
use super::log::{Log, grouped};
use super::study::Study;
use crate::formats::{DuplicateIds, FormatError, TableWriter};
use crate::genome::CisWindow;

/// The report of a run, in its output folder.
pub const ID_REPORT: &str = "id_report.tsv";

/// What is said of a row that has no place.
const NO_LOCATION: &str = "no location";

/// A report under construction: kind (snp or gene), ID, what was found.
pub struct IdReport {
    path: PathBuf,
    table: TableWriter,
    n_rows: u64,
}

impl IdReport {
    /// Begins a report.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path) -> Result<Self, FormatError> {
        Ok(Self {
            path: path.into(),
            table: TableWriter::create(path, &["kind", "id", "finding"])?,
            n_rows: 0,
        })
    }

    /// Begins the report of what is imported to a store, with the rows of its table of locations that are not used.
    ///
    /// # Errors
    /// If the file cannot be created or written.
    pub fn of_import(
        store: &Path,
        kind: &str,
        duplicates: &DuplicateIds,
    ) -> Result<Self, FormatError> {
        let mut report = Self::create(&store.with_extension(ID_REPORT))?;
        for row in duplicates.rows() {
            let found = format!("repeated on line {} of the locations", row.line);
            report.add(kind, &row.id, &found)?;
        }
        Ok(report)
    }

    /// Ends the report of an import to a store; an import that has none removes that of an earlier one.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish_import(report: Option<Self>, store: &Path, log: Log) -> Result<(), FormatError> {
        if let Some(report) = report {
            return report.finish(log);
        }
        // Most often there is nothing to remove.
        let _ = std::fs::remove_file(store.with_extension(ID_REPORT));
        Ok(())
    }

    /// Adds what was found of an ID.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn add(&mut self, kind: &str, id: &str, found: &str) -> Result<(), FormatError> {
        self.n_rows += 1;
        self.table.text(kind)?;
        self.table.text(id)?;
        self.table.text(found)?;
        self.table.end_row()
    }

    /// Adds an ID that has no place.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn add_unlocated(&mut self, kind: &str, id: &str) -> Result<(), FormatError> {
        self.add(kind, id, NO_LOCATION)
    }

    /// Gives the report its name if there is something in it, and tells where it is; removes an earlier one otherwise.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(self, log: Log) -> Result<(), FormatError> {
        if self.n_rows == 0 {
            // An earlier import's, if there is one; else there is nothing to remove.
            let _ = std::fs::remove_file(&self.path);
            return Ok(());
        }
        self.table.finish()?;
        log.info(format!(
            "import  {}: {} IDs without a location or repeated",
            self.path.display(),
            grouped(self.n_rows)
        ));
        Ok(())
    }
}

/// Writes the report of a run that tells cis from trans; it gets its name when it is finished.
///
/// # Errors
/// If the disk refuses, or a store cannot be read.
pub fn write_id_report(path: &Path, study: &Study, cis: &str) -> Result<TableWriter, RunError> {
    let mut report = IdReport::create(path)?;
    let first = study.genotypes.places()?.pos.len() as u32;
    let unlocated: Vec<u32> = (first..study.genotypes.n_snps() as u32).collect();
    let mut written = Ok(());
    study.genotypes.ids_of(&unlocated, |_, id| {
        if written.is_ok() {
            written = report.add_unlocated("snp", &id);
        }
    })?;
    written?;
    let chromosomes = study.genotypes.chromosomes()?;
    let genes = study.genes.iter().zip(&study.windows);
    let without = genes.filter(|(_, window)| CisWindow::is_empty(**window));
    for (gene, _) in without {
        match &gene.span {
            None => report.add_unlocated("gene", &gene.id)?,
            Some(span) if chromosomes.contains(&span.chrom) => {
                report.add("gene", &gene.id, &format!("no SNP within {cis} bp"))?;
            }
            Some(span) => {
                let found = format!("no SNP on its chromosome, {}", span.chrom);
                report.add("gene", &gene.id, &found)?;
            }
        }
    }
    report.table.settle()?;
    Ok(report.table)
}
