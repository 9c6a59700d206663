//! The tests of rows that are too coarse for integers: products in f32.

use std::ops::Range;

use super::engine::piece_for;
use super::slab::Slab;
use crate::kernel::{Combine, SingleScreen, fill_single, for_each_beyond};

/// The f32 screen of some SNPs of a slab that an integer screen leaves to it.
#[derive(Debug)]
pub struct LeftOut {
    n_units: usize,
    screen: SingleScreen,
    /// The SNPs that were gathered last and of which slab.
    snps: Vec<u32>,
    of_slab: Range<u32>,
    /// Their unit rows `[n_units x n_snps x n]`.
    rows: Vec<f64>,
    single: Vec<f32>,
}

impl LeftOut {
    /// A screen over `n` samples that holds nothing yet.
    pub fn new(n: usize, combine: Combine) -> Self {
        Self {
            n_units: combine.n_units(),
            screen: SingleScreen::new(n, combine, piece_for(false)),
            snps: Vec::new(),
            of_slab: 0..0,
            rows: Vec::new(),
            single: Vec::new(),
        }
    }

    /// Calls `named(i, j)` for every pair of some SNPs of a slab, by place and with their residuals formed, and the j-th of
    /// some genes `[n_genes x n]` that may reach the threshold of its SNP.
    pub fn for_each_named(
        &mut self,
        slab: &Slab,
        snps: &[u32],
        genes: &[f32],
        threshold: impl Fn(usize) -> f64,
        mut named: impl FnMut(u32, usize),
    ) {
        if snps.is_empty() || genes.is_empty() {
            return;
        }
        self.gather(slab, snps);
        self.screen.multiply(&self.single, genes);
        let guard = self.screen.guard();
        for (place, &i) in snps.iter().enumerate() {
            let bound = threshold(i as usize) - guard;
            for_each_beyond(self.screen.row(place), bound, |j| named(i, j));
        }
    }

    fn gather(&mut self, slab: &Slab, snps: &[u32]) {
        if self.of_slab == *slab.rows() && self.snps == snps {
            return;
        }
        self.rows.clear();
        for unit in 0..self.n_units {
            for &i in snps {
                let row = slab.units_of(i as usize).nth(unit).expect("a unit row");
                self.rows.extend_from_slice(row);
            }
        }
        fill_single(&self.rows, &mut self.single);
        self.snps = snps.to_vec();
        self.of_slab = slab.rows().clone();
    }
}
