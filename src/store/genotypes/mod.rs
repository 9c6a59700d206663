//! The genotypes of a store: rows of codes as they lie in the file, and who and where each row is.

mod code_type;
mod columns;
mod read;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use self::code_type::code_type;
use super::code::CodeType;
use super::error::StoreError;
use super::fingerprint::hash_checksums;
use super::open::OpenGroup;
use super::provenance::Provenance;
use super::rows::Rows;

/// The columns beside the codes.
const COLUMNS: [&str; 6] = ["id", "ref", "alt", "chrom", "chrom_name", "pos"];

/// An open genotype store. Nothing that grows with the number of SNPs is held in memory.
pub struct GenotypeStore {
    group: OpenGroup,
    samples: Vec<String>,
    rows: Rows,
}

impl GenotypeStore {
    /// Opens a store.
    ///
    /// # Errors
    /// If it is missing, foreign, truncated or inconsistent.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let group = OpenGroup::open(path, "genotypes")?;
        let code_type = code_type(&group, &group.dataset("/genotypes/code")?)?;
        let (rows, samples) = group.matrix("code", code_type)?;
        group.check_unchanged()?;
        Ok(Self {
            group,
            samples,
            rows,
        })
    }

    /// Where the SNPs come from; empty in a store that was made without.
    ///
    /// # Errors
    /// If the table is damaged.
    pub fn provenance(&self) -> Result<Provenance, StoreError> {
        Provenance::read(&self.group)
    }

    /// The sample IDs, in the order of the columns.
    pub fn samples(&self) -> &[String] {
        &self.samples
    }

    /// The number of SNP rows.
    pub fn n_snps(&self) -> usize {
        self.rows.n_rows()
    }

    /// The type of the codes.
    pub fn code_type(&self) -> CodeType {
        self.rows.code_type()
    }

    /// Whether rows are read where they lie in the file.
    pub fn is_mapped(&self) -> bool {
        self.rows.is_mapped()
    }

    /// Says whether the path still leads to the file that was opened, as it was then: to be asked before results that
    /// were computed from it are believed.
    ///
    /// # Errors
    /// If the file was replaced, modified or removed.
    pub fn check_unchanged(&self) -> Result<(), StoreError> {
        self.group.check_unchanged()
    }

    /// A number that tells this store from others: shape, type, sample IDs, and the checksums of all codes, IDs, alleles
    /// and places; in a store of version 1, which has no checksums, the codes of some rows. The same in every process of
    /// the same program.
    ///
    /// # Errors
    /// If the checksums or rows cannot be read.
    pub fn fingerprint(&self) -> Result<u64, StoreError> {
        let mut hasher = DefaultHasher::new();
        (self.n_snps(), self.code_type().describe(), &self.samples).hash(&mut hasher);
        if !hash_checksums(&self.group, &self.rows, &COLUMNS, &mut hasher)? {
            self.hash_some_rows(&mut hasher)?;
        }
        Ok(hasher.finish())
    }

    fn hash_some_rows(&self, hasher: &mut DefaultHasher) -> Result<(), StoreError> {
        const ROWS: usize = 64;
        for i in 0..ROWS.min(self.n_snps()) {
            let row = i * self.n_snps() / ROWS.min(self.n_snps());
            self.codes(row..row + 1)?.hash(hasher);
            self.rows.release(row..row + 1);
        }
        Ok(())
    }

    /// The same error about rows, with the SNP's name.
    fn with_name(&self, error: StoreError) -> StoreError {
        error.with_id(|row| self.id_of(row).map(|id| format!("SNP '{id}'")))
    }

    /// The error about a row that cannot be used: what was found in it, what was wanted.
    pub fn row_error(&self, row: usize, found: String, wanted: String) -> StoreError {
        let id = self.id_of(row).unwrap_or_default();
        StoreError::Content {
            path: self.group.path().into(),
            found: format!("SNP '{id}' (row {}) {found}", row + 1),
            wanted,
        }
    }

    fn id_of(&self, row: usize) -> Option<String> {
        let mut found = None;
        self.ids_of(&[row as u32], |_, id| found = Some(id)).ok()?;
        found
    }

    /// Reads everything and compares it with the checksums that were written with it.
    ///
    /// # Errors
    /// The first row or piece of a column that is not what was written, or cannot be read.
    pub fn verify(&self) -> Result<(), StoreError> {
        let checked = self.rows.check_all();
        checked.map_err(|error| self.with_name(error))?;
        for name in ["id", "ref", "alt"] {
            self.group.column_of(name, self.n_snps())?.check_texts()?;
        }
        self.places()?;
        self.provenance().map(|_| ())
    }
}

#[cfg(test)]
mod tests;
