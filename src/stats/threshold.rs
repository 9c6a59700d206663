//! From a p-value threshold to the correlation a pair must reach, and from a correlation to its t statistic.
//!
//! Library inverses of the t distribution hang or lose all digits for tiny p, so the root is bisected on
//! [`ln_two_sided_t`] down to two neighbouring doubles: the same on every machine, and as right as the tail itself.

use statrs::distribution::{ContinuousCDF, Normal};

use super::tail::ln_two_sided_t;

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

    const R_1E5_828: f64 = 0.15265293318574952;
    const R_1E300_828: f64 = 0.8999368384401587;
    const R_005_10: f64 = 0.5759829864422641;
    const R_1E20_303: f64 = 0.5003328673783305;
}
