//! Counts are those of the decided strengths, and few of these are asked for.

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
    for (threshold, screened, exact) in [(last, first, last.next_down()), (first, last, first)] {
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
