//! A covariance is whitened to the identity, and a row has the same bits whatever rows are with it.

use super::factor::times_power_of_two;
use super::panel::DEPTH;
use super::*;
use proptest::prelude::*;

/// Numbers from -0.5 to 0.5 that look random.
fn noise(len: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..len).map(|_| next()).collect()
}

/// A covariance `[n x n]` of the largest variance 3: that of n noisy sums of n noises.
fn covariance(n: usize, seed: u64) -> Vec<f64> {
    let a = noise(n * n, seed);
    let entry = |i: usize, j: usize| -> f64 {
        let products = a[i * n..][..n].iter().zip(&a[j * n..][..n]);
        products.map(|(x, y)| x * y).sum::<f64>() + if i == j { 0.5 } else { 0.0 }
    };
    let mut k: Vec<f64> = (0..n * n).map(|at| entry(at / n, at % n)).collect();
    let largest = k.iter().fold(0.0f64, |largest, x| largest.max(*x));
    k.iter_mut().for_each(|x| *x *= 3.0 / largest);
    k
}

/// The largest distance of `W K W'` from I.
fn error(whitening: &Whitening, k: &[f64]) -> f64 {
    let n = whitening.n();
    let mut product = k.to_vec();
    whitening.apply(&mut product);
    let mut transposed: Vec<f64> = (0..n * n).map(|at| product[at % n * n + at / n]).collect();
    whitening.apply(&mut transposed);
    let identity = |at: usize| if at / n == at % n { 1.0 } else { 0.0 };
    let entries = transposed.iter().enumerate();
    entries.fold(0.0, |largest, (at, x)| {
        largest.max((x - identity(at)).abs())
    })
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn uncorrelated_samples_are_divided_by_their_standard_deviations() {
    let variances = [0.25, 2.0, 1e-9, 3.0, 1.0];
    let k: Vec<f64> = (0..25)
        .map(|at| if at % 6 == 0 { variances[at / 6] } else { 0.0 })
        .collect();
    let mut row = [3.0, -1.0, 1e-5, 0.0, 7.5];
    let wanted: Vec<f64> = row
        .iter()
        .zip(variances)
        .map(|(x, v)| x / v.sqrt())
        .collect();
    Whitening::of_covariance(5, &k).unwrap().apply(&mut row);
    for (x, y) in row.iter().zip(wanted) {
        assert!((x - y).abs() <= 1e-15 * y.abs(), "{x} {y}");
    }
}

#[test]
fn variances_may_differ_by_many_orders() {
    let k = [1e-30, 0.5e-20, 0.5e-20, 1e-10];
    let whitening = Whitening::of_covariance(2, &k).unwrap();
    let mut row = [1e-15, 0.5e-5];
    whitening.apply(&mut row);
    assert!(row[1].abs() < 1e-15 * row[0], "{row:?}");
}

#[test]
fn the_scale_of_a_covariance_does_not_matter() {
    let k = covariance(40, 5);
    let whitening = Whitening::of_covariance(40, &k).unwrap();
    for power in [-664, -2, 2, 664, 1020] {
        let scaled: Vec<f64> = k.iter().map(|x| times_power_of_two(*x, power)).collect();
        let of_scaled = Whitening::of_covariance(40, &scaled).unwrap();
        assert!(of_scaled == whitening, "2^{power}");
    }
    for scale in [1e-200, 1e-308, 1e200] {
        let scaled: Vec<f64> = k.iter().map(|x| x * scale).collect();
        let of_scaled = Whitening::of_covariance(40, &scaled).unwrap();
        let (mut row, mut wanted) = ([1.0; 40], [1.0; 40]);
        of_scaled.apply(&mut row);
        whitening.apply(&mut wanted);
        for (x, y) in row.iter().zip(wanted) {
            assert!(
                (x / y * (wanted[0] / row[0]) - 1.0).abs() < 1e-9,
                "{scale:e}"
            );
        }
    }
}

#[test]
fn what_is_not_positive_definite_is_refused_with_its_eigenvalues() {
    let n = 30;
    let unit = |i: usize| if i == 0 { 2.0 } else { 1.0 };
    // Eigenvectors cos and sin of one angle in a plane, the axes elsewhere.
    let (sin, cos) = 0.3f64.sin_cos();
    let mut k: Vec<f64> = (0..n * n)
        .map(|at| if at / n == at % n { unit(at / n) } else { 0.0 })
        .collect();
    let (first, second) = (2.0, -0.125);
    k[0] = first * cos * cos + second * sin * sin;
    k[n + 1] = first * sin * sin + second * cos * cos;
    k[1] = (first - second) * sin * cos;
    k[n] = k[1];
    for scale in [1.0, 1e-200, 1e150] {
        let k: Vec<f64> = k.iter().map(|x| x * scale).collect();
        let found = Whitening::of_covariance(n, &k).unwrap_err();
        assert!((found.smallest / scale + 0.125).abs() < 1e-14, "{found:?}");
        assert!((found.largest / scale - 2.0).abs() < 1e-14, "{found:?}");
    }
}

#[test]
fn a_sample_that_stands_there_twice_is_refused() {
    let n = 41;
    let k = covariance(n - 1, 9);
    let original = |i: usize| if i == n - 1 { 7 } else { i };
    let doubled: Vec<f64> = (0..n * n)
        .map(|at| k[original(at / n) * (n - 1) + original(at % n)])
        .collect();
    let found = Whitening::of_covariance(n, &doubled).unwrap_err();
    assert!(found.smallest.abs() < 1e-13 && found.largest > 3.0);
    let correlated = |r: f64| Whitening::of_covariance(2, &[1.0, r, r, 1.0]);
    assert!(correlated(1.0).is_err());
    // This one has a Cholesky factor, without a correct digit.
    assert!(correlated(1.0 - f64::EPSILON).is_err());
    assert!(correlated(1.0 - 1e-12).is_ok());
    assert!(Whitening::of_covariance(1, &[0.0]).is_err());
    assert!(Whitening::of_covariance(2, &[1.0, 0.0, 0.0, -1.0]).is_err());
}

#[test]
fn a_factor_that_was_sent_is_the_same() {
    for n in [1, 31, 32, 33, 100] {
        let sent = Whitening::of_covariance(n, &covariance(n, 2)).unwrap();
        assert!(Whitening::from_factor(n, sent.factor().to_vec()) == sent);
    }
}

#[test]
fn an_output_is_the_plain_sum_over_its_inputs() {
    for n in [1, 3, 33, 100, DEPTH + 77] {
        let w = noise(n * n, 3);
        let rows = noise(6 * n, 4);
        let plain = rows.chunks_exact(n).flat_map(|row| {
            (0..n).map(|i| (0..=i).fold(0.0, |sum, k| sum + w[i * n + k] * row[k]))
        });
        let wanted: Vec<f64> = plain.collect();
        let mut found = rows.clone();
        Whitening::of_inverse_factor(n, &w).apply(&mut found);
        assert!(bits(&found) == bits(&wanted), "n = {n}");
    }
}

#[test]
fn small_tiles_give_the_bits_of_full_ones() {
    for n in [3, 20, 77, DEPTH + 77] {
        let whitening = Whitening::of_inverse_factor(n, &noise(n * n, 3));
        let rows = noise(6 * n, 4);
        for panel in whitening.panels() {
            let (mut full, mut small) = ([Sums::ZERO; 6], [Sums::ZERO; 6]);
            multiply_panel(panel, &rows, n, &mut full, true);
            multiply_panel(panel, &rows, n, &mut small, false);
            for (full, small) in full.iter().zip(&small) {
                assert!(bits(&full.0) == bits(&small.0), "n = {n}");
            }
        }
    }
}

#[test]
fn rows_beyond_one_block_are_whitened_too() {
    let n = 3;
    let whitening = Whitening::of_covariance(n, &covariance(n, 2)).unwrap();
    let m = ROW_BYTES / 8 / n + 11;
    let mut rows = [1.0, 2.0, 3.0].repeat(m);
    whitening.apply(&mut rows);
    let first = bits(&rows[..n]);
    assert!(rows.chunks_exact(n).all(|row| bits(row) == first));
    whitening.apply(&mut []);
}

proptest! {
    #[test]
    fn whitening_a_covariance_gives_the_identity(n in 1usize..120, seed in any::<u64>()) {
        let k = covariance(n, seed);
        let whitening = Whitening::of_covariance(n, &k).unwrap();
        prop_assert!(error(&whitening, &k) < 1e-13 * n as f64);
    }

    #[test]
    fn a_row_has_the_same_bits_alone_and_among_others(
        n in prop_oneof![Just(3usize), Just(33), Just(100), 1usize..150],
        m in 1usize..20,
        seed in any::<u64>(),
    ) {
        let whitening = Whitening::of_inverse_factor(n, &noise(n * n, seed));
        let mut rows = noise(m * n, seed ^ 1);
        let mut alone = rows.clone();
        whitening.apply(&mut rows);
        alone.chunks_exact_mut(n).for_each(|row| whitening.apply(row));
        prop_assert_eq!(bits(&rows), bits(&alone));
    }
}
