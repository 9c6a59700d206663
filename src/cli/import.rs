//! `mpiqtl import genotypes` and `mpiqtl import expression`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::{FAILED, of_command};
use crate::formats::GenotypeField;
use crate::run::{ExpressionImport, GenotypeImport, Log, import_expression, import_genotypes};

/// What to import.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Genotypes from VCF (.gz too) or Matrix eQTL text.
    Genotypes(GenotypesInput),
    /// Expression from phenotype BED (.gz too) or Matrix eQTL text.
    Expression(ExpressionInput),
}

/// Options of `import genotypes`.
#[derive(Args, Debug)]
pub struct GenotypesInput {
    /// VCF or text file
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Store to write
    #[arg(long, value_name = "FILE.h5")]
    out: PathBuf,
    /// Replace the store if it is there
    #[arg(long)]
    overwrite: bool,
    /// Field of a VCF: GT (hard calls) or DS (dosages)
    #[arg(long, value_name = "FIELD", default_value = "GT")]
    genotype_field: GenotypeField,
    /// Locations for text: snp chr pos [Matrix eQTL: snpspos]
    #[arg(long, value_name = "FILE")]
    snp_locations: Option<PathBuf>,
}

/// Options of `import expression`.
#[derive(Args, Debug)]
pub struct ExpressionInput {
    /// Phenotype BED or text file
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Store to write
    #[arg(long, value_name = "FILE.h5")]
    out: PathBuf,
    /// Replace the store if it is there
    #[arg(long)]
    overwrite: bool,
    /// Locations for text: geneid chr left right [Matrix eQTL: genepos]
    #[arg(long, value_name = "FILE")]
    gene_locations: Option<PathBuf>,
}

/// Imports.
pub fn run(command: ImportCommand) -> ExitCode {
    let log = Log::new(true);
    match command {
        ImportCommand::Genotypes(input) => {
            if let Some(refusal) = refuse_to_replace(&input.out, input.overwrite) {
                return refusal;
            }
            let job = GenotypeImport {
                input: input.input,
                field: input.genotype_field,
                locations: input.snp_locations,
                out: input.out,
            };
            of_command(import_genotypes(&job, log))
        }
        ImportCommand::Expression(input) => {
            if let Some(refusal) = refuse_to_replace(&input.out, input.overwrite) {
                return refusal;
            }
            let job = ExpressionImport {
                input: input.input,
                locations: input.gene_locations,
                out: input.out,
            };
            of_command(import_expression(&job, log))
        }
    }
}

/// A store that is there is replaced on request only.
fn refuse_to_replace(out: &Path, overwrite: bool) -> Option<ExitCode> {
    (out.exists() && !overwrite).then(|| {
        eprintln!(
            "mpiqtl: error: {}: is there already; choose another --out, or give --overwrite to replace it",
            out.display()
        );
        ExitCode::from(FAILED)
    })
}
