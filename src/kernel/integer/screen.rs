//! Tiles of SNPs against tiles of genes: integer products, bounds, the pairs that may matter.

use super::reach::is_below;
use super::rows::{Row, SnpRows};
use super::tile::{DEPTH, Simd};
use super::weights::{GeneTerm, Weights};
use super::{ROUNDING, duplicates::Leaders};
use crate::kernel::Combine;
use crate::linalg::on_wide_registers;

/// The SNPs of a slab in tiles, ready to meet blocks of genes.
#[derive(Debug)]
pub struct IntegerScreen {
    simd: Simd,
    combine: Combine,
    n: usize,
    /// Which SNPs each lane stands for.
    leaders: Leaders,
    tiles: Vec<SnpTile>,
    n_tiles: usize,
    sums: Vec<i32>,
    excess: Vec<f32>,
}

/// Lanes of SNPs, unit row by unit row.
#[derive(Debug, Default)]
struct SnpTile {
    /// `[n_units][n/4][tile_snps][4]`.
    codes: Vec<u8>,
    largest: u8,
    /// `[n_units x tile_snps]`: what is compared, by [`Combine`].
    step: Vec<f32>,
    size: Vec<f32>,
    remainder: Vec<f32>,
    zero: Vec<f32>,
    /// `[tile_snps]`.
    threshold: Vec<f32>,
}

/// A tile of genes, with what is known of each and of all of them.
struct GeneTile<'w> {
    codes: &'w [i8],
    genes: &'w [u32],
    terms: &'w [GeneTerm],
    bound: &'w GeneTerm,
}

/// Tiles of SNPs that meet all genes of a block before others do: few enough to stay near a core, and enough that a tile of
/// genes is not brought for one of them.
const NEAR_BYTES: usize = 256 << 10;
/// See [`NEAR_BYTES`].
const FEWEST_AT_ONCE: usize = 4;

/// A threshold that nothing reaches.
const UNREACHED: f32 = 1e20;

impl IntegerScreen {
    /// A screen that holds no SNPs yet.
    ///
    /// # Panics
    /// If 32-bit sums have no room for so many samples: [`largest_code`] is 0.
    pub fn new(simd: Simd, combine: Combine, n: usize) -> Self {
        assert!(largest_code(simd, n) > 0, "sums of {n} samples fit 32 bits");
        Self {
            simd,
            combine,
            n,
            leaders: Leaders::default(),
            tiles: Vec::new(),
            n_tiles: 0,
            sums: vec![0; combine.n_units() * simd.tile_snps() * simd.tile_genes()],
            excess: vec![0.0; simd.tile_snps()],
        }
    }

    /// The largest code rows of the screen may have: sums of products of one gene fit 32 bits.
    pub fn largest_code(&self) -> u8 {
        largest_code(self.simd, self.n)
    }

    /// Packs the SNPs of a slab that `threshold(i)` gives a threshold for, the others being none of this screen's. Weights
    /// are at most `weight_size` long.
    pub fn load(
        &mut self,
        rows: &SnpRows,
        weight_size: f64,
        threshold: impl Fn(usize) -> Option<f64>,
    ) {
        self.leaders.find(rows, |i| threshold(i).is_some());
        let width = self.simd.tile_snps();
        self.n_tiles = self.leaders.len().div_ceil(width);
        while self.tiles.len() < self.n_tiles {
            self.tiles.push(SnpTile::default());
        }
        for (t, tile) in self.tiles[..self.n_tiles].iter_mut().enumerate() {
            tile.clear(self.combine.n_units(), width, self.n);
            let lanes = t * width..((t + 1) * width).min(self.leaders.len());
            for (lane, leader) in lanes.enumerate() {
                let members = self.leaders.members(leader);
                let first = members[0] as usize;
                for (unit, of_unit) in rows.of_snp(first).enumerate() {
                    tile.put_codes(unit, lane, width, of_unit);
                }
                for &i in members {
                    let threshold = threshold(i as usize).expect("a SNP of this screen");
                    tile.put_bounds(
                        self.combine,
                        lane,
                        width,
                        rows,
                        i as usize,
                        (threshold, weight_size),
                    );
                }
            }
        }
    }

