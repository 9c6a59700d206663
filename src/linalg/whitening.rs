//! Whitening: rows of samples whose errors have a known covariance K, made into rows whose errors have covariance I.
//!
//! `W = L^-1` with `K = LL'` (Cholesky), so `W'W = K^-1` and `W K W' = I`; any other such W gives the same statistics,
//! and so does W times a number.
//!
//! W is lower triangular: output i of a row is `sum_{k<=i} w_ik·x_k`, one sum from k = 0 upwards, no fused
//! multiply-add. Registers hold several outputs of several rows at once, never several parts of one sum, so a row has
//! the same bits whatever rows are with it, on every width of registers.
//!
//! W lies in panels of outputs, each `[depth x 32]`: as deep as its last output needs, the outputs of one k side by
//! side. Outputs are counted into panels from the last one down, so that it is the shallowest panel that is not full;
//! the deepest panel comes first.

use super::blas::on_one_blas_thread;
use super::lapack::{cholesky, eigenvalues, invert_lower, reciprocal_condition};
use super::wide::{has_avx512, on_wide_registers};

/// Outputs in a panel.
const PANEL: usize = 32;

/// Steps of the sum for which a panel stays in the second-level cache: 256 KiB.
const DEPTH: usize = 1024;

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

/// The weights of one input for the outputs of a panel. Registers are filled from whole cache lines.
#[derive(Clone, Copy, Debug, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
struct Weights([f64; PANEL]);

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

/// The inverse `[n x n]` of the Cholesky factor of K, row-major, its upper triangle undefined; none if K has no factor
/// or one without correct digits.
///
/// Every sample is scaled by a power of two to a variance from 1 to 4, which changes no digit and lets the condition
/// number speak of correlations alone; W gets the scales back, relative to the largest.
fn inverse_factor(n: usize, k: &[f64]) -> Option<Vec<f64>> {
    let halves: Option<Vec<i32>> = (0..n).map(|i| half_exponent(k[i * n + i])).collect();
    let halves = halves?;
    let mut w = k.to_vec();
    let mut norm = 0.0f64;
    for (i, row) in w.chunks_exact_mut(n).enumerate() {
        for (x, half) in row.iter_mut().zip(&halves) {
            *x = times_power_of_two(*x, -halves[i] - half);
        }
        norm = norm.max(row.iter().map(|x| x.abs()).sum());
    }
    if !norm.is_finite() || !cholesky(n, &mut w) {
        return None;
    }
    if reciprocal_condition(n, &w, norm) <= n as f64 * f64::EPSILON {
        return None;
    }
    invert_lower(n, &mut w);
    let largest = *halves.iter().max().expect("n is not 0");
    for row in w.chunks_exact_mut(n) {
        for (x, half) in row.iter_mut().zip(&halves) {
            *x = times_power_of_two(*x, largest - half);
        }
    }
    Some(w)
}

/// Half the exponent of a positive number: the h with `4^h <= x < 4^(h+1)`; none for what is not positive.
fn half_exponent(x: f64) -> Option<i32> {
    const SUBNORMAL_SHIFT: i32 = 64;
    let exponent = |x: f64| (x.to_bits() >> 52) as i32 - 1023;
    let subnormal = || exponent(times_power_of_two(x, SUBNORMAL_SHIFT)) - SUBNORMAL_SHIFT;
    match x {
        f64::MIN_POSITIVE.. => Some(exponent(x).div_euclid(2)),
        x if x > 0.0 => Some(subnormal().div_euclid(2)),
        _ => None,
    }
}

/// `x·2^power`, for powers that may not be numbers themselves.
fn times_power_of_two(x: f64, power: i32) -> f64 {
    let two_to = |power: i32| f64::from_bits(((1023 + power) as u64) << 52);
    let half = power / 2;
    x * two_to(half) * two_to(power - half)
}

/// The depth of every panel for `n` samples: that of the last outputs comes first.
fn depths(n: usize) -> impl Iterator<Item = usize> {
    (1..=n).rev().step_by(PANEL)
}

fn total_depth(n: usize) -> usize {
    depths(n).sum()
}

/// The outputs of a panel for one row.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Sums([f64; PANEL]);

impl Sums {
    const ZERO: Self = Self([0.0; PANEL]);
}

