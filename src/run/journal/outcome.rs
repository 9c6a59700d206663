//! What all records of a run hold together.

use std::collections::HashSet;
use std::path::PathBuf;

use super::batch::{Batch, ClassBatch};
use super::reader::{JournalFile, damaged};
use crate::plan::{BlockPair, Tests};
use crate::results::TakeHits;
use crate::run::error::RunError;
use crate::scan::{Best, Bests, Tally};

/// What is done of a run and was found in it; hits stay on the disk.
#[derive(Debug, Default)]
pub struct Outcome {
    done: HashSet<[u32; 2]>,
    /// What was counted.
    pub tally: Tally,
    classes: [ClassBatch; 3],
    files: Vec<JournalFile>,
}

/// What was found in one class of tests, hits apart.
#[derive(Debug, Default)]
pub struct ClassOutcome {
    /// Tests by bin of p `[n_bins]`; empty without a histogram.
    pub histogram: Vec<u64>,
    /// The strongest tests, if they are kept.
    pub best: Option<Bests>,
}

impl Outcome {
    /// Adds what a record holds, and whether it does: not if one of its block pairs is there already. A rank whose launcher
    /// was killed may have written it when the next start had begun; what is missing then is scanned again.
    pub fn take(&mut self, batch: Batch) -> bool {
        if batch.pairs.iter().any(|pair| self.done.contains(pair)) {
            return false;
        }
        self.done.extend(&batch.pairs);
        self.tally.absorb(&batch.tally);
        for (all, class) in self.classes.iter_mut().zip(batch.classes) {
            all.add_histogram(&class.histogram);
            for (first, bests) in class.snp_bests {
                all.add_snp_bests(first, &bests);
            }
            all.add_gene_bests(&class.gene_bests);
        }
        true
    }

    /// Adds the file its records are in.
    pub fn take_file(&mut self, file: JournalFile) {
        self.files.push(file);
    }

    /// Whether a block pair is done.
    pub fn is_done(&self, pair: &BlockPair) -> bool {
        self.done.contains(&[pair.snp_block, pair.gene_block])
    }

    /// Block pairs that are done.
    pub fn n_done(&self) -> usize {
        self.done.len()
    }

    /// Damaged files, and where.
    pub fn damages(&self) -> impl Iterator<Item = (PathBuf, u64)> {
        let files = self.files.iter();
        files.filter_map(|file| Some((file.path().to_path_buf(), file.damaged_at?)))
    }

    /// Checks that all block pairs of a plan are done, no others, and as many tests as planned were made.
    ///
    /// # Errors
    /// If a journal is damaged, or numbers differ.
    pub fn check(&self, pairs: &[BlockPair], planned: Tests) -> Result<(), RunError> {
        let is_complete =
            self.done.len() == pairs.len() && pairs.iter().all(|pair| self.is_done(pair));
        if is_complete && self.tally.tests == planned {
            return Ok(());
        }
        if let Some((path, at)) = self.damages().next().filter(|_| !is_complete) {
            return Err(damaged(&path, at));
        }
        if !is_complete {
            let left = pairs.iter().filter(|pair| !self.is_done(pair)).count();
            return Err(RunError::Unfinished { left });
        }
        Err(RunError::Ledger {
            made: self.tally.tests,
            planned,
        })
    }

    /// Hits of each class: all, cis, trans.
    pub fn n_hits(&self) -> [u64; 3] {
        [0, 1, 2].map(|class| self.files.iter().map(|file| file.n_hits(class)).sum())
    }

    /// Calls `take` with all hits of a class, in no order, some at a time.
    ///
    /// # Errors
    /// If a file cannot be read, or has changed; if `take` has an error.
    pub fn for_each_hit(
        &self,
        class: usize,
        take: &mut TakeHits<'_, RunError>,
    ) -> Result<(), RunError> {
        let mut files = self.files.iter();
        files.try_for_each(|file| file.for_each_hit(class, &mut *take))
    }

    /// Histograms, and strongest tests of `n_snps` SNPs if they are kept: all, cis, trans.
    pub fn take_classes(&mut self, n_snps: usize) -> [ClassOutcome; 3] {
        std::mem::take(&mut self.classes).map(|class| {
            let mut snps = Vec::new();
            if !class.gene_bests.is_empty() {
                snps.resize(n_snps, Best::NONE);
            }
            for (first, bests) in class.snp_bests {
                Best::take_all(&mut snps[first as usize..], &bests);
            }
            ClassOutcome {
                histogram: class.histogram,
                best: (!class.gene_bests.is_empty())
                    .then(|| Bests::of_rows(snps, class.gene_bests)),
            }
        })
    }
}
