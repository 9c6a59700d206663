//! Which engine is likely to be the fastest, by rough costs in cycles of a test.

use super::engine::{Engine, combine_of, piece_for, takes_hard_calls};
use super::genes::GeneSide;
use crate::kernel::{DenseScreen, Simd, lowered};
use crate::model::Model;
use crate::store::CodeType;

impl Engine {
    /// The engine that is likely to be the fastest for finding the tests that reach `thresholds` `[n_df_classes]`: the
    /// costs are those of multiplying, of the second look, and of deciding.
    pub fn fastest(
        model: &Model,
        genes: &GeneSide,
        thresholds: &[f64],
        simd: Simd,
        code_type: CodeType,
    ) -> Self {
        let hard_calls = takes_hard_calls(model, code_type);
        let (n, k) = (genes.n as f64, model.n_units() as f64);
        let share = |lost: f64| {
            let share = |(class, &threshold): (usize, &f64)| {
                let least = lowered(combine_of(model), threshold, lost);
                model.ln_p(least.min(1.0), class).exp()
            };
            thresholds.iter().enumerate().map(share).fold(0.0, f64::max)
        };
        let (a_second_look, deciding) = (k * n / 12.0 + 60.0, k * n * 0.6 + 100.0);
        let decided = 1.2 * share(0.0) * deciding;
        let a_cycle = match (simd, hard_calls) {
            (Simd::Portable, _) => 4.0,
            (Simd::Avx2, true) => 48.0,
            (Simd::Avx2, false) => 28.0,
            (Simd::Avx512, _) => 55.0,
        };
        let of_snp = match (hard_calls, simd) {
            (true, _) => 0.0,
            // A residual spans about five standard deviations.
            (false, _) => 5.0 / f64::from(simd.largest_code()) * UNIFORM,
        };
        const SOME: usize = 256;
        let rows = genes
            .units
            .chunks_exact(genes.n)
            .step_by(genes.norms.len().div_ceil(SOME).max(1));
        let shares: Vec<f64> = rows
            .map(|w| {
                let most = w.iter().fold(0.0f64, |most, x| most.max(x.abs()));
                share(most / 127.0 * n.sqrt() * UNIFORM + of_snp)
            })
            .collect();
        let named = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
        let costs = [
            (Self::I8, k * n / a_cycle + named * a_second_look + decided),
            (Self::F32, k * n / 14.0 + decided),
            (Self::F64, k * n / 7.0 + decided),
        ];
        let cheapest = costs.into_iter().min_by(|(_, a), (_, b)| a.total_cmp(b));
        cheapest.map_or(Self::F64, |(engine, _)| engine)
    }

    /// The dense engine that is likely to be the faster where the strength of every test is needed: near the edge of a
    /// histogram bin products in single precision leave tests to be decided. `edges` `[n_edges][n_df_classes]`.
    pub fn fastest_for_all(model: &Model, genes: &GeneSide, edges: &[Vec<f64>]) -> Self {
        let (n, k) = (genes.n as f64, model.n_units() as f64);
        let piece = piece_for(!edges.is_empty());
        let guard = DenseScreen::single(genes.n, combine_of(model), piece).guard();
        let open = |edge: &Vec<f64>| {
            let p = |strength: f64| model.ln_p(strength.clamp(0.0, 1.0), 0).exp();
            p(edge[0] - guard) - p(edge[0] + guard)
        };
        let open: f64 = edges.iter().map(open).sum();
        let deciding = k * n * 0.6 + 100.0;
        if k * n / 11.0 + open.min(1.0) * deciding < k * n / 7.0 {
            Self::F32
        } else {
            Self::F64
        }
    }
}

/// The standard deviation of a number that is evenly spread over a step.
const UNIFORM: f64 = 0.288_675_134_594_812_9;
