//! The inverse of the Cholesky factor of a covariance, whatever the scale of its variances.

use crate::linalg::lapack::{cholesky, invert_lower, reciprocal_condition};

/// The inverse `[n x n]` of the Cholesky factor of K, row-major, its upper triangle undefined; none if K has no factor
/// or one without correct digits.
///
/// Every sample is scaled by a power of two to a variance from 1 to 4, which changes no digit and lets the condition
/// number speak of correlations alone; W gets the scales back, relative to the largest.
pub(super) fn inverse_factor(n: usize, k: &[f64]) -> Option<Vec<f64>> {
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
pub(super) fn times_power_of_two(x: f64, power: i32) -> f64 {
    let two_to = |power: i32| f64::from_bits(((1023 + power) as u64) << 52);
    let half = power / 2;
    x * two_to(half) * two_to(power - half)
}
