//! The fixed-order dot products that decide a test.

use super::genes::GeneSide;
use super::slab::Slab;
use crate::model::{Hit, Model, Products};

/// What tests of one slab are decided with.
#[derive(Clone, Copy)]
pub struct Decider<'a> {
    /// The model.
    pub model: &'a Model,
    /// The gene side.
    pub genes: &'a GeneSide,
    /// The SNP side.
    pub slab: &'a Slab,
}

/// One decided test.
pub struct Decided {
    products: Products,
    /// Its strength.
    pub strength: f64,
}

impl Decider<'_> {
    /// Decides the test of a gene with the i-th SNP of the slab.
    pub fn decide(&self, i: usize, gene: u32) -> Decided {
        let units = self.slab.units_of(i);
        let products = self.model.products(units, self.genes.unit(gene));
        Decided {
            strength: self.model.strength(&products),
            products,
        }
    }

    /// The hit that a decided test is.
    pub fn hit(&self, i: usize, gene: u32, decided: &Decided) -> Hit {
        let estimate = self.model.estimate(
            &decided.products,
            self.genes.norms[gene as usize],
            self.slab.norm(i),
            self.slab.df_class(i),
        );
        Hit {
            snp: self.slab.rows().start + i as u32,
            gene,
            beta: estimate.beta,
            statistic: estimate.statistic,
            ln_p: estimate.ln_p,
        }
    }
}
