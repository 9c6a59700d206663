//! The SNP side of a block: a run of genotype rows as unit residuals.

use std::ops::Range;

use crate::model::Linear;
use crate::store::{GenotypeStore, StoreError};

/// A run of SNP rows, ready to be multiplied. Loaded again only when the run changes.
#[derive(Debug, Default)]
pub struct Slab {
    rows: Range<u32>,
    n: usize,
    units: Vec<f64>,
    norms: Vec<f64>,
}

impl Slab {
    /// Makes this the slab of `rows`, over the samples at `columns`.
    ///
    /// # Errors
    /// If the store cannot be read, or a row has values that no sum of squares can hold.
    pub fn load(
        &mut self,
        store: &GenotypeStore,
        columns: &[u32],
        model: &Linear,
        rows: Range<u32>,
    ) -> Result<(), StoreError> {
        if self.rows == rows && self.n > 0 {
            return Ok(());
        }
        self.n = columns.len();
        // Until the rows are prepared this is the slab of nothing.
        self.rows = 0..0;
        store.read_values(
            rows.start as usize..rows.end as usize,
            columns,
            &mut self.units,
        )?;
        self.norms.clear();
        let prepared = self
            .units
            .chunks_exact_mut(self.n)
            .map(|row| model.unit_residual(row));
        self.norms.extend(prepared);
        if let Some(i) = self.norms.iter().position(|norm| !norm.is_finite()) {
            return Err(store.unusable_row(rows.start as usize + i));
        }
        self.rows = rows;
        Ok(())
    }

    /// The SNP rows.
    pub fn rows(&self) -> &Range<u32> {
        &self.rows
    }

    /// Unit residuals `[n_rows x n]`, one after the other.
    pub fn units(&self) -> &[f64] {
        &self.units
    }

    /// The unit residual of the i-th row of the slab.
    pub fn unit(&self, i: usize) -> &[f64] {
        &self.units[i * self.n..][..self.n]
    }

    /// The norm the i-th row had before scaling; 0 for a constant row.
    pub fn norm(&self, i: usize) -> f64 {
        self.norms[i]
    }

    /// The number of rows that are constant once the covariates are known.
    pub fn n_constant(&self) -> u64 {
        self.norms.iter().filter(|&&norm| norm == 0.0).count() as u64
    }
}
