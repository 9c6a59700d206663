//! What of a genotype file is imported: some samples, some SNPs. Filters are applied before a row is packed and written.
//!
//! Samples are chosen first; then a SNP has to be in the list (`extract`), to be missing in no more than a share of the
//! chosen samples (`missing`), and to have a minor allele frequency over the others (`maf`), in this order. A SNP is counted
//! at the first filter that removes it.

mod samples;
mod snps;

use std::path::{Path, PathBuf};

use self::samples::ChosenSamples;
use self::snps::SnpFilter;
use crate::formats::GenotypeRow;
use crate::run::error::RunError;
use crate::run::log::Log;
use crate::store::{Provenance, StoreError};

/// What is imported. Everything by default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GenotypeFilters {
    /// The smallest minor allele frequency, among the samples chosen that are not missing.
    pub maf: Option<f64>,
    /// The largest share of missing genotypes among the samples chosen.
    pub missing: Option<f64>,
    /// The IDs of the samples.
    pub samples: Option<Vec<String>>,
    /// A file of the IDs of the samples, in the place of `samples`.
    pub keep: Option<PathBuf>,
    /// A file of SNP IDs.
    pub extract: Option<PathBuf>,
}

/// The filters at work on one file.
pub struct Filter {
    input: PathBuf,
    samples: ChosenSamples,
    snps: SnpFilter,
    /// The chosen values of a row.
    chosen: Vec<f64>,
}

impl Filter {
    /// Reads the lists and chooses the samples of `all`, those of the genotype file `input`.
    ///
    /// # Errors
    /// A list that cannot be read; no sample that is asked for is in the file.
    pub fn open(filters: &GenotypeFilters, input: &Path, all: &[String]) -> Result<Self, RunError> {
        let samples = ChosenSamples::choose(filters, input, all)?;
        Ok(Self {
            input: input.into(),
            snps: SnpFilter::open(filters, samples.ids().len())?,
            samples,
            chosen: Vec::new(),
        })
    }

    /// The samples that are imported, in the order of the file.
    pub fn samples(&self) -> &[String] {
        self.samples.ids()
    }

    /// Their columns in the file, ascending; `None` if they are all.
    pub fn columns(&self) -> Option<&[u32]> {
        self.samples.columns()
    }

    /// The SNPs.
    pub fn snps(&mut self) -> &mut SnpFilter {
        &mut self.snps
    }

    /// Leaves the chosen samples in a row, and says whether it is imported.
    ///
    /// # Errors
    /// A value that is no number of alleles, where a frequency is asked for.
    pub fn take(&mut self, row: &mut GenotypeRow) -> Result<bool, RunError> {
        if !self.snps.wants(&row.id) {
            return Ok(false);
        }
        if let Some(columns) = self.samples.columns() {
            self.chosen.clear();
            let chosen = columns.iter().map(|&column| row.values[column as usize]);
            self.chosen.extend(chosen);
            std::mem::swap(&mut self.chosen, &mut row.values);
        }
        if !self.snps.counts_genotypes() {
            return Ok(true);
        }
        let (mut n_missing, mut copies) = (0, 0.0);
        for &value in &row.values {
            if value.is_nan() {
                n_missing += 1;
            } else if (0.0..=2.0).contains(&value) || !self.snps.needs_alleles() {
                copies += value;
            } else {
                return Err(self.no_number_of_alleles(&row.id, value));
            }
        }
        Ok(self.snps.passes(n_missing, copies))
    }

    fn no_number_of_alleles(&self, id: &str, value: f64) -> RunError {
        RunError::Input(format!(
            "{}: SNP '{id}' has the value {value}, and a minor allele frequency needs numbers of alleles from 0 to 2; \
             leave --maf out, or write missing values as NA",
            self.input.display()
        ))
    }

    /// Tells what was removed.
    ///
    /// # Errors
    /// If nothing is left.
    pub fn report(&self, log: Log) -> Result<(), RunError> {
        self.samples.tell(&self.input, log);
        self.snps.tell(&self.input, log)
    }

    /// Notes what was asked for and what it removed.
    pub fn note(&self, provenance: &mut Provenance) {
        self.samples.note(provenance);
        self.snps.note(provenance);
    }

    /// The same error, with the rows of the file in the place of those that are left of it.
    pub fn in_file(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::DuplicateId {
                path,
                what,
                id,
                first,
                second,
            } => StoreError::DuplicateId {
                path,
                what,
                id,
                first: self.snps.row_in_file(first),
                second: self.snps.row_in_file(second),
            },
            other => other,
        }
    }
}
