//! The two values of a pair, which are one but for rounding.

use super::number;
use super::table::Table;
use crate::formats::FormatError;
use crate::formats::input::quoted;

/// The largest difference of the two values of a pair, relative to the two standard deviations, that is taken for
/// rounding.
const ROUNDING: f64 = 1e-6;

impl Table {
    /// Puts their mean in the place of the two values of each pair and returns how far apart they were at most.
    pub(super) fn make_symmetric(&mut self) -> Result<f64, FormatError> {
        let n = self.samples.len();
        let sd: Vec<f64> = (0..n).map(|i| self.values[i * n + i].sqrt()).collect();
        let (mut worst, mut worst_pair) = (0.0, (0, 0));
        for i in 0..n {
            for j in 0..i {
                let (lower, upper) = (self.values[i * n + j], self.values[j * n + i]);
                if lower == upper {
                    continue;
                }
                // The standard deviations are divided by one after the other: their product may be no number.
                let asymmetry = (lower - upper).abs() / sd[i] / sd[j];
                if asymmetry > worst {
                    (worst, worst_pair) = (asymmetry, (i, j));
                }
                if asymmetry <= ROUNDING {
                    let mean = lower + (upper - lower) / 2.0;
                    self.values[i * n + j] = mean;
                    self.values[j * n + i] = mean;
                }
            }
        }
        if worst <= ROUNDING {
            return Ok(worst);
        }
        Err(self.not_symmetric(worst_pair))
    }

    fn not_symmetric(&self, (i, j): (usize, usize)) -> FormatError {
        let n = self.samples.len();
        let id = |sample: usize| quoted(self.samples[sample].as_bytes());
        let side = |row: usize, column: usize| {
            let value = number(self.values[row * n + column]);
            let line = self.lines[row].expect("every row is read");
            format!("{value} (line {line}, column {})", id(column))
        };
        self.reader.file_error(
            format!(
                "the table is not symmetric: the covariance of samples {} and {} is {} and {}",
                id(j),
                id(i),
                side(j, i),
                side(i, j)
            ),
            "write the same value, with all its digits, in both places",
        )
    }
}
