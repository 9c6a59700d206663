//! mpiqtl: eQTL mapping for clusters.

extern crate blas_src;

pub mod cli;
pub mod comm;
pub mod formats;
pub mod genome;
pub mod kernel;
pub mod linalg;
pub mod model;
pub mod plan;
pub mod results;
pub mod run;
pub mod scan;
pub mod stats;
pub mod store;
