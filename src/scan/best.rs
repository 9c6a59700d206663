//! The strongest test of every row, whatever the threshold.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

/// The strongest test of one row.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Best {
    /// Its strength; 0 before any test that found something.
    pub strength: f64,
    /// The row of the other side.
    pub partner: u32,
    /// The df class of the test.
    pub df_class: u32,
}

impl Best {
    /// No test yet that found something.
    pub const NONE: Self = Self {
        strength: 0.0,
        partner: u32::MAX,
        df_class: 0,
    };

    /// Takes another test of the same degrees of freedom if it is stronger, or as strong with an earlier partner. Tests of
    /// strength 0 are all alike and none is taken.
    pub fn take(&mut self, other: Self) {
        let is_earlier = other.strength == self.strength && other.partner < self.partner;
        if other.strength > self.strength || is_earlier && other.strength > 0.0 {
            *self = other;
        }
    }

    /// Takes other tests place by place, as far as there are any.
    pub fn take_all(bests: &mut [Self], others: &[Self]) {
        for (best, other) in bests.iter_mut().zip(others) {
            best.take(*other);
        }
    }
}

/// The strongest tests of the SNPs of one rank and of all genes, in one class of tests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bests {
    /// The SNP rows covered.
    pub first_snp: u32,
    /// By SNP row, from `first_snp` on.
    pub snps: Vec<Best>,
    /// By df class and gene row `[n_df_classes x n_genes]`: strengths compare only where degrees of freedom are equal.
    pub genes: Vec<Best>,
    /// What a screened strength must reach to be looked at for a gene `[n_df_classes x n_genes]`.
    bounds: Vec<f64>,
    n_genes: usize,
    guard: f64,
}

impl Bests {
    /// No tests yet of some SNPs with all genes, given by their norms: a constant gene, of norm 0, has no strongest test.
    /// `guard` is how far a screened strength can be off.
    pub fn new(snps: &Range<u32>, gene_norms: &[f64], n_df_classes: usize, guard: f64) -> Self {
        let bound = |norm: &f64| match *norm {
            0.0 => f64::INFINITY,
            _ => -guard,
        };
        let bounds: Vec<f64> = gene_norms.iter().map(bound).collect();
        let n_genes = gene_norms.len();
        Self {
            first_snp: snps.start,
            snps: vec![Best::NONE; snps.len()],
            genes: vec![Best::NONE; n_df_classes * n_genes],
            bounds: bounds.repeat(n_df_classes),
            n_genes,
            guard,
        }
    }

    /// The strongest tests of all SNPs and of all genes by df class, put together from those of several ranks.
    pub fn of_rows(snps: Vec<Best>, genes: Vec<Best>) -> Self {
        Self {
            snps,
            genes,
            ..Self::default()
        }
    }

    /// Takes in a decided test; one of strength 0 found nothing and changes nothing.
    pub fn take(&mut self, snp: u32, gene: u32, strength: f64, df_class: u8) {
        if strength == 0.0 {
            return;
        }
        let of = |partner| Best {
            strength,
            partner,
            df_class: df_class.into(),
        };
        self.snps[(snp - self.first_snp) as usize].take(of(gene));
        let place = usize::from(df_class) * self.n_genes + gene as usize;
        self.genes[place].take(of(snp));
        self.bounds[place] = self.genes[place].strength - self.guard;
    }

    /// What a screened strength must reach to be looked at for a SNP.
    pub fn snp_bound(&self, snp: u32) -> f64 {
        self.snps[(snp - self.first_snp) as usize].strength - self.guard
    }

    /// What screened strengths must reach to be looked at for some genes.
    pub fn gene_bounds(&self, genes: &Range<u32>, df_class: u8) -> &[f64] {
        let start = usize::from(df_class) * self.n_genes;
        &self.bounds[start + genes.start as usize..start + genes.end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_of_equals_is_kept_in_any_order() {
        let mut bests = Bests::new(&(4..6), &[0.0, 1.0, 1.0], 1, 1e-13);
        for (snp, gene, strength) in [(5, 2, 0.5), (5, 1, 0.5), (4, 2, 0.5), (4, 0, 0.0)] {
            bests.take(snp, gene, strength, 0);
        }
        let partners: Vec<u32> = bests.snps.iter().map(|best| best.partner).collect();
        assert_eq!(partners, [2, 1]);
        assert_eq!(bests.genes[2].partner, 4);
        assert_eq!(bests.genes[0], Best::NONE);
        assert!(bests.snp_bound(4) < 0.5);
        let (none, some) = (bests.gene_bounds(&(0..1), 0), bests.gene_bounds(&(1..3), 0));
        assert_eq!(none, [f64::INFINITY]);
        assert!(some.iter().all(|&bound| 0.4 < bound && bound < 0.5));
    }

    proptest! {
        #[test]
        fn tests_taken_apart_and_joined_are_as_taken_together(
            tests in prop::collection::vec((4..9u32, 0..5u32, 0..4u8, any::<bool>()), 0..60),
        ) {
            let new = || Bests::new(&(4..9), &[1.0, 0.0, 1.0, 1.0, 1.0], 2, 1e-13);
            let (mut together, mut one, mut other) = (new(), new(), new());
            for (snp, gene, strength, is_here) in tests {
                // The tests of a SNP have one df class, those of a constant gene no strength.
                let df_class = u8::from(snp % 2 == 0);
                let strength = if gene == 1 { 0.0 } else { f64::from(strength) / 4.0 };
                together.take(snp, gene, strength, df_class);
                let part = if is_here { &mut one } else { &mut other };
                part.take(snp, gene, strength, df_class);
            }
            Best::take_all(&mut one.snps, &other.snps);
            Best::take_all(&mut one.genes, &other.genes);
            prop_assert_eq!((one.snps, one.genes), (together.snps, together.genes));
        }
    }
}
