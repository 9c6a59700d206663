//! The product of a block pair: every SNP with every gene, screened by integers or by a dense product, and what is left
//! decided.

use std::collections::HashSet;
use std::ops::Range;

use super::{ClassFound, Decider, Scanner, Screen, Sink, Tally};
use crate::kernel::UnitRows;
use crate::plan::BlockPair;

impl Scanner<'_> {
    /// Scans every pair of the block pair that is not cis, or every one with one class. Returns how many there are.
    pub(super) fn scan_product(
        &mut self,
        pair: &BlockPair,
        thresholds: &[f64],
        found: &mut ClassFound,
        tally: &mut Tally,
    ) -> u64 {
        match self.screen {
            Screen::Integer(_) => self.scan_by_integers(pair, thresholds, found, tally),
            Screen::Dense(_) => self.scan_densely(pair, thresholds, found, tally),
        }
    }

    /// Names the pairs of the block pair that may be hits, looks at them again, decides what is left.
    fn scan_by_integers(
        &mut self,
        pair: &BlockPair,
        thresholds: &[f64],
        found: &mut ClassFound,
        tally: &mut Tally,
    ) -> u64 {
        let genes = self.plan.grid.gene_rows(pair.gene_block);
        let first = self.slab.rows().start;
        let skipped = self.skipped(pair);
        let mut named = std::mem::take(&mut self.open);
        named.clear();
        if let Screen::Integer(scan) = &mut self.screen {
            scan.for_each_named(&mut self.slab, pair.gene_block, &genes, |i, gene| {
                named.push((i, gene))
            });
        }
        named.retain(|&(i, gene)| !self.is_excluded(first + i, gene, skipped));
        tally.named += named.len() as u64;
        self.keep_open(&mut named, thresholds);
        tally.candidates += named.len() as u64;
        self.decide(&named, thresholds, found);
        self.open = named;
        self.slab.rows().len() as u64 * genes.len() as u64 - self.n_excluded(pair, &genes)
    }

    /// Multiplies the block pair and takes every row of strengths.
    fn scan_densely(
        &mut self,
        pair: &BlockPair,
        thresholds: &[f64],
        found: &mut ClassFound,
        tally: &mut Tally,
    ) -> u64 {
        let genes = self.plan.grid.gene_rows(pair.gene_block);
        let n_rows = self.slab.rows().len();
        let n_tests = n_rows as u64 * genes.len() as u64 - self.n_excluded(pair, &genes);
        let excluded = self.excluded(pair, &genes);
        let Screen::Dense(screen) = &mut self.screen else {
            unreachable!("only a dense screen is scanned densely");
        };
        let guard = screen.guard();
        let decider = Decider {
            model: self.model,
            genes: self.genes,
            slab: &self.slab,
        };
        let mut sink = Sink::new(decider, &self.bins, thresholds, found);
        let every_pair_is_a_hit = thresholds.iter().any(|threshold| *threshold <= guard);
        if every_pair_is_a_hit {
            // There is nothing to screen.
            take_every_pair(&mut sink, n_rows, &genes, excluded);
            tally.named += n_tests;
            tally.candidates += n_tests;
            return n_tests;
        }
        let snps = UnitRows {
            double: self.slab.units(),
            single: &self.single,
        };
        screen.multiply(snps, self.operands.unit_rows(self.genes, &genes));
        excluded.into_iter().for_each(|(i, j)| screen.mask(i, j));
        for i in 0..n_rows {
            let n_named = sink.take_row(i, &genes, screen.row(i), guard);
            tally.named += n_named;
            tally.candidates += n_named;
        }
        n_tests
    }
}

/// Decides all pairs of SNPs and genes but those that are excluded, by place.
fn take_every_pair(
    sink: &mut Sink<'_>,
    n_rows: usize,
    genes: &Range<u32>,
    excluded: Vec<(usize, usize)>,
) {
    let excluded: HashSet<(usize, usize)> = excluded.into_iter().collect();
    for i in 0..n_rows {
        for (j, gene) in genes.clone().enumerate() {
            if !excluded.contains(&(i, j)) {
                sink.take(i, gene);
            }
        }
    }
}
