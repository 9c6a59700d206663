//! The gene side as integers: 8-bit weights in tiles for the screen, 16-bit weights by row for the second look.

use std::ops::Range;

use super::reach::can_reach;
use super::rows::SnpRows;
use super::tile::{DEPTH, Simd};
use crate::kernel::Combine;
use crate::linalg::{on_wide_registers, sum_of_squares};

/// A row `a·q` of integer weights q that stands for a unit residual w.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Plane {
    /// The step a.
    pub step: f64,
    /// At least `|w - a·q|`.
    pub error: f64,
    /// At least `|a·q|`.
    pub size: f64,
    /// The sum of q, an integer.
    pub sum: f64,
}

/// What the screen knows of a gene in a tile, as it compares: `1/a`, `|e|/a`, `Q`.
#[derive(Clone, Copy, Debug)]
pub(super) struct GeneTerm {
    pub inverse_step: f32,
    pub error: f32,
    pub sum: f32,
}

/// The tiles of one block of genes.
#[derive(Debug)]
pub(super) struct GeneTiles {
    /// The gene at each place; those of similar steps share tiles, so that one bound fits all of a tile.
    pub genes: Vec<u32>,
    /// Genes whose tests are left to products in f32, ascending.
    pub left_out: Vec<u32>,
    /// `[n_tiles][n/4][tile_genes][4]`.
    pub weights: Vec<i8>,
    /// Of the gene at each place.
    pub terms: Vec<GeneTerm>,
    /// What is true of every gene of a tile: no larger `1/a`, no smaller `|e|/a`, no smaller size of `Q` `[n_tiles]`.
    pub bounds: Vec<GeneTerm>,
}

/// The weights of all genes. Nothing in it depends on SNPs; threads share it.
#[derive(Debug)]
pub struct Weights {
    n: usize,
    simd: Simd,
    blocks: Vec<GeneTiles>,
    coarse: Vec<Plane>,
    fine: Vec<Plane>,
    fine_weights: Vec<i16>,
    largest_size: f64,
}

impl Weights {
    /// The weights of unit residuals `[n_genes x n]`, in tiles for each of some blocks of genes.
    ///
    /// `is_left_out(error)` says whether a gene whose 8-bit weights are off by `error` would let through too many tests.
    ///
    /// # Panics
    /// If `units` is not a whole number of rows.
    pub fn new(
        simd: Simd,
        n: usize,
        units: &[f64],
        blocks: impl Iterator<Item = Range<u32>>,
        is_left_out: impl Fn(f64) -> bool,
    ) -> Self {
        assert!(units.len().is_multiple_of(n), "whole rows");
        let mut coarse = Vec::with_capacity(units.len() / n);
        let mut fine = Vec::with_capacity(units.len() / n);
        let mut coarse_weights = vec![0i8; units.len()];
        let mut fine_weights = vec![0i16; units.len()];
        let mut left = vec![0.0; n];
        let rows = units.chunks_exact(n);
        let coarse_rows = coarse_weights.chunks_exact_mut(n);
        let fine_rows = fine_weights.chunks_exact_mut(n);
        for ((w, q8), q16) in rows.zip(coarse_rows).zip(fine_rows) {
            coarse.push(quantize(w, q8, &mut left));
            fine.push(quantize(w, q16, &mut left));
        }
        let sizes = coarse.iter().chain(&fine).map(|plane| plane.size);
        let mut weights = Self {
            n,
            simd,
            blocks: Vec::new(),
            largest_size: sizes.fold(1.0, f64::max),
            coarse,
            fine,
            fine_weights,
        };
        for genes in blocks {
            let block = weights.tiles(genes, &coarse_weights, &is_left_out);
            weights.blocks.push(block);
        }
        weights
    }

    /// The number of samples.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The instructions the tiles are made for.
    pub fn simd(&self) -> Simd {
        self.simd
    }

    /// The largest norm of a row of weights times its step.
    pub fn largest_size(&self) -> f64 {
        self.largest_size
    }

    /// The mean of what the 8-bit weights of the genes are off by.
    pub fn mean_error(&self) -> f64 {
        let errors = self.coarse.iter().map(|plane| plane.error);
        errors.sum::<f64>() / self.coarse.len().max(1) as f64
    }

    /// The genes of a block whose tests the screen leaves to products in f32, ascending.
    pub fn left_out(&self, block: u32) -> &[u32] {
        &self.blocks[block as usize].left_out
    }

    /// How many genes the screen leaves to products in f32.
    pub fn n_left_out(&self) -> usize {
        self.blocks.iter().map(|block| block.left_out.len()).sum()
    }

    pub(super) fn block(&self, block: u32) -> &GeneTiles {
        &self.blocks[block as usize]
    }

