//! Screens: find, fast, the pairs of a block whose tests can be strong enough, and count all of them by their strength.
//!
//! A screen gives the strength of every test of a block with an error that its head proves a bound for; whatever lies
//! within that bound of a limit is recomputed by fixed-order dot products, so every screen leads to the same bytes.

mod bins;
mod combine;
mod dense;
mod double;
mod integer;
mod row;
mod single;

pub use bins::Bins;
pub use combine::Combine;
pub use dense::{DenseScreen, UnitRows};
pub use double::DoubleScreen;
pub use integer::{
    DEPTH, HardCalls, IntegerScreen, Row, Simd, SnpRows, Weights, largest_code, left_along, lowered,
};
pub use row::{for_each_beyond, for_each_beyond_its_own, largest_known};
pub use single::{SingleScreen, fill_single, to_single};
