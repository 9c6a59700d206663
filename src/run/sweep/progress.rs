//! How far the threads of a rank are, together.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::comm::Counters;

/// The sum over threads.
#[derive(Debug, Default)]
pub struct Total {
    cost: AtomicU64,
    tests: AtomicU64,
    hits: AtomicU64,
}

impl Total {
    /// Adds what a thread did: cost of block pairs, tests, hits.
    pub fn add(&self, [cost, tests, hits]: Counters) {
        let add = |sum: &AtomicU64, more: u64| sum.fetch_add(more, Ordering::Relaxed);
        add(&self.cost, cost);
        add(&self.tests, tests);
        add(&self.hits, hits);
    }

    /// The sum now. Threads at work may be between two of its numbers.
    pub fn now(&self) -> Counters {
        [&self.cost, &self.tests, &self.hits].map(|sum| sum.load(Ordering::Relaxed))
    }
}
