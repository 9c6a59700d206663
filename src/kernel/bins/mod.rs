//! Counts of tests by bins of their strength: the kernel of a p-value histogram.
//!
//! The strength of a test (|r|, or R2) grows as its p-value falls, so a bin of p-values is a bin of strengths, and its
//! edge in strength is known before the scan. A row of screened strengths is counted by one look into a table each:
//!
//! - Strengths are mapped to cells by a function that never falls (see [`cell_of`]), so each cell is an interval.
//! - A threshold t marks every cell from that of `t - margin` to that of `t + margin`. If the cell of v is not marked,
//!   v is not in `[t - margin, t + margin]` for any t, and every strength within the margin of v lies in the one bin
//!   that the cell then holds. This needs no bound on the rounding of the map: that it is monotone is enough. Rounding
//!   of `t - margin` and `t + margin` is monotone too and leaves the double v where it is, so the margin may be the
//!   guard itself.
//! - A marked cell names the strongest bin it can hold, and the few thresholds from there on are compared one by one.
//!   Only where one of them lies within the guard of the screened strength is the decided one asked for.

mod cell;

use self::cell::{CELL_BITS, CELLS, cell_of, scale_for};
use crate::linalg::on_wide_registers;

/// The least margin as a share of the narrowest cell: little to the table, and beyond the guard of any f64 screen. That
/// of an f32 screen is the margin itself.
const MARGIN: f64 = 0.125;
/// Set in a cell that is marked; the other bits are its strongest bin.
const MARK: u16 = 1 << 15;
/// A cell whose strengths are in no bin. Bins of this number and beyond do not fit the table.
const BELOW: u16 = MARK - 1;
/// Cell numbers are made for so many values at a time, in wide registers.
const RUN: usize = 256;

/// The bins of a histogram, as intervals of strength.
#[derive(Clone, Debug)]
pub struct Bins {
    thresholds: Vec<f64>,
    scale: f64,
    margin: f64,
    cells: Box<[u16; CELLS]>,
}

impl Bins {
    /// Bins whose weakest members are `thresholds` `[n_bins]`: entry i is the smallest strength whose p-value is at most
    /// the upper edge of bin i. Bins of smaller p come first, so thresholds do not rise; some may be equal.
    ///
    /// Where rounding makes one rise by a last digit, the rule of [`Bins::bin`] holds all the same: the first bin whose
    /// threshold is reached.
    ///
    /// `guard` is that of the screen whose strengths are to be counted.
    ///
    /// # Panics
    /// If there is no threshold, one is negative or not finite, or `guard` is.
    pub fn new(thresholds: &[f64], guard: f64) -> Self {
        assert!(!thresholds.is_empty(), "a histogram has a bin");
        assert!(
            thresholds.iter().all(|t| t.is_finite() && *t >= 0.0),
            "thresholds are finite and not negative"
        );
        assert!(
            guard.is_finite() && guard >= 0.0,
            "a guard is finite and not negative"
        );
        let thresholds = descending(thresholds);
        let scale = scale_for(&thresholds);
        let mut bins = Self {
            thresholds,
            scale,
            margin: guard.max(MARGIN / (scale * f64::from(1 << CELL_BITS))),
            cells: vec![BELOW; CELLS].try_into().expect("as many cells"),
        };
        if bins.bins() <= usize::from(BELOW) {
            bins.fill();
        }
        bins
    }

    /// How many bins there are.
    pub fn bins(&self) -> usize {
        self.thresholds.len()
    }

    /// The bin of a strength: the first whose threshold it reaches. `None` below the last threshold and for NaN.
    pub fn bin(&self, strength: f64) -> Option<usize> {
        let bin = self
            .thresholds
            .partition_point(|&t| strength < t || strength.is_nan());
        (bin < self.bins()).then_some(bin)
    }

