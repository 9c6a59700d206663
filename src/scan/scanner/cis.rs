//! The cis pairs of a block pair: a thin band, decided gene by gene.

use super::{ClassFound, Scanner};
use crate::plan::BlockPair;

impl Scanner<'_> {
    /// Decides every cis pair of the block pair that may matter, gene by gene. Returns how many there are.
    pub(super) fn scan_windows(&mut self, pair: &BlockPair, found: &mut ClassFound) -> u64 {
        let rows = self.slab.rows().clone();
        let plan = self.plan;
        let skipped = self.skipped(pair);
        let mut cis = std::mem::take(&mut self.open);
        let mut tests = 0;
        for gene in plan.grid.gene_rows(pair.gene_block) {
            let window = self.genes.window(gene).clip(&rows);
            let is_tested =
                |snp: &u32| skipped.is_empty() || skipped.binary_search(&[*snp, gene]).is_err();
            let snps = (window.first..window.end).filter(is_tested);
            cis.clear();
            cis.extend(snps.map(|snp| (snp - rows.start, gene)));
            tests += cis.len() as u64;
            self.keep_open(&mut cis, &plan.limits.cis);
            self.decide(&cis, &plan.limits.cis, found);
        }
        self.open = cis;
        tests
    }
}
