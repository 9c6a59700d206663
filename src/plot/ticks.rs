//! Where the ticks of an axis stand, and what they say.

/// At most `most` + 1 round numbers from `low` to `high`: steps of 1, 2 or 5 times a power of ten.
pub fn ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let extent = high - low;
    if !extent.is_finite() || extent <= 0.0 || most == 0 {
        return vec![low];
    }
    let step = round_step(extent / most as f64);
    // A tick on the very end must not be lost to rounding.
    let slack = 1e-9 * extent / step;
    let first = (low / step - slack).ceil() as i64;
    let last = (high / step + slack).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    let fits = |step: &&f64| **step >= least * (1.0 - 1e-9);
    *steps.iter().find(fits).unwrap_or(&steps[3])
}

/// A tick in few letters, k for thousands and M for millions, with as many decimals as the `step` between ticks needs.
pub fn short(number: f64, step: f64) -> String {
    let (unit, name) = match step.abs().max(number.abs() / 1e3) {
        size if size >= 1e6 => (1e6, "M"),
        size if size >= 1e3 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let decimals = (-(step / unit).abs().log10() - 1e-9)
        .ceil()
        .clamp(0.0, 12.0);
    let decimals = if decimals.is_nan() {
        0
    } else {
        decimals as usize
    };
    let text = format!("{:.decimals$}", number / unit);
    match number == 0.0 {
        true => "0".into(),
        false => text + name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_and_have_the_ends() {
        assert_eq!(ticks(0.0, 10.0, 5), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(-1e6, 1e6, 4), [-1e6, -5e5, 0.0, 5e5, 1e6]);
        assert_eq!(ticks(0.3, 17.2, 4), [5.0, 10.0, 15.0]);
        assert_eq!(ticks(3.0, 3.0, 4), [3.0]);
    }

    #[test]
    fn ticks_say_what_they_must() {
        let cases = [
            (0.5, 0.1, "0.5"),
            (0.0, 0.1, "0"),
            (40.0, 20.0, "40"),
            (-500_000.0, 500_000.0, "-500k"),
            (1_000_000.0, 500_000.0, "1000k"),
            (2e6, 1e6, "2M"),
            (1500.0, 500.0, "1500"),
            (25e6, 5e6, "25M"),
        ];
        for (number, step, wanted) in cases {
            assert_eq!(short(number, step), wanted);
        }
    }

    proptest! {
        #[test]
        fn ticks_are_few_ascend_and_lie_inside(low in -1e9f64..1e9, extent in 1e-6f64..1e9, most in 1usize..12) {
            let high = low + extent;
            let found = ticks(low, high, most);
            prop_assert!(found.len() <= most + 1);
            prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
            let slack = 1e-6 * extent;
            prop_assert!(found.iter().all(|tick| *tick >= low - slack && *tick <= high + slack));
        }
    }
}
