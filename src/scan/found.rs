//! What a rank has found, by class of tests.

use super::best::Bests;
use crate::model::Hit;

/// What was found among the tests of one class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassFound {
    /// Hits, in the order of the scan.
    pub hits: Vec<Hit>,
    /// Tests by bin of p `[n_bins]`; empty without a histogram.
    pub histogram: Vec<u64>,
    /// The strongest tests, if they are kept.
    pub best: Option<Bests>,
}

impl ClassFound {
    /// Takes in what was found among other tests of the class, over the same rows.
    fn absorb(&mut self, mut other: Self) {
        if self.hits.is_empty() {
            self.hits = other.hits;
        } else {
            self.hits.append(&mut other.hits);
        }
        for (count, more) in self.histogram.iter_mut().zip(other.histogram) {
            *count += more;
        }
        if let (Some(best), Some(other)) = (&mut self.best, &other.best) {
            best.absorb(other);
        }
    }
}

/// What a rank has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// When there is one class.
    pub all: ClassFound,
    /// Cis.
    pub cis: ClassFound,
    /// Trans.
    pub trans: ClassFound,
}

impl Found {
    /// The classes: all, cis, trans.
    pub fn classes(&self) -> [&ClassFound; 3] {
        [&self.all, &self.cis, &self.trans]
    }

    /// The classes, to be changed.
    pub fn classes_mut(&mut self) -> [&mut ClassFound; 3] {
        [&mut self.all, &mut self.cis, &mut self.trans]
    }

    /// Takes in what was found among other tests, over the same rows.
    ///
    /// # Panics
    /// If the rows are others.
    pub fn absorb(&mut self, other: Self) {
        self.all.absorb(other.all);
        self.cis.absorb(other.cis);
        self.trans.absorb(other.trans);
    }

    /// Hits of every class.
    pub fn n_hits(&self) -> usize {
        self.classes().iter().map(|class| class.hits.len()).sum()
    }
}
