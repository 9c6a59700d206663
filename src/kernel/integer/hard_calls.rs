//! Genotype rows of the linear model as they lie in the store, without their residuals.
//!
//! For a row s of whole numbers, missing ones filled by the mean, the norm sigma of the residual is
//! `sqrt(|s - mean|^2 - sum_j <s - mean, q_j>^2)` over the basis q_j of the covariates. It is known to [`SIGMA`] relative
//! where at least a hundredth of `|s - mean|^2` remains; other rows are refused and must be given as unit residuals.
//!
//! The decided product is `<s~, w>` of the residual s~ that Gram-Schmidt forms, `s - sum_j k_j·q_j + eta` over norm, the
//! intercept among the q_j. Each of at most 2 (c + 2) steps makes a coefficient of size at most `|s|` and loses at most
//! `(n + 8)·u·|s|`, so
//!
//! ```text
//! |<s~, w> - <s, w>/sigma| <= (2·(c + 2)·(n + 8)·u + 2·sqrt(c + 1)·omega)·|s|/sigma
//! ```
//!
//! where omega is the largest length of the part of any w along the intercept and the covariates, which rounding left; it is
//! measured. Steps of rounding are counted double.

use super::rows::{SnpRows, rounding};
use crate::linalg::{multiply_rows, sum};

/// Beyond this, relative, sigma is not off.
const SIGMA: f64 = 1e-6;

/// The least share of a row about its mean that must remain as its residual, and the most by which the row itself may
/// exceed its residual.
const LEAST_SHARE: f64 = 0.01;
const LARGEST_RATIO: f64 = 1e8;

/// Where missing genotypes leave more, codes of the residual are finer.
const TOO_COARSE: f64 = 0.02;

/// Rows whose covariates are looked at together.
const ROWS_AT_ONCE: usize = 64;

/// The missing code.
const MISSING: u8 = 255;

/// Makes integer rows of hard calls.
#[derive(Clone, Debug)]
pub struct HardCalls<'a> {
    n: usize,
    basis: &'a [f64],
    omega: f64,
    largest: u8,
    finest: u8,
    centered: Vec<f64>,
    along: Vec<f64>,
}

impl<'a> HardCalls<'a> {
    /// For rows over `n` samples and an orthonormal basis of the covariates `[c x n]`, orthogonal to the constant, of which
    /// [`left_along`] is `omega`.
    ///
    /// Codes go up to `largest`; where genotypes are missing, whole numbers are cut into parts as fine as codes up to
    /// `finest` allow.
    pub fn new(n: usize, basis: &'a [f64], omega: f64, largest: u8, finest: u8) -> Self {
        Self {
            n,
            basis,
            omega,
            largest,
            finest,
            centered: Vec::new(),
            along: Vec::new(),
        }
    }

    /// Writes rows of codes `[m x n]`, 255 missing, as integer rows; calls `refused(i)` for those that must be given as
    /// unit residuals.
    pub fn write(&mut self, codes: &[u8], rows: &mut SnpRows, mut refused: impl FnMut(usize)) {
        let n = self.n;
        let m = codes.len() / n;
        rows.resize(n, 1, m);
        for first in (0..m).step_by(ROWS_AT_ONCE) {
            let count = ROWS_AT_ONCE.min(m - first);
            let chunk = &codes[first * n..][..count * n];
            let sizes = self.center(chunk);
            let c = self.basis.len() / n;
            self.along.resize(count * c, 0.0);
            if c > 0 {
                multiply_rows(count, c, n, &self.centered, self.basis, &mut self.along);
            }
            for (i, (row, size)) in chunk.chunks_exact(n).zip(&sizes).enumerate() {
                let along = &self.along[i * c..][..c];
                let explained = along.iter().map(|x| x * x).sum::<f64>();
                let left = size.about_mean - explained;
                let is_clear = left >= LEAST_SHARE * size.about_mean
                    && size.squares < LARGEST_RATIO * left
                    && size.largest <= self.largest;
                let is_written = is_clear
                    && left > 0.0
                    && self.write_row(row, size, left.sqrt(), rows, first + i);
                if !is_written {
                    refused(first + i);
                }
            }
        }
    }

    /// Rows about their means, as numbers, and how large they are.
    fn center(&mut self, codes: &[u8]) -> Vec<Size> {
        self.centered.resize(codes.len(), 0.0);
        let rows = codes.chunks_exact(self.n);
        let centered = self.centered.chunks_exact_mut(self.n);
        rows.zip(centered)
            .map(|(codes, row)| {
                let size = Size::of(codes);
                for (x, code) in row.iter_mut().zip(codes) {
                    let about_mean = f64::from(*code) - size.mean;
                    *x = if *code == MISSING { 0.0 } else { about_mean };
                }
                size
            })
            .collect()
    }

