//! BCF, the binary form of VCF: the same rows with the same values as from the VCF it was made from.
//!
//! A record has a part that all samples share, and for each field of FORMAT a matrix of one type, `[n_samples x n]` (VCF
//! specification, section 6; version 2.1 or 2.2). Of the shared part the first columns alone are read. Floats are single
//! precision and stand for the shortest decimal that gives them, which is what the VCF had if it had up to seven digits.
//!
//! Read by hand, as VCF is: to go over the calls of 85,485 records of 358 samples takes noodles-bcf 0.94 1.5 s of processor
//! time, three times what a whole import takes here; and of 200 files with one to three bytes changed it panicked over 7,
//! where an import refuses a damaged file with a sentence.

mod calls;
mod decimal;
mod header;
mod numbers;
mod record;
mod stream;
mod typed;

use std::path::{Path, PathBuf};

use self::header::Header;
use self::record::Record;
use self::stream::Stream;
use super::compression::Progress;
use super::route::{Place, Route};
use super::selection::Selection;
use super::vcf::{GenotypeField, allele_after};
use super::{FormatError, GenotypeReader, GenotypeRow};
use crate::genome::Regions;

/// Endings of the indexes a BCF may have beside it.
pub(super) const INDEXES: [&str; 1] = [".csi"];

/// A BCF file.
pub struct BcfGenotypes {
    path: PathBuf,
    stream: Stream,
    header: Header,
    field: GenotypeField,
    /// The ALT allele of the current record that the next row counts, from 1; 0 if the record is done with.
    next_allele: usize,
    /// `None` if all records are wanted.
    selection: Option<Selection>,
    /// `None` if the file is read from its beginning to its end.
    route: Option<Route>,
}

impl BcfGenotypes {
    /// Opens the file and reads its header; with regions, its records in them alone are read, through its index if it has
    /// one.
    ///
    /// # Errors
    /// If it is not a BCF, has no samples, a sample ID stands there twice, its index cannot be read, or it has no
    /// chromosome of a region's name.
    pub fn open(path: &Path, field: GenotypeField, regions: &Regions) -> Result<Self, FormatError> {
        let mut stream = Stream::open(path)?;
        let header = Header::read(path, &mut stream)?;
        let mut selection = (!regions.is_empty()).then(|| Selection::new(regions.clone()));
        let route = match &mut selection {
            Some(selection) => {
                header.contigs.iter().for_each(|name| selection.know(name));
                selection.check_chromosomes(path)?;
                Route::plan(path, &INDEXES, &header.contigs, selection)?
            }
            None => None,
        };
        Ok(Self {
            path: path.into(),
            stream,
            header,
            field,
            next_allele: 0,
            selection,
            route,
        })
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.stream.progress()
    }

    /// Moves to the next record that is wanted, and reads what its samples have; false at the end.
    fn advance(&mut self) -> Result<bool, FormatError> {
        let is_there = self.advance_to_wanted()?;
        if is_there {
            self.stream.read_samples()?;
        }
        Ok(is_there)
    }

    /// Moves to the next record that is wanted; false at the end. What its samples have is not read yet.
    fn advance_to_wanted(&mut self) -> Result<bool, FormatError> {
        loop {
            if !self.advance_to_record()? {
                return Ok(false);
            }
            if let Some(selection) = &mut self.selection {
                let (chrom, pos) = Record::place(&self.stream, &self.header)?;
                if let Some(route) = &mut self.route
                    && route.place(chrom, pos)? == Place::Past
                {
                    continue;
                }
                if !selection.take(chrom, pos) {
                    self.stream.skip_samples()?;
                    continue;
                }
            }
            return Ok(true);
        }
    }

    /// Moves to the next record, at the next region if the one at hand is done with; false at the end. What its samples
    /// have is not read yet.
    fn advance_to_record(&mut self) -> Result<bool, FormatError> {
        loop {
            if self.route.as_ref().is_none_or(Route::is_at_a_stop) && self.stream.advance()? {
                return Ok(true);
            }
            let Some(route) = &mut self.route else {
                return Ok(false);
            };
            let Some(stop) = route.go_on() else {
                return Ok(false);
            };
            let there = Stream::open_at(&self.path, stop.at, &stop.region)?;
            self.stream = there.ok_or_else(|| route.misleading())?;
        }
    }
}

impl GenotypeReader for BcfGenotypes {
    fn samples(&self) -> &[String] {
        &self.header.samples
    }

    fn read_row(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        if self.next_allele == 0 {
            if !self.advance()? {
                return Ok(false);
            }
            self.next_allele = 1;
        }
        let record = Record::parse(&self.stream, &self.header)?;
        record.describe(self.next_allele, row)?;
        let allele = self.next_allele;
        record.read(self.field, allele, &mut row.values)?;
        row.n_calls_alone = record.calls_alone(self.field, allele, &row.values);
        self.next_allele = allele_after(self.next_allele, record.n_alternates);
        Ok(true)
    }

    fn read_names(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        if self.next_allele == 0 {
            if !self.advance()? {
                return Ok(false);
            }
            self.next_allele = 1;
        }
        let record = Record::parse(&self.stream, &self.header)?;
        record.describe(self.next_allele, row)?;
        record.check_field(self.field)?;
        self.next_allele = allele_after(self.next_allele, record.n_alternates);
        Ok(true)
    }

    fn selection(&self) -> Option<&Selection> {
        self.selection.as_ref()
    }
}
