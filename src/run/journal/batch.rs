//! What is found and counted in some block pairs, as it goes into one record of a journal.

use std::collections::BTreeMap;

use crate::model::Hit;
use crate::plan::BlockPair;
use crate::scan::{Best, ClassFound, Found, Tally};

/// Block pairs that are done, with all that was found in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// SNP block and gene block of each pair.
    pub pairs: Vec<[u32; 2]>,
    /// What was counted.
    pub tally: Tally,
    /// What was found: all, cis, trans.
    pub classes: [ClassBatch; 3],
}

/// What was found in one class of tests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassBatch {
    /// Hits in no order.
    pub hits: Vec<Hit>,
    /// Tests by bin of p; empty without a histogram.
    pub histogram: Vec<u64>,
    /// The strongest tests of runs of SNPs, by the first row of each run.
    pub snp_bests: BTreeMap<u32, Vec<Best>>,
    /// The strongest tests of all genes by df class, or none.
    pub gene_bests: Vec<Best>,
}

impl Batch {
    /// Takes over what was found in a block pair; `found` has no hits and an empty histogram then.
    pub fn take(&mut self, pair: &BlockPair, found: &mut Found, tally: &Tally) {
        self.pairs.push([pair.snp_block, pair.gene_block]);
        self.tally.absorb(tally);
        for (class, found) in self.classes.iter_mut().zip(found.classes_mut()) {
            class.take(found);
        }
    }

    /// Bytes of the hits.
    pub fn hit_bytes(&self) -> usize {
        let hits = self.classes.iter().map(|class| class.hits.len());
        hits.sum::<usize>() * size_of::<Hit>()
    }
}

impl ClassBatch {
    fn take(&mut self, found: &mut ClassFound) {
        self.hits.append(&mut found.hits);
        self.add_histogram(&found.histogram);
        found.histogram.fill(0);
        if let Some(best) = &found.best {
            self.add_snp_bests(best.first_snp, &best.snps);
            self.add_gene_bests(&best.genes);
        }
    }

    /// Adds counts of tests bin by bin.
    pub fn add_histogram(&mut self, counts: &[u64]) {
        self.histogram
            .resize(counts.len().max(self.histogram.len()), 0);
        for (sum, count) in self.histogram.iter_mut().zip(counts) {
            *sum += count;
        }
    }

    /// Takes in the strongest tests of a run of SNPs.
    pub fn add_snp_bests(&mut self, first: u32, bests: &[Best]) {
        let known = self.snp_bests.entry(first).or_default();
        known.resize(known.len().max(bests.len()), Best::NONE);
        Best::take_all(known, bests);
    }

    /// The genes whose strongest test is known here.
    pub fn genes_with_best(&self) -> impl Iterator<Item = u32> {
        let genes = self.gene_bests.iter().zip(0..);
        genes.filter_map(|(best, gene)| (*best != Best::NONE).then_some(gene))
    }

    /// Leaves the genes whose strongest test is stronger than the one `known` before, which becomes known. Without this each
    /// record would hold all genes, and a long run's journal little else.
    pub fn keep_stronger(&mut self, known: &mut Vec<Best>) {
        known.resize(self.gene_bests.len().max(known.len()), Best::NONE);
        for (best, known) in self.gene_bests.iter_mut().zip(known) {
            let before = *known;
            known.take(*best);
            if *known == before {
                *best = Best::NONE;
            }
        }
    }

    /// Takes in the strongest tests of all genes.
    pub fn add_gene_bests(&mut self, bests: &[Best]) {
        let len = self.gene_bests.len().max(bests.len());
        self.gene_bests.resize(len, Best::NONE);
        Best::take_all(&mut self.gene_bests, bests);
    }
}
