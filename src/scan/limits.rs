//! What is asked of every test: the strength of a hit, the bins of the histogram, whether the best are kept.

use crate::kernel::Bins;
use crate::model::Model;

/// The strengths at which tests become hits or change their histogram bin, as plain numbers `[n_limits x n_df_classes]`
/// so that all ranks hold the same bits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// With one class `[n_df_classes]`; infinite where the class is not reported.
    pub all: Vec<f64>,
    /// For cis pairs.
    pub cis: Vec<f64>,
    /// For trans pairs.
    pub trans: Vec<f64>,
    /// For each histogram edge but the lowest, by ascending p; empty without a histogram.
    pub edges: Vec<Vec<f64>>,
}

impl Limits {
    /// The limits of a model for p-value thresholds and histogram edges (ascending; none without a histogram).
    pub fn new(model: &Model, p_all: f64, p_cis: f64, p_trans: f64, edges: &[f64]) -> Self {
        Self {
            all: model.strength_thresholds(p_all),
            cis: model.strength_thresholds(p_cis),
            trans: model.strength_thresholds(p_trans),
            edges: edges
                .iter()
                .skip(1)
                .map(|&p| model.strength_thresholds(p))
                .collect(),
        }
    }

    /// All limits as one row of numbers.
    pub fn to_numbers(&self) -> Vec<f64> {
        let classes = [&self.all, &self.cis, &self.trans];
        let rows = classes.into_iter().chain(&self.edges);
        rows.flatten().copied().collect()
    }

    /// The limits from [`Limits::to_numbers`].
    ///
    /// # Panics
    /// If the numbers are not those of a model with `n_df_classes`.
    pub fn from_numbers(numbers: &[f64], n_df_classes: usize) -> Self {
        let mut rows = numbers.chunks_exact(n_df_classes).map(<[f64]>::to_vec);
        let mut next = || rows.next().expect("limits of three classes of tests");
        Self {
            all: next(),
            cis: next(),
            trans: next(),
            edges: rows.collect(),
        }
    }

    /// The histogram bins of each df class, for strengths screened to within `guard`; empty without a histogram.
    pub fn bins(&self, guard: f64) -> Vec<Bins> {
        let n_df_classes = if self.edges.is_empty() {
            0
        } else {
            self.all.len()
        };
        let of_class = |class: usize| {
            let thresholds: Vec<f64> = self.edges.iter().map(|edge| edge[class]).collect();
            Bins::new(&thresholds, guard)
        };
        (0..n_df_classes).map(of_class).collect()
    }
}
