//! From numbers to places in a picture.

use std::fmt;

/// A straight map of one range onto another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    from: f64,
    factor: f64,
    to: f64,
}

impl Scale {
    /// Maps `low` to `start` and `high` to `end`. A range without extent goes to `start`.
    pub fn new((low, high): (f64, f64), (start, end): (f64, f64)) -> Self {
        let factor = match high - low {
            0.0 => 0.0,
            extent => (end - start) / extent,
        };
        Self {
            from: low,
            factor,
            to: start,
        }
    }

    /// Where a number is.
    pub fn at(&self, number: f64) -> f64 {
        self.to + (number - self.from) * self.factor
    }
}

/// A place in pixels as it is written, to a tenth.
pub(super) fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

/// A length or place in pixels, to a tenth; what is no number is at 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Px(pub f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() as i64;
        let sign = if tenths < 0 { "-" } else { "" };
        let (whole, tenth) = (tenths.abs() / 10, tenths.abs() % 10);
        match tenth {
            0 => write!(f, "{sign}{whole}"),
            tenth => write!(f, "{sign}{whole}.{tenth}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_range_go_to_the_ends() {
        let scale = Scale::new((-2.0, 2.0), (100.0, 0.0));
        assert_eq!(
            [scale.at(-2.0), scale.at(0.0), scale.at(2.0)],
            [100.0, 50.0, 0.0]
        );
        assert_eq!(Scale::new((3.0, 3.0), (7.0, 9.0)).at(3.0), 7.0);
    }

    #[test]
    fn pixels_have_a_tenth_where_they_need_it() {
        let shown = |x: f64| Px(x).to_string();
        assert_eq!(
            [
                shown(3.0),
                shown(-0.04),
                shown(-0.25),
                shown(9.96),
                shown(f64::NAN)
            ],
            ["3", "0", "-0.3", "10", "0"]
        );
    }
}
