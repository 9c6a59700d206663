//! The hits of a rank, by class.

use crate::model::Hit;

/// Hits found so far, in the order of the scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// Hits when there is one class.
    pub all: Vec<Hit>,
    /// Cis hits.
    pub cis: Vec<Hit>,
    /// Trans hits.
    pub trans: Vec<Hit>,
}

impl Hits {
    /// Hits of every class.
    pub fn len(&self) -> usize {
        self.all.len() + self.cis.len() + self.trans.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
