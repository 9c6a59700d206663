//! How long the ranks scanned.

use super::{above, digits};
use crate::plot::{Axis, Chart, Margins, Svg, Words, many};
use crate::report::record::Rank;

/// The most bars, which are half a pixel then.
const MOST_BARS: usize = 650;

/// Draws the seconds of the scan of each rank; of very many ranks the longest of some.
pub fn ranks(ranks: &[Rank]) -> Svg {
    let most = ranks
        .iter()
        .fold(0.0, |most: f64, rank| most.max(rank.scan_secs));
    let least = ranks
        .iter()
        .fold(most, |least: f64, rank| least.min(rank.scan_secs));
    let words = Words {
        id: "ranks".into(),
        title: "Seconds of the scan by rank".into(),
        description: format!(
            "{} scanned for {} to {} seconds.",
            many(ranks.len() as u64, "rank"),
            digits(least),
            digits(most)
        ),
    };
    let x = Axis::new(
        "rank",
        -0.5,
        ranks.len() as f64 - 0.5,
        ranks.len().clamp(1, 8),
    )
    .without_grid();
    let y = Axis::new("seconds of the scan", 0.0, above(most), 4);
    let mut chart = Chart::new(words, (380.0, 190.0), Margins::default(), &x, &y);
    let per_bar = ranks.len().div_ceil(MOST_BARS).max(1);
    let gap = if ranks.len() > 80 { 0.0 } else { 0.12 };
    let mut bars = Vec::new();
    for (i, some) in ranks.chunks(per_bar).enumerate() {
        let from = (i * per_bar) as f64 - 0.5;
        let longest = some
            .iter()
            .fold(0.0, |most: f64, rank| most.max(rank.scan_secs));
        // A lone rank would fill the panel.
        let gap = if ranks.len() == 1 { 0.4 } else { gap };
        bars.push((from + gap, from + some.len() as f64 - gap, longest));
    }
    chart.bars("all", &bars);
    chart.finish()
}
