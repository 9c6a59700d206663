//! Simulated studies of any shape, with planted cis and trans effects.
//!
//! Every row comes from a random stream of its own, numbered by the row, so that any row can be made again without the
//! rows before it: a gene asks for the genotypes of its causal SNPs, and stores are written slice by slice in bounded
//! memory. The same seed and shape give the same study in every format.

mod expression;
mod genotypes;
mod layout;
mod write;

use std::path::PathBuf;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use write::simulate;

/// How a simulated study is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `genotypes.h5`, `expression.h5`.
    #[default]
    H5,
    /// Matrix eQTL's text matrices and location tables.
    Text,
    /// `genotypes.vcf` and `expression.bed`.
    Vcf,
}

/// The shape of a simulated study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SimulateConfig {
    /// SNPs.
    pub snps: usize,
    /// Genes.
    pub genes: usize,
    /// Samples.
    pub samples: usize,
    /// Covariates.
    pub covariates: usize,
    /// Share of genotypes that are missing.
    pub missing: f64,
    /// Share of genes with a causal SNP nearby.
    pub cis: f64,
    /// Share of genes with a causal SNP anywhere.
    pub trans: f64,
    /// Seed of all random numbers.
    pub seed: u64,
    /// How it is written.
    pub format: Format,
    /// Folder it is written to.
    pub out: PathBuf,
}

/// What a random stream is for; streams of different purposes never meet.
#[derive(Clone, Copy)]
enum Purpose {
    Genotypes = 1,
    Effects = 2,
    Noise = 3,
    Covariates = 4,
    Places = 5,
}

impl SimulateConfig {
    /// The random stream of one row.
    fn stream(&self, purpose: Purpose, row: usize) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream((purpose as u64) << 48 | row as u64);
        rng
    }

    /// Sample IDs.
    fn sample_ids(&self) -> Vec<String> {
        (1..=self.samples)
            .map(|i| format!("sample{i:05}"))
            .collect()
    }
}

#[cfg(test)]
fn small() -> SimulateConfig {
    SimulateConfig {
        snps: 400,
        genes: 60,
        samples: 150,
        covariates: 2,
        missing: 0.02,
        cis: 0.5,
        trans: 0.2,
        seed: 7,
        format: Format::H5,
        out: PathBuf::new(),
    }
}