/// The outputs of one panel for all `rows` `[m x n]`, into `sums` `[m]`. Registers hold tiles of four rows and all
/// outputs of the panel (`full_tiles`, 16 registers of 8), or some outputs after the other.
#[inline(always)]
fn multiply_panel(panel: &[Weights], rows: &[f64], n: usize, sums: &mut [Sums], full_tiles: bool) {
    sums.fill(Sums::ZERO);
    // The last inputs have no weight in the first half of the outputs: W is lower triangular.
    let (body, corner) = panel.split_at(panel.len().saturating_sub(PANEL / 2));
    for (i, part) in body.chunks(DEPTH).enumerate() {
        add_part::<PANEL>((part, i * DEPTH), rows, n, sums, full_tiles);
    }
    add_part::<{ PANEL / 2 }>((corner, body.len()), rows, n, sums, full_tiles);
}

/// Adds a part of the sums, over the inputs from `from` on, of the last `OUTPUTS` outputs of a panel.
#[inline(always)]
fn add_part<const OUTPUTS: usize>(
    (part, from): (&[Weights], usize),
    rows: &[f64],
    n: usize,
    sums: &mut [Sums],
    full_tiles: bool,
) {
    /// Outputs whose sums for four rows fit the sixteen registers of a CPU without AVX-512.
    const NARROW: usize = 8;
    let inputs = |row: usize| &rows[row * n + from..][..part.len()];
    let (fours, rest) = sums.as_chunks_mut::<4>();
    let n_in_fours = 4 * fours.len();
    for (i, sums) in fours.iter_mut().enumerate() {
        let x = [0, 1, 2, 3].map(|row| inputs(4 * i + row));
        if full_tiles {
            add_to_four::<OUTPUTS>(part, PANEL - OUTPUTS, x, sums);
        } else {
            for first in (PANEL - OUTPUTS..PANEL).step_by(NARROW) {
                add_to_four::<NARROW>(part, first, x, sums);
            }
        }
    }
    for (i, sums) in rest.iter_mut().enumerate() {
        add_to_one::<OUTPUTS>(part, PANEL - OUTPUTS, inputs(n_in_fours + i), sums);
    }
}

/// Adds `sum_k w_k·x_k` to the sums of four rows, for the outputs from `first` on.
///
/// The rows are written out one by one: sums in an array of rows would be kept in memory and not in registers.
#[inline(always)]
fn add_to_four<const OUTPUTS: usize>(
    weights: &[Weights],
    first: usize,
    x: [&[f64]; 4],
    sums: &mut [Sums; 4],
) {
    let [mut a, mut b, mut c, mut d] = sums.each_ref().map(|sums| *outputs(&sums.0, first));
    // Slices of one known length let the loop run without looking at their ends.
    let x = x.map(|x| &x[..weights.len()]);
    for (k, Weights(w)) in weights.iter().enumerate() {
        let w = outputs(w, first);
        add_products::<OUTPUTS>(&mut a, w, x[0][k]);
        add_products::<OUTPUTS>(&mut b, w, x[1][k]);
        add_products::<OUTPUTS>(&mut c, w, x[2][k]);
        add_products::<OUTPUTS>(&mut d, w, x[3][k]);
    }
    for (sums, tile) in sums.iter_mut().zip([a, b, c, d]) {
        sums.0[first..first + OUTPUTS].copy_from_slice(&tile);
    }
}

/// Adds `sum_k w_k·x_k` to the sums of one row, for the outputs from `first` on.
#[inline(always)]
fn add_to_one<const OUTPUTS: usize>(weights: &[Weights], first: usize, x: &[f64], sums: &mut Sums) {
    let mut tile = *outputs(&sums.0, first);
    for (Weights(w), &x) in weights.iter().zip(x) {
        add_products::<OUTPUTS>(&mut tile, outputs(w, first), x);
    }
    sums.0[first..first + OUTPUTS].copy_from_slice(&tile);
}

#[inline(always)]
fn add_products<const OUTPUTS: usize>(sums: &mut [f64; OUTPUTS], w: &[f64; OUTPUTS], x: f64) {
    for i in 0..OUTPUTS {
        sums[i] += w[i] * x;
    }
}

/// The outputs of a panel from `first` on.
#[inline(always)]
fn outputs<const OUTPUTS: usize>(panel: &[f64; PANEL], first: usize) -> &[f64; OUTPUTS] {
    panel[first..]
        .first_chunk()
        .expect("outputs that are in the panel")
}

/// Puts the outputs of a panel `depth` deep into their places of `rows` `[m x n]`.
fn write_outputs(sums: &[Sums], rows: &mut [f64], n: usize, depth: usize) {
    let n_outputs = PANEL.min(depth);
    for (Sums(outputs), row) in sums.iter().zip(rows.chunks_exact_mut(n)) {
        row[depth - n_outputs..depth].copy_from_slice(&outputs[PANEL - n_outputs..]);
    }
}

#[cfg(test)]
mod tests {
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
}