    /// Calls `named(i, gene)` for every pair of a SNP of the slab and a gene of a block that may reach its threshold.
    pub fn for_each_named(
        &mut self,
        weights: &Weights,
        block: u32,
        mut named: impl FnMut(u32, u32),
    ) {
        let genes = weights.block(block);
        let width = self.simd.tile_genes();
        let gene_tile = self.n.div_ceil(DEPTH) * DEPTH * width;
        let snp_tile = self.n.div_ceil(DEPTH) * DEPTH * self.simd.tile_snps();
        let at_once = (NEAR_BYTES / (snp_tile * self.combine.n_units()).max(1)).max(FEWEST_AT_ONCE);
        for first in (0..self.n_tiles).step_by(at_once) {
            for (g, codes) in genes.weights.chunks_exact(gene_tile).enumerate() {
                let places = g * width..genes.genes.len().min((g + 1) * width);
                let tile = GeneTile {
                    codes,
                    genes: &genes.genes[places.clone()],
                    terms: &genes.terms[places],
                    bound: &genes.bounds[g],
                };
                for t in first..self.n_tiles.min(first + at_once) {
                    self.meet(t, &tile, &mut named);
                }
            }
        }
    }

    /// Multiplies a tile of SNPs with one of genes, and names what may reach its threshold.
    fn meet(&mut self, t: usize, genes: &GeneTile, named: &mut impl FnMut(u32, u32)) {
        let (width, lanes) = (self.simd.tile_genes(), self.simd.tile_snps());
        let tile = &self.tiles[t];
        let snp_codes = tile
            .codes
            .chunks_exact(tile.codes.len() / self.combine.n_units());
        for (codes, sums) in snp_codes.zip(self.sums.chunks_exact_mut(lanes * width)) {
            self.simd
                .multiply_tile(codes, genes.codes, tile.largest, sums);
        }
        let is_single = self.combine == Combine::Single;
        if is_single && !tile.may_be_beyond(&self.sums, genes.bound, lanes) {
            return;
        }
        for (place, (term, &gene)) in genes.terms.iter().zip(genes.genes).enumerate() {
            let sums = (&self.sums[..], place, width);
            tile.excess_of(self.combine, sums, term, &mut self.excess);
            if self
                .excess
                .iter()
                .fold(true, |none, e| none & is_below(*e, 0.0))
            {
                continue;
            }
            let excess = self.excess.iter().enumerate();
            for (lane, _) in excess.filter(|(_, e)| !is_below(**e, 0.0)) {
                for &i in self.leaders.members(t * lanes + lane) {
                    named(i, gene);
                }
            }
        }
    }

    /// SNPs that are multiplied.
    pub fn n_leaders(&self) -> usize {
        self.leaders.len()
    }
}

/// The largest code of rows of `n` samples that the instructions and 32-bit sums allow; 0 if there are too many samples.
pub fn largest_code(simd: Simd, n: usize) -> u8 {
    let fitting = i32::MAX as usize / (127 * (n + DEPTH));
    fitting.min(simd.largest_code().into()) as u8
}

impl SnpTile {
    fn clear(&mut self, n_units: usize, width: usize, n: usize) {
        let fill = |values: &mut Vec<f32>, len: usize, value: f32| {
            values.clear();
            values.resize(len, value);
        };
        // Samples beyond n, and lanes without a SNP, are zero.
        self.codes.clear();
        self.codes
            .resize(n_units * n.div_ceil(DEPTH) * DEPTH * width, 0);
        self.largest = 0;
        for values in [
            &mut self.step,
            &mut self.size,
            &mut self.remainder,
            &mut self.zero,
        ] {
            fill(values, n_units * width, 0.0);
        }
        fill(&mut self.threshold, width, UNREACHED);
    }

    /// Gives a lane the codes of a row; a SNP with mirrored ones goes by them too, with the same zero point.
    fn put_codes(&mut self, unit: usize, lane: usize, width: usize, (row, codes): (&Row, &[u8])) {
        self.zero[unit * width + lane] = row.zero as f32;
        let steps = codes.len().div_ceil(DEPTH);
        let tile = &mut self.codes[unit * steps * width * DEPTH..][..steps * width * DEPTH];
        let (fours, rest) = codes.as_chunks::<DEPTH>();
        let (places, _) = tile.as_chunks_mut::<DEPTH>();
        let mut places = places[lane..].iter_mut().step_by(width);
        // In this order no place is taken for a four that is not there.
        for (four, place) in fours.iter().zip(&mut places) {
            *place = *four;
        }
        if let Some(place) = places.next() {
            place[..rest.len()].copy_from_slice(rest);
        }
    }

