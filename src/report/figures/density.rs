//! The histogram of p-values, against what chance alone would make.

use super::{HALF, above, digits};
use crate::plot::{Axis, Chart, Margins, Svg, Words};
use crate::report::histogram::Density;

/// Draws the densities of a class.
pub fn p_densities(class: &str, bars: &[Density]) -> Svg {
    let most = bars.iter().fold(1.0, |most: f64, bar| most.max(bar.2));
    let first = bars.first().map_or(0.0, |bar| bar.2);
    let last = bars.last().map_or(0.0, |bar| bar.2);
    let words = Words {
        id: format!("p-{class}"),
        title: format!("Histogram of p-values, {class}"),
        description: format!(
            "Tests by p-value in {} bins, as a multiple of what chance makes: {} in the lowest bin, {} in the highest.",
            bars.len(),
            digits(first),
            digits(last)
        ),
    };
    let x = Axis::new("p-value", 0.0, 1.0, 5).without_grid();
    let y = Axis::new("tests, 1 = by chance", 0.0, above(most), 5);
    let mut chart = Chart::new(words, (HALF.0, 230.0), Margins::default(), &x, &y);
    chart.bars(class, bars);
    chart.across("even", 1.0);
    chart.finish()
}
