//! Indices that cannot be mixed up: a row of the genotype store and a row of the expression store.

use serde::{Deserialize, Serialize};

/// A row of the genotype store, counted from 0 in genome order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SnpIx(pub u32);

/// A row of the expression store, counted from 0 in genome order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GeneIx(pub u32);

impl SnpIx {
    /// The row as an array index.
    pub fn row(self) -> usize {
        self.0 as usize
    }
}

impl GeneIx {
    /// The row as an array index.
    pub fn row(self) -> usize {
        self.0 as usize
    }
}
