//! What is tested: from rows of genotypes and expression to correlations, and from a correlation to an estimate.
//!
//! A model prepares both sides once (missing values filled, covariates projected out, unit norm), so that a test is one
//! dot product, and turns that product into beta and t. Shabalin 2012, section 2.

mod design;
mod error;
mod hit;
mod linear;
mod row;

pub use design::{Covariate, Design};
pub use error::ModelError;
pub use hit::Hit;
pub use linear::{Estimate, Linear};
