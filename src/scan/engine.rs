//! How block products are screened, and the gene side in the form each way wants it.

use std::ops::Range;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::genes::GeneSide;
use super::scan_plan::ScanPlan;
use crate::kernel::{
    Combine, DenseScreen, Simd, UnitRows, Weights, left_along, lowered, to_single,
};
use crate::model::{Form, Model};
use crate::plan::Classes;

/// How block products are screened; the results are the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Double precision.
    F64,
    /// Single precision.
    F32,
    /// Integers.
    I8,
}

impl Engine {
    /// The word for it in options and `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::I8 => "i8",
        }
    }

    /// The engine that is likely to be the fastest for limits, by rough costs in cycles of a test: of multiplying, of the
    /// second look, of deciding. `hard_calls` says whether genotypes are multiplied as they lie in the store.
    pub fn fastest(
        model: &Model,
        genes: &GeneSide,
        thresholds: &[f64],
        simd: Simd,
        hard_calls: bool,
    ) -> Self {
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
}

impl Engine {
    /// The dense engine that is likely to be the faster where the strength of every test is needed: near the edge of a
    /// bin products in single precision leave tests to be decided.
    pub fn fastest_for_all(model: &Model, genes: &GeneSide, edges: &[Vec<f64>]) -> Self {
        let (n, k) = (genes.n as f64, model.n_units() as f64);
        let piece = match edges.is_empty() {
            true => PIECE_FOR_HITS,
            false => PIECE_FOR_BINS,
        };
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

/// The gene side as an engine multiplies it. Nothing in it depends on SNPs; threads share it.
#[derive(Clone, Debug)]
pub struct Operands {
    is_single: bool,
    /// The unit residuals in f32, made when they are first wanted.
    single: OnceLock<Vec<f32>>,
    /// For [`Engine::I8`].
    pub(super) weights: Option<Weights>,
    /// At least what rounding left of any gene along the design.
    pub(super) left_along: f64,
}

impl Operands {
    /// The operands of a plan's engine, for the instructions at hand.
    pub fn new(plan: &ScanPlan, model: &Model, genes: &GeneSide, simd: Simd) -> Self {
        if plan.engine != Engine::I8 {
            return Self {
                is_single: plan.engine == Engine::F32,
                single: OnceLock::new(),
                weights: None,
                left_along: 0.0,
            };
        }
        let grid = &plan.grid;
        let blocks = (0..grid.gene_blocks() as u32).map(|block| grid.gene_rows(block));
        let thresholds = plan.product_thresholds();
        let is_left_out = |error: f64| {
            let share = |(class, &threshold): (usize, &f64)| {
                let least = lowered(combine_of(model), threshold, error);
                model.ln_p(least.min(1.0), class).exp()
            };
            thresholds.iter().enumerate().map(share).fold(0.0, f64::max) > TOO_MANY
        };
        Self {
            is_single: false,
            single: OnceLock::new(),
            weights: Some(Weights::new(
                simd,
                genes.n,
                &genes.units,
                blocks,
                is_left_out,
            )),
            left_along: left_along(genes.n, model.design().basis_rows(), &genes.units),
        }
    }

    /// The unit residuals of a run of genes as a dense screen takes them.
    pub(super) fn unit_rows<'o>(&'o self, genes: &'o GeneSide, run: &Range<u32>) -> UnitRows<'o> {
        let single = match self.is_single {
            true => &self.single(genes)[run.start as usize * genes.n..run.end as usize * genes.n],
            false => &[],
        };
        UnitRows {
            double: genes.unit_rows(run),
            single,
        }
    }

    /// The unit residuals in f32 `[n_genes x n]`.
    pub(super) fn single(&self, genes: &GeneSide) -> &[f32] {
        self.single.get_or_init(|| to_single(&genes.units))
    }

    /// Genes that the integer screen leaves out; 0 for other engines.
    pub fn genes_left_out(&self) -> usize {
        self.weights.as_ref().map_or(0, Weights::n_left_out)
    }
}

/// The share of tests let through beyond which a row is left to products in f32: the second look costs about ten times
/// as much as a screened test.
pub(super) const TOO_MANY: f64 = 0.25;

/// How products make the strength of a test.
pub(super) fn combine_of(model: &Model) -> Combine {
    match model.form() {
        Form::Single => Combine::Single,
        Form::Partial => Combine::Partial,
        Form::SumOfSquares(k) => Combine::SumOfSquares(k),
    }
}

/// Samples in a piece of an f32 product: short pieces lose less to rounding, which histograms need, and take longer.
const PIECE_FOR_HITS: usize = 2048;
/// See [`PIECE_FOR_HITS`].
const PIECE_FOR_BINS: usize = 128;

impl ScanPlan {
    /// Samples in a piece of an f32 product.
    pub(super) fn piece(&self) -> usize {
        match self.limits.edges.is_empty() {
            true => PIECE_FOR_HITS,
            false => PIECE_FOR_BINS,
        }
    }

    /// The strengths that hits of block products must reach, by df class.
    pub(super) fn product_thresholds(&self) -> &[f64] {
        match self.classes {
            Classes::All => &self.limits.all,
            Classes::CisTrans | Classes::CisOnly => &self.limits.trans,
        }
    }
}
