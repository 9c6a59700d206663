//! The tables of eQTLs in every format, order and set of columns: the same rows, the same bytes however they were made, and
//! what other programs read from them.

mod formats;
mod ground;
#[cfg(feature = "parquet")]
mod parquet;
mod position;
mod same;
mod study;
#[path = "../support/mod.rs"]
mod support;
