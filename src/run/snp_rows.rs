//! The SNPs of a study as cis windows and plans ask for them, wherever they stand: in a store, or in a file that was looked
//! through.

use crate::store::{GenotypeStore, SnpPlaces, StoreError};

/// SNPs by row, in genome order, those without a location last.
pub trait SnpRows {
    /// The number of rows.
    fn n_snps(&self) -> usize;

    /// The names of the chromosomes, in genome order.
    ///
    /// # Errors
    /// If they cannot be read.
    fn chromosomes(&self) -> Result<Vec<String>, StoreError>;

    /// Where the SNPs lie.
    ///
    /// # Errors
    /// If that cannot be read.
    fn places(&self) -> Result<SnpPlaces, StoreError>;

    /// Calls `take(row, id)` for every row.
    ///
    /// # Errors
    /// If the IDs cannot be read.
    fn each_id(&self, take: &mut dyn FnMut(u32, &str)) -> Result<(), StoreError>;
}

impl SnpRows for GenotypeStore {
    fn n_snps(&self) -> usize {
        self.n_snps()
    }

    fn chromosomes(&self) -> Result<Vec<String>, StoreError> {
        self.chromosomes()
    }

    fn places(&self) -> Result<SnpPlaces, StoreError> {
        self.places()
    }

    fn each_id(&self, take: &mut dyn FnMut(u32, &str)) -> Result<(), StoreError> {
        let rows: Vec<u32> = (0..self.n_snps() as u32).collect();
        self.ids_of(&rows, |row, id| take(row, &id))
    }
}
