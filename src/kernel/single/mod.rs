//! The f32 screen: SGEMM over pieces of the samples, whose products make screened strengths of tests.
//!
//! With u = 2^-24, v = 2^-53 and `gamma_p = p·u / (1 - p·u)`: how far can the screened product c of two rows a and b be
//! from the fixed-order one d that decides?
//!
//! - Rounding a row to f32 puts a factor `1 + e`, |e| <= u, on each entry, so two on each term `a_k·b_k`.
//! - The samples are cut into q pieces of at most p. Within a piece a term goes through one multiplication and at most
//!   p - 1 additions in f32, in any order and fused or not: p factors (Higham 2002, section 3.1).
//! - With several pieces their products are summed in f64, which puts at most q factors `1 + e`, |e| <= v, on each
//!   term, and the sum is rounded to f32: one more factor of u.
//! - `sum_k |a_k b_k| <= |a|·|b|` by Cauchy-Schwarz, over all pieces together, and rows are unit to within
//!   (n + 8)·v: so all these factors move the sum by at most `gamma_{p+3} + 2·q·v + 2·(n + 8)·v` (p + 2 with one piece).
//! - d is off by at most `(n + 8)·v` itself. As `q <= n`, 6·(n + 8)·v covers all that is of the size of v.
//! - Below t = 2^-126 numbers may lose digits, or become 0: an entry, a product or a sum is then off by up to t. Entries
//!   are multiplied by the other row, `2·sqrt(n)·t` in sum, products and sums are 2·n, and what comes after at most
//!   doubles an error: 10·n·t covers it.
//!
//! Together `|c - d| <= g = gamma_{p+3} + 6·(n + 8)·v + 10·n·t`, from 2e-7 to 0.04 (see `MOST`). That is not so small
//! that g^2 could be left out. The strengths:
//!
//! - [`Combine::Single`], |c|: off by g.
//! - [`Combine::SumOfSquares`] of k products: `|sum c^2 - sum d^2| <= sum g·(2|d| + g) <= g·(2·sqrt(k) + k·g)`, for
//!   `sum d^2 <= 1` (Bessel's inequality). Squares and sums are made in f64: less than (k + 2)·v on either side. That, and
//!   unit rows that are orthogonal to within rounding only, 2.01 in place of 2 covers, for g > 1e-7.
//! - [`Combine::Partial`], `S = c2^2 / C` with `C = 1 - c1^2 >= 1/2`, against `T = d2^2 / D` with `D = 1 - d1^2`:
//!   C and D differ by at most `g·(2|c1| + g) <= g·(1.42 + g)`, less than 0.06. So D > 0.4: the decided side makes T of
//!   the products as they are, which it does down to 1/8. Then `S - T = (c2^2 - d2^2)/C + T·(D - C)/C`, where T <= 1
//!   (Bessel), so `|S - T| <= 2·g·(2|d1| + 2|d2| + 2·g) <= g·(4·sqrt(2) + 4·g) < 5.82·g`, for `d1^2 + d2^2 <= 1`. 6·g
//!   covers rounding too. Where `1 - c1^2 < 1/2` the strength is called unknown: infinite.

mod rows;
mod tile;

pub use self::rows::{fill_single, to_single};
use self::tile::{TILE, TILE_SNPS, Tile};
use super::combine::Combine;
use crate::linalg::multiply_rows_single;

/// The most samples in a piece: up to here the bounds of the head hold.
const MOST: usize = 1 << 19;

/// The least `1 - c1^2` for which a partial correlation is screened.
const LEAST_REST: f64 = 0.5;

/// The screen, with room for the products of one block.
#[derive(Debug)]
pub struct SingleScreen {
    n: usize,
    combine: Combine,
    piece: usize,
    n_snps: usize,
    n_genes: usize,
    products: Vec<f32>,
    tile: Tile,
    strengths: Vec<f64>,
}