    /// Whether the test of the i-th SNP of some rows with a gene can reach `threshold`, by the 16-bit weights.
    pub fn could_reach(
        &self,
        rows: &SnpRows,
        combine: Combine,
        (i, gene): (usize, u32),
        threshold: f64,
    ) -> bool {
        let plane = &self.fine[gene as usize];
        let weights = &self.fine_weights[gene as usize * self.n..][..self.n];
        let largest = rows.of_snp(i).map(|(row, codes)| {
            let product = dot_of_integers(codes, weights) as f64;
            let about = plane.step * row.step * (product - row.zero * plane.sum).abs();
            about + row.size * plane.error + row.remainder * self.largest_size
        });
        can_reach(combine, largest, threshold)
    }

    fn tiles(
        &self,
        genes: Range<u32>,
        weights: &[i8],
        is_left_out: &impl Fn(f64) -> bool,
    ) -> GeneTiles {
        let width = self.simd.tile_genes();
        let error = |gene: &u32| self.coarse[*gene as usize].error;
        let (left_out, mut genes): (Vec<u32>, Vec<u32>) =
            genes.partition(|gene| is_left_out(error(gene)));
        let step = |gene: &u32| self.coarse[*gene as usize].step;
        genes.sort_by(|a, b| step(a).total_cmp(&step(b)));
        let n_tiles = genes.len().div_ceil(width);
        let tile_size = self.n.div_ceil(DEPTH) * DEPTH * width;
        let mut codes = vec![0; n_tiles * tile_size];
        let mut terms = Vec::with_capacity(genes.len());
        for (place, gene) in genes.iter().enumerate() {
            terms.push(GeneTerm::of(&self.coarse[*gene as usize]));
            let tile = &mut codes[place / width * tile_size..][..tile_size];
            let row = &weights[*gene as usize * self.n..][..self.n];
            for (step, four) in row.chunks(DEPTH).enumerate() {
                tile[(step * width + place % width) * DEPTH..][..four.len()].copy_from_slice(four);
            }
        }
        GeneTiles {
            genes,
            left_out,
            weights: codes,
            bounds: terms.chunks(width).map(GeneTerm::of_all).collect(),
            terms,
        }
    }
}

impl GeneTerm {
    fn of(plane: &Plane) -> Self {
        Self {
            inverse_step: (1.0 / plane.step) as f32,
            error: (plane.error / plane.step) as f32,
            sum: plane.sum as f32,
        }
    }

    /// What is true of all of some genes.
    fn of_all(terms: &[Self]) -> Self {
        let nothing = Self {
            inverse_step: f32::INFINITY,
            error: 0.0,
            sum: 0.0,
        };
        terms.iter().fold(nothing, |all, one| Self {
            inverse_step: all.inverse_step.min(one.inverse_step),
            error: all.error.max(one.error),
            sum: all.sum.max(one.sum.abs()),
        })
    }
}

/// A row of integer weights.
trait Weight: Copy {
    const LARGEST: f64;
    fn of(whole: i32) -> Self;
}

impl Weight for i8 {
    const LARGEST: f64 = 127.0;

    #[inline(always)]
    fn of(whole: i32) -> Self {
        whole as Self
    }
}

impl Weight for i16 {
    const LARGEST: f64 = 32767.0;

    #[inline(always)]
    fn of(whole: i32) -> Self {
        whole as Self
    }
}

/// Writes a unit residual as weights; `left` is room for what they leave.
fn quantize<W: Weight>(w: &[f64], weights: &mut [W], left: &mut [f64]) -> Plane {
    on_wide_registers(
        #[inline(always)]
        || {
            let mut most = 0.0f64;
            for x in w {
                most = if x.abs() > most { x.abs() } else { most };
            }
            if most == 0.0 {
                // A step below any other's, so that its tile asks no less of the genes beside it.
                return Plane {
                    step: 1e-15,
                    ..Plane::default()
                };
            }
            // Not below the smallest normal number, so that its inverse is finite.
            let step = (most / W::LARGEST).max(f64::MIN_POSITIVE);
            let inverse = step.recip();
            let mut total = 0i64;
            for ((weight, left), x) in weights.iter_mut().zip(left.iter_mut()).zip(w) {
                // Half away from zero: the cast cuts, and is one instruction.
                let whole = (x * inverse + 0.5f64.copysign(*x)) as i32;
                *weight = W::of(whole);
                total += i64::from(whole);
                *left = x - step * f64::from(whole);
            }
            // Far more than the rounding of these sums.
            let error = sum_of_squares(left).sqrt() * (1.0 + 1e-9) + 1e-14;
            Plane {
                step,
                error,
                size: sum_of_squares(w).sqrt() * (1.0 + 1e-9) + error,
                sum: total as f64,
            }
        },
    )
}

/// `sum_k codes_k·weights_k`, exact.
fn dot_of_integers(codes: &[u8], weights: &[i16]) -> i64 {
    // 255·32767·256 is less than 2^31.
    const RUN: usize = 256;
    on_wide_registers(
        #[inline(always)]
        || {
            let runs = codes.chunks(RUN).zip(weights.chunks(RUN));
            runs.map(|(codes, weights)| {
                let products = codes.iter().zip(weights);
                let products = products.map(|(c, q)| i32::from(i16::from(*c)) * i32::from(*q));
                i64::from(products.sum::<i32>())
            })
            .sum()
        },
    )
}
