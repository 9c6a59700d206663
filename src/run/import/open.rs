//! The readers of what is imported, chosen by what the file is.

use std::path::Path;

use crate::formats::{
    BedExpression, BedGenotypes, ExpressionReader, FileKind, GeneLocations, GenotypeField,
    GenotypeReader, PlinkGenotypes, Progress, SnpLocations, TextExpression, TextGenotypes,
    VcfGenotypes,
};
use crate::run::error::RunError;
use crate::store::{ExpressionStore, GenotypeStore};

/// The sample IDs of genotypes of any accepted kind, read before anything is imported.
///
/// # Errors
/// A file that cannot be read, or is of a kind that holds no genotypes.
pub fn genotype_samples(input: &Path, field: GenotypeField) -> Result<Vec<String>, RunError> {
    if FileKind::of(input)? == FileKind::Store {
        return Ok(GenotypeStore::open(input)?.samples().to_vec());
    }
    Ok(match open_genotypes(input, field, None)? {
        Genotypes::Rows(reader, _) => reader.samples().to_vec(),
        Genotypes::Plink(plink) => plink.samples.ids().to_vec(),
    })
}

/// The sample IDs of expression of any accepted kind, read before anything is imported.
///
/// # Errors
/// A file that cannot be read, or is of a kind that holds no expression.
pub fn expression_samples(input: &Path) -> Result<Vec<String>, RunError> {
    if FileKind::of(input)? == FileKind::Store {
        return Ok(ExpressionStore::open(input)?.samples().to_vec());
    }
    let (reader, _) = open_expression(input, None)?;
    Ok(reader.samples().to_vec())
}

/// Genotypes that are open.
pub enum Genotypes {
    /// A file that is read row by row.
    Rows(Box<dyn GenotypeReader>, Progress),
    /// A PLINK set, whose rows are read where they lie.
    Plink(Box<PlinkGenotypes>),
}

/// Opens genotypes that are no store, with locations if they are text.
///
/// # Errors
/// A file that cannot be read, is of a kind that holds no genotypes, or has its own locations.
pub fn open_genotypes(
    input: &Path,
    field: GenotypeField,
    locations: Option<SnpLocations>,
) -> Result<Genotypes, RunError> {
    match FileKind::of(input)? {
        FileKind::Vcf if locations.is_some() => Err(own_locations(input, "VCF", "--snp-locations")),
        FileKind::Vcf => {
            let reader = VcfGenotypes::open(input, field)?;
            let progress = reader.progress();
            Ok(Genotypes::Rows(Box::new(reader), progress))
        }
        FileKind::Text => {
            let reader = TextGenotypes::open(input, locations)?;
            let progress = reader.progress();
            Ok(Genotypes::Rows(Box::new(reader), progress))
        }
        FileKind::PhenotypeBed if locations.is_some() => {
            Err(own_locations(input, "phenotype BED", "--snp-locations"))
        }
        FileKind::PhenotypeBed => {
            let reader = BedGenotypes::open(input)?;
            let progress = reader.progress();
            Ok(Genotypes::Rows(Box::new(reader), progress))
        }
        FileKind::PlinkBed if locations.is_some() => {
            Err(own_locations(input, "PLINK bed", "--snp-locations"))
        }
        FileKind::PlinkBed => Ok(Genotypes::Plink(Box::new(PlinkGenotypes::open(input)?))),
        FileKind::Store => Err(already_a_store(input)),
    }
}

/// Opens expression that is no store, with locations if it is text.
///
/// # Errors
/// A file that cannot be read, is of a kind that holds no expression, or has its own locations.
pub fn open_expression(
    input: &Path,
    locations: Option<GeneLocations>,
) -> Result<(Box<dyn ExpressionReader>, Progress), RunError> {
    match FileKind::of(input)? {
        FileKind::PhenotypeBed if locations.is_some() => {
            Err(own_locations(input, "phenotype BED", "--gene-locations"))
        }
        FileKind::PhenotypeBed => {
            let reader = BedExpression::open(input)?;
            let progress = reader.progress();
            Ok((Box::new(reader), progress))
        }
        FileKind::Text => {
            let reader = TextExpression::open(input, locations)?;
            let progress = reader.progress();
            Ok((Box::new(reader), progress))
        }
        FileKind::Store => Err(already_a_store(input)),
        FileKind::Vcf => Err(no_expression(input, "a VCF")),
        FileKind::PlinkBed => Err(no_expression(input, "a PLINK bed file")),
    }
}

fn no_expression(input: &Path, kind: &str) -> RunError {
    RunError::Input(format!(
        "{}: this is {kind}; expression comes as phenotype BED or text",
        input.display()
    ))
}

fn own_locations(input: &Path, kind: &str, flag: &str) -> RunError {
    RunError::Input(format!(
        "{}: a {kind} file has its own locations; leave {flag} out",
        input.display()
    ))
}

fn already_a_store(input: &Path) -> RunError {
    RunError::Input(format!(
        "{}: is a store already; give it to 'mpiqtl map' as it is",
        input.display()
    ))
}
