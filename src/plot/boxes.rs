//! Boxes of values by class: median, quartiles, whiskers.

use super::chart::Chart;
use super::scale::Px;

/// What a box shows of some values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values there are.
    pub n: usize,
    /// The lower quartile, the median and the upper quartile.
    pub quartiles: [f64; 3],
    /// The outermost values within one and a half times the distance of the quartiles from them (Tukey 1977).
    pub whiskers: [f64; 2],
}

impl Summary {
    /// The summary of values, which are finite; `None` without any.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let quartiles = [0.25, 0.5, 0.75].map(|part| quantile(&values, part));
        let reach = 1.5 * (quartiles[2] - quartiles[0]);
        let inside =
            |value: &&f64| **value >= quartiles[0] - reach && **value <= quartiles[2] + reach;
        let low = values.iter().find(inside).copied().unwrap_or(quartiles[0]);
        let high = values.iter().rfind(inside).copied().unwrap_or(quartiles[2]);
        Some(Self {
            n: values.len(),
            quartiles,
            whiskers: [low.min(quartiles[0]), high.max(quartiles[2])],
        })
    }
}

/// A quantile of ascending values, between two of them in proportion, as R has it by default.
fn quantile(values: &[f64], part: f64) -> f64 {
    let place = part * (values.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(values.len() - 1);
    values[below] + (place - below as f64) * (values[above] - values[below])
}

impl Chart {
    /// A box with whiskers around `x`, this wide in pixels.
    pub fn whisker_box(&mut self, class: &str, x: f64, width: f64, summary: &Summary) -> &mut Self {
        let (x, half) = (self.x(x), 0.5 * width);
        let [low, middle, high] = summary.quartiles.map(|q| Px(self.y(q)));
        let [least, most] = summary.whiskers.map(|w| Px(self.y(w)));
        let (left, middle_x, width) = (Px(x - half), Px(x), Px(width));
        let whiskers = format!("M{middle_x} {least}V{low}M{middle_x} {high}V{most}");
        let outline = format!("M{left} {low}h{width}V{high}h-{width}z");
        self.path(&format!("box {class}"), &outline);
        self.path("line whisker", &whiskers);
        self.path("line median", &format!("M{left} {middle}h{width}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quartiles_and_whiskers_are_those_of_r() {
        // quantile(c(1:9, 30)) and boxplot.stats in R.
        let values = (1..10).map(f64::from).chain([30.0]).collect();
        let summary = Summary::of(values).unwrap();
        assert_eq!(summary.quartiles, [3.25, 5.5, 7.75]);
        assert_eq!((summary.n, summary.whiskers), (10, [1.0, 9.0]));
        assert_eq!(Summary::of(vec![2.0]).unwrap().whiskers, [2.0, 2.0]);
        assert_eq!(Summary::of(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn a_summary_is_in_order(values in prop::collection::vec(-1e3f64..1e3, 1..60)) {
            let Summary { quartiles: [q1, q2, q3], whiskers: [low, high], .. } = Summary::of(values).unwrap();
            prop_assert!(low <= q1 && q1 <= q2 && q2 <= q3 && q3 <= high);
        }
    }
}
