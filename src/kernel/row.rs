//! Rows of screened strengths: which values are beyond a bound, and how large the largest is.
//!
//! NaN is a pair that is masked, an infinite value one of unknown strength.

/// Calls `found(gene)` for every value of a row of screened strengths that is at least `bound`; NaN never is.
///
/// Almost all runs of values hold nothing: they are passed over by one comparison each.
pub fn for_each_beyond(row: &[f64], bound: f64, mut found: impl FnMut(usize)) {
    const RUN: usize = 32;
    for (run, values) in row.chunks(RUN).enumerate() {
        if largest(values) >= bound {
            let beyond = values.iter().enumerate().filter(|(_, v)| v.abs() >= bound);
            beyond.for_each(|(i, _)| found(run * RUN + i));
        }
    }
}

/// Calls `found(gene)` for every value of a row that is at least its own bound in `bounds`.
pub fn for_each_beyond_its_own(row: &[f64], bounds: &[f64], mut found: impl FnMut(usize)) {
    const RUN: usize = 32;
    for (run, (values, bounds)) in row.chunks(RUN).zip(bounds.chunks(RUN)).enumerate() {
        let excess = values.iter().zip(bounds).fold(-1.0f64, |most, (v, b)| {
            let excess = v.abs() - b;
            if excess > most { excess } else { most }
        });
        if excess >= 0.0 {
            let pairs = values.iter().zip(bounds).enumerate();
            let beyond = pairs.filter(|(_, (v, b))| v.abs() >= **b);
            beyond.for_each(|(i, _)| found(run * RUN + i));
        }
    }
}

/// The largest size of a value that is known: NaN and infinite values count as 0.
pub fn largest_known(values: &[f64]) -> f64 {
    let known = |v: &f64| {
        if v.abs() < f64::INFINITY {
            v.abs()
        } else {
            0.0
        }
    };
    values
        .iter()
        .fold(0.0f64, |largest, v| largest.max(known(v)))
}

/// The largest size of a value; NaN counts as 0.
fn largest(values: &[f64]) -> f64 {
    values.iter().fold(
        0.0f64,
        |largest, v| {
            if v.abs() > largest { v.abs() } else { largest }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_beyond_a_bound_are_found(
            values in prop::collection::vec(prop_oneof![-1.0f64..1.0, Just(f64::NAN), Just(f64::INFINITY)], 0..100),
            bounds in prop::collection::vec(-0.1f64..1.0, 100),
            bound in 0.0f64..1.0,
        ) {
            let mut found = Vec::new();
            for_each_beyond(&values, bound, |i| found.push(i));
            let wanted: Vec<usize> = (0..values.len()).filter(|&i| values[i].abs() >= bound).collect();
            prop_assert_eq!(found, wanted);
            let mut found = Vec::new();
            for_each_beyond_its_own(&values, &bounds, |i| found.push(i));
            let wanted: Vec<usize> = (0..values.len()).filter(|&i| values[i].abs() >= bounds[i]).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn what_is_unknown_is_not_the_largest() {
        assert_eq!(largest_known(&[0.1, f64::INFINITY, -0.3, f64::NAN]), 0.3);
        assert_eq!(largest_known(&[f64::NAN, f64::INFINITY]), 0.0);
    }
}
