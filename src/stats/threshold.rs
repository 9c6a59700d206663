//! From a p-value threshold to the correlation or the R2 a pair must reach, and from a correlation to its t statistic.
//!
//! Library inverses of t and F hang or lose all digits for tiny p, so the root is bisected on [`ln_two_sided_t`] or
//! [`ln_p_of_r_squared`] down to two neighbouring doubles: the same on every machine, and as right as the tail itself.

use statrs::distribution::{ContinuousCDF, Normal};

use super::tail::ln_two_sided_t;
use super::variance_ratio::{Degrees, ln_p_of_r_squared};

/// t of a correlation r with `df` residual degrees of freedom: `r·sqrt(df / ((1-r)(1+r)))`, ±inf at |r| = 1.
pub fn t_from_correlation(r: f64, df: f64) -> f64 {
    let r = r.clamp(-1.0, 1.0);
    if r == 0.0 {
        return 0.0;
    }
    r * (df / ((1.0 - r) * (1.0 + r))).sqrt()
}

/// The smallest |r| whose two-sided p-value is at most `p`: 0 for p = 1.
///
/// # Panics
/// If `p` is not in (0, 1] or `df` is not positive.
pub fn correlation_threshold(p: f64, df: f64) -> f64 {
    assert!(p > 0.0 && p <= 1.0, "a p-value threshold lies in (0, 1]");
    assert!(df > 0.0, "degrees of freedom are positive");
    let t = t_threshold(p.ln(), df);
    if t * t == f64::INFINITY {
        return 1.0;
    }
    t / (df + t * t).sqrt()
}