impl SingleScreen {
    /// A screen over `n` samples that holds no block yet. Products are summed in f32 over at most `piece` samples: the
    /// guard is proportional to that, and small pieces cost speed.
    ///
    /// # Panics
    /// If `piece` is 0, or both it and `n` are beyond 2^19.
    pub fn new(n: usize, combine: Combine, piece: usize) -> Self {
        assert!(piece > 0, "a piece holds samples");
        // As few pieces as there must be, then all as small as they can be.
        let piece = n.div_ceil(n.div_ceil(piece).max(1));
        assert!(piece <= MOST, "pieces the bound holds for");
        Self {
            n,
            combine,
            piece,
            n_snps: 0,
            n_genes: 0,
            products: Vec::new(),
            tile: Tile::default(),
            strengths: Vec::new(),
        }
    }

    /// How far a screened strength can lie from the decided one.
    pub fn guard(&self) -> f64 {
        let unit = 0.5 * f64::from(f32::EPSILON);
        let is_cut = self.piece < self.n;
        let nu = (self.piece + 2 + usize::from(is_cut)) as f64 * unit;
        let double = 6.0 * (self.n + 8) as f64 * 0.5 * f64::EPSILON;
        let tiny = 10.0 * self.n as f64 * f64::from(f32::MIN_POSITIVE);
        let product = nu / (1.0 - nu) + double + tiny;
        match self.combine {
            Combine::Single => product,
            Combine::Partial => 6.0 * product,
            Combine::SumOfSquares(k) => product * (2.01 * (k as f64).sqrt() + k as f64 * product),
        }
    }

    /// Multiplies the unit rows of a block, as [`to_single`] makes them: `snps` `[n_units x m x n]` with `genes`
    /// `[n_genes x n]`, zero rows among them.
    ///
    /// # Panics
    /// If a slice is not a whole number of rows.
    pub fn multiply(&mut self, snps: &[f32], genes: &[f32]) {
        let n_units = self.combine.n_units();
        assert!(
            snps.len().is_multiple_of(n_units * self.n) && genes.len().is_multiple_of(self.n),
            "whole rows"
        );
        self.n_snps = snps.len() / self.n / n_units;
        self.n_genes = genes.len() / self.n;
        let (rows, n_genes, n) = (n_units * self.n_snps, self.n_genes, self.n);
        self.products.resize(rows * n_genes, 0.0);
        if rows == 0 || n_genes == 0 {
            return;
        }
        if self.piece == n {
            let shape = (rows, n_genes, n);
            multiply_rows_single(shape, 0..n, snps, genes, &mut self.products);
            return;
        }
        let tile_snps = rows.min(TILE_SNPS);
        let tile_genes = (TILE / tile_snps).min(n_genes);
        for (first_gene, genes) in (0..).step_by(tile_genes).zip(genes.chunks(tile_genes * n)) {
            let tiles = snps.chunks(tile_snps * n);
            let products = self.products.chunks_mut(tile_snps * n_genes);
            for (snps, products) in tiles.zip(products) {
                self.tile.multiply(n, self.piece, snps, genes);
                self.tile
                    .store(products, n_genes, first_gene, genes.len() / n);
            }
        }
    }

    /// Takes a pair out of what [`SingleScreen::row`] shows: its strength becomes NaN.
    pub fn mask(&mut self, snp: usize, gene: usize) {
        self.products[snp * self.n_genes + gene] = f32::NAN;
    }

    /// The screened strengths of a SNP with every gene of the block `[n_genes]`, with either sign: NaN for pairs that
    /// are masked, infinite where the strength is unknown.
    pub fn row(&mut self, snp: usize) -> &[f64] {
        let (m, n_genes) = (self.n_snps, self.n_genes);
        let products = &self.products;
        let row = |unit: usize| &products[(unit * m + snp) * n_genes..][..n_genes];
        self.strengths.resize(n_genes, 0.0);
        self.combine.strengths(row, LEAST_REST, &mut self.strengths);
        &self.strengths
    }
}

#[cfg(test)]
mod tests;
