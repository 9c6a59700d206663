//! The bins of a p-value histogram, by their edges.
//!
//! A bin is open at its lower edge and closed at its upper one. The lowest edge counts as 0, so no small p is lost;
//! a p above the highest edge is in no bin.

/// QQ-plot edges stand at `10^-(i·0.05)`, i from 0 to this: the lowest is 10^-308.65, below the smallest normal double.
const QQ_STEPS: u32 = 6173;
const QQ_STEP: f64 = 0.05;

/// How the p-values of a histogram are binned.
#[derive(Clone, Debug, PartialEq)]
pub enum HistogramBins {
    /// So many bins of equal width from 0 to 1.
    Equal(u32),
    /// Bins between given edges, ascending.
    Edges(Vec<f64>),
    /// Twenty bins a decade down to 10^-308.65, and one below it, as a QQ-plot needs.
    QqPlot,
}

/// Bins that are none.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum HistogramError {
    /// No bin.
    #[error("a histogram of 0 bins was asked for; ask for at least 1, or leave the histogram out")]
    NoBins,
    /// No or one edge.
    #[error(
        "{found} histogram edge(s) given; bins need at least 2, the lowest and the highest p-value"
    )]
    TooFewEdges {
        /// How many there are.
        found: usize,
    },
    /// An edge that is no p-value.
    #[error("histogram edge {number} is {edge}; every edge is a p-value from 0 to 1")]
    NotAPValue {
        /// Which edge, from 1.
        number: usize,
        /// The edge.
        edge: f64,
    },
    /// An edge that is not above the one before.
    #[error(
        "histogram edge {number} is {edge}, and the edge before it {before}; give each edge once, in ascending order"
    )]
    NotAscending {
        /// Which edge, from 1.
        number: usize,
        /// The edge.
        edge: f64,
        /// The one before.
        before: f64,
    },
}

impl HistogramBins {
    /// Whether there are bins at all.
    ///
    /// # Errors
    /// If there is no bin, or the given edges are not at least two p-values in ascending order.
    pub fn check(&self) -> Result<(), HistogramError> {
        match self {
            Self::Equal(0) => Err(HistogramError::NoBins),
            Self::Equal(_) | Self::QqPlot => Ok(()),
            Self::Edges(edges) => check_edges(edges),
        }
    }

    /// The edges `[n_bins + 1]`, ascending, as R computes them.
    pub fn edges(&self) -> Vec<f64> {
        match self {
            Self::Equal(bins) => {
                // R multiplies by the width; i / bins would differ in the last bit.
                let width = 1.0 / f64::from(*bins);
                let lower = (0..*bins).map(|i| f64::from(i) * width);
                lower.chain([1.0]).collect()
            }
            Self::Edges(edges) => edges.clone(),
            Self::QqPlot => {
                let powers = (0..=QQ_STEPS)
                    .rev()
                    .map(|i| 10f64.powf(-(f64::from(i) * QQ_STEP)));
                [0.0].into_iter().chain(powers).collect()
            }
        }
    }
}

fn check_edges(edges: &[f64]) -> Result<(), HistogramError> {
    if edges.len() < 2 {
        return Err(HistogramError::TooFewEdges { found: edges.len() });
    }
    for (i, &edge) in edges.iter().enumerate() {
        let number = i + 1;
        if !(0.0..=1.0).contains(&edge) {
            return Err(HistogramError::NotAPValue { number, edge });
        }
        if i > 0 && edge <= edges[i - 1] {
            let before = edges[i - 1];
            return Err(HistogramError::NotAscending {
                number,
                edge,
                before,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(found: f64, wanted: f64) -> bool {
        (found - wanted).abs() <= 1e-14 * wanted
    }

    #[test]
    fn qqplot_edges_are_those_of_matrix_eqtl() {
        let edges = HistogramBins::QqPlot.edges();
        assert_eq!(edges.len(), 6175);
        assert_eq!(edges[0], 0.0);
        // The first, the last and every 617th edge of the histogram Matrix eQTL writes.
        for (i, wanted) in QQ_PLOT {
            assert!(close(edges[i], wanted), "{i}: {:e}, {wanted:e}", edges[i]);
        }
    }

    #[test]
    fn equal_bins_have_the_edges_of_r() {
        assert_eq!(HistogramBins::Equal(1).edges(), [0.0, 1.0]);
        // seq(0, 1, length.out = 11) in R: the third step is not 0.3.
        let edges = HistogramBins::Equal(10).edges();
        assert_eq!(edges[3], 0.30000000000000004);
        assert_eq!(edges[10], 1.0);
        assert_eq!(HistogramBins::Equal(49).edges()[49], 1.0);
    }

    #[test]
    fn edges_that_make_no_bins_are_refused() {
        let message = |edges: &[f64]| {
            HistogramBins::Edges(edges.to_vec())
                .check()
                .unwrap_err()
                .to_string()
        };
        assert!(message(&[]).starts_with("0 histogram edge(s) given"));
        assert!(message(&[0.5]).contains("at least 2"));
        assert!(message(&[0.0, 1.5]).starts_with("histogram edge 2 is 1.5"));
        assert!(message(&[f64::NAN, 1.0]).starts_with("histogram edge 1 is NaN"));
        assert!(message(&[-0.1, 1.0]).contains("from 0 to 1"));
        assert!(message(&[0.1, 0.1]).contains("the edge before it 0.1"));
        assert!(message(&[0.1, 0.5, 0.2]).starts_with("histogram edge 3 is 0.2"));
        assert_eq!(HistogramBins::Equal(0).check(), Err(HistogramError::NoBins));
        assert_eq!(
            HistogramBins::Edges(vec![0.01, 0.05, 0.5, 1.0]).check(),
            Ok(())
        );
    }

    proptest! {
        #[test]
        fn edges_of_any_number_of_equal_bins_pass_the_check(bins in 1u32..20_000) {
            let edges = HistogramBins::Equal(bins).edges();
            prop_assert_eq!(edges.len(), bins as usize + 1);
            prop_assert_eq!(HistogramBins::Edges(edges).check(), Ok(()));
        }
    }

    #[test]
    fn qqplot_edges_pass_the_check() {
        assert_eq!(
            HistogramBins::Edges(HistogramBins::QqPlot.edges()).check(),
            Ok(())
        );
    }

    const QQ_PLOT: [(usize, f64); 14] = [
        (1, 2.23872113856816e-309),
        (2, 2.51188643150945e-309),
        (3, 2.81838293126438e-309),
        (617, 1.4125375446226805e-278),
        (1234, 1e-247),
        (1851, 7.079457843841286e-217),
        (2468, 5.011872336272592e-186),
        (3085, 3.5481338923356153e-155),
        (3702, 2.511886431509531e-124),
        (4319, 1.7782794100389227e-93),
        (4936, 1.2589254117941508e-62),
        (5553, 8.912509381337441e-32),
        (6150, 0.0630957344480193),
        (6174, 1.0),
    ];
}
