//! The QQ plot: p-values observed against those that chance alone would make.

use super::{HALF, above, digits};
use crate::plot::{Axis, Chart, Margins, Svg, Words};
use crate::report::strengths::QqPoint;

/// The points of one class.
pub struct QqSeries<'a> {
    /// all, cis or trans.
    pub name: &'a str,
    /// Points, in any order.
    pub points: &'a [QqPoint],
}

/// Draws the classes in one plot.
pub fn qq(series: &[QqSeries]) -> Svg {
    let all = || series.iter().flat_map(|series| series.points);
    let right = all().fold(1.0, |most: f64, point| most.max(point.0));
    let top = all().fold(1.0, |most: f64, point| most.max(point.1));
    let named: Vec<String> = series
        .iter()
        .map(|series| {
            let most = series
                .points
                .iter()
                .fold(0.0, |most: f64, point| most.max(point.1));
            format!("{} up to {}", series.name, digits(most))
        })
        .collect();
    let words = Words {
        id: "qq".into(),
        title: "QQ plot of p-values".into(),
        description: format!(
            "-log10 p observed against expected, {}; by chance alone points lie on the dashed line.",
            named.join(", ")
        ),
    };
    let margins = Margins {
        top: 24.0,
        ..Margins::default()
    };
    let x = Axis::new("expected -log₁₀ p", 0.0, above(right), 6);
    let y = Axis::new("observed -log₁₀ p", 0.0, above(top), 6);
    let mut chart = Chart::new(words, HALF, margins, &x, &y);
    let end = above(right).min(above(top));
    chart.line("even", &[(0.0, 0.0), (end, end)]);
    let mut legend = margins.left;
    for series in series {
        chart.dots(series.name, series.points);
        legend = chart.legend(legend, &format!("key {}", series.name), series.name);
    }
    chart.finish()
}
