//! `mpiqtl simulate`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::failure::{of_command, usage};
use crate::run::{Format, Log, SimulateConfig, simulate};

/// Options of `simulate`.
#[derive(Args, Debug)]
pub struct SimulateInput {
    /// SNPs
    #[arg(long, value_name = "N", default_value_t = 2000)]
    snps: usize,
    /// Genes
    #[arg(long, value_name = "N", default_value_t = 200)]
    genes: usize,
    /// Samples
    #[arg(long, value_name = "N", default_value_t = 200)]
    samples: usize,
    /// Covariates
    #[arg(long, value_name = "N", default_value_t = 5)]
    covariates: usize,
    /// Share of genotypes that are missing, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0)]
    missing: f64,
    /// Share of genes with a causal SNP nearby, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.3)]
    cis: f64,
    /// Share of genes with a causal SNP anywhere, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.05)]
    trans: f64,
    /// Seed of the random numbers
    ///
    /// The same seed and shape give the same study in every format.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Format: h5, text or vcf
    ///
    /// h5 are stores, text is Matrix eQTL's, vcf is VCF and phenotype BED.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "h5",
        hide_possible_values = true
    )]
    format: FormatName,
    /// Folder to write to; made if need be
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    H5,
    Text,
    Vcf,
}

/// Simulates.
pub fn run(input: SimulateInput) -> ExitCode {
    for (flag, n) in [
        ("snps", input.snps),
        ("genes", input.genes),
        ("samples", input.samples),
    ] {
        if n == 0 || n > u32::MAX as usize {
            return usage(&format!("--{flag} is {n}; 1 to {} is wanted", u32::MAX));
        }
    }
    for (flag, share) in [
        ("missing", input.missing),
        ("cis", input.cis),
        ("trans", input.trans),
    ] {
        if !(0.0..=1.0).contains(&share) {
            return usage(&format!(
                "--{flag} is {share}; a share from 0 to 1 is wanted"
            ));
        }
    }
    let config = SimulateConfig {
        snps: input.snps,
        genes: input.genes,
        samples: input.samples,
        covariates: input.covariates,
        missing: input.missing,
        cis: input.cis,
        trans: input.trans,
        seed: input.seed,
        format: match input.format {
            FormatName::H5 => Format::H5,
            FormatName::Text => Format::Text,
            FormatName::Vcf => Format::Vcf,
        },
        out: input.out,
    };
    of_command(simulate(&config, Log::new(true)))
}
