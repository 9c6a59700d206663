//! Writing a store from a stream: rows are spooled as they come and copied once, in genome order, when all are there.

use std::path::{Path, PathBuf};

use super::create::{EXPRESSION, GENOTYPES, Imported, Side, create};
use super::error::StoreError;
use super::provenance::Provenance;
use super::source::RowText;
use super::spool::Spool;
use crate::genome::{Site, Span};

/// Writes genotypes: SNP by SNP, in any order.
pub struct GenotypeWriter(Writer);

/// Writes expression: gene by gene, in any order.
pub struct ExpressionWriter(Writer);

impl GenotypeWriter {
    /// A new store at `path` for these samples; `source` is the file the rows come from, for messages.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn create(path: &Path, source: &Path, samples: &[String]) -> Result<Self, StoreError> {
        Writer::create(path, source, samples, "SNP").map(Self)
    }

    /// Adds a SNP: its ID, alleles (the second is counted) and codes `[n_samples]`, NaN missing.
    ///
    /// # Errors
    /// A repeated ID; a full disk.
    pub fn push(
        &mut self,
        text: RowText<'_>,
        site: Option<&Site>,
        values: &[f64],
    ) -> Result<(), StoreError> {
        let place = site.map(|site| (site.chrom.as_str(), site.pos, site.pos));
        self.0.push(text, place, values)
    }

    /// Completes the store.
    ///
    /// # Errors
    /// A full disk.
    pub fn finish(self) -> Result<Imported, StoreError> {
        self.finish_with(&Provenance::default())
    }

    /// Completes the store and notes where its rows come from.
    ///
    /// # Errors
    /// A full disk.
    pub fn finish_with(self, provenance: &Provenance) -> Result<Imported, StoreError> {
        self.0.finish(GENOTYPES, provenance)
    }
}

impl ExpressionWriter {
    /// A new store at `path` for these samples; `source` is the file the rows come from, for messages.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn create(path: &Path, source: &Path, samples: &[String]) -> Result<Self, StoreError> {
        Writer::create(path, source, samples, "gene").map(Self)
    }

    /// Adds a gene: its ID and values `[n_samples]`, NaN missing.
    ///
    /// # Errors
    /// A repeated ID; a full disk.
    pub fn push(
        &mut self,
        id: &str,
        span: Option<&Span>,
        values: &[f64],
    ) -> Result<(), StoreError> {
        let place = span.map(|span| (span.chrom.as_str(), span.left, span.right));
        self.0.push([id, "", ""], place, values)
    }

    /// Completes the store.
    ///
    /// # Errors
    /// A full disk.
    pub fn finish(self) -> Result<Imported, StoreError> {
        self.finish_with(&Provenance::default())
    }

    /// Completes the store and notes where its rows come from.
    ///
    /// # Errors
    /// A full disk.
    pub fn finish_with(self, provenance: &Provenance) -> Result<Imported, StoreError> {
        self.0.finish(EXPRESSION, provenance)
    }
}

struct Writer {
    path: PathBuf,
    source: PathBuf,
    samples: Vec<String>,
    what: &'static str,
    spool: Spool,
}

impl Writer {
    fn create(
        path: &Path,
        source: &Path,
        samples: &[String],
        what: &'static str,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            path: path.into(),
            source: source.into(),
            samples: samples.to_vec(),
            what,
            spool: Spool::create(path, samples.len())?,
        })
    }

    fn push(
        &mut self,
        text: RowText<'_>,
        place: Option<(&str, i64, i64)>,
        values: &[f64],
    ) -> Result<(), StoreError> {
        assert_eq!(values.len(), self.samples.len(), "one value a sample");
        match self.spool.push(text, place, values)? {
            None => Ok(()),
            Some(earlier) => {
                let roll = self.spool.roll();
                Err(roll.repeated(&self.source, self.what, text[0], earlier))
            }
        }
    }

    fn finish(self, side: Side, provenance: &Provenance) -> Result<Imported, StoreError> {
        let rows = self.spool.finish()?;
        create(&self.path, &self.samples, &rows, side, provenance)
    }
}
