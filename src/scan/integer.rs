//! The SNP side of a block as integers, and the two looks at its tests.

use std::ops::Range;

use super::engine::{Operands, TOO_MANY, combine_of, takes_hard_calls};
use super::genes::GeneSide;
use super::left_out::LeftOut;
use super::slab::Slab;
use crate::kernel::{Combine, HardCalls, IntegerScreen, Simd, SnpRows, Weights, lowered};
use crate::model::Model;
use crate::store::{CodeType, GenotypeStore, StoreError};

/// The integer screen of one thread.
pub struct IntegerScan<'a> {
    model: &'a Model,
    weights: &'a Weights,
    combine: Combine,
    thresholds: &'a [f64],
    /// If genotypes are taken as they lie in the store.
    hard_calls: Option<HardCalls<'a>>,
    screen: IntegerScreen,
    rows: SnpRows,
    /// For the tests of rows that are left out.
    dense: LeftOut<'a>,
    /// SNPs of the slab that can have hits.
    varying: Vec<u32>,
    /// Those of them that the screen would let through too much of.
    left_out: Vec<u32>,
}

/// Codes as fine as this keep the speed of AVX2, whose 16-bit sums they fill.
const FINE_FOR_AVX2: u8 = 16;

impl<'a> IntegerScan<'a> {
    /// A screen that holds no slab yet. `thresholds` are the strengths that hits of block products must reach, by df
    /// class.
    ///
    /// # Panics
    /// If the operands are those of another engine.
    pub fn new(
        model: &'a Model,
        (genes, operands): (&'a GeneSide, &'a Operands),
        thresholds: &'a [f64],
        code_type: CodeType,
    ) -> Self {
        let weights = operands
            .weights
            .as_ref()
            .expect("weights of the integer screen");
        let (n, combine) = (weights.n(), combine_of(model));
        let screen = IntegerScreen::new(weights.simd(), combine, n);
        let largest = screen.largest_code();
        let finest = match weights.simd() {
            Simd::Avx2 => largest.min(FINE_FOR_AVX2),
            _ => largest,
        };
        let as_they_lie = takes_hard_calls(model, code_type);
        Self {
            hard_calls: as_they_lie.then(|| {
                let basis = model.design().basis_rows();
                HardCalls::new(n, basis, operands.left_along, largest, finest)
            }),
            model,
            weights,
            combine,
            thresholds,
            screen,
            rows: SnpRows::default(),
            dense: LeftOut::new(genes, operands, combine),
            varying: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Loads a slab and packs it, if it is another one than before.
    ///
    /// # Errors
    /// If the genotypes cannot be read, or a row cannot be tested.
    pub fn load(
        &mut self,
        slab: &mut Slab,
        store: &GenotypeStore,
        columns: &[u32],
        snps: Range<u32>,
    ) -> Result<(), StoreError> {
        let largest = self.screen.largest_code();
        match &mut self.hard_calls {
            Some(hard_calls) => {
                if !slab.load_hard_calls(store, columns, snps)? {
                    return Ok(());
                }
                let mut refused = Vec::new();
                hard_calls.write(slab.hard_calls(), &mut self.rows, |i| refused.push(i));
                for i in refused {
                    slab.form(i, self.model);
                    self.rows.set_units(i, slab.units_of(i), largest);
                }
            }
            None => {
                if !slab.load(store, columns, self.model, snps)? {
                    return Ok(());
                }
                let m = slab.rows().len();
                self.rows.resize(self.weights.n(), self.model.n_units(), m);
                for i in 0..m {
                    self.rows.set_units(i, slab.units_of(i), largest);
                }
            }
        }
        // With cis alone there are no products.
        if self
            .thresholds
            .iter()
            .any(|threshold| threshold.is_finite())
        {
            self.pack(slab);
        }
        Ok(())
    }

    fn pack(&mut self, slab: &Slab) {
        let (error, weight_size) = (self.weights.mean_error(), self.weights.largest_size());
        let (combine, model, thresholds) = (self.combine, self.model, self.thresholds);
        let class_of = |i: usize| usize::from(slab.df_class(i));
        self.left_out.clear();
        // Of a constant SNP all tests have strength 0, which is a hit only where everything is.
        let can_be_hit = |i: usize| slab.norm(i) != 0.0 || thresholds[class_of(i)] == 0.0;
        self.varying.clear();
        self.varying
            .extend((0..self.rows.len() as u32).filter(|i| can_be_hit(*i as usize)));
        for i in self.varying.iter().map(|i| *i as usize) {
            let off = self
                .rows
                .of_snp(i)
                .map(|(row, _)| row.size * error + row.remainder * weight_size);
            let off = off.fold(0.0, f64::max);
            let least = lowered(combine, thresholds[class_of(i)], off);
            if model.ln_p(least.min(1.0), class_of(i)).exp() > TOO_MANY {
                self.left_out.push(i as u32);
            }
        }
        let left_out = &self.left_out;
        self.screen.load(&self.rows, weight_size, |i| {
            let is_screened = can_be_hit(i) && left_out.binary_search(&(i as u32)).is_err();
            is_screened.then(|| thresholds[class_of(i)])
        });
    }

    /// Calls `named(i, gene)` for every pair of a SNP of the slab and a gene of a block whose test may be a hit.
    pub fn for_each_named(
        &mut self,
        slab: &mut Slab,
        block: u32,
        genes: &Range<u32>,
        mut named: impl FnMut(u32, u32),
    ) {
        self.screen.for_each_named(self.weights, block, &mut named);
        let left_out_genes = self.weights.left_out(block);
        if self.left_out.is_empty() && left_out_genes.is_empty() {
            return;
        }
        let is_screened = |i: &u32| self.left_out.binary_search(i).is_err();
        let screened: Vec<u32> = self.varying.iter().copied().filter(is_screened).collect();
        let every_gene: Vec<u32> = genes.clone().collect();
        for (snps, genes) in [
            (&self.left_out, &every_gene[..]),
            (&screened, left_out_genes),
        ] {
            if !genes.is_empty() {
                snps.iter().for_each(|&i| slab.form(i as usize, self.model));
            }
            let class_of = |i: usize| usize::from(slab.df_class(i));
            let threshold = |i: usize| self.thresholds[class_of(i)];
            self.dense
                .for_each_named(slab, snps, genes, threshold, &mut named);
        }
    }

    /// Whether the test of the i-th SNP with a gene can reach a strength, by 16-bit weights.
    pub fn could_reach(&self, i: u32, gene: u32, threshold: f64) -> bool {
        let pair = (i as usize, gene);
        self.weights
            .could_reach(&self.rows, self.combine, pair, threshold)
    }

    /// SNPs of the slab that the screen leaves out.
    pub fn n_left_out(&self) -> usize {
        self.left_out.len()
    }

    /// Rows of the slab that are multiplied: of SNPs in perfect linkage disequilibrium one.
    pub fn n_multiplied(&self) -> usize {
        self.screen.n_leaders()
    }
}
