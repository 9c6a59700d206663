//! Whitening: rows of samples whose errors have a known covariance K, made into rows whose errors have covariance I.
//!
//! `W = L^-1` with `K = LL'` (Cholesky), so `W'W = K^-1` and `W K W' = I`; any other such W gives the same statistics,
//! and so does W times a number.
//!
//! W is lower triangular: output i of a row is `sum_{k<=i} w_ik·x_k`, one sum from k = 0 upwards, no fused
//! multiply-add. Registers hold several outputs of several rows at once, never several parts of one sum, so a row has
//! the same bits whatever rows are with it, on every width of registers.

mod factor;
mod panel;

use self::factor::inverse_factor;
use self::panel::{PANEL, Sums, Weights, depths, multiply_panel, total_depth, write_outputs};
use super::blas::on_one_blas_thread;
use super::lapack::eigenvalues;
use super::wide::{has_avx512, on_wide_registers};

/// Bytes of rows that go through all panels together: so few that they stay in the third-level cache, and so many that
/// reading the panels again for the next ones costs little.
const ROW_BYTES: usize = 4 << 20;

/// A covariance that has no Cholesky factor, or none with correct digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NotPositiveDefinite {
    /// The smallest eigenvalue.
    pub smallest: f64,
    /// The largest eigenvalue.
    pub largest: f64,
}

/// The factor W that whitens rows of `n` samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Whitening {
    n: usize,
    panels: Vec<Weights>,
}

impl Whitening {
    /// The whitening for a covariance `k` `[n x n]`, row-major and symmetric.
    ///
    /// Statistics do not depend on the scale of K, so K is divided first by the power of four that brings its largest
    /// variance to at least 1 and less than 4: neither a tiny K nor a huge one makes rows that are too large or small.
    ///
    /// # Errors
    /// If K is not positive definite, or so near to it that rounding decides: its reciprocal condition number, with all
    /// variances scaled to about one, is at most n times the distance from 1 to the next number.
    ///
    /// # Panics
    /// If `k` is not n x n, n is 0, or a value is not finite.
    pub fn of_covariance(n: usize, k: &[f64]) -> Result<Self, NotPositiveDefinite> {
        assert!(n > 0 && k.len() == n * n, "k is n x n");
        assert!(k.iter().all(|x| x.is_finite()), "k is finite");
        on_one_blas_thread(|| match inverse_factor(n, k) {
            Some(w) => Ok(Self::of_inverse_factor(n, &w)),
            None => {
                let values = eigenvalues(n, k.to_vec());
                Err(NotPositiveDefinite {
                    smallest: values[0],
                    largest: values[n - 1],
                })
            }
        })
    }

    /// The whitening from its [`factor`](Self::factor), as another rank sent it.
    ///
    /// # Panics
    /// If `factor` has not the length of a factor for `n` samples.
    pub fn from_factor(n: usize, factor: Vec<f64>) -> Self {
        let mut panels = vec![Weights([0.0; PANEL]); total_depth(n)];
        assert_eq!(factor.len(), PANEL * panels.len(), "a factor for n samples");
        bytemuck::cast_slice_mut(&mut panels).copy_from_slice(&factor);
        Self { n, panels }
    }

    /// W, lower triangular, as it lies in memory: panels of outputs, about half as many numbers as `n·n`.
    pub fn factor(&self) -> &[f64] {
        bytemuck::cast_slice(&self.panels)
    }

    /// The number of samples.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Replaces every row x of `rows` `[m x n]`, finite, by W x.
    ///
    /// # Panics
    /// If the length of `rows` is no multiple of `n`.
    pub fn apply(&self, rows: &mut [f64]) {
        assert!(rows.len().is_multiple_of(self.n), "whole rows");
        let m_at_once = (ROW_BYTES / size_of::<f64>()).div_ceil(self.n);
        let full_tiles = has_avx512();
        let mut sums = vec![Sums::ZERO; m_at_once.min(rows.len() / self.n)];
        for rows in rows.chunks_mut(m_at_once * self.n) {
            let sums = &mut sums[..rows.len() / self.n];
            // Outputs take the place of the inputs of their numbers, which the outputs still to come do not need.
            for panel in self.panels() {
                on_wide_registers(
                    #[inline(always)]
                    || multiply_panel(panel, rows, self.n, sums, full_tiles),
                );
                write_outputs(sums, rows, self.n, panel.len());
            }
        }
    }

    /// Packs a lower triangular W `[n x n]`, row-major; the upper triangle is not looked at.
    fn of_inverse_factor(n: usize, w: &[f64]) -> Self {
        let mut panels = Vec::with_capacity(total_depth(n));
        for depth in depths(n) {
            for k in 0..depth {
                panels.push(Weights(std::array::from_fn(|lane| {
                    match (depth + lane).checked_sub(PANEL) {
                        Some(output) if output >= k => w[output * n + k],
                        _ => 0.0,
                    }
                })));
            }
        }
        Self { n, panels }
    }

    /// The panels, each as long as it is deep.
    fn panels(&self) -> impl Iterator<Item = &[Weights]> {
        let mut rest = self.panels.as_slice();
        depths(self.n).map(move |depth| {
            let (panel, after) = rest.split_at(depth);
            rest = after;
            panel
        })
    }
}

#[cfg(test)]
mod tests;
