//! What a run scans and keeps.

use super::engine::Engine;
use super::limits::Limits;
use crate::plan::{Classes, Grid};

/// What is scanned and what is kept of it; the same on all ranks.
#[derive(Clone, Debug)]
pub struct ScanPlan {
    /// The grid the pairs are cut from.
    pub grid: Grid,
    /// Which tests are made.
    pub classes: Classes,
    /// What tests must reach.
    pub limits: Limits,
    /// How block products are screened.
    pub engine: Engine,
    /// Whether the strongest test of every row is kept.
    pub min_p: bool,
    /// Pairs of SNP and gene row that are not tested, by SNP row.
    pub skipped: Vec<[u32; 2]>,
}
