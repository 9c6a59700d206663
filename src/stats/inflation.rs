//! The genomic inflation factor: how far p-values as a whole are from those that chance alone makes.

use statrs::distribution::{ContinuousCDF, Normal};

/// The factor of tests whose median p-value is `median_p`: that p-value as a chi-square of one degree of freedom, over
/// the chi-square of p = 1/2, which is 0.4549 (Devlin and Roeder 1999).
pub fn genomic_inflation(median_p: f64) -> f64 {
    chi_square(median_p) / chi_square(0.5)
}

/// The chi-square of one degree of freedom that a p-value has: the square of the normal quantile of its half.
fn chi_square(p: f64) -> f64 {
    let normal = Normal::new(0.0, 1.0).expect("the standard normal distribution exists");
    normal.inverse_cdf(0.5 * p).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_is_that_of_r() {
        // qchisq(p, 1, lower.tail = FALSE) / qchisq(0.5, 1) in R.
        for (p, wanted) in [
            (0.5, 1.0),
            (0.25, 2.908_753_571_2),
            (0.45, 1.254_391_7),
            (1.0, 0.0),
        ] {
            let found = genomic_inflation(p);
            assert!((found - wanted).abs() < 2e-4, "{p}: {found}");
        }
        assert!((chi_square(0.5) - 0.454_936_423_1).abs() < 1e-8);
    }
}
