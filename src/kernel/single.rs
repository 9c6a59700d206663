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

use std::ops::Range;

use super::combine::Combine;
use crate::linalg::{multiply_rows_single, on_wide_registers};

/// The most samples in a piece: up to here the bounds of the head hold.
const MOST: usize = 1 << 19;

/// The least `1 - c1^2` for which a partial correlation is screened.
const LEAST_REST: f64 = 0.5;

/// Products in a tile, 4 bytes for a piece and 8 for the sum: their sums over the pieces cost least where they stay near
/// the core, and the product where tiles are large. Measured between 2^15 and 2^19.
const TILE: usize = 128 << 10;

/// The most SNP rows in a tile: a tile of few rows and many genes would have the genes packed again and again.
const TILE_SNPS: usize = 512;

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

/// Room for a tile of products.
#[derive(Debug, Default)]
struct Tile {
    /// The products over one piece.
    piece: Vec<f32>,
    /// Their sums over the pieces so far.
    sums: Vec<f64>,
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

impl Tile {
    /// Makes the sums those of `snps` `[m x n]` with `genes` `[n_genes x n]` over all pieces but the last, of which
    /// there must be one, and the products those of the last.
    fn multiply(&mut self, n: usize, piece: usize, snps: &[f32], genes: &[f32]) {
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
    fn store(&self, products: &mut [f32], n_genes: usize, first: usize, count: usize) {
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

/// Unit rows in f32. What is below the smallest normal f32 becomes 0: it is slow, and within the guard.
pub fn to_single(rows: &[f64]) -> Vec<f32> {
    let mut single = Vec::new();
    fill_single(rows, &mut single);
    single
}

/// [`to_single`] into room that is used again: `single` becomes the rows in f32.
pub fn fill_single(rows: &[f64], single: &mut Vec<f32>) {
    single.resize(rows.len(), 0.0);
    on_wide_registers(
        #[inline(always)]
        || {
            for (single, &x) in single.iter_mut().zip(rows) {
                let is_tiny = x.abs() < f64::from(f32::MIN_POSITIVE);
                *single = if is_tiny { 0.0 } else { x as f32 };
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{dot, sum_of_squares};
    use proptest::prelude::*;

    /// What a row looks like before it is made a unit row.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Shape {
        Noise,
        /// One sample is far larger than the others.
        Spike,
        /// One sample alone is not 0.
        Carrier,
        /// All samples nearly alike, of one sign: products do not cancel.
        Level,
        /// All but two samples are this small, from below the smallest f32 to near its underflow.
        Tiny(f64),
        /// Magnitudes over many powers of ten.
        Ragged,
        /// The entries are halfway between two f32, where rounding is worst, and all round up.
        Halfway,
        Zero,
    }

    fn shape() -> impl Strategy<Value = Shape> {
        prop_oneof![
            3 => Just(Shape::Noise),
            1 => Just(Shape::Spike),
            1 => Just(Shape::Carrier),
            2 => Just(Shape::Level),
            2 => prop::sample::select(vec![1e-40, 1e-38, 1e-45, 1e-300, 1e-20]).prop_map(Shape::Tiny),
            1 => Just(Shape::Ragged),
            2 => Just(Shape::Halfway),
            1 => Just(Shape::Zero),
        ]
    }

    fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        }
    }

    fn raw_row(n: usize, shape: Shape, seed: u64) -> Vec<f64> {
        let mut next = noise(seed);
        let mut row: Vec<f64> = (0..n).map(|_| next()).collect();
        let place = seed as usize % n;
        match shape {
            Shape::Noise => {}
            Shape::Spike => row[place] = 1e6,
            Shape::Carrier => (0..n).for_each(|k| row[k] = f64::from(u8::from(k == place))),
            Shape::Level => row.iter_mut().for_each(|x| *x = 1.0 + 1e-4 * *x),
            Shape::Tiny(size) => {
                for (k, x) in row.iter_mut().enumerate() {
                    *x *= if k == place || k == n - 1 { 1.0 } else { size };
                }
            }
            Shape::Ragged => row.iter_mut().for_each(|x| *x *= (60.0 * *x).exp2()),
            Shape::Halfway | Shape::Zero => {
                let level = 1.0 + 0.5 * f64::from(f32::EPSILON) * 1.001;
                row.fill(if shape == Shape::Zero { 0.0 } else { level });
            }
        }
        row
    }

    fn make_unit(row: &mut [f64]) {
        let norm = sum_of_squares(row).sqrt();
        if norm > 0.0 {
            row.iter_mut().for_each(|x| *x /= norm);
        }
    }

    /// A row without its parts along unit rows, as a unit row; 0 if it is next to nothing.
    fn beside(mut row: Vec<f64>, units: &[&[f64]]) -> Vec<f64> {
        let before = sum_of_squares(&row);
        for unit in units.iter().chain(units) {
            let along = dot(&row, unit);
            row.iter_mut().zip(*unit).for_each(|(x, u)| *x -= along * u);
        }
        if sum_of_squares(&row) <= 1e-12 * before {
            row.fill(0.0);
        }
        make_unit(&mut row);
        row
    }

    /// The strength that fixed-order dot products decide on, as `model` makes it.
    fn decided(combine: Combine, snp: &[&[f64]], gene: &[f64]) -> f64 {
        let d: Vec<f64> = snp.iter().map(|unit| dot(unit, gene)).collect();
        match combine {
            Combine::Single => d[0].abs(),
            Combine::SumOfSquares(_) => d.iter().map(|d| d * d).sum(),
            Combine::Partial => {
                let rest = (1.0 - d[0]) * (1.0 + d[0]);
                if rest >= 0.125 {
                    return (d[1] / rest.sqrt()).clamp(-1.0, 1.0).powi(2);
                }
                let left: Vec<f64> = gene.iter().zip(snp[0]).map(|(g, s)| g - d[0] * s).collect();
                let rest = sum_of_squares(&left);
                if rest <= f64::EPSILON {
                    return 0.0;
                }
                (dot(snp[1], &left) / rest.sqrt()).clamp(-1.0, 1.0).powi(2)
            }
        }
    }

    /// Which samples a block is over, in pieces of which size, and what its rows are.
    #[derive(Clone, Debug)]
    struct Block {
        n: usize,
        piece: usize,
        snps: Vec<(Shape, u64)>,
        /// Genes, with how much of the unit rows of a SNP is mixed into each.
        genes: Vec<(Shape, u64, [f64; 2])>,
    }

    fn block() -> impl Strategy<Value = Block> {
        let share = || prop_oneof![Just(0.0), Just(1.0), -3.0f64..3.0];
        let genes = (shape(), any::<u64>(), [share(), share()]);
        (
            prop::sample::select(vec![3, 8, 31, 840, 5000]),
            prop::sample::select(vec![1, 2, 5, 256, 2048, 5000]),
            prop::collection::vec((shape(), any::<u64>()), 1..12),
            prop::collection::vec(genes, 1..12),
        )
            .prop_map(|(n, piece, snps, genes)| Block {
                n,
                piece,
                snps,
                genes,
            })
    }

    impl Block {
        /// The unit rows of all SNPs by unit, and those of the genes.
        fn rows(&self, n_units: usize) -> (Vec<Vec<Vec<f64>>>, Vec<Vec<f64>>) {
            let mut units: Vec<Vec<Vec<f64>>> = Vec::new();
            for unit in 0..n_units {
                let row = |(i, &(shape, seed)): (usize, &(Shape, u64))| {
                    let earlier: Vec<&[f64]> = units.iter().map(|rows| &rows[i][..]).collect();
                    // Later rows of a SNP are of a shape of their own, or nothing would be left of level ones.
                    let shape = if unit > 0 && shape == Shape::Halfway {
                        Shape::Noise
                    } else {
                        shape
                    };
                    beside(raw_row(self.n, shape, seed ^ (unit as u64) << 7), &earlier)
                };
                let rows = self.snps.iter().enumerate().map(row).collect();
                units.push(rows);
            }
            let gene = |&(shape, seed, shares): &(Shape, u64, [f64; 2])| {
                let mut row = beside(raw_row(self.n, shape, seed), &[]);
                for (unit, share) in units.iter().zip(shares) {
                    let part = &unit[seed as usize % self.snps.len()];
                    row.iter_mut().zip(part).for_each(|(x, s)| *x += share * s);
                }
                beside(row, &[])
            };
            let genes = self.genes.iter().map(gene).collect();
            (units, genes)
        }
    }

    const COMBINES: [Combine; 5] = [
        Combine::Single,
        Combine::Partial,
        Combine::SumOfSquares(1),
        Combine::SumOfSquares(2),
        Combine::SumOfSquares(4),
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn no_strength_is_off_by_more_than_the_guard(block in block()) {
            for combine in COMBINES {
                let (units, genes) = block.rows(combine.n_units());
                let mut screen = SingleScreen::new(block.n, combine, block.piece);
                let guard = screen.guard();
                let snps: Vec<f64> = units.iter().flatten().flatten().copied().collect();
                screen.multiply(&to_single(&snps), &to_single(&genes.concat()));
                for i in 0..block.snps.len() {
                    let snp: Vec<&[f64]> = units.iter().map(|rows| &rows[i][..]).collect();
                    for (screened, gene) in screen.row(i).iter().zip(&genes) {
                        let wanted = decided(combine, &snp, gene);
                        if screened.is_infinite() {
                            let along = dot(snp[0], gene);
                            prop_assert!(combine == Combine::Partial && along * along > 0.49);
                        } else {
                            let off = (screened.abs() - wanted).abs();
                            prop_assert!(off <= guard, "{:?}: {} for {}, guard {}", combine, screened, wanted, guard);
                        }
                    }
                }
            }
        }

        #[test]
        fn tiles_and_pieces_hold_every_pair_in_its_place(
            n in 1usize..9,
            (m, n_genes) in prop_oneof![(1usize..20, 1usize..20), (500usize..600, 400usize..700)],
            piece in 1usize..10,
            seed: u64,
        ) {
            let mut next = noise(seed);
            // Whole numbers have sums without rounding.
            let mut rows = |count: usize| -> Vec<f32> { (0..count * n).map(|_| (4.0 * next()).round() as f32).collect() };
            let (snps, genes) = (rows(m), rows(n_genes));
            let mut screen = SingleScreen::new(n, Combine::Single, piece);
            // A larger block before it leaves nothing behind.
            screen.multiply(&[&snps[..], &snps].concat(), &genes[..n]);
            screen.multiply(&snps, &genes);
            screen.mask(m - 1, n_genes - 1);
            for (i, snp) in snps.chunks_exact(n).enumerate() {
                let row = screen.row(i);
                prop_assert_eq!(row.len(), n_genes);
                for (j, gene) in genes.chunks_exact(n).enumerate() {
                    let wanted: f32 = snp.iter().zip(gene).map(|(a, b)| a * b).sum();
                    let is_masked = (i, j) == (m - 1, n_genes - 1);
                    let is_right = if is_masked {
                        row[j].is_nan()
                    } else {
                        row[j] == f64::from(wanted)
                    };
                    prop_assert!(is_right, "{} for {}", row[j], wanted);
                }
            }
        }

        #[test]
        fn rows_in_f32_are_off_by_one_rounding(values in prop::collection::vec(-1.0f64..1.0, 0..50), exponent in -160i32..0) {
            let rows: Vec<f64> = values.iter().map(|x| x * f64::from(exponent).exp2()).collect();
            for (single, x) in to_single(&rows).into_iter().zip(rows) {
                let off = (f64::from(single) - x).abs();
                prop_assert!(off <= 0.5 * f64::from(f32::EPSILON) * x.abs() || off < f64::from(f32::MIN_POSITIVE));
                prop_assert!(single == 0.0 || single.is_normal());
            }
        }
    }

    #[test]
    fn the_guard_is_as_tight_as_the_pieces_are_small() {
        let guard = |n, piece| SingleScreen::new(n, Combine::Single, piece).guard();
        assert!(guard(840, 2048) < 5.1e-5);
        assert!(guard(840, 256) < 1.3e-5);
        assert!(guard(5000, 2048) < 1.0e-4);
        assert!(guard(60_000, 2048) < 1.23e-4);
        assert!(guard(60_000, 256) < 1.6e-5);
        let of = |combine| SingleScreen::new(840, combine, 256).guard();
        assert!(of(Combine::Partial) < 8e-5 && of(Combine::SumOfSquares(2)) < 4e-5);
    }

    #[test]
    fn the_bounds_of_the_head_hold_up_to_the_largest_piece() {
        let largest = SingleScreen::new(usize::from(u16::MAX) << 5, Combine::Single, MOST).guard();
        assert!((0.03..0.04).contains(&largest));
        // Numbers of the size of f64 rounding are small beside it, however few the samples.
        assert!(SingleScreen::new(1, Combine::Single, 1).guard() > 1e-7);
    }

    #[test]
    fn an_empty_block_has_no_products() {
        let mut screen = SingleScreen::new(4, Combine::Partial, 2);
        screen.multiply(&[], &[0.5; 8]);
        screen.multiply(&[0.5; 8], &[]);
        assert!(screen.row(0).is_empty());
    }
}
