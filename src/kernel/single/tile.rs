//! A tile of the product over several pieces of the samples: f32 within a piece, f64 from piece to piece.

use std::ops::Range;

use crate::linalg::{multiply_rows_single, on_wide_registers};

/// Products in a tile, 4 bytes for a piece and 8 for the sum: their sums over the pieces cost least where they stay near
/// the core, and the product where tiles are large. Measured between 2^15 and 2^19.
pub(super) const TILE: usize = 128 << 10;

/// The most SNP rows in a tile: a tile of few rows and many genes would have the genes packed again and again.
pub(super) const TILE_SNPS: usize = 512;

/// Room for a tile of products.
#[derive(Debug, Default)]
pub(super) struct Tile {
    /// The products over one piece.
    piece: Vec<f32>,
    /// Their sums over the pieces so far.
    sums: Vec<f64>,
}

impl Tile {
    /// Makes the sums those of `snps` `[m x n]` with `genes` `[n_genes x n]` over all pieces but the last, of which
    /// there must be one, and the products those of the last.
    pub(super) fn multiply(&mut self, n: usize, piece: usize, snps: &[f32], genes: &[f32]) {
        let (m, n_genes) = (snps.len() / n, genes.len() / n);
        self.piece.resize(m * n_genes, 0.0);
        self.sums.resize(m * n_genes, 0.0);
        for start in (0..n).step_by(piece) {
            let columns: Range<usize> = start..(start + piece).min(n);
            if start > 0 {
                let is_first = start == piece;
                on_wide_registers(
                    #[inline(always)]
                    || add(&mut self.sums, &self.piece, is_first),
                );
            }
            multiply_rows_single((m, n_genes, n), columns, snps, genes, &mut self.piece);
        }
    }

    /// Writes the whole sums to `products` `[m x n_genes]`, those of `count` genes from `first` on.
    pub(super) fn store(&self, products: &mut [f32], n_genes: usize, first: usize, count: usize) {
        let sums = self.sums.chunks_exact(count);
        let rows = sums.zip(self.piece.chunks_exact(count));
        for (products, (sums, last)) in products.chunks_exact_mut(n_genes).zip(rows) {
            let products = &mut products[first..first + count];
            on_wide_registers(
                #[inline(always)]
                || {
                    for ((product, sum), last) in products.iter_mut().zip(sums).zip(last) {
                        *product = (sum + f64::from(*last)) as f32;
                    }
                },
            );
        }
    }
}

/// Adds the products of a piece to the sums, or starts the sums with them.
#[inline(always)]
fn add(sums: &mut [f64], piece: &[f32], is_first: bool) {
    if is_first {
        for (sum, product) in sums.iter_mut().zip(piece) {
            *sum = f64::from(*product);
        }
    } else {
        for (sum, product) in sums.iter_mut().zip(piece) {
            *sum += f64::from(*product);
        }
    }
}
