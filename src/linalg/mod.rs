//! Dense blocks of f64: products by OpenBLAS (in f32 too), dot products in a fixed order, orthonormal bases,
//! whitening by a known covariance.
//!
//! Rows are samples-long vectors. The only room that links to BLAS. Knows nothing of genes, files or ranks.

mod basis;
mod blas;
mod dot;
mod householder;
mod lapack;
mod whitening;
mod wide;

pub use basis::{Basis, Dependence, power_of_two_in};
pub use blas::{blas_config, multiply_rows, multiply_rows_single, peak_flops, set_blas_threads};
pub use dot::{dot, sum, sum_of_squares};
pub use householder::{Added, Cholesky, Householder};
pub use whitening::{NotPositiveDefinite, Whitening};
pub(crate) use wide::on_wide_registers;
