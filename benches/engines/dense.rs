//! Products and screens by OpenBLAS.

use mpiqtl::kernel::{Combine, DenseScreen, UnitRows, for_each_beyond, to_single};
use mpiqtl::linalg::{multiply_rows, multiply_rows_single};

use super::study::{GENES, Snps, Study};
use super::{Outcome, Subject};

/// Samples in a piece of an f32 product, as in a scan for hits.
const PIECE: usize = 2048;

/// A bare product in f64.
pub struct Dgemm<'a>(pub &'a Study, pub Vec<f64>);

/// A bare product in f32.
pub struct Sgemm<'a> {
    study: &'a Study,
    snps: Vec<f32>,
    products: Vec<f32>,
}

/// A screen by products, with the threshold.
pub struct Dense<'a> {
    study: &'a Study,
    single: Vec<f32>,
    screen: DenseScreen,
    named: Vec<(u32, u32)>,
}

/// The largest difference of products from the exact ones.
fn largest_error(products: impl Iterator<Item = f64>, snps: &Snps) -> f64 {
    let pairs = products.zip(&snps.exact);
    pairs.fold(0.0, |largest: f64, (x, exact)| {
        largest.max((x - exact).abs())
    })
}

impl<'a> Dgemm<'a> {
    pub fn new(study: &'a Study) -> Self {
        Self(study, vec![0.0; study.called.m * GENES])
    }
}

impl Subject for Dgemm<'_> {
    fn what(&self) -> String {
        "DGEMM".into()
    }

    fn macs_per_cycle(&self) -> f64 {
        8.0
    }

    fn work(&mut self) {
        let Self(study, products) = self;
        let snps = &study.called;
        multiply_rows(snps.m, GENES, study.n, &snps.units, &study.genes, products);
    }

    fn outcome(&mut self) -> Outcome {
        Outcome {
            error: Some(largest_error(self.1.iter().copied(), &self.0.called)),
            ..Outcome::default()
        }
    }
}

impl<'a> Sgemm<'a> {
    pub fn new(study: &'a Study) -> Self {
        Self {
            study,
            snps: to_single(&study.called.units),
            products: vec![0.0; study.called.m * GENES],
        }
    }
}

impl Subject for Sgemm<'_> {
    fn what(&self) -> String {
        "SGEMM".into()
    }

    fn macs_per_cycle(&self) -> f64 {
        16.0
    }

    fn work(&mut self) {
        let (n, genes) = (self.study.n, &self.study.genes_single);
        let shape = (self.study.called.m, GENES, n);
        multiply_rows_single(shape, 0..n, &self.snps, genes, &mut self.products);
    }

    fn outcome(&mut self) -> Outcome {
        let products = self.products.iter().map(|&x| x.into());
        Outcome {
            error: Some(largest_error(products, &self.study.called)),
            ..Outcome::default()
        }
    }
}

impl<'a> Dense<'a> {
    pub fn double(study: &'a Study) -> Self {
        Self::new(study, DenseScreen::double(study.n, Combine::Single))
    }

    pub fn single(study: &'a Study) -> Self {
        Self::new(study, DenseScreen::single(study.n, Combine::Single, PIECE))
    }

    fn new(study: &'a Study, screen: DenseScreen) -> Self {
        Self {
            study,
            single: to_single(&study.called.units),
            screen,
            named: Vec::new(),
        }
    }
}

impl Subject for Dense<'_> {
    fn what(&self) -> String {
        match self.screen.is_single() {
            true => "f32 screen".into(),
            false => "f64 screen".into(),
        }
    }

    fn macs_per_cycle(&self) -> f64 {
        if self.screen.is_single() { 16.0 } else { 8.0 }
    }

    fn work(&mut self) {
        let snps = UnitRows {
            double: &self.study.called.units,
            single: &self.single,
        };
        let genes = UnitRows {
            double: &self.study.genes,
            single: &self.study.genes_single,
        };
        self.screen.multiply(snps, genes);
        self.named.clear();
        let bound = self.study.threshold - self.screen.guard();
        for i in 0..self.study.called.m {
            for_each_beyond(self.screen.row(i), bound, |gene| {
                self.named.push((i as u32, gene as u32));
            });
        }
    }

    fn outcome(&mut self) -> Outcome {
        let snps = &self.study.called;
        let rows = snps.exact.chunks_exact(GENES).enumerate();
        let error = rows.fold(0.0, |largest: f64, (i, exact)| {
            let pairs = self.screen.row(i).iter().zip(exact);
            pairs.fold(largest, |largest, (x, exact)| {
                largest.max((x - exact).abs())
            })
        });
        Outcome {
            error: Some(error),
            guard: Some(self.screen.guard()),
            ..Outcome::of_named(self.study, snps, self.named.len(), &self.named)
        }
    }
}
