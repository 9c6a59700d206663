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
    genes: &'a GeneSide,
    operands: &'a Operands,
    weights: &'a Weights,
    combine: Combine,
    thresholds: &'a [f64],
    /// If genotypes are taken as they lie in the store.
    hard_calls: Option<HardCalls<'a>>,
    screen: IntegerScreen,
    rows: SnpRows,
    /// For the tests of SNPs that are left out, and of genes that are.
    dense: [LeftOut; 2],
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
            genes,
            operands,
            weights,
            combine,
            thresholds,
            screen,
            rows: SnpRows::default(),
            dense: [(); 2].map(|()| LeftOut::new(n, combine)),
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
        let [of_snps, of_genes] = &mut self.dense;
        let (thresholds, model) = (self.thresholds, self.model);
        if !self.left_out.is_empty() {
            for i in &self.left_out {
                slab.form(*i as usize, model);
            }
            let threshold = |i: usize| thresholds[usize::from(slab.df_class(i))];
            let rows = self.operands.single_rows(self.genes, genes);
            let place_named = |i: u32, j: usize| named(i, genes.start + j as u32);
            of_snps.for_each_named(slab, &self.left_out, rows, threshold, place_named);
        }
        let genes_left_out = self.weights.left_out(block);
        if !genes_left_out.is_empty() {
            let is_screened = |i: &u32| self.left_out.binary_search(i).is_err();
            let screened = self.varying.iter().copied().filter(is_screened);
            let screened: Vec<u32> = screened.collect();
            for i in &screened {
                slab.form(*i as usize, model);
            }
            let threshold = |i: usize| thresholds[usize::from(slab.df_class(i))];
            let rows = self.operands.rows_left_out(self.genes, block);
            let place_named = |i: u32, j: usize| named(i, genes_left_out[j]);
            of_genes.for_each_named(slab, &screened, rows, threshold, place_named);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::largest_code;
    use crate::model::{Covariate, Design, ModelKind, Snps};

    /// Whether an interaction of strength `strength(model)` is named, and kept by the second look.
    fn passes(simd: Simd, carriers: usize, n: usize, eps: f64) -> Option<[bool; 2]> {
        let s: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i < carriers))).collect();
        let x: Vec<f64> = (0..n).map(|i| [1.0, -1.0][i % 2]).collect();
        let covariate = Covariate {
            name: "x".into(),
            values: x.clone(),
        };
        let centered = covariate.centered();
        let design = Design::new(n, &[covariate], None).unwrap();
        let model = Model::new(design, ModelKind::LinearCross, centered).unwrap();
        let mut gene: Vec<f64> = s.iter().zip(&x).map(|(s, x)| s + eps * x * s).collect();
        model.prepare_genes(&mut gene);
        let mut snps = Snps::default();
        snps.units = s;
        model.prepare_snps(&mut snps).unwrap();
        let units = || snps.units.chunks_exact(n);
        let threshold = model.strength_thresholds(1e-5)[0];
        if model.strength(&model.products(units(), &gene)) < threshold {
            return None;
        }
        let mut rows = SnpRows::default();
        rows.resize(n, 2, 1);
        rows.set_units(0, units(), largest_code(simd, n));
        let weights = Weights::new(simd, n, &gene, std::iter::once(0..1), |_| false);
        let mut screen = IntegerScreen::new(simd, Combine::Partial, n);
        screen.load(&rows, weights.largest_size(), |_| Some(threshold));
        let mut is_named = false;
        screen.for_each_named(&weights, 0, |_, _| is_named = true);
        let is_kept = weights.could_reach(&rows, Combine::Partial, (0, 0), threshold);
        Some([is_named, is_kept])
    }

    #[test]
    fn an_interaction_is_found_where_the_snp_is_nearly_the_gene() {
        let all = [Simd::Portable, Simd::Avx2, Simd::Avx512];
        for simd in all.into_iter().filter(|simd| simd.is_here()) {
            let mut tried = 0;
            for (carriers, n) in [
                (100, 12_800),
                (126, 16_128),
                (2, 256),
                (300, 600),
                (40, 400),
            ] {
                for eps in [1.6e-8, 2e-8, 5e-8, 1e-7, 1e-6, 1e-4, 1e-2] {
                    if let Some(passes) = passes(simd, carriers, n, eps) {
                        assert_eq!(passes, [true; 2], "{simd:?} {carriers} of {n}, {eps}");
                        tried += 1;
                    }
                }
            }
            assert!(tried > 15, "{tried} are strong enough");
        }
    }
}
