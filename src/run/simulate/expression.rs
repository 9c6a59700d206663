//! Simulated expression: noise, covariates, and the effects of planted SNPs.
//!
//! A planted SNP explains a known share of the noise's variance (2 to 25 %), so the truth table tells how strong each
//! effect is.

use std::borrow::Cow;

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::genotypes::SimulatedSnps;
use super::{Purpose, SimulateConfig};
use crate::store::{CodeType, RowPlace, RowSource};

/// A planted effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// "cis" or "trans".
    pub class: &'static str,
    /// The causal SNP's row.
    pub snp: usize,
    /// Change of expression per standard deviation of the SNP.
    pub size: f64,
}

/// The simulated genes.
pub struct SimulatedGenes<'a> {
    config: &'a SimulateConfig,
    snps: &'a SimulatedSnps<'a>,
    covariates: Vec<Vec<f64>>,
}

impl<'a> SimulatedGenes<'a> {
    /// Genes that the SNPs act on.
    pub fn new(config: &'a SimulateConfig, snps: &'a SimulatedSnps<'a>) -> Self {
        let covariates = (0..config.covariates)
            .map(|row| normals(config, Purpose::Covariates, row, config.samples))
            .collect();
        Self {
            config,
            snps,
            covariates,
        }
    }

    /// The covariates `[n_covariates][n_samples]`.
    pub fn covariates(&self) -> &[Vec<f64>] {
        &self.covariates
    }

    /// The effects planted on a gene.
    pub fn effects(&self, row: usize) -> Vec<Effect> {
        let mut rng = self.config.stream(Purpose::Effects, row);
        let mut effects = Vec::new();
        let size = |rng: &mut rand_chacha::ChaCha8Rng| {
            let explained: f64 = rng.random_range(0.02..0.25);
            let sign = if rng.random() { 1.0 } else { -1.0 };
            sign * (explained / (1.0 - explained)).sqrt()
        };
        if rng.random::<f64>() < self.config.cis {
            let nearest = self.snps.layout.nearest_snp(self.config, self.place(row));
            effects.push(Effect {
                class: "cis",
                snp: nearest,
                size: size(&mut rng),
            });
        }
        if rng.random::<f64>() < self.config.trans {
            let snp = rng.random_range(0..self.config.snps);
            effects.push(Effect {
                class: "trans",
                snp,
                size: size(&mut rng),
            });
        }
        effects
    }

    /// The expression of a gene `[n_samples]`.
    pub fn values(&self, row: usize) -> Vec<f64> {
        let mut values = normals(self.config, Purpose::Noise, row, self.config.samples);
        let mut rng = self.config.stream(Purpose::Effects, row);
        rng.set_word_pos(1 << 20);
        let mut add = |size: f64, with: &[f64]| {
            values
                .iter_mut()
                .zip(with)
                .for_each(|(value, x)| *value += size * x);
        };
        for covariate in &self.covariates {
            let size: f64 = StandardNormal.sample(&mut rng);
            add(0.5 * size, covariate);
        }
        for effect in self.effects(row) {
            add(effect.size, &self.snps.standardized(effect.snp));
        }
        values
    }

    /// The ID of a gene.
    pub fn id(&self, row: usize) -> String {
        format!("gene{:06}", row + 1)
    }
}

fn normals(config: &SimulateConfig, purpose: Purpose, row: usize, n: usize) -> Vec<f64> {
    let mut rng = config.stream(purpose, row);
    (0..n).map(|_| StandardNormal.sample(&mut rng)).collect()
}

impl RowSource for SimulatedGenes<'_> {
    fn len(&self) -> usize {
        self.config.genes
    }

    fn code_type(&self) -> CodeType {
        CodeType::F64
    }

    fn chrom_names(&self) -> &[String] {
        &self.snps.layout.names
    }

    fn place(&self, row: usize) -> RowPlace {
        self.snps.layout.gene(self.config, row)
    }

    fn text(&self, row: usize, _: usize) -> Cow<'_, str> {
        self.id(row).into()
    }

    fn encode(&self, row: usize, code_type: CodeType, bytes: &mut Vec<u8>) {
        code_type.encode(&self.values(row), bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::layout::Layout;
    use super::super::small;
    use super::*;

    #[test]
    fn planted_effects_show_in_the_expression() {
        let config = SimulateConfig {
            samples: 2000,
            ..small()
        };
        let layout = Layout::new(&config);
        let snps = SimulatedSnps {
            config: &config,
            layout: &layout,
        };
        let genes = SimulatedGenes::new(&config, &snps);
        let mut n_effects = 0;
        for row in 0..config.genes {
            let values = genes.values(row);
            for effect in genes.effects(row) {
                n_effects += 1;
                let snp = snps.standardized(effect.snp);
                let slope = values.iter().zip(&snp).map(|(v, s)| v * s).sum::<f64>() / 2000.0;
                assert!((slope - effect.size).abs() < 0.2, "{effect:?} {slope}");
            }
        }
        assert!(n_effects > 20);
    }

    #[test]
    fn the_same_seed_gives_the_same_rows() {
        let (config, other) = (small(), SimulateConfig { seed: 8, ..small() });
        let layout = Layout::new(&config);
        let row = |config: &SimulateConfig| {
            let snps = SimulatedSnps {
                config,
                layout: &layout,
            };
            (snps.codes(5), SimulatedGenes::new(config, &snps).values(3))
        };
        assert_eq!(row(&config), row(&config));
        assert_ne!(row(&config), row(&other));
    }
}
