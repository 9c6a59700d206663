//! How block products are screened, and the gene side in the form each way wants it.

use std::ops::Range;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::genes::GeneSide;
use super::scan_plan::ScanPlan;
use crate::kernel::{Combine, Simd, UnitRows, Weights, left_along, lowered, to_single};
use crate::model::{Form, Model, ModelKind};
use crate::plan::Classes;
use crate::store::CodeType;

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
}

/// The gene side as an engine multiplies it. Nothing in it depends on SNPs; threads share it.
#[derive(Debug)]
pub struct Operands {
    is_single: bool,
    /// The unit residuals in f32, made when they are first wanted.
    single: OnceLock<Vec<f32>>,
    /// For [`Engine::I8`].
    pub(super) weights: Option<Weights>,
    /// At least what rounding left of any gene along the design.
    pub(super) left_along: f64,
    /// The unit residuals in f32 of the genes that the weights leave out, block by block, made when they are wanted.
    left_out: Vec<OnceLock<Vec<f32>>>,
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
                left_out: Vec::new(),
            };
        }
        let grid = &plan.grid;
        let thresholds = plan.product_thresholds();
        let has_products = thresholds.iter().any(|threshold| threshold.is_finite());
        let n_blocks = if has_products { grid.gene_blocks() } else { 0 };
        let blocks = (0..n_blocks as u32).map(|block| grid.gene_rows(block));
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
            left_out: vec![OnceLock::new(); n_blocks],
        }
    }

    /// The unit residuals of a run of genes as a dense screen takes them.
    pub(super) fn unit_rows<'o>(&'o self, genes: &'o GeneSide, run: &Range<u32>) -> UnitRows<'o> {
        let single = match self.is_single {
            true => self.single_rows(genes, run),
            false => &[],
        };
        UnitRows {
            double: genes.unit_rows(run),
            single,
        }
    }

    /// The unit residuals of all genes in f32 `[n_genes x n]`.
    fn single(&self, genes: &GeneSide) -> &[f32] {
        self.single.get_or_init(|| to_single(&genes.units))
    }

    /// The unit residuals of a run of genes in f32.
    pub(super) fn single_rows(&self, genes: &GeneSide, run: &Range<u32>) -> &[f32] {
        &self.single(genes)[run.start as usize * genes.n..run.end as usize * genes.n]
    }

    /// The unit residuals in f32 of the genes of a block that the integer screen leaves out.
    pub(super) fn rows_left_out(&self, genes: &GeneSide, block: u32) -> &[f32] {
        self.left_out[block as usize].get_or_init(|| {
            let left_out = self
                .weights
                .iter()
                .flat_map(|weights| weights.left_out(block));
            let rows = left_out.map(|&gene| genes.unit_rows(&(gene..gene + 1)));
            to_single(&rows.collect::<Vec<_>>().concat())
        })
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
pub(super) fn piece_for(histogram: bool) -> usize {
    if histogram { 128 } else { 2048 }
}

/// Whether genotypes are multiplied as they lie in the store.
pub(super) fn takes_hard_calls(model: &Model, code_type: CodeType) -> bool {
    model.kind() == ModelKind::Linear
        && model.design().whitening_factor().is_empty()
        && code_type == CodeType::U8
}

impl ScanPlan {
    /// Samples in a piece of an f32 product.
    pub(super) fn piece(&self) -> usize {
        piece_for(!self.limits.edges.is_empty())
    }

    /// The strengths that hits of block products must reach, by df class.
    pub(super) fn product_thresholds(&self) -> &[f64] {
        match self.classes {
            Classes::All => &self.limits.all,
            Classes::CisTrans | Classes::CisOnly => &self.limits.trans,
        }
    }
}
