//! The tests of rows that are too coarse for integers: products in f32.

use std::ops::Range;

use super::engine::{Operands, piece_for};
use super::genes::GeneSide;
use super::slab::Slab;
use crate::kernel::{Combine, SingleScreen, for_each_beyond};

/// The f32 screen of the rows that an integer screen leaves out.
#[derive(Debug)]
pub struct LeftOut<'a> {
    genes: &'a GeneSide,
    operands: &'a Operands,
    n_units: usize,
    screen: SingleScreen,
    /// The SNPs that were gathered last, of which slab, and their unit rows `[n_units x n_snps x n]`.
    gathered: (Range<u32>, Vec<u32>, Vec<f32>),
}

impl<'a> LeftOut<'a> {
    /// A screen that holds nothing yet.
    pub fn new(genes: &'a GeneSide, operands: &'a Operands, combine: Combine) -> Self {
        Self {
            genes,
            operands,
            n_units: combine.n_units(),
            screen: SingleScreen::new(genes.n, combine, piece_for(false)),
            gathered: Default::default(),
        }
    }

    /// Calls `named(i, gene)` for every pair of some SNPs of a slab, by place and with their residuals formed, and some
    /// genes that may reach the threshold of its SNP.
    pub fn for_each_named(
        &mut self,
        slab: &Slab,
        snps: &[u32],
        genes: &[u32],
        threshold: impl Fn(usize) -> f64,
        mut named: impl FnMut(u32, u32),
    ) {
        if snps.is_empty() || genes.is_empty() {
            return;
        }
        self.gather(slab, snps);
        let n = self.genes.n;
        let all = self.operands.single(self.genes);
        let rows = genes.iter().map(|gene| &all[*gene as usize * n..][..n]);
        let gene_rows: Vec<f32> = rows.flatten().copied().collect();
        self.screen.multiply(&self.gathered.2, &gene_rows);
        let guard = self.screen.guard();
        for (place, &i) in snps.iter().enumerate() {
            let bound = threshold(i as usize) - guard;
            for_each_beyond(self.screen.row(place), bound, |j| named(i, genes[j]));
        }
    }

    fn gather(&mut self, slab: &Slab, snps: &[u32]) {
        let (of_slab, gathered, single) = &mut self.gathered;
        if of_slab == slab.rows() && gathered == snps {
            return;
        }
        single.clear();
        for unit in 0..self.n_units {
            for &i in snps {
                let row = slab.units_of(i as usize).nth(unit).expect("a unit row");
                single.extend(row.iter().map(|x| *x as f32));
            }
        }
        *gathered = snps.to_vec();
        *of_slab = slab.rows().clone();
    }
}
