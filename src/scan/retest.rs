//! One pair at a time, decided as the scan decides it.

use super::decide::Decider;
use super::genes::GeneSide;
use super::slab::Slab;
use crate::model::Model;
use crate::store::{GenotypeStore, StoreError};

/// Decides pairs one by one.
#[derive(Debug, Default)]
pub struct Retest {
    slab: Slab,
}

impl Retest {
    /// The strength of the test of a SNP row with a gene row, and its df class. `columns` are the samples used, as
    /// columns of the store `[n]`.
    ///
    /// # Errors
    /// If the genotypes cannot be read, or the row cannot be tested.
    pub fn strength(
        &mut self,
        model: &Model,
        genes: &GeneSide,
        (store, columns): (&GenotypeStore, &[u32]),
        (snp, gene): (u32, u32),
    ) -> Result<(f64, usize), StoreError> {
        self.slab.load(store, columns, model, snp..snp + 1)?;
        let decider = Decider {
            model,
            genes,
            slab: &self.slab,
        };
        let strength = decider.decide(0, gene).strength;
        Ok((strength, self.slab.df_class(0).into()))
    }
}