/// The smallest R2 whose p-value is at most `p`: 0 for p = 1, and 1 where only a perfect fit gets there.
///
/// # Panics
/// If `p` is not in (0, 1], or there is no term or no residual degree of freedom.
pub fn r_squared_threshold(p: f64, degrees: Degrees) -> f64 {
    assert!(p > 0.0 && p <= 1.0, "a p-value threshold lies in (0, 1]");
    let ln_p = p.ln();
    let reaches = |r_squared: f64| ln_p_of_r_squared(r_squared, degrees) <= ln_p;
    if reaches(0.0) {
        return 0.0;
    }
    // Positive doubles are in the order of their bits, so halving the bits takes 62 steps whatever the size of the root.
    let (mut low, mut high) = (0.0f64.to_bits(), 1.0f64.to_bits());
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if reaches(f64::from_bits(middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    f64::from_bits(high)
}

fn t_threshold(ln_p: f64, df: f64) -> f64 {
    let reaches = |t: f64| ln_two_sided_t(t, df) <= ln_p;
    if reaches(0.0) {
        return 0.0;
    }
    // The tails of t are heavier than the normal ones at every df, so the normal quantile is never too large;
    // a hundredth is taken off for its own error.
    let normal = Normal::new(0.0, 1.0).expect("the standard normal distribution exists");
    let mut low = (-0.99 * normal.inverse_cdf(0.5 * ln_p.exp())).max(0.0);
    if !low.is_finite() || reaches(low) {
        low = 0.0;
    }
    let mut high = low.max(1.0);
    while !reaches(high) {
        low = high;
        high *= 2.0;
    }
    loop {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            return high;
        }
        if reaches(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, wanted: f64) {
        assert!(
            (found / wanted - 1.0).abs() < 1e-13,
            "found {found}, wanted {wanted}"
        );
    }

    #[test]
    fn thresholds_agree_with_high_precision_references() {
        close(correlation_threshold(1e-5, 828.0), R_1E5_828);
        close(correlation_threshold(1e-300, 828.0), R_1E300_828);
        close(correlation_threshold(0.05, 10.0), R_005_10);
        close(correlation_threshold(1e-20, 303.0), R_1E20_303);
        close(correlation_threshold(0.99, 828.0), R_099_828);
        close(correlation_threshold(SMALLEST_EDGE, 828.0), R_EDGE_828);
        close(correlation_threshold(SMALLEST_EDGE, 59_988.0), R_EDGE_59988);
    }

    #[test]
    fn everything_is_a_hit_at_p_one() {
        assert_eq!(correlation_threshold(1.0, 20.0), 0.0);
    }

    #[test]
    fn tiny_p_with_few_df_does_not_hang() {
        for df in [1.0, 2.0, 5.0, 50.0] {
            for p in [1e-300, 1e-100, 1e-20] {
                let r = correlation_threshold(p, df);
                assert!(r > 0.5 && r <= 1.0, "p {p}, df {df}: {r}");
            }
        }
    }

    #[test]
    fn a_pair_on_the_threshold_has_the_threshold_p() {
        for p in [0.3, 1e-3, 1e-8, 1e-60, 1e-200] {
            for df in [40.0, 300.0, 50_000.0] {
                let t = t_from_correlation(correlation_threshold(p, df), df);
                let back = ln_two_sided_t(t, df);
                assert!(
                    (back - p.ln()).abs() < 1e-7 * p.ln().abs().max(1.0),
                    "p {p}, df {df}"
                );
            }
        }
    }

    #[test]
    fn t_of_a_perfect_correlation_is_infinite() {
        assert_eq!(t_from_correlation(1.0 + 1e-15, 9.0), f64::INFINITY);
        assert_eq!(t_from_correlation(-1.0, 9.0), f64::NEG_INFINITY);
        assert_eq!(t_from_correlation(0.0, 9.0), 0.0);
    }

    #[test]
    fn r_squared_thresholds_agree_with_high_precision_references() {
        for (p, numerator, residual, wanted) in R_SQUARED {
            let degrees = Degrees {
                numerator,
                residual,
            };
            close(r_squared_threshold(p, degrees), wanted);
        }
    }

    #[test]
    fn what_only_a_perfect_fit_reaches_has_the_threshold_one() {
        for numerator in [1, 2, 3, 6] {
            for residual in [1.0, 2.0, 3.0, 4.0, 5.0] {
                let degrees = Degrees {
                    numerator,
                    residual,
                };
                assert_eq!(r_squared_threshold(SMALLEST_EDGE, degrees), 1.0);
                assert_eq!(r_squared_threshold(1.0, degrees), 0.0);
                assert_eq!(correlation_threshold(SMALLEST_EDGE, residual), 1.0);
            }
        }
    }

    proptest! {
        #[test]
        fn an_r_squared_threshold_is_the_smallest_that_reaches_p(
            log10_p in -308.7f64..-1e-4,
            numerator in 1u32..8,
            residual in 1u32..100_000,
        ) {
            let p = 10f64.powf(log10_p);
            let degrees = Degrees { numerator, residual: f64::from(residual) };
            let threshold = r_squared_threshold(p, degrees);
            prop_assert!(ln_p_of_r_squared(threshold, degrees) <= p.ln());
            prop_assert!(ln_p_of_r_squared(threshold.next_down(), degrees) > p.ln());
        }

        #[test]
        fn the_r_squared_of_one_term_is_the_square_of_the_correlation(
            log10_p in -308.7f64..-1e-4,
            df in 1u32..100_000,
        ) {
            let (p, df) = (10f64.powf(log10_p), f64::from(df));
            let r_squared = r_squared_threshold(p, Degrees { numerator: 1, residual: df });
            let r = correlation_threshold(p, df);
            prop_assert!((r_squared / (r * r) - 1.0).abs() < 1e-9, "{} {}", r_squared, r);
        }
    }

    /// The lowest edge of a QQ-plot histogram, below the smallest normal double.
    const SMALLEST_EDGE: f64 = 2.23872113856816e-309;

    /// p, k, df, R2.
    const R_SQUARED: [(f64, u32, f64, f64); 10] = [
        (1e-5, 1, 828.0, 0.02330291801021291),
        (0.5, 2, 828.0, 0.0016728677463689699),
        (1e-5, 3, 828.0, 0.03077983672653662),
        (SMALLEST_EDGE, 3, 828.0, 0.821645906427376),
        (SMALLEST_EDGE, 1, 59_988.0, 0.023290708203948716),
        (0.99, 3, 59_988.0, 1.914228427094074e-6),
        (0.99, 5, 10.0, 0.047388795752559394),
        (1e-20, 12, 303.0, 0.33149920262964233),
        (SMALLEST_EDGE, 2, 828.0, 0.8203328829951161),
        (SMALLEST_EDGE, 2, 40.0, 0.9999999999999997),
    ];
    const R_1E5_828: f64 = 0.15265293318574952;
    const R_1E300_828: f64 = 0.8999368384401587;
    const R_005_10: f64 = 0.5759829864422641;
    const R_1E20_303: f64 = 0.5003328673783305;
    const R_099_828: f64 = 0.0004356996863705155;
    const R_EDGE_828: f64 = 0.9048832426998613;
    const R_EDGE_59988: f64 = 0.15261293589977462;
}
