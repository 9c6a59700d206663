//! Pairs that are chosen beforehand, decided as the scan decides its candidates, whatever their strength.

use super::decide::Decider;
use super::genes::GeneSide;
use super::slabs::Slabs;
use crate::model::{Hit, Model};
use crate::store::{GenotypeStore, StoreError};

/// The tests of chosen pairs. Their bits are those of the scan: both come from the fixed-order dot products of the same
/// unit residuals.
pub struct ChosenTests<'a> {
    model: &'a Model,
    genes: &'a GeneSide,
    slabs: Slabs<'a>,
}

impl<'a> ChosenTests<'a> {
    /// Tests of genes with SNPs of a store, over the samples at `columns` `[n]`; `memory_bytes` bounds the residuals of
    /// SNPs that are kept for the next gene.
    pub fn new(
        model: &'a Model,
        genes: &'a GeneSide,
        (store, columns): (&'a GenotypeStore, &'a [u32]),
        memory_bytes: usize,
    ) -> Self {
        Self {
            model,
            genes,
            slabs: Slabs::new(model, (store, columns), memory_bytes),
        }
    }

    /// The tests of a gene with each of some SNP rows, in their order.
    ///
    /// # Errors
    /// If the genotypes cannot be read, or a row cannot be tested.
    pub fn of_gene(&mut self, gene: u32, snps: &[u32]) -> Result<Vec<Hit>, StoreError> {
        let mut tests = Vec::with_capacity(snps.len());
        for run in snps.chunk_by(Slabs::are_together) {
            let slab = self.slabs.with_row(run[0])?;
            let decider = Decider {
                model: self.model,
                genes: self.genes,
                slab,
            };
            for snp in run {
                let i = (snp - slab.rows().start) as usize;
                let decided = decider.decide(i, gene);
                tests.push(decider.hit(i, gene, &decided));
            }
        }
        Ok(tests)
    }
}
