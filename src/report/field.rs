//! Counts over a field whose height is not known beforehand: when a value is too high, rows are joined two by two.

/// Counts of points.
#[derive(Clone, Debug)]
pub struct Field {
    counts: Vec<u64>,
    n_columns: usize,
    n_rows: usize,
    /// The ends of the field on the x axis.
    x: (f64, f64),
    /// Its height.
    height: f64,
}

impl Field {
    /// An empty field of `n_columns` x `n_rows` cells, `n_rows` even, over `x` and from 0 to `height`.
    pub fn new((n_columns, n_rows): (usize, usize), x: (f64, f64), height: f64) -> Self {
        Self {
            counts: vec![0; n_columns * n_rows],
            n_columns,
            n_rows,
            x,
            height,
        }
    }

    /// Counts a point; one that is left or right of the field is not counted, and one that is no number neither.
    pub fn add(&mut self, x: f64, y: f64) {
        let (low, high) = self.x;
        let is_inside = x >= low && x <= high && y >= 0.0 && y.is_finite();
        if !is_inside {
            return;
        }
        while y >= self.height {
            self.join_rows();
        }
        let part = (x - low) / (high - low);
        let column = ((part * self.n_columns as f64) as usize).min(self.n_columns - 1);
        let row = ((y / self.height * self.n_rows as f64) as usize).min(self.n_rows - 1);
        self.counts[row * self.n_columns + column] += 1;
    }

    fn join_rows(&mut self) {
        self.height *= 2.0;
        let n = self.n_columns;
        for row in 0..self.n_rows {
            for column in 0..n {
                let at = |row: usize| self.counts.get(row * n + column).copied().unwrap_or(0);
                // Rows below have been joined already, so nothing that is still wanted is lost.
                self.counts[row * n + column] = match row < self.n_rows / 2 {
                    true => at(2 * row) + at(2 * row + 1),
                    false => 0,
                };
            }
        }
    }

    /// The counts `[n_rows x n_columns]`, the lowest row first.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The rows up to the highest with a point, and their height.
    pub fn filled(&self) -> (&[u64], f64) {
        let last = self.counts.iter().rposition(|&count| count > 0);
        let n_rows = last.map_or(1, |last| last / self.n_columns + 1);
        let height = self.height * n_rows as f64 / self.n_rows as f64;
        (&self.counts[..n_rows * self.n_columns], height)
    }

    /// The number of columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The ends on the x axis.
    pub fn x(&self) -> (f64, f64) {
        self.x
    }

    /// The height.
    pub fn height(&self) -> f64 {
        self.height
    }

    /// All points.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn points_are_in_the_cell_they_lie_in() {
        let mut field = Field::new((2, 2), (-1.0, 1.0), 4.0);
        for (x, y) in [
            (-1.0, 0.0),
            (1.0, 3.9),
            (0.0, 1.0),
            (2.0, 1.0),
            (0.0, f64::NAN),
        ] {
            field.add(x, y);
        }
        assert_eq!(field.counts(), [1, 1, 0, 1]);
        field.counts[3] = 0;
        assert_eq!(field.filled(), (&[1, 1][..], 2.0));
        field.counts[3] = 1;
        field.add(0.5, 5.0);
        assert_eq!((field.counts(), field.height()), (&[1, 2, 0, 1][..], 8.0));
    }

    proptest! {
        #[test]
        fn the_order_of_points_does_not_matter(points in prop::collection::vec((0.0f64..1.0, 0.0f64..300.0), 0..80)) {
            let filled = |points: &mut dyn Iterator<Item = &(f64, f64)>| {
                let mut field = Field::new((5, 8), (0.0, 1.0), 2.0);
                points.for_each(|&(x, y)| field.add(x, y));
                field
            };
            let (one, other) = (filled(&mut points.iter()), filled(&mut points.iter().rev()));
            prop_assert_eq!(one.counts(), other.counts());
            prop_assert_eq!(one.total(), points.len() as u64);
        }
    }
}
