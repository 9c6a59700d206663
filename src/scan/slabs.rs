//! Slabs that are wanted again: aligned runs of SNP rows as unit residuals, of which those used last are kept.

use std::collections::VecDeque;

use super::slab::Slab;
use crate::model::Model;
use crate::store::{GenotypeStore, StoreError};

/// SNP rows of a slab.
const ROWS: u32 = 128;

/// The SNP side of pairs that come in any order, in bounded memory.
pub struct Slabs<'a> {
    model: &'a Model,
    store: &'a GenotypeStore,
    columns: &'a [u32],
    most: usize,
    /// The one used last stands last.
    slabs: VecDeque<Slab>,
}

impl<'a> Slabs<'a> {
    /// Slabs of a store over the samples at `columns` `[n]`, as many as `memory_bytes` hold but at least one.
    pub fn new(
        model: &'a Model,
        (store, columns): (&'a GenotypeStore, &'a [u32]),
        memory_bytes: usize,
    ) -> Self {
        let slab_bytes = ROWS as usize * model.n_units() * columns.len() * size_of::<f64>();
        Self {
            model,
            store,
            columns,
            most: (memory_bytes / slab_bytes.max(1)).max(1),
            slabs: VecDeque::new(),
        }
    }

    /// Whether two rows are in one slab.
    pub fn are_together(a: &u32, b: &u32) -> bool {
        a / ROWS == b / ROWS
    }

    /// The slab that holds a row.
    ///
    /// # Errors
    /// If the genotypes cannot be read, or a row of the slab cannot be tested.
    pub fn with_row(&mut self, row: u32) -> Result<&Slab, StoreError> {
        let kept = self
            .slabs
            .iter()
            .rposition(|slab| slab.rows().contains(&row));
        let slab = match kept {
            Some(place) => self.slabs.remove(place),
            None if self.slabs.len() == self.most => self.slabs.pop_front(),
            None => None,
        };
        let mut slab = slab.unwrap_or_default();
        let first = row - row % ROWS;
        let end = (first + ROWS).min(self.store.n_snps() as u32);
        slab.load(self.store, self.columns, self.model, first..end)?;
        self.slabs.push_back(slab);
        Ok(self.slabs.back().expect("it was just put there"))
    }
}
