//! Who and where the SNPs are.

use super::GenotypeStore;
use crate::store::error::StoreError;
use crate::store::places::SnpPlaces;

impl GenotypeStore {
    /// The names of the chromosomes, in genome order.
    ///
    /// # Errors
    /// If the column is damaged.
    pub fn chromosomes(&self) -> Result<Vec<String>, StoreError> {
        self.group.column("chrom_name")?.texts()
    }

    /// Where the SNPs lie.
    ///
    /// # Errors
    /// If the columns are damaged or not in genome order.
    pub fn places(&self) -> Result<SnpPlaces, StoreError> {
        let names = self.chromosomes()?;
        let chrom = self.group.column_of("chrom", self.n_snps())?.numbers()?;
        let pos = self.group.column_of("pos", self.n_snps())?.numbers()?;
        SnpPlaces::from_columns(names, chrom, pos).map_err(|row| StoreError::Content {
            path: self.group.path().into(),
            found: format!("SNP row {row} breaks the order of chromosome and position"),
            wanted: "rows in genome order are wanted; import again".into(),
        })
    }

    /// Calls `take(row, id)` for every row in `rows`, which ascend.
    ///
    /// # Errors
    /// If the IDs cannot be read.
    pub fn ids_of(&self, rows: &[u32], take: impl FnMut(u32, String)) -> Result<(), StoreError> {
        self.texts_of("id", rows, take)
    }

    /// Calls `take(row, reference)` for every row in `rows`, which ascend; empty where the allele is not known.
    ///
    /// # Errors
    /// If the alleles cannot be read.
    pub fn references_of(
        &self,
        rows: &[u32],
        take: impl FnMut(u32, String),
    ) -> Result<(), StoreError> {
        self.texts_of("ref", rows, take)
    }

    /// Calls `take(row, alternate)` with the counted allele of every row in `rows`, which ascend; empty where it is not
    /// known.
    ///
    /// # Errors
    /// If the alleles cannot be read.
    pub fn alternates_of(
        &self,
        rows: &[u32],
        take: impl FnMut(u32, String),
    ) -> Result<(), StoreError> {
        self.texts_of("alt", rows, take)
    }

    fn texts_of(
        &self,
        name: &str,
        rows: &[u32],
        take: impl FnMut(u32, String),
    ) -> Result<(), StoreError> {
        self.group
            .column_of(name, self.n_snps())?
            .texts_of(rows, take)
    }
}
