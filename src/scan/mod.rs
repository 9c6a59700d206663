//! The scan of one block pair: rows to unit residuals, a screen for candidates, one exact dot product for each, hits
//! and a tally.
//!
//! `r = <s*, g*>` with both unit residuals; `hit iff |r| >= r(p_threshold)`. Shabalin 2012, section 2.

mod genes;
mod hits;
mod scanner;
mod slab;
mod tally;

pub use genes::GeneSide;
pub use hits::Hits;
pub use scanner::{Scanner, Thresholds};
pub use tally::Tally;
