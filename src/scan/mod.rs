//! The scan of one block pair: a screen names the tests that may matter, a second look drops most of them, exact dot
//! products decide the rest; hits, histograms, strongest tests and a tally.
//!
//! A test is decided by the fixed-order dot products of a gene with the unit residuals of a SNP; a pair is a hit iff
//! its strength reaches the threshold's. Shabalin 2012, section 2.

mod best;
mod chosen;
mod decide;
mod engine;
mod fastest;
mod found;
mod genes;
mod integer;
mod ld;
mod left_out;
mod limits;
mod retest;
mod scan_plan;
mod scanner;
mod sink;
mod slab;
mod slabs;
mod tally;

pub use best::{Best, Bests};
pub use chosen::ChosenTests;
pub use engine::{Engine, Operands};
pub use found::{ClassFound, Found};
pub use genes::GeneSide;
pub use ld::Ld;
pub use limits::Limits;
pub use retest::Retest;
pub use scan_plan::ScanPlan;
pub use scanner::Scanner;
pub use tally::Tally;
