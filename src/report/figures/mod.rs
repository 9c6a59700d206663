//! The pictures of a report, each from numbers that are there already.

mod boxes;
mod density;
mod distance;
mod map;
mod qq;
mod ranks;

pub use boxes::boxes;
pub use density::p_densities;
pub use distance::distances;
pub use map::{hotspots, map};
pub use qq::{QqSeries, qq};
pub use ranks::ranks;

/// The size of a picture that stands beside another one, in pixels.
const HALF: (f64, f64) = (380.0, 290.0);

/// The upper end of an axis for numbers up to `most`: a little room above it.
fn above(most: f64) -> f64 {
    1.06 * most
}

/// A number for people: four digits.
fn digits(x: f64) -> String {
    crate::plot::significant(x)
}

/// A length on the genome: 200 kb, 1.5 Mb.
pub fn bp(length: f64) -> String {
    let (unit, name) = match length.abs() {
        size if size >= 1e6 => (1e6, "Mb"),
        size if size >= 1e3 => (1e3, "kb"),
        _ => (1.0, "bp"),
    };
    let text = format!("{:.2}", length / unit);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_their_unit() {
        let shown = [200_000.0, 1_500_000.0, 7.0, -1e6, 0.0].map(bp);
        assert_eq!(shown, ["200 kb", "1.5 Mb", "7 bp", "-1 Mb", "0 bp"]);
    }
}
