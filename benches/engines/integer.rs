//! Tiles, packing and screens by integers.

use std::hint::black_box;

use mpiqtl::kernel::{
    Combine, DEPTH, HardCalls, IntegerScreen, Simd, SnpRows, Weights, left_along,
};

use super::protocol::noise;
use super::study::{GENES, Snps, Study};
use super::{Outcome, Subject};

/// Codes as fine as this keep the speed of AVX2: what a scan asks for.
const FINE_FOR_AVX2: u8 = 16;

/// Every how many pairs the error of a product is looked at.
const STRIDE: usize = 97;

/// Bare integer products of tiles, without a threshold.
pub struct Tiles {
    simd: Simd,
    largest: u8,
    codes: Vec<u8>,
    weights: Vec<i8>,
    sums: Vec<i32>,
}

/// A slab that is written as integers and packed.
pub struct Packing<'a> {
    study: &'a Study,
    snps: &'a Snps,
    simd: Simd,
    weight_size: f64,
    hard_calls: HardCalls<'a>,
    rows: SnpRows,
    screen: IntegerScreen,
}

/// A packed slab that is screened.
pub struct Screening<'a> {
    slab: Packing<'a>,
    weights: &'a Weights,
    n_named: usize,
    reached: Vec<(u32, u32)>,
}

/// The weights of the genes of a study.
pub fn weights(study: &Study, simd: Simd) -> Weights {
    let block = 0..GENES as u32;
    Weights::new(simd, study.n, &study.genes, [block].into_iter(), |_| false)
}

impl Tiles {
    /// Tiles as many as a slab of `m` SNPs fills, of codes up to `largest`.
    pub fn new(simd: Simd, largest: u8, m: usize, n: usize) -> Self {
        let (m, genes) = (
            m.next_multiple_of(simd.tile_snps()),
            GENES.next_multiple_of(simd.tile_genes()),
        );
        let n = n.next_multiple_of(DEPTH);
        let code = |x| (x % (u64::from(largest) + 1)) as u8;
        let weight = |x| ((x % 255) as i16 - 127) as i8;
        Self {
            simd,
            largest,
            codes: noise(1).map(code).take(m * n).collect(),
            weights: noise(2).map(weight).take(genes * n).collect(),
            sums: vec![0; simd.tile_snps() * simd.tile_genes()],
        }
    }

    /// The product of the last lanes of the last tiles, in plain order.
    fn naive(&self, steps: usize) -> i32 {
        let (lanes, genes) = (self.simd.tile_snps(), self.simd.tile_genes());
        let snps = &self.codes[self.codes.len() - steps * lanes * DEPTH..];
        let weights = &self.weights[self.weights.len() - steps * genes * DEPTH..];
        let product = |k: usize| {
            let (step, depth) = (k / DEPTH, k % DEPTH);
            let code = snps[(step * lanes + lanes - 1) * DEPTH + depth];
            let weight = weights[(step * genes + genes - 1) * DEPTH + depth];
            i32::from(code) * i32::from(weight)
        };
        (0..steps * DEPTH).map(product).sum()
    }

    fn steps(&self) -> usize {
        let genes = GENES.div_ceil(self.simd.tile_genes());
        self.weights.len() / (genes * self.simd.tile_genes() * DEPTH)
    }
}

impl Subject for Tiles {
    fn what(&self) -> String {
        format!("{} tiles to {}", name_of(self.simd), self.largest)
    }

    fn macs_per_cycle(&self) -> f64 {
        64.0
    }

    fn work(&mut self) {
        let steps = self.steps();
        let snp_tile = self.simd.tile_snps() * steps * DEPTH;
        let gene_tile = self.simd.tile_genes() * steps * DEPTH;
        for genes in self.weights.chunks_exact(gene_tile) {
            for snps in self.codes.chunks_exact(snp_tile) {
                self.simd
                    .multiply_tile(snps, genes, self.largest, &mut self.sums);
                black_box(&mut self.sums);
            }
        }
    }

    fn outcome(&mut self) -> Outcome {
        let last = *self.sums.last().expect("a tile");
        Outcome {
            error: Some(f64::from(last - self.naive(self.steps()))),
            ..Outcome::default()
        }
    }
}

