//! One eQTL: expression by genotype.

use super::digits;
use crate::plot::{Axis, Chart, Margins, Svg, Tick, Words, grouped};
use crate::report::groups::Grouped;
use crate::report::top::TopHit;

const SIZE: (f64, f64) = (184.0, 168.0);

const MARGINS: Margins = Margins {
    left: 36.0,
    right: 6.0,
    top: 8.0,
    bottom: 32.0,
};

/// With more classes than this their labels stand alone.
const MOST_COUNTED: usize = 4;

/// How far dots of a class stand apart, as a part of the room for a class.
const SPREAD: f64 = 0.5;

/// Draws an eQTL that is the `place`-th of its class, from 1.
pub fn boxes(class: &str, place: usize, hit: &TopHit, values: &Grouped) -> Svg {
    let words = Words {
        id: format!("box-{class}-{place:02}"),
        title: format!("{} by {}", hit.gene, hit.snp),
        description: description(values),
    };
    let (low, high) = values.range;
    let room = 0.05 * (high - low);
    let y = Axis::new("", low - room, high + room, 5);
    let x = x_axis(values);
    let mut chart = Chart::new(words, SIZE, MARGINS, &x, &y);
    if values.groups.is_empty() {
        chart.dots("faint", &values.dots);
        return chart.finish();
    }
    chart.dots("faint", &apart(values));
    let n_places = x.high - x.low;
    let width = (0.42 * (SIZE.0 - MARGINS.left - MARGINS.right) / n_places).min(28.0);
    for group in &values.groups {
        chart.whisker_box("", group.code as f64, width, &group.summary);
        if values.groups.len() <= MOST_COUNTED {
            let at = (chart.x(group.code as f64), SIZE.1 - 5.0);
            chart.words(at, "middle", &format!("n={}", group.summary.n));
        }
    }
    chart.finish()
}

/// Genotypes from 0 to 2 at least where they are classes.
fn x_axis(values: &Grouped) -> Axis {
    let Some(last) = values.groups.last() else {
        let genotypes = values.dots.iter().map(|dot| dot.0);
        let (low, high) = genotypes.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), g| {
            (g.min(low), g.max(high))
        });
        return Axis::new("SNP row", low, high, 3).without_grid();
    };
    let most = last.code.max(2);
    let label = |code: usize| {
        let group = values.groups.iter().find(|group| group.code == code);
        group.map_or_else(String::new, |group| group.label.clone())
    };
    let tick = |code: usize| Tick {
        at: code as f64,
        label: label(code),
    };
    Axis {
        label: String::new(),
        low: -0.5,
        high: most as f64 + 0.5,
        ticks: (0..=most).map(tick).collect(),
        has_grid: false,
    }
}

/// The dots of classes, side by side in an order that is always the same.
fn apart(values: &Grouped) -> Vec<(f64, f64)> {
    // Multiples of the golden ratio spread evenly however many there are.
    const TURN: f64 = 0.618_033_988_749_894_9;
    let place = |i: usize| (i as f64 * TURN).fract() - 0.5;
    let dots = values.dots.iter().enumerate();
    dots.map(|(i, &(genotype, expression))| (genotype.round() + SPREAD * place(i), expression))
        .collect()
}

fn description(values: &Grouped) -> String {
    let groups = values.groups.iter().map(|group| {
        let n = grouped(group.summary.n as u64);
        format!(
            "{}: n = {n}, median {}",
            group.label,
            digits(group.summary.quartiles[1])
        )
    });
    let groups: Vec<String> = groups.collect();
    let rounded = if values.is_rounded {
        " (dosages rounded)"
    } else {
        ""
    };
    match groups.is_empty() {
        true => format!(
            "Expression over the values of the SNP row, {} samples.",
            grouped(values.n as u64)
        ),
        false => format!("Expression by genotype{rounded}. {}.", groups.join("; ")),
    }
}
