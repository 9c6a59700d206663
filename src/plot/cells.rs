//! A field of cells that are the deeper in colour the more they count.

use std::fmt::Write;

use super::chart::Chart;
use super::scale::{Px, tenth};

/// How many depths of colour there are.
pub const DEPTHS: usize = 6;

/// Counts over a field of cells.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// The counts `[n_rows x n_columns]`, the lowest row first.
    pub counts: &'a [u64],
    /// Cells side by side.
    pub n_columns: usize,
    /// The ends of the field on the x axis.
    pub x: (f64, f64),
    /// The ends of the field on the y axis.
    pub y: (f64, f64),
}

/// The smallest count of each depth: 1, then even steps of its logarithm up to the largest.
fn bounds(largest: u64) -> Vec<u64> {
    let mut bounds = vec![1];
    for depth in 1..DEPTHS {
        let power = (largest as f64).powf(depth as f64 / DEPTHS as f64);
        // A power that is whole must not be rounded past itself.
        let bound = (power * (1.0 - 1e-12)).ceil() as u64;
        if bound > bounds[bounds.len() - 1] && bound <= largest {
            bounds.push(bound);
        }
    }
    bounds
}

/// The depth of a count from 1 on; where there are few, the deepest are taken.
fn depth(count: u64, bounds: &[u64]) -> usize {
    DEPTHS - bounds.len() + bounds.partition_point(|&bound| bound <= count)
}

impl Chart {
    /// Draws cells, and above the panel, from `legend_x` on in pixels, what their depths stand for. Classes are the
    /// `prefix` and the depth.
    pub fn cells(&mut self, prefix: &str, cells: Cells, legend_x: f64) -> &mut Self {
        let largest = cells.counts.iter().copied().max().unwrap_or(0);
        if largest == 0 {
            return self;
        }
        self.cells_alone(prefix, cells);
        let bounds = bounds(largest);
        let mut x = legend_x;
        for &bound in &bounds {
            let class = format!("cells {prefix}{}", depth(bound, &bounds));
            x = self.legend(x, &class, &super::short(bound as f64, 1.0));
        }
        self
    }

    /// Draws cells and tells of their depths nowhere.
    pub fn cells_alone(&mut self, prefix: &str, cells: Cells) -> &mut Self {
        let bounds = bounds(cells.counts.iter().copied().max().unwrap_or(0));
        let mut paths = vec![String::new(); DEPTHS + 1];
        for (row, counts) in cells.counts.chunks(cells.n_columns).enumerate() {
            self.row_of_cells(row, counts, &cells, &bounds, &mut paths);
        }
        for (depth, d) in paths.iter().enumerate() {
            self.path(&format!("cells {prefix}{depth}"), d);
        }
        self
    }

    /// Adds the cells of a row to the path of their depth, neighbours of one depth as one.
    fn row_of_cells(
        &self,
        row: usize,
        counts: &[u64],
        cells: &Cells,
        bounds: &[u64],
        paths: &mut [String],
    ) {
        let n_rows = cells.counts.len() / cells.n_columns;
        let part =
            |(low, high): (f64, f64), i: usize, n: usize| low + (high - low) * i as f64 / n as f64;
        // Rounded before lengths are taken, so that neighbours meet.
        let top = tenth(self.y(part(cells.y, row + 1, n_rows)));
        let bottom = tenth(self.y(part(cells.y, row, n_rows)));
        let x_of = |column: usize| tenth(self.x(part(cells.x, column, cells.n_columns)));
        let depth_of = |count: u64| if count == 0 { 0 } else { depth(count, bounds) };
        let mut column = 0;
        for run in counts.chunk_by(|a, b| depth_of(*a) == depth_of(*b)) {
            let from = x_of(column);
            column += run.len();
            let to = x_of(column);
            let depth = depth_of(run[0]);
            if depth > 0 {
                let (width, height) = (Px(to - from), Px(bottom - top));
                let (x, y) = (Px(from), Px(top));
                let _ = write!(paths[depth], "M{x} {y}h{width}v{height}h-{width}z");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Margins, Words};

    #[test]
    fn depths_are_even_in_the_logarithm() {
        assert_eq!(bounds(1), [1]);
        assert_eq!(bounds(3), [1, 2, 3]);
        assert_eq!(bounds(1_000_000), [1, 10, 100, 1000, 10_000, 100_000]);
        assert_eq!(depth(1, &bounds(1)), DEPTHS);
        let wide = bounds(1_000_000);
        assert_eq!(
            [1, 9, 10, 99_999, 1_000_000].map(|n| depth(n, &wide)),
            [1, 1, 2, 5, 6]
        );
    }

    #[test]
    fn neighbours_of_one_depth_are_one_cell() {
        let axis = Axis {
            ticks: Vec::new(),
            ..Axis::new("", 0.0, 1.0, 1)
        };
        let mut chart = Chart::new(Words::default(), (40.0, 20.0), Margins::NONE, &axis, &axis);
        let cells = Cells {
            counts: &[1, 1, 0, 100, 0, 0, 0, 1],
            n_columns: 4,
            x: (0.0, 1.0),
            y: (0.0, 1.0),
        };
        chart.cells("d", cells, 0.0);
        let svg = chart.finish().inline();
        let one = "<path class=\"cells d1\" d=\"M0 10h20v10h-20zM30 0h10v10h-10z\"/>";
        assert!(svg.as_str().contains(one), "{}", svg.as_str());
        assert!(
            svg.as_str()
                .contains("<path class=\"cells d6\" d=\"M30 10h10v10h-10z\"/>")
        );
    }
}