impl<'a> Packing<'a> {
    pub fn new(study: &'a Study, snps: &'a Snps, weights: &Weights) -> Self {
        let (n, simd) = (study.n, weights.simd());
        let basis = study.design.basis_rows();
        let screen = IntegerScreen::new(simd, Combine::Single, n);
        let largest = screen.largest_code();
        let finest = match simd {
            Simd::Avx2 => largest.min(FINE_FOR_AVX2),
            _ => largest,
        };
        let omega = left_along(n, basis, &study.genes);
        Self {
            hard_calls: HardCalls::new(n, basis, omega, largest, finest),
            weight_size: weights.largest_size(),
            rows: SnpRows::default(),
            study,
            snps,
            simd,
            screen,
        }
    }

    fn write(&mut self) {
        let (n, snps, largest) = (self.study.n, self.snps, self.screen.largest_code());
        // What is no plain hard call, and every dosage, is taken as a residual.
        let mut residuals: Vec<usize> = Vec::new();
        if snps.codes.is_empty() {
            self.rows.resize(n, 1, snps.m);
            residuals.extend(0..snps.m);
        } else {
            let refused = |i| residuals.push(i);
            self.hard_calls.write(&snps.codes, &mut self.rows, refused);
        }
        for i in residuals {
            let unit = &snps.units[i * n..][..n];
            self.rows.set_units(i, [unit].into_iter(), largest);
        }
    }
}

impl Subject for Packing<'_> {
    fn what(&self) -> String {
        format!("{} packing {}", name_of(self.simd), self.snps.what)
    }

    fn macs_per_cycle(&self) -> f64 {
        64.0
    }

    fn packs_for(&self) -> Option<String> {
        Some(screening(self.simd, self.snps))
    }

    fn work(&mut self) {
        self.write();
        let threshold = self.study.threshold;
        self.screen
            .load(&self.rows, self.weight_size, |_| Some(threshold));
    }

    fn outcome(&mut self) -> Outcome {
        Outcome::default()
    }
}

impl<'a> Screening<'a> {
    pub fn new(study: &'a Study, snps: &'a Snps, weights: &'a Weights) -> Self {
        let mut slab = Packing::new(study, snps, weights);
        slab.work();
        Self {
            slab,
            weights,
            n_named: 0,
            reached: Vec::new(),
        }
    }

    /// The largest error of a product of weights rounded as the screen rounds them, over some pairs.
    fn largest_error(&self) -> f64 {
        let Study { n, genes, .. } = self.slab.study;
        let error = |at: usize| {
            let (i, gene) = (at / GENES, at % GENES);
            let w = &genes[gene * n..][..*n];
            let step = w.iter().fold(0.0f64, |most, x| most.max(x.abs())) / 127.0;
            let (row, codes) = self.slab.rows.of_snp(i).next().expect("a row");
            let products = w.iter().zip(codes).map(|(x, &code)| {
                let weight = (x / step).round();
                weight * (f64::from(code) - row.zero)
            });
            (row.step * step * products.sum::<f64>() - self.slab.snps.exact[at]).abs()
        };
        let pairs = (0..self.slab.snps.exact.len()).step_by(STRIDE);
        pairs.map(error).fold(0.0, f64::max)
    }
}

impl Subject for Screening<'_> {
    fn what(&self) -> String {
        screening(self.slab.simd, self.slab.snps)
    }

    fn macs_per_cycle(&self) -> f64 {
        64.0
    }

    fn work(&mut self) {
        let (rows, weights) = (&self.slab.rows, self.weights);
        let threshold = self.slab.study.threshold;
        self.reached.clear();
        let reached = &mut self.reached;
        self.slab
            .screen
            .for_each_named(weights, 0, |i, gene| reached.push((i, gene)));
        self.n_named = reached.len();
        reached.retain(|&(i, gene)| {
            weights.could_reach(rows, Combine::Single, (i as usize, gene), threshold)
        });
    }

    fn outcome(&mut self) -> Outcome {
        Outcome {
            error: Some(self.largest_error()),
            ..Outcome::of_named(self.slab.study, self.slab.snps, self.n_named, &self.reached)
        }
    }
}

fn screening(simd: Simd, snps: &Snps) -> String {
    format!("{} screen {}", name_of(simd), snps.what)
}

fn name_of(simd: Simd) -> &'static str {
    match simd {
        Simd::Portable => "i8 portable",
        Simd::Avx2 => "i8 avx2",
        Simd::Avx512 => "i8 avx512",
    }
}
