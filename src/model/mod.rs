//! What is tested: from rows of genotypes and expression to unit vectors whose dot products are the tests, and from
//! those products to estimates.
//!
//! A [`Model`] prepares both sides once: missing values filled, error covariance and covariates taken out, unit norm.
//! A gene becomes one unit residual, a SNP as many as its model has columns to test, orthogonal to each other; a test
//! is the dot products of the gene with them. Shabalin 2012, section 2.
//!
//! | model | unit residuals of a SNP | strength of a test |
//! |---|---|---|
//! | linear | s | &#124;r&#124; |
//! | interaction | s; x·s without s | squared partial correlation of x·s |
//! | ANOVA | indicators of the classes but the most frequent one | R² |

mod anova;
mod covariate;
mod cross;
mod design;
mod error;
mod hit;
mod kind;
mod linear;
mod refit;
mod regression;
mod residual;
mod row;
mod tested;

pub use anova::AnovaDf;
pub use covariate::Covariate;
pub use design::{Design, row_cost};
pub use error::{ModelError, RowProblem};
pub use hit::Hit;
pub use kind::{Form, MAX_UNITS, ModelKind};
pub use refit::{Refit, Refitter};
pub use regression::Model;
pub use tested::{Estimate, Products, Snps};