    /// Adds the bins of one row of tests to `counts` `[n_bins]`, as [`Bins::bin`] of their decided strengths gives them.
    ///
    /// `screened` `[n]` holds screened strengths, of either sign; the decided one of each is off by `guard` at most.
    /// NaN is no test and not counted; of an infinite one nothing is known. Where the bin hangs on it, `exact(index)`
    /// gives the decided strength.
    ///
    /// A guard beyond both that of [`Bins::new`] and an eighth of the narrowest cell is served, but slowly.
    ///
    /// # Panics
    /// If `counts` has another length than there are bins, or `guard` is negative or NaN.
    pub fn count(
        &self,
        screened: &[f64],
        guard: f64,
        counts: &mut [u64],
        mut exact: impl FnMut(usize) -> f64,
    ) {
        assert_eq!(counts.len(), self.bins(), "a count a bin");
        assert!(guard >= 0.0, "a guard is not negative");
        let mut search = |index: usize, counts: &mut [u64], strongest: usize| {
            let settled = self.settle(screened[index].abs(), guard, strongest);
            if let Some(bin) = settled.unwrap_or_else(|| self.bin(exact(index))) {
                counts[bin] += 1;
            }
        };
        if guard > self.margin || counts.len() > usize::from(BELOW) {
            for (index, v) in screened.iter().enumerate() {
                let reached = |&t: &f64| t > v.abs() + guard;
                search(index, counts, self.thresholds.partition_point(reached));
            }
            return;
        }
        let mut cells = [0u16; RUN];
        for (run, values) in screened.chunks(RUN).enumerate() {
            self.cells_of(values, &mut cells);
            for (i, &cell) in cells[..values.len()].iter().enumerate() {
                let held = self.cells[usize::from(cell) % CELLS];
                // One comparison tells bins from both kinds of cells that hold none.
                if let Some(count) = counts.get_mut(usize::from(held)) {
                    *count += 1;
                } else if held != BELOW {
                    search(run * RUN + i, counts, usize::from(held & !MARK));
                }
            }
        }
    }

    /// The cells of a run of values.
    fn cells_of(&self, values: &[f64], cells: &mut [u16; RUN]) {
        on_wide_registers(
            #[inline(always)]
            || {
                for (cell, v) in cells.iter_mut().zip(values) {
                    *cell = cell_of(v.abs(), self.scale);
                }
            },
        );
    }

    /// The bin of a screened strength, known to be no stronger than `strongest`: `None` if it hangs on the decided
    /// strength, `Some(None)` if there is none.
    fn settle(&self, strength: f64, guard: f64, strongest: usize) -> Option<Option<usize>> {
        if strength.is_nan() {
            return Some(None);
        }
        if strength.is_infinite() {
            return None;
        }
        let first_reached = |from: usize, strength: f64| {
            let reached = self.thresholds[from..].iter().position(|&t| t <= strength);
            reached.map(|steps| from + steps)
        };
        // Rounding keeps the order, so the decided strength, a double and not negative, lies between these two.
        let (weakest, most) = ((strength - guard).max(0.0), strength + guard);
        let Some(bin) = first_reached(strongest, most) else {
            return Some(None);
        };
        (self.thresholds[bin] <= weakest).then_some(Some(bin))
    }

    /// Writes the bin of every cell, then the marks.
    fn fill(&mut self) {
        let cell = |strength: f64| usize::from(cell_of(strength, self.scale));
        let mut end = CELLS;
        for (bin, &threshold) in self.thresholds.iter().enumerate() {
            let from = cell(threshold);
            self.cells[from..end].fill(bin as u16);
            end = from;
        }
        // From the weakest bin up, so that of several marks the strongest bin stays.
        for (bin, &threshold) in self.thresholds.iter().enumerate().rev() {
            // No strength lies below 0, so a threshold of 0 parts nothing.
            if threshold > 0.0 {
                let first = cell((threshold - self.margin).max(0.0));
                self.cells[first..=cell(threshold + self.margin)].fill(MARK | bin as u16);
            }
        }
        // NaN, infinities and whatever lies beyond the scale.
        self.cells[CELLS - 1] = MARK;
    }
}

/// The running minimum of thresholds: a strength reaches the same one first in both lists.
fn descending(thresholds: &[f64]) -> Vec<f64> {
    let mut smallest = f64::INFINITY;
    let up_to = |threshold: &f64| {
        smallest = threshold.min(smallest);
        smallest
    };
    thresholds.iter().map(up_to).collect()
}

#[cfg(test)]
mod tests;
