//! How strong eQTLs are at which distance from their gene.

use super::{HALF, above, bp};
use crate::plot::{Axis, Cells, Chart, Margins, Svg, Tick, Words, grouped, ticks};
use crate::report::field::Field;

fn tick(at: f64) -> Tick {
    let label = if at == 0.0 { "0".into() } else { bp(at) };
    Tick { at, label }
}

/// Draws the eQTLs of a class by distance.
pub fn distances(class: &str, field: &Field) -> Svg {
    let (left, right) = field.x();
    let words = Words {
        id: format!("distance-{class}"),
        title: format!("Strength by distance to the gene, {class}"),
        description: format!(
            "{} eQTLs of SNPs up to {} from their gene: -log10 p over the distance, deeper colour for more eQTLs.",
            grouped(field.total()),
            bp(right)
        ),
    };
    let margins = Margins {
        top: 24.0,
        ..Margins::default()
    };
    let mut x = Axis::new(
        "SNP from the nearer end of the gene, inside = 0",
        left,
        right,
        4,
    );
    x.ticks = ticks(left, right, 4).into_iter().map(tick).collect();
    let (counts, height) = field.filled();
    let y = Axis::new("-log₁₀ p", 0.0, above(height), 5);
    let mut chart = Chart::new(words, HALF, margins, &x.without_grid(), &y);
    let cells = Cells {
        counts,
        n_columns: field.n_columns(),
        x: field.x(),
        y: (0.0, height),
    };
    chart.cells("d", cells, margins.left);
    chart.finish()
}
