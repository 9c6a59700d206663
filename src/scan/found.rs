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

    /// Hits of every class.
    pub fn n_hits(&self) -> usize {
        self.classes().iter().map(|class| class.hits.len()).sum()
    }
}