    /// Notes what the i-th SNP of some rows asks of a lane; of several the most.
    fn put_bounds(
        &mut self,
        combine: Combine,
        lane: usize,
        width: usize,
        rows: &SnpRows,
        i: usize,
        (threshold, weight_size): (f64, f64),
    ) {
        let threshold = threshold * (1.0 - ROUNDING);
        for (unit, (row, _)) in rows.of_snp(i).enumerate() {
            let place = unit * width + lane;
            // The product given is compared with 1, not with the threshold: see the head of this folder.
            let is_given = combine == Combine::Partial && unit == 0;
            let rounding = if is_given { ROUNDING } else { 0.0 };
            let remainder = row.remainder * weight_size + rounding;
            self.largest = self.largest.max(row.largest);
            if combine == Combine::Single {
                let above = (threshold - remainder) / row.step;
                self.threshold[lane] = self.threshold[lane].min(above as f32);
                self.size[place] = self.size[place].max((row.size / row.step) as f32);
            } else {
                self.step[place] = self.step[place].max(row.step as f32);
                self.size[place] = self.size[place].max(row.size as f32);
                self.remainder[place] = self.remainder[place].max(remainder as f32);
                self.threshold[lane] = self.threshold[lane].min(threshold as f32);
            }
        }
    }

    /// Whether any product of one row can be beyond what it must reach, by a bound that is true of every gene of a tile:
    /// so that a lane asks for one comparison, of integers. Almost all tiles are passed over by this.
    fn may_be_beyond(&self, sums: &[i32], bound: &GeneTerm, lanes: usize) -> bool {
        match lanes {
            32 => self.may_be_beyond_in::<32>(sums, bound),
            _ => self.may_be_beyond_in::<16>(sums, bound),
        }
    }

    fn may_be_beyond_in<const LANES: usize>(&self, sums: &[i32], bound: &GeneTerm) -> bool {
        on_wide_registers(
            #[inline(always)]
            || {
                let mut most = [0i32; LANES];
                for sums in sums.chunks_exact(LANES) {
                    for (most, sum) in most.iter_mut().zip(sums) {
                        *most = (*most).max(sum.abs());
                    }
                }
                let mut is_beyond = false;
                for (lane, most) in most.iter().enumerate() {
                    let least = self.threshold[lane] * bound.inverse_step
                        - self.size[lane] * bound.error
                        - self.zero[lane].abs() * bound.sum;
                    is_beyond |= !is_below(*most as f32, least);
                }
                is_beyond
            },
        )
    }

    /// By how much a lane's product of one row exceeds what it must reach, over the steps of gene and SNP.
    #[inline(always)]
    fn excess_single(&self, sums: &[i32], term: &GeneTerm, excess: &mut [f32]) {
        let n = excess.len();
        let (zero, threshold, size) = (&self.zero[..n], &self.threshold[..n], &self.size[..n]);
        let sums = &sums[..n];
        for lane in 0..n {
            let product = (sums[lane] as f32 - zero[lane] * term.sum).abs();
            let least = threshold[lane] * term.inverse_step - size[lane] * term.error;
            excess[lane] = product - least;
        }
    }

    /// By how much each lane's test with a gene can exceed what it must reach; the place of the gene in its tile is given
    /// with the sums `[n_units][tile_genes][lanes]`.
    fn excess_of(
        &self,
        combine: Combine,
        (sums, place, width): (&[i32], usize, usize),
        term: &GeneTerm,
        excess: &mut [f32],
    ) {
        let n = excess.len();
        let of_unit = |unit: usize| &sums[(unit * width + place) * n..][..n];
        if combine == Combine::Single {
            return self.excess_single(of_unit(0), term, excess);
        }
        on_wide_registers(
            #[inline(always)]
            || {
                let scale = term.inverse_step * term.inverse_step;
                for (e, threshold) in excess.iter_mut().zip(&self.threshold) {
                    *e = -threshold * scale;
                }
                for unit in 0..combine.n_units() {
                    let lanes = unit * n..(unit + 1) * n;
                    let (step, size) = (&self.step[lanes.clone()], &self.size[lanes.clone()]);
                    let (remainder, zero) = (&self.remainder[lanes.clone()], &self.zero[lanes]);
                    let (sums, threshold) = (of_unit(unit), &self.threshold[..n]);
                    // The product given counts by the threshold, see the head of this folder.
                    let is_given = combine == Combine::Partial && unit == 0;
                    for lane in 0..n {
                        let product = (sums[lane] as f32 - zero[lane] * term.sum).abs();
                        let h = step[lane] * product
                            + size[lane] * term.error
                            + remainder[lane] * term.inverse_step;
                        let share = if is_given { threshold[lane] } else { 1.0 };
                        excess[lane] += share * (h * h);
                    }
                }
            },
        )
    }
}
