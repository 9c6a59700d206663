//! Screens: find, fast, the pairs of a block whose |r| can reach a threshold, and count all of them by their strength.
//!
//! A screen may name too many pairs, never too few; its head proves by how much its arithmetic can be off. What it
//! names is recomputed by one fixed-order dot product, so every screen leads to the same bytes.

mod bins;
mod double;

pub use bins::Bins;
pub use double::DoubleScreen;
