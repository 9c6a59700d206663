//! Screens by integer products.

mod tile;

pub use tile::{DEPTH, Simd};
