//! One axis: what it shows, from where to where, and its ticks.

use super::ticks::{short, ticks};

/// A tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it stands, in the numbers of the axis.
    pub at: f64,
    /// What it says.
    pub label: String,
}

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it shows, with the unit.
    pub label: String,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Its ticks, ascending.
    pub ticks: Vec<Tick>,
    /// Whether a line across the picture goes with each tick.
    pub has_grid: bool,
}

impl Axis {
    /// An axis with at most `most` + 1 ticks at round numbers.
    pub fn new(label: impl Into<String>, low: f64, high: f64, most: usize) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        let at = ticks(low, high, most);
        let step = match at[..] {
            [first, second, ..] => second - first,
            _ => high - low,
        };
        let tick = |at: f64| Tick {
            at,
            label: short(at, step),
        };
        Self {
            label: label.into(),
            low,
            high,
            ticks: at.into_iter().map(tick).collect(),
            has_grid: true,
        }
    }

    /// The same without lines across the picture.
    pub fn without_grid(self) -> Self {
        Self {
            has_grid: false,
            ..self
        }
    }
}
