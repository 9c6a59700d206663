//! No test that reaches its threshold is rejected by either look, whatever the rows are like.

use proptest::prelude::*;

use super::*;
use crate::kernel::Combine;
use crate::linalg::{Basis, dot, sum_of_squares};

/// What a row of numbers is like.
#[derive(Clone, Copy, Debug)]
enum Like {
    Noise,
    /// One sample holds almost everything.
    Spike,
    /// A constant but for the last digits.
    NearlyConstant,
    /// Heavy tails.
    Tails,
    /// Genotypes, with this share of them missing.
    Genotypes(f64),
    /// One carrier.
    Carrier,
    /// All missing but two.
    NearlyMissing,
    /// Dosages of three decimals.
    Dosages,
}

fn likes() -> impl Strategy<Value = Like> {
    prop::sample::select(vec![
        Like::Noise,
        Like::Spike,
        Like::NearlyConstant,
        Like::Tails,
        Like::Genotypes(0.0),
        Like::Genotypes(0.02),
        Like::Genotypes(0.4),
        Like::Carrier,
        Like::NearlyMissing,
        Like::Dosages,
    ])
}

/// Numbers from 0 to 1 that look random.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// A row of hard calls, 255 missing; `None` for what has none.
fn hard_calls(like: Like, n: usize, seed: u64) -> Option<Vec<u8>> {
    let mut next = noise(seed);
    let frequency = 0.02 + 0.5 * next();
    let call = |u: f64, v: f64| u8::from(u < frequency) + u8::from(v < frequency);
    let mut row: Vec<u8> = (0..n).map(|_| call(next(), next())).collect();
    match like {
        Like::Genotypes(missing) => {
            let lost = row.iter_mut().filter(|_| next() < missing);
            lost.for_each(|code| *code = 255);
        }
        Like::Carrier => {
            row.fill((seed % 3) as u8);
            row[n / 2] = (seed % 2 + 1) as u8;
        }
        Like::NearlyMissing => {
            row.fill(255);
            (row[0], row[n - 1]) = (0, 2);
        }
        _ => return None,
    }
    Some(row)
}

fn filled(codes: &[u8]) -> Vec<f64> {
    let known = codes.iter().filter(|code| **code != 255);
    let count = known.clone().count().max(1) as f64;
    let mean = known.map(|code| f64::from(*code)).sum::<f64>() / count;
    let value = |code: &u8| if *code == 255 { mean } else { f64::from(*code) };
    codes.iter().map(value).collect()
}

fn numbers(like: Like, n: usize, seed: u64) -> Vec<f64> {
    if let Some(codes) = hard_calls(like, n, seed) {
        return filled(&codes);
    }
    let mut next = noise(seed);
    let mut value = || {
        let normal = next() + next() + next() - 1.5;
        match like {
            Like::Spike => 1e-6 * normal,
            Like::NearlyConstant => 1.0 + 1e-7 * normal,
            Like::Tails => normal / (0.02 + next()),
            Like::Dosages => (2000.0 * next()).round() / 1000.0,
            _ => normal,
        }
    };
    let mut row: Vec<f64> = (0..n).map(|_| value()).collect();
    if let Like::Spike = like {
        row[n / 3] = 1.0;
    }
    row
}

/// The unit residual of a row, as the model makes it; zero where nothing is left.
fn unit(basis: &Basis, mut row: Vec<f64>) -> Vec<f64> {
    let before = sum_of_squares(&row);
    let after = basis.project_out(&mut row);
    if after <= f64::EPSILON * before {
        return vec![0.0; row.len()];
    }
    let scale = after.sqrt().recip();
    row.iter_mut().for_each(|x| *x *= scale);
    row
}

fn basis(n: usize, seed: u64) -> Basis {
    let rows = [
        numbers(Like::Noise, n, seed),
        numbers(Like::Tails, n, seed + 1),
    ];
    // Three samples leave room for none.
    let count = if n > 4 { (seed % 3) as usize } else { 0 };
    Basis::of_covariates(n, &rows[..count]).unwrap()
}

/// Every instruction set of this CPU.
fn every_simd() -> impl Iterator<Item = Simd> {
    let all = [Simd::Portable, Simd::Avx2, Simd::Avx512];
    all.into_iter().filter(|simd| simd.is_here())
}