    /// Writes a row, unless its missing genotypes would be too coarse.
    fn write_row(
        &self,
        codes: &[u8],
        size: &Size,
        sigma: f64,
        rows: &mut SnpRows,
        i: usize,
    ) -> bool {
        let parts = match size.missing {
            0 => 1,
            _ => (self.finest / size.largest).max(1),
        };
        let filled = (size.mean * f64::from(parts)).round() as u8;
        let of_missing = f64::from(filled) / f64::from(parts) - size.mean;
        let left = (size.missing as f64).sqrt() * of_missing.abs() / sigma * (1.0 + SIGMA);
        if left > TOO_COARSE {
            return false;
        }
        let (row, written) = rows.single_mut(i);
        for (to, from) in written.iter_mut().zip(codes) {
            *to = if *from == MISSING {
                filled
            } else {
                from * parts
            };
        }
        let n = self.n as f64;
        let c = (self.basis.len() / self.n) as f64;
        let ratio = size.squares.sqrt() / sigma;
        let lost = 2.0 * (c + 2.0) * (n + 8.0) * f64::EPSILON + 2.0 * (c + 1.0).sqrt() * self.omega;
        row.step = 1.0 / (f64::from(parts) * sigma);
        // The mean of the codes: it differs from that of the row by what the filled ones are off.
        let mean = size.mean + size.missing as f64 * of_missing / n;
        row.zero = mean * f64::from(parts);
        row.size = size.about_mean.sqrt() / sigma * (1.0 + SIGMA);
        // Once in the direction of the residual, once in its norm.
        row.remainder = left + 2.0 * lost * ratio + rounding(mean / sigma, self.n);
        row.is_hard_call = true;
        row.largest = (size.largest * parts).max(filled);
        true
    }
}

/// How large a row of codes is.
struct Size {
    mean: f64,
    missing: usize,
    largest: u8,
    /// Sum of squares, missing ones filled.
    squares: f64,
    /// Sum of squares about the mean.
    about_mean: f64,
}

impl Size {
    fn of(codes: &[u8]) -> Self {
        let (mut sum, mut squares, mut missing, mut largest) = (0u64, 0u64, 0u64, 0u8);
        // Runs whose sums fit 32 bits, and so more of them a register.
        for run in codes.chunks(1 << 14) {
            let (mut sum_32, mut squares_32, mut missing_32) = (0u32, 0u32, 0u32);
            for &code in run {
                let is_missing = code == MISSING;
                let known = if is_missing { 0 } else { code };
                sum_32 += u32::from(known);
                squares_32 += u32::from(known) * u32::from(known);
                missing_32 += u32::from(is_missing);
                largest = largest.max(known);
            }
            sum += u64::from(sum_32);
            squares += u64::from(squares_32);
            missing += u64::from(missing_32);
        }
        let known = (codes.len() as u64 - missing).max(1);
        let mean = sum as f64 / known as f64;
        Self {
            mean,
            missing: missing as usize,
            largest,
            squares: squares as f64 + missing as f64 * mean * mean,
            // Whole numbers up to here, so that nothing cancels.
            about_mean: (u128::from(known) * u128::from(squares)
                - u128::from(sum) * u128::from(sum)) as f64
                / known as f64,
        }
    }
}

/// At least the largest length of the part of any of some genes `[n_genes x n]` along the constant and a basis `[c x n]`.
pub fn left_along(n: usize, basis: &[f64], genes: &[f64]) -> f64 {
    let c = basis.len() / n;
    let gamma = (n + 8) as f64 * f64::EPSILON;
    let mut largest = 0.0f64;
    let mut along = Vec::new();
    for genes in genes.chunks(n * ROWS_AT_ONCE) {
        let m = genes.len() / n;
        along.resize(m * c, 0.0);
        if c > 0 {
            multiply_rows(m, c, n, genes, basis, &mut along);
        }
        for (i, gene) in genes.chunks_exact(n).enumerate() {
            let square = |x: f64| (x.abs() + gamma).powi(2);
            let constant = square(sum(gene) / (n as f64).sqrt());
            let others = along[i * c..][..c].iter().map(|x| square(*x));
            largest = largest.max(constant + others.sum::<f64>());
        }
    }
    largest.sqrt()
}
