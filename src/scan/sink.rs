//! Where tests go: hits, histogram bins and the strongest test of each row, in one class of tests.

use std::ops::Range;

use super::best::Bests;
use super::decide::Decider;
use super::found::ClassFound;
use crate::kernel::{Bins, for_each_beyond, for_each_beyond_its_own, largest_known};

/// Decides tests and keeps what is asked for.
pub struct Sink<'f> {
    decider: Decider<'f>,
    bins: &'f [Bins],
    thresholds: &'f [f64],
    found: &'f mut ClassFound,
    named: Vec<u32>,
}

impl<'f> Sink<'f> {
    /// A sink for tests of one slab. `bins` (none without a histogram) and `thresholds` are by df class.
    pub fn new(
        decider: Decider<'f>,
        bins: &'f [Bins],
        thresholds: &'f [f64],
        found: &'f mut ClassFound,
    ) -> Self {
        Self {
            decider,
            bins,
            thresholds,
            found,
            named: Vec::new(),
        }
    }

    /// Takes one test, which is decided whatever it is.
    pub fn take(&mut self, i: usize, gene: u32) {
        let decided = self.decider.decide(i, gene);
        let df_class = self.decider.slab.df_class(i);
        if decided.strength >= self.thresholds[usize::from(df_class)] {
            self.found.hits.push(self.decider.hit(i, gene, &decided));
        }
        if let Some(bins) = self.bins.get(usize::from(df_class))
            && let Some(bin) = bins.bin(decided.strength)
        {
            self.found.histogram[bin] += 1;
        }
        if let Some(best) = &mut self.found.best {
            let snp = self.decider.slab.rows().start + i as u32;
            best.take(snp, gene, decided.strength, df_class);
        }
    }

    /// Takes the tests of the i-th SNP with some genes by their screened strengths, which are off by at most `guard`;
    /// decides those that the screen leaves open. Returns how many of them could be hits.
    pub fn take_row(&mut self, i: usize, genes: &Range<u32>, row: &[f64], guard: f64) -> u64 {
        let decider = self.decider;
        let df_class = decider.slab.df_class(i);
        let threshold = self.thresholds[usize::from(df_class)];
        self.named.clear();
        for_each_beyond(row, threshold - guard, |j| {
            self.named.push(genes.start + j as u32);
        });
        for &gene in &self.named {
            let decided = decider.decide(i, gene);
            if decided.strength >= threshold {
                self.found.hits.push(decider.hit(i, gene, &decided));
            }
        }
        if let Some(bins) = self.bins.get(usize::from(df_class)) {
            bins.count(row, guard, &mut self.found.histogram, |j| {
                decider.decide(i, genes.start + j as u32).strength
            });
        }
        let n_named = self.named.len() as u64;
        // The tests of a constant SNP have strength 0, and there are many such SNPs.
        let varies = decider.slab.norm(i) > 0.0;
        if let Some(best) = self.found.best.as_mut().filter(|_| varies) {
            name_bests(best, &decider, i, (genes, row), guard, &mut self.named);
            let snp = decider.slab.rows().start + i as u32;
            for &gene in &self.named {
                let strength = decider.decide(i, gene).strength;
                best.take(snp, gene, strength, df_class);
            }
        }
        n_named
    }
}

/// Names the genes whose test with the i-th SNP may be the strongest of the SNP or of the gene so far.
fn name_bests(
    best: &Bests,
    decider: &Decider,
    i: usize,
    (genes, row): (&Range<u32>, &[f64]),
    guard: f64,
    named: &mut Vec<u32>,
) {
    named.clear();
    let snp = decider.slab.rows().start + i as u32;
    // The strongest test of the SNP in this row is at least as strong as what the largest value stands for; tests whose
    // strength is unknown are infinite here and are looked at too.
    let bound = best.snp_bound(snp).max(largest_known(row) - 2.0 * guard);
    for_each_beyond(row, bound, |j| named.push(genes.start + j as u32));
    let bounds = best.gene_bounds(genes, decider.slab.df_class(i));
    for_each_beyond_its_own(row, bounds, |j| named.push(genes.start + j as u32));
}