/// Which pairs the screen names at the thresholds of the SNPs.
fn named(
    (screen, weights): (&mut IntegerScreen, &Weights),
    rows: &SnpRows,
    thresholds: &[f64],
) -> std::collections::BTreeSet<(u32, u32)> {
    screen.load(rows, weights.largest_size(), |i| Some(thresholds[i]));
    let mut named = std::collections::BTreeSet::new();
    screen.for_each_named(weights, 0, |i, gene| {
        assert!(named.insert((i, gene)), "a pair is named once");
    });
    named
}

/// Tests every pair at a threshold that is its own decided strength.
fn check(
    (simd, combine): (Simd, Combine),
    n: usize,
    rows: &SnpRows,
    genes: &[Vec<f64>],
    strength: impl Fn(usize, usize) -> f64,
) {
    let units = genes.concat();
    let blocks = std::iter::once(0..genes.len() as u32);
    let weights = Weights::new(simd, n, &units, blocks, |_| false);
    let mut screen = IntegerScreen::new(simd, combine, n);
    for gene in 0..genes.len() {
        let thresholds: Vec<f64> = (0..rows.len()).map(|i| strength(i, gene)).collect();
        let named = named((&mut screen, &weights), rows, &thresholds);
        for (i, &threshold) in thresholds.iter().enumerate() {
            let pair = (i, gene as u32);
            assert!(
                named.contains(&(i as u32, gene as u32)),
                "{simd:?} rejects {pair:?} at {threshold}"
            );
            assert!(
                weights.could_reach(rows, combine, pair, threshold),
                "{simd:?}: the second look rejects {pair:?} at {threshold}"
            );
        }
    }
}

fn sizes() -> impl Strategy<Value = usize> {
    prop::sample::select(vec![3, 8, 9, 30, 101, 840])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn hard_calls_on_their_own_threshold_are_named(
        n in sizes(),
        snps in prop::collection::vec((likes(), any::<u32>()), 1..40),
        genes in prop::collection::vec((likes(), any::<u32>()), 1..15),
        seed in 0u64..1000,
    ) {
        let basis = basis(n, seed);
        let codes: Vec<Vec<u8>> = snps
            .iter()
            .filter_map(|(like, seed)| hard_calls(*like, n, u64::from(*seed)))
            .collect();
        let snps: Vec<Vec<f64>> = codes.iter().map(|codes| unit(&basis, filled(codes))).collect();
        let genes: Vec<Vec<f64>> = genes
            .iter()
            .map(|(like, seed)| unit(&basis, numbers(*like, n, u64::from(*seed))))
            .collect();
        let omega = left_along(n, basis.rows(), &genes.concat());
        for simd in every_simd() {
            let largest = largest_code(simd, n);
            for finest in [1, 16, largest] {
                let mut rows = SnpRows::default();
                let mut refused = Vec::new();
                HardCalls::new(n, basis.rows(), omega, largest, finest)
                    .write(&codes.concat(), &mut rows, |i| refused.push(i));
                for i in refused {
                    rows.set_units(i, std::iter::once(&snps[i][..]), largest);
                }
                check((simd, Combine::Single), n, &rows, &genes, |i, gene| {
                    dot(&snps[i], &genes[gene]).abs()
                });
            }
        }
    }

    #[test]
    fn unit_rows_on_their_own_threshold_are_named(
        n in sizes(),
        snps in prop::collection::vec((likes(), any::<u32>()), 1..20),
        genes in prop::collection::vec((likes(), any::<u32>()), 1..15),
        seed in 0u64..1000,
        combine in prop::sample::select(vec![
            Combine::Single, Combine::SumOfSquares(2), Combine::SumOfSquares(3), Combine::Partial,
        ]),
    ) {
        let basis = basis(n, seed);
        let unit_of = |(like, seed): &(Like, u32), more: u64| {
            unit(&basis, numbers(*like, n, u64::from(*seed) + more))
        };
        // Unit rows of one SNP are orthogonal to each other.
        let snps: Vec<Vec<Vec<f64>>> = snps.iter().map(|snp| {
            let mut units: Vec<Vec<f64>> = Vec::new();
            for more in 0..combine.n_units() as u64 {
                let mut row = unit_of(snp, more);
                for _ in 0..2 {
                    for other in &units {
                        let along = dot(&row, other);
                        row.iter_mut().zip(other).for_each(|(x, o)| *x -= along * o);
                    }
                }
                let size = sum_of_squares(&row).sqrt();
                row.iter_mut().for_each(|x| *x = if size > 1e-6 { *x / size } else { 0.0 });
                units.push(row);
            }
            units
        }).collect();
        let genes: Vec<Vec<f64>> = genes.iter().map(|gene| unit_of(gene, 7)).collect();
        let strength = |i: usize, gene: usize| {
            let products: Vec<f64> = snps[i].iter().map(|unit| dot(unit, &genes[gene])).collect();
            match combine {
                Combine::Single => products[0].abs(),
                Combine::SumOfSquares(_) => products.iter().map(|c| c * c).sum::<f64>().min(1.0),
                Combine::Partial => {
                    let rest = (1.0 - products[0]) * (1.0 + products[0]);
                    if rest < 1e-12 { 0.0 } else { (products[1] * products[1] / rest).min(1.0) }
                }
            }
        };
        for simd in every_simd() {
            let mut rows = SnpRows::default();
            rows.resize(n, combine.n_units(), snps.len());
            for (i, units) in snps.iter().enumerate() {
                rows.set_units(i, units.iter().map(|unit| &unit[..]), largest_code(simd, n));
            }
            check((simd, combine), n, &rows, &genes, strength);
        }
    }
}

