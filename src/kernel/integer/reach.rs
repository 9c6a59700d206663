//! Whether a test can be strong enough, given how large its products can be.

use super::ROUNDING;
use crate::kernel::Combine;

/// Whether a number is below another for certain: what is no number is below nothing, and is looked at.
#[inline(always)]
pub(super) fn is_below<T: PartialOrd>(a: T, b: T) -> bool {
    a < b
}

/// Whether a test whose products are at most `largest` `[n_units]` in size can reach `threshold`.
pub(super) fn can_reach(
    combine: Combine,
    mut largest: impl Iterator<Item = f64>,
    threshold: f64,
) -> bool {
    let threshold = threshold * (1.0 - ROUNDING);
    match combine {
        Combine::Single => largest.next().is_some_and(|h| !is_below(h, threshold)),
        Combine::SumOfSquares(_) => !is_below(largest.map(|h| h * h).sum::<f64>(), threshold),
        Combine::Partial => {
            let mut square = |rounding: f64| largest.next().map_or(0.0, |h| (h + rounding).powi(2));
            let (given, tested) = (square(ROUNDING), square(0.0));
            !is_below(tested + threshold * given, threshold)
        }
    }
}

/// The strength that a screened test must look like at least, if products are off by up to `error` and it is to reach
/// `threshold`: what hangs on it is only which rows the screen is left out for.
pub fn lowered(combine: Combine, threshold: f64, error: f64) -> f64 {
    let off = error * (combine.n_units() as f64).sqrt();
    match combine {
        Combine::Single => (threshold - error).max(0.0),
        Combine::SumOfSquares(_) => (threshold.sqrt() - off).max(0.0).powi(2),
        Combine::Partial => (threshold.sqrt() - error).max(0.0).powi(2),
    }
}
