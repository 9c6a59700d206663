//! `mpiqtl import genotypes` and `mpiqtl import expression`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::of_command;
use crate::formats::GenotypeField;
use crate::genome::Regions;
use crate::run::{
    ExpressionImport, GenotypeImport, Log, RunError, import_expression, import_genotypes,
};
use crate::store::Imported;

/// What to import.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Genotypes from VCF (.gz too), BCF or Matrix eQTL text, or rows of any numbers from text or phenotype BED.
    Genotypes(GenotypesInput),
    /// Expression from phenotype BED (.gz too), tensorQTL's Parquet or Matrix eQTL text.
    Expression(ExpressionInput),
}

/// The store an import writes.
#[derive(Args, Debug)]
struct StoreOut {
    /// Store to write
    #[arg(long, value_name = "FILE.h5")]
    out: PathBuf,
    /// Replace the store if it is there
    #[arg(long)]
    overwrite: bool,
}

/// Options of `import genotypes`.
#[derive(Args, Debug)]
pub struct GenotypesInput {
    /// VCF, BCF, text or phenotype BED file
    #[arg(value_name = "FILE")]
    input: PathBuf,
    #[command(flatten)]
    store: StoreOut,
    /// Field of a VCF or BCF: GT (hard calls), DS (dosages) or GP (genotype probabilities, made dosages)
    #[arg(long, value_name = "FIELD", default_value = "GT")]
    genotype_field: GenotypeField,
    /// Import what lies there alone: CHR, CHR:POS, CHR:FROM-TO or CHR:FROM-, from the first base, 1, both ends in it;
    /// several with commas, or the flag repeated. A VCF.gz or BCF with an index (.csi, .tbi) is read there alone. A record
    /// lies where its POS does, as for bcftools view -r with --regions-overlap pos; without that, bcftools takes a deletion
    /// too that begins before FROM and reaches into the region
    #[arg(long, value_name = "REGION")]
    region: Vec<Regions>,
    /// Locations for text: snp chr pos [Matrix eQTL: snpspos]
    #[arg(long, value_name = "FILE")]
    snp_locations: Option<PathBuf>,
}

/// Options of `import expression`.
#[derive(Args, Debug)]
pub struct ExpressionInput {
    /// Phenotype BED, Parquet or text file
    #[arg(value_name = "FILE")]
    input: PathBuf,
    #[command(flatten)]
    store: StoreOut,
    /// Locations for text: geneid chr left right [Matrix eQTL: genepos]
    #[arg(long, value_name = "FILE")]
    gene_locations: Option<PathBuf>,
}

impl StoreOut {
    /// The path to write to; a store that is there is replaced on request only.
    fn path(self) -> Result<PathBuf, RunError> {
        if self.out.exists() && !self.overwrite {
            return Err(RunError::Input(format!(
                "{}: is there already; choose another --out, or give --overwrite to replace it",
                self.out.display()
            )));
        }
        Ok(self.out)
    }
}

/// Imports.
pub fn run(command: ImportCommand) -> ExitCode {
    of_command(match command {
        ImportCommand::Genotypes(input) => genotypes(input),
        ImportCommand::Expression(input) => expression(input),
    })
}

fn genotypes(input: GenotypesInput) -> Result<Imported, RunError> {
    let job = GenotypeImport {
        input: input.input,
        field: input.genotype_field,
        regions: input.region.into_iter().collect(),
        locations: input.snp_locations,
        out: input.store.path()?,
    };
    import_genotypes(&job, Log::new(true))
}

fn expression(input: ExpressionInput) -> Result<Imported, RunError> {
    let job = ExpressionImport {
        input: input.input,
        locations: input.gene_locations,
        out: input.store.path()?,
    };
    import_expression(&job, Log::new(true))
}
