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

use crate::linalg::on_wide_registers;

/// Mantissa bits of a cell number: cells are 1/1024 to 1/2048 of the strength wide.
const CELL_BITS: u32 = 10;
/// Cells from 1 to 2^16 on the scale of [`cell_of`]. They take 32 KiB, of which null data touch half.
const CELLS: usize = 1 << (CELL_BITS + 4);
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

/// The cell of a strength: the leading bits of `1 + strength·scale`.
///
/// Cells are even below `1/scale` and grow with the strength above it. Each step, the rounding of the sum and of
/// the product too, keeps the order of strengths, so the whole does; NaN is beyond everything.
#[inline(always)]
fn cell_of(strength: f64, scale: f64) -> u16 {
    const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - CELL_BITS;
    const ORIGIN: u32 = (1.0f64.to_bits() >> SHIFT) as u32;
    let leading = ((1.0 + strength * scale).to_bits() >> SHIFT) as u32;
    (leading - ORIGIN).min(CELLS as u32 - 1) as u16
}

/// The scale at which the even cells end at the smallest threshold, unless the largest would then lie beyond all cells.
fn scale_for(thresholds: &[f64]) -> f64 {
    const SPAN: f64 = (1u64 << (CELLS >> CELL_BITS)) as f64;
    let Some(smallest) = thresholds.iter().rev().find(|&&t| t > 0.0) else {
        return 1.0;
    };
    let largest = thresholds[0];
    // Finite for subnormal thresholds too.
    (1.0 / smallest).min(0.5 * SPAN / largest).min(1e300)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Degrees, HistogramBins, correlation_threshold, r_squared_threshold};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    /// Thresholds of |r| or R2 for some edges.
    fn thresholds(bins: &HistogramBins, df: f64, terms: Option<u32>) -> Vec<f64> {
        let strength = |&p: &f64| match terms {
            None => correlation_threshold(p, df),
            Some(numerator) => r_squared_threshold(
                p,
                Degrees {
                    numerator,
                    residual: df,
                },
            ),
        };
        bins.edges()[1..].iter().map(strength).collect()
    }

    /// What `count` must give: the bin of each decided strength, one by one.
    fn counted_singly(bins: &Bins, screened: &[f64], exact: &[f64]) -> Vec<u64> {
        let mut counts = vec![0; bins.bins()];
        for (screened, &exact) in screened.iter().zip(exact) {
            if let Some(bin) = bins.bin(exact).filter(|_| !screened.is_nan()) {
                counts[bin] += 1;
            }
        }
        counts
    }

    fn counted(bins: &Bins, screened: &[f64], exact: &[f64], guard: f64) -> (Vec<u64>, usize) {
        let (mut counts, mut asked) = (vec![0; bins.bins()], 0);
        bins.count(screened, guard, &mut counts, |index| {
            asked += 1;
            exact[index]
        });
        (counts, asked)
    }

    /// A decided strength and what a screen may have made of it.
    #[derive(Clone, Debug)]
    enum Test {
        /// Some strength, its screened value off by this share of the guard.
        Any(f64, f64),
        /// The strength at a threshold, so many doubles above it.
        OnThreshold(usize, i64, f64),
        /// A screened value of which nothing is known.
        Infinite(f64),
        /// No test.
        Masked,
    }

    fn test() -> impl Strategy<Value = Test> {
        let off = -1.0f64..=1.0;
        prop_oneof![
            4 => (prop_oneof![0.0f64..1e-6, 0.0f64..0.1, 0.0f64..1.5, Just(0.0), Just(1.0), Just(7.0)], off.clone())
                .prop_map(|(u, off)| Test::Any(u, off)),
            4 => (0usize..10_000, -3i64..4, prop_oneof![off, Just(0.0), Just(1.0), Just(-1.0)])
                .prop_map(|(i, ulps, off)| Test::OnThreshold(i, ulps, off)),
            1 => (0.0f64..1.0).prop_map(Test::Infinite),
            1 => Just(Test::Masked),
        ]
    }

    /// Whether `|a - b| <= guard`, the rounding of the difference accounted for (Knuth's two-sum).
    fn within(guard: f64, a: f64, b: f64) -> bool {
        let difference = a - b;
        let b_again = a - difference;
        let lost = (a - (difference + b_again)) + (b_again - b);
        let beyond = difference.abs() - guard;
        beyond < 0.0 || (beyond == 0.0 && lost * difference <= 0.0)
    }

    /// The screened value and the decided strength of a test, at most `guard` apart.
    fn values(test: &Test, thresholds: &[f64], guard: f64, negative: bool) -> (f64, f64) {
        let near = |exact: f64, off: f64| {
            let mut screened = exact + off * guard;
            while !within(guard, screened, exact) {
                screened = if screened > exact {
                    screened.next_down()
                } else {
                    screened.next_up()
                };
            }
            screened
        };
        let (screened, exact) = match *test {
            Test::Any(exact, off) => (near(exact, off).max(0.0), exact),
            Test::OnThreshold(i, ulps, off) => {
                let threshold = thresholds[i % thresholds.len()];
                let exact = f64::from_bits(threshold.to_bits().saturating_add_signed(ulps));
                (near(exact, off).max(0.0), exact)
            }
            Test::Infinite(exact) => (f64::INFINITY, exact),
            Test::Masked => (f64::NAN, 0.5),
        };
        (if negative { -screened } else { screened }, exact)
    }

    /// Thresholds of every kind, made once.
    static KINDS: LazyLock<Vec<Vec<f64>>> = LazyLock::new(|| {
        let kinds = [
            (HistogramBins::Equal(1), 828.0, None),
            (HistogramBins::Equal(100), 828.0, None),
            (HistogramBins::Equal(100), 59_988.0, Some(2)),
            (HistogramBins::Equal(977), 20.0, Some(3)),
            (HistogramBins::QqPlot, 828.0, None),
            (HistogramBins::QqPlot, 2.0, None),
            (
                HistogramBins::Edges(vec![0.0, 1e-300, 1e-5, 0.05]),
                59_988.0,
                None,
            ),
            (HistogramBins::Edges(vec![0.01, 0.05, 0.5, 1.0]), 1.0, None),
        ];
        let made = kinds
            .iter()
            .map(|(bins, df, terms)| thresholds(bins, *df, *terms));
        made.collect()
    });

    const GUARDS: [f64; 7] = [0.0, 1e-13, 1e-11, 1e-6, 2e-5, 1e-3, 0.3];

    proptest! {
        #[test]
        fn counts_are_those_of_the_decided_strengths(
            thresholds in prop::sample::select(&KINDS[..]),
            tests in prop::collection::vec((test(), any::<bool>()), 0..700),
            guard in prop::sample::select(GUARDS.to_vec()),
            of_bins in prop::sample::select(GUARDS.to_vec()),
            is_of_bins in prop::bool::weighted(0.8),
        ) {
            let bins = Bins::new(&thresholds, if is_of_bins { guard } else { of_bins });
            let (screened, exact): (Vec<f64>, Vec<f64>) = tests
                .iter()
                .map(|(test, negative)| values(test, &thresholds, guard, *negative))
                .unzip();
            let (counts, _) = counted(&bins, &screened, &exact, guard);
            prop_assert_eq!(counts, counted_singly(&bins, &screened, &exact));
        }

        #[test]
        fn bins_between_any_thresholds_hold(
            mut thresholds in prop::collection::vec(
                prop_oneof![Just(0.0), Just(1.0), 0.0f64..1.0, (-300.0f64..0.0).prop_map(f64::exp2)],
                1..40,
            ),
            tests in prop::collection::vec((test(), any::<bool>()), 0..300),
            guard in prop::sample::select(GUARDS.to_vec()),
        ) {
            thresholds.sort_by(|a, b| b.total_cmp(a));
            let bins = Bins::new(&thresholds, guard);
            let (screened, exact): (Vec<f64>, Vec<f64>) = tests
                .iter()
                .map(|(test, negative)| values(test, &thresholds, guard, *negative))
                .unzip();
            let (counts, _) = counted(&bins, &screened, &exact, guard);
            prop_assert_eq!(counts, counted_singly(&bins, &screened, &exact));
        }

        #[test]
        fn cells_keep_the_order_of_strengths(a in 0.0f64..2.0, b in 0.0f64..2.0, scale in 1e-3f64..1e9) {
            prop_assert!(cell_of(a.min(b), scale) <= cell_of(a.max(b), scale));
            prop_assert!(cell_of(a, scale) <= cell_of(a.next_up(), scale));
            prop_assert_eq!(usize::from(cell_of(f64::NAN, scale)), CELLS - 1);
            prop_assert_eq!(usize::from(cell_of(f64::INFINITY, scale)), CELLS - 1);
        }
    }

    #[test]
    fn a_bin_holds_its_threshold_and_not_the_double_below() {
        let bins = Bins::new(&[1.0, 1.0, 0.5, 0.25], 0.0);
        assert_eq!(bins.bins(), 4);
        assert_eq!(bins.bin(3.0), Some(0));
        assert_eq!(bins.bin(1.0), Some(0));
        assert_eq!(bins.bin(1.0f64.next_down()), Some(2));
        assert_eq!(bins.bin(0.5), Some(2));
        assert_eq!(bins.bin(0.25), Some(3));
        assert_eq!(bins.bin(0.25f64.next_down()), None);
        assert_eq!(bins.bin(f64::NAN), None);
    }

    #[test]
    fn the_decided_strength_is_asked_for_only_where_the_bin_hangs_on_it() {
        for guard in [1e-13, 2e-5, 1e-2] {
            let bins = Bins::new(&[0.5, 0.25, 0.0], guard);
            let screened = [
                0.3,
                -0.5,
                0.0,
                0.1 * guard,
                -0.25 - 2.0 * guard,
                0.25 - 0.5 * guard,
                f64::NAN,
                0.9,
            ];
            let (counts, asked) = counted(&bins, &screened, &screened.map(f64::abs), guard);
            assert_eq!(counts, [2, 2, 3]);
            assert_eq!(asked, 2);
        }
    }

    #[test]
    fn no_more_null_tests_are_decided_than_lie_within_the_guard_of_an_edge() {
        let df = 828.0;
        let edges = thresholds(&HistogramBins::Equal(100), df, None);
        // Strengths of evenly spread p-values.
        let p = |i: u32| (f64::from(i) + 0.5) / 20_000.0;
        let strengths: Vec<f64> = (0..20_000)
            .map(|i| correlation_threshold(p(i), df))
            .collect();
        for guard in [1e-13, 1e-6, 1.5e-5, 1e-4, 1e-3] {
            let bins = Bins::new(&edges, guard);
            let near = |v: &&f64| {
                edges
                    .iter()
                    .any(|t| *t > 0.0 && (**v - t).abs() <= guard * 1.000001)
            };
            let near = strengths.iter().filter(near).count();
            let (_, asked) = counted(&bins, &strengths, &strengths, guard);
            assert!(asked <= near, "{asked}, {near} near an edge, guard {guard}");
            assert_eq!(guard > 1e-5, asked > 0);
        }
    }

    #[test]
    fn a_threshold_at_the_edge_of_a_cell_is_seen_from_the_next_cell() {
        // The smallest threshold, and with it the scale, stays as the middle one moves to either edge of a cell.
        let scale = scale_for(&[0.5, 0.25]);
        let (mut last, mut first) = (0.375f64.to_bits(), 0.4f64.to_bits());
        let cell = |bits| cell_of(f64::from_bits(bits), scale);
        while first - last > 1 {
            let middle = last + (first - last) / 2;
            if cell(middle) == cell(last) {
                last = middle;
            } else {
                first = middle;
            }
        }
        let (last, first) = (f64::from_bits(last), f64::from_bits(first));
        for (threshold, screened, exact) in [(last, first, last.next_down()), (first, last, first)]
        {
            let bins = Bins::new(&[0.5, threshold, 0.25], 1e-13);
            let (counts, asked) = counted(&bins, &[screened], &[exact], 1e-13);
            assert_eq!(counts, counted_singly(&bins, &[screened], &[exact]));
            assert_eq!(asked, 1);
        }
    }

    #[test]
    fn few_null_tests_are_searched_for() {
        for (guard, most) in [(1e-13, 600), (1e-6, 1_000), (1.5e-5, 3_000)] {
            for bins in [HistogramBins::Equal(100), HistogramBins::QqPlot] {
                // At 59,988 the strengths are small, and so is what a wide guard leaves.
                let dfs = if guard < 1e-9 {
                    &[828.0, 59_988.0][..]
                } else {
                    &[828.0]
                };
                for &df in dfs {
                    let bins = Bins::new(&thresholds(&bins, df, None), guard);
                    // Strengths of evenly spread p-values.
                    let p = |i: u32| (f64::from(i) + 0.5) / 20_000.0;
                    let marked = (0..20_000).filter(|&i| {
                        let strength = correlation_threshold(p(i), df);
                        bins.cells[usize::from(cell_of(strength, bins.scale))] & MARK != 0
                    });
                    let marked = marked.count();
                    assert!(marked < most, "{marked} of 20,000, guard {guard}");
                }
            }
        }
    }

    #[test]
    fn more_bins_than_a_table_can_number_are_searched_for() {
        let thresholds: Vec<f64> = (0..70_000).rev().map(|i| f64::from(i) / 70_000.0).collect();
        let bins = Bins::new(&thresholds, 1e-13);
        let strengths: Vec<f64> = (0..5_000).map(|i| f64::from(i) / 4_999.0).collect();
        let (counts, _) = counted(&bins, &strengths, &strengths, 1e-13);
        assert_eq!(counts, counted_singly(&bins, &strengths, &strengths));
    }
}
