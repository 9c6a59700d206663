//! How far the threads of a rank are, together.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::scan::{Found, Tally};

/// Numbers that grow while a rank scans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Cost of the block pairs done.
    pub cost: u64,
    /// Tests made.
    pub tests: u64,
    /// Hits found.
    pub hits: u64,
}

impl Progress {
    /// How far one thread is.
    pub fn of(found: &Found, tally: &Tally) -> Self {
        Self {
            cost: tally.cost,
            tests: tally.tests.total(),
            hits: found.n_hits() as u64,
        }
    }
}

/// The sum over threads.
#[derive(Debug, Default)]
pub struct Total {
    cost: AtomicU64,
    tests: AtomicU64,
    hits: AtomicU64,
}

impl Total {
    /// Adds what a thread did between two moments.
    pub fn add(&self, before: Progress, after: Progress) {
        let add = |sum: &AtomicU64, more: u64| sum.fetch_add(more, Ordering::Relaxed);
        add(&self.cost, after.cost - before.cost);
        add(&self.tests, after.tests - before.tests);
        add(&self.hits, after.hits - before.hits);
    }

    /// The sum now. Threads at work may be between two of its numbers.
    pub fn now(&self) -> Progress {
        Progress {
            cost: self.cost.load(Ordering::Relaxed),
            tests: self.tests.load(Ordering::Relaxed),
            hits: self.hits.load(Ordering::Relaxed),
        }
    }
}
