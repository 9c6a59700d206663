//! No strength is off by more than the guard, whatever the rows look like.

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
