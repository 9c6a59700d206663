//! `mpiqtl import genotypes` and `mpiqtl import expression`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failure::of_command;
use crate::formats::{FileKind, GenotypeField};
use crate::genome::Regions;
use crate::run::{
    ExpressionImport, GenotypeFilters, GenotypeImport, Log, RunError, import_expression,
    import_genotypes,
};
use crate::store::{Imported, tell_of_lost_pages};

/// Shown below the flags of `import genotypes`.
const COUNTED: &str = "\
The counted allele is the ALT of a VCF and the A1 (column 5 of the .bim) of a PLINK set. plink2 writes ALT as A1 and \
tensorQTL counts it too; PLINK 1 makes the minor allele A1 unless told --keep-allele-order, and effects change their \
sign with it. Samples of a PLINK set are called by IID, or all by FID_IID if an IID repeats; chromosomes keep the names \
of the .bim (23 is X), 0 is no place.
Filters come in this order: samples, --extract, --missing, --maf; each SNP counts at the first that removes it.";

/// What to import.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Genotypes from VCF (.gz too), BCF, PLINK bed/bim/fam or Matrix eQTL text, or rows of any numbers from text or phenotype BED.
    #[command(after_help = COUNTED)]
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
    /// VCF, BCF, PLINK .bed (or the prefix of the set), text or phenotype BED file
    #[arg(value_name = "FILE")]
    input: PathBuf,
    #[command(flatten)]
    store: StoreOut,
    /// Field of a VCF or BCF: GT, DS or GP
    ///
    /// GT are hard calls, DS dosages, GP genotype probabilities, made dosages.
    #[arg(long, value_name = "FIELD", default_value = "GT")]
    genotype_field: GenotypeField,
    /// Import what lies there alone, such as chr22:1-5000000
    ///
    /// CHR, CHR:POS, CHR:FROM-TO or CHR:FROM-, from the first base, 1, both ends in it;
    /// several with commas, or the flag repeated. A VCF.gz or BCF with an index (.csi, .tbi) is read there alone. A record
    /// lies where its POS does, as for bcftools view -r with --regions-overlap pos; without that, bcftools takes a deletion
    /// too that begins before FROM and reaches into the region
    #[arg(long, value_name = "REGION")]
    region: Vec<Regions>,
    /// Locations for text: snp chr pos [Matrix eQTL: snpspos]
    #[arg(long, value_name = "FILE")]
    snp_locations: Option<PathBuf>,
    #[command(flatten)]
    filters: Filters,
}

/// What of a genotype file is imported.
#[derive(Args, Debug)]
#[command(next_help_heading = "Filters")]
struct Filters {
    /// Smallest minor allele frequency
    ///
    /// Among the samples imported that are not missing.
    #[arg(long, value_name = "MIN", value_parser = frequency)]
    maf: Option<f64>,
    /// Largest share of missing genotypes
    ///
    /// Among the samples imported.
    #[arg(long, visible_alias = "geno", value_name = "MAX", value_parser = share)]
    missing: Option<f64>,
    /// Samples to import, a file
    ///
    /// An ID a line, or FID and IID as PLINK writes them, of which the IID alone counts.
    #[arg(long, value_name = "FILE", conflicts_with = "samples")]
    keep: Option<PathBuf>,
    /// Samples to import
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    samples: Option<Vec<String>>,
    /// SNPs to import, a file: an ID a line
    #[arg(long, value_name = "FILE")]
    extract: Option<PathBuf>,
}

impl From<Filters> for GenotypeFilters {
    fn from(given: Filters) -> Self {
        Self {
            maf: given.maf,
            missing: given.missing,
            samples: given.samples,
            keep: given.keep,
            extract: given.extract,
        }
    }
}

fn frequency(text: &str) -> Result<f64, String> {
    number_up_to(0.5, text)
}

fn share(text: &str) -> Result<f64, String> {
    number_up_to(1.0, text)
}

fn number_up_to(most: f64, text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|x| (0.0..=most).contains(x));
    number.ok_or_else(|| format!("wanted a number from 0 to {most}"))
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
    /// The path to write to, in a folder that is there; a store that is there is replaced on request only, and what is no
    /// store never: it may be what is imported.
    fn path(self) -> Result<PathBuf, RunError> {
        let refused = |found: String| {
            let out = self.out.display();
            Err(RunError::Input(format!("{out}: {found}")))
        };
        if let Some(folder) = folder_of(&self.out).filter(|folder| !folder.is_dir()) {
            let name = folder.display();
            return refused(if folder.exists() {
                format!("{name} is no folder; choose another --out")
            } else {
                format!("there is no folder {name}; make it first, or choose another --out")
            });
        }
        if self.out.exists() {
            if !is_store(&self.out) {
                return refused(
                    "is there and is no store, which is never replaced; choose another --out"
                        .into(),
                );
            }
            if !self.overwrite {
                return refused(
                    "is there already; choose another --out, or give --overwrite to replace it"
                        .into(),
                );
            }
        }
        Ok(self.out)
    }
}

/// The folder that a path names; none for a name in the working directory.
fn folder_of(path: &Path) -> Option<&Path> {
    let folder = path.parent()?;
    (!folder.as_os_str().is_empty()).then_some(folder)
}

/// Whether a file begins as a store does; a pipe or a device is not read.
fn is_store(path: &Path) -> bool {
    path.is_file() && FileKind::of(path).is_ok_and(|kind| kind == FileKind::Store)
}

/// Imports.
pub fn run(command: ImportCommand) -> ExitCode {
    // The genotypes of a PLINK set are read where they lie. Without the sentence a lost page ends the program all the same.
    let _ = tell_of_lost_pages();
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
        filters: input.filters.into(),
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