#[test]
fn sixty_thousand_samples_are_screened_too() {
    let n = 60_000;
    let basis = Basis::constant(n);
    let codes: Vec<Vec<u8>> = [Like::Genotypes(0.0), Like::Genotypes(0.01), Like::Carrier]
        .iter()
        .filter_map(|like| hard_calls(*like, n, 3))
        .collect();
    let snps: Vec<Vec<f64>> = codes
        .iter()
        .map(|codes| unit(&basis, filled(codes)))
        .collect();
    let genes: Vec<Vec<f64>> = [Like::Noise, Like::Tails, Like::Spike]
        .iter()
        .map(|like| unit(&basis, numbers(*like, n, 9)))
        .collect();
    let omega = left_along(n, basis.rows(), &genes.concat());
    for simd in every_simd() {
        let largest = largest_code(simd, n);
        let mut rows = SnpRows::default();
        HardCalls::new(n, basis.rows(), omega, largest, largest.min(16)).write(
            &codes.concat(),
            &mut rows,
            |i| panic!("row {i} is plain"),
        );
        check((simd, Combine::Single), n, &rows, &genes, |i, gene| {
            dot(&snps[i], &genes[gene]).abs()
        });
    }
}

#[test]
fn most_of_what_misses_its_threshold_by_little_is_rejected() {
    let n = 840;
    let basis = Basis::constant(n);
    let codes: Vec<Vec<u8>> = (0..64)
        .filter_map(|seed| hard_calls(Like::Genotypes(0.0), n, seed + 1))
        .collect();
    let genes: Vec<Vec<f64>> = (0..64)
        .map(|seed| unit(&basis, numbers(Like::Noise, n, seed + 99)))
        .collect();
    for simd in every_simd() {
        let weights = Weights::new(simd, n, &genes.concat(), std::iter::once(0..64), |_| false);
        let mut screen = IntegerScreen::new(simd, Combine::Single, n);
        let mut rows = SnpRows::default();
        let largest = largest_code(simd, n);
        HardCalls::new(n, &[], 1e-14, largest, largest).write(&codes.concat(), &mut rows, |_| ());
        // Null correlations have a spread of 0.035: 1 in 60 reaches 0.083, 1 in 28 what the screen lets through.
        let named = named((&mut screen, &weights), &rows, &[0.083; 64]).len();
        assert!((20..200).contains(&named), "{named} of 4096");
        let looked =
            |i: usize, gene: u32| weights.could_reach(&rows, Combine::Single, (i, gene), 0.083);
        let kept = (0..64).flat_map(|i| (0..64).map(move |gene| (i, gene)));
        let kept = kept.filter(|&(i, gene)| looked(i, gene)).count();
        let decided = codes.iter().flat_map(|codes| {
            let snp = unit(&basis, filled(codes));
            genes
                .iter()
                .filter(move |gene| dot(&snp, gene).abs() >= 0.083)
                .collect::<Vec<_>>()
        });
        assert!(kept <= decided.count() + 2, "{kept} are left");
    }
}
