//! The false discovery rate of Benjamini and Hochberg over a known number of tests, of which only the smallest
//! p-values are at hand.

/// FDR of each p-value: `p_i·N/i`, capped at 1 and made monotone from the last to the first.
///
/// `p_values` `[n_hits]` ascend and hold every p-value up to the threshold; `n_tests` counts all tests.
pub fn false_discovery_rates(p_values: &[f64], n_tests: u64) -> Vec<f64> {
    let mut rates = vec![0.0; p_values.len()];
    let mut lowest = 1.0;
    let places = (0..p_values.len() as u64).rev();
    for (rate, (place, p)) in rates
        .iter_mut()
        .rev()
        .zip(places.zip(p_values.iter().rev()))
    {
        lowest = false_discovery_rate(*p, place, n_tests, lowest);
        *rate = lowest;
    }
    rates
}

/// FDR of the p-value at `place`, from 0, among all that ascend, given that of the next larger one, or 1.
pub fn false_discovery_rate(p: f64, place: u64, n_tests: u64, of_next: f64) -> f64 {
    of_next.min(p * n_tests as f64 / (place + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_textbook_example_comes_out() {
        let rates = false_discovery_rates(&[0.001, 0.02, 0.021, 0.5], 10);
        assert_eq!(rates, [0.01, 0.07, 0.07, 1.0]);
    }

    proptest! {
        #[test]
        fn fdr_is_monotone_in_p_and_at_most_one(mut p in prop::collection::vec(0.0f64..1.0, 0..50), more in 0u64..1000) {
            p.sort_by(f64::total_cmp);
            let rates = false_discovery_rates(&p, p.len() as u64 + more);
            prop_assert!(rates.windows(2).all(|w| w[0] <= w[1]));
            // Where all tests are hits, p·N/N may round to just below p.
            let just_below = |p: &f64| p * (1.0 - f64::EPSILON);
            prop_assert!(rates.iter().zip(&p).all(|(q, p)| *q <= 1.0 && *q >= just_below(p)));
        }
    }
}
