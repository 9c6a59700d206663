//! Which pairs of a block pair are not tested, or are found elsewhere: those that are skipped, and those that are cis where
//! cis and trans are told apart.

use std::ops::Range;

use super::Scanner;
use crate::plan::{BlockPair, Classes};

impl<'a> Scanner<'a> {
    /// The pairs of a block pair that its product holds but that are not to be found there, by place: skipped ones, and
    /// cis ones if cis and trans are told apart.
    pub(super) fn excluded(&self, pair: &BlockPair, genes: &Range<u32>) -> Vec<(usize, usize)> {
        let rows = self.slab.rows();
        let place =
            |snp: u32, gene: u32| ((snp - rows.start) as usize, (gene - genes.start) as usize);
        let skipped = self.skipped(pair).iter();
        let skipped = skipped
            .filter(|[snp, gene]| genes.contains(gene) && !self.is_cis_elsewhere(*snp, *gene));
        let mut places: Vec<_> = skipped.map(|&[snp, gene]| place(snp, gene)).collect();
        if self.plan.classes == Classes::CisTrans {
            for gene in genes.clone() {
                let window = self.genes.window(gene).clip(rows);
                places.extend((window.first..window.end).map(|snp| place(snp, gene)));
            }
        }
        places
    }

    /// How many pairs [`Scanner::excluded`] names.
    pub(super) fn n_excluded(&self, pair: &BlockPair, genes: &Range<u32>) -> u64 {
        let is_skipped =
            |[snp, gene]: &&[u32; 2]| genes.contains(gene) && !self.is_cis_elsewhere(*snp, *gene);
        let n_skipped = self.skipped(pair).iter().filter(is_skipped).count() as u64;
        let windows = match self.plan.classes {
            Classes::CisTrans => genes.clone(),
            _ => 0..0,
        };
        let rows = self.slab.rows();
        n_skipped
            + windows
                .map(|gene| self.genes.window(gene).clip(rows).len())
                .sum::<u64>()
    }

    /// Whether [`Scanner::excluded`] would name a pair.
    pub(super) fn is_excluded(&self, snp: u32, gene: u32, skipped: &[[u32; 2]]) -> bool {
        self.is_cis_elsewhere(snp, gene) || skipped.binary_search(&[snp, gene]).is_ok()
    }

    /// Whether a pair is cis and is found there.
    fn is_cis_elsewhere(&self, snp: u32, gene: u32) -> bool {
        self.plan.classes == Classes::CisTrans && self.genes.window(gene).contains(snp)
    }

    /// The skipped pairs of the SNPs of a block pair.
    pub(super) fn skipped(&self, pair: &BlockPair) -> &'a [[u32; 2]] {
        let skipped = &self.plan.skipped;
        let start = skipped.partition_point(|[snp, _]| *snp < pair.first_snp);
        let end = skipped.partition_point(|[snp, _]| *snp < pair.end_snp);
        &skipped[start..end]
    }
}
