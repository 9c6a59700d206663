//! The integer screen: genotypes as u8 codes, genes as i8 weights, exact integer dot products.
//!
//! A unit row v of a SNP and the unit residual w of a gene, both `[n]`, are written as
//!
//! ```text
//! v = t·(c - z) + d + m      c: codes, integers from 0; t: step; z: zero point; d: remainder; m: a constant row
//! w = a·q + e                q: weights, integers; a: step; e: error
//! ```
//!
//! With `D = <c, q>` and `Q = sum of q`, both exact integers, `<v, w> - a·t·(D - z·Q) = <v - m, e> + <d, a·q> + <m, w>`,
//! so by Cauchy-Schwarz
//!
//! ```text
//! |<v, w> - a·t·(D - z·Q)| <= |v - m|·|e| + |d|·|a·q| + |m|·|<1, w>|/sqrt(n)
//! ```
//!
//! where `|v - m|`, `|d|`, `|e|` and `|a·q| <= 1 + |e|` are known row by row before anything is multiplied. Rows come in two kinds:
//!
//! - **Unit residuals** of any model, quantized: m = 0, `|v| = 1`, d is what rounding to 127 or 254 steps leaves.
//! - **Hard calls** of the linear model as they lie in the store ([`HardCalls`]): the residual of a genotype row s has norm
//!   sigma, w is orthogonal to the intercept and the covariates, so `<s, w>/sigma` is the product. v = s/sigma, t = 1/sigma (or
//!   a part of it, where a mean-filled missing genotype asks for finer codes), m its mean, and d = 0 but for missing genotypes.
//!   The residual is not formed before a test of the row is decided.
//!
//! The decided product is one of rounded residuals. For unit residuals it is off from `<v, w>` by the rounding of one sum,
//! `gamma_(n+8)`; for hard calls the head of `hard_calls.rs` adds what forming the residual loses. [`ROUNDING`] and the terms
//! added to [`Row::remainder`] cover all of that, and the rounding of f32 arithmetic in which the screen compares.
//!
//! With `h_j = |a·t_j·(D_j - z_j·Q)| + (its bound)` for the unit rows j of a SNP, a test can reach strength T only if
//!
//! - one product: `h >= T`;
//! - sum of squares: `sum_j h_j^2 >= T`;
//! - partial correlation: `h_2^2 + T·h_1^2 >= T`, for `c_2^2 >= T·(1 - c_1^2)` there, and `|c_j| <= h_j`. Where c_1 is
//!   almost 1 nothing of T remains to be given away for rounding, so [`ROUNDING`] is added to h_1 there.
//!
//! What passes is looked at again with 16-bit weights ([`Weights::could_reach`]), whose error is a 256th; what passes that
//! is decided.

mod duplicates;
mod hard_calls;
#[cfg(test)]
mod never_rejects;
mod reach;
mod rows;
mod screen;
mod tile;
mod weights;

pub use hard_calls::{HardCalls, left_along};
pub use reach::lowered;
pub use rows::{Row, SnpRows};
pub use screen::{IntegerScreen, largest_code};
pub use tile::{DEPTH, Simd};
pub use weights::Weights;

/// The part of a threshold that is given away for rounding: f32 arithmetic of ten operations takes less than a tenth of
/// it, an inexact sigma of `hard_calls.rs` another tenth, the f64 arithmetic of bounds far less.
const ROUNDING: f64 = 1e-5;
