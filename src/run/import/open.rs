//! The readers of what is imported, chosen by what the file is.

use std::path::Path;

use crate::formats::{
    BcfGenotypes, BedExpression, BedGenotypes, ExpressionReader, FileKind, GeneLocations,
    GenotypeField, GenotypeReader, PlinkFiles, PlinkGenotypes, Progress, SelectedGenotypes,
    SnpLocations, TextExpression, TextGenotypes, VcfGenotypes,
};
use crate::genome::Regions;
use crate::run::error::RunError;
use crate::store::{ExpressionStore, GenotypeStore};

/// The sample IDs of genotypes of any accepted kind, read before anything is imported.
///
/// # Errors
/// A file that cannot be read, or is of a kind that holds no genotypes.
pub fn genotype_samples(input: &Path, field: GenotypeField) -> Result<Vec<String>, RunError> {
    let kind = genotype_kind(input)?;
    if kind == FileKind::Store {
        return Ok(GenotypeStore::open(input)?.samples().to_vec());
    }
    let opened = open_genotypes((input, kind), field, None, &Regions::default())?;
    Ok(match opened {
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

/// What a file of genotypes is.
///
/// # Errors
/// A file that cannot be read, or is of a kind that is not read, such as a PLINK bed that is damaged.
pub fn genotype_kind(input: &Path) -> Result<FileKind, RunError> {
    match FileKind::of(input) {
        Ok(FileKind::Text) => PlinkFiles::check_part(input)
            .map(|()| FileKind::Text)
            .map_err(RunError::from),
        Ok(kind) => Ok(kind),
        // What is known of a set says more than that the file is binary.
        Err(error) => Err(PlinkFiles::check_part(input).err().unwrap_or(error).into()),
    }
}

/// Genotypes that are open.
pub enum Genotypes {
    /// A file that is read row by row.
    Rows(Box<dyn GenotypeReader>, Progress),
    /// A PLINK set, whose rows are read where they lie.
    Plink(Box<PlinkGenotypes>),
}

/// Opens genotypes of a kind that is no store, with locations if they are text.
///
/// # Errors
/// A file that cannot be read, is of a kind that holds no genotypes, has its own locations, or no places for regions.
pub fn open_genotypes(
    (input, kind): (&Path, FileKind),
    field: GenotypeField,
    locations: Option<SnpLocations>,
    regions: &Regions,
) -> Result<Genotypes, RunError> {
    let with_places = match kind {
        FileKind::Vcf => "VCF",
        FileKind::Bcf => "BCF",
        FileKind::PhenotypeBed => "phenotype BED",
        FileKind::PlinkBed => "PLINK bed",
        FileKind::Text if locations.is_none() && !regions.is_empty() => {
            return Err(no_places(input));
        }
        FileKind::Text => "",
        FileKind::Store => return Err(already_a_store(input)),
        FileKind::Parquet => {
            return Err(RunError::Input(format!(
                "{}: this is Parquet, which is read as expression; genotypes come as VCF, BCF, text or phenotype BED",
                input.display()
            )));
        }
    };
    if locations.is_some() && !with_places.is_empty() {
        return Err(own_locations(input, with_places, "--snp-locations"));
    }
    if field != GenotypeField::Gt && !matches!(kind, FileKind::Vcf | FileKind::Bcf) {
        return Err(RunError::Input(format!(
            "{}: the field {field} is asked for, and only VCF and BCF have fields; leave --genotype-field out",
            input.display()
        )));
    }
    let (reader, progress): (Box<dyn GenotypeReader>, Progress) = match kind {
        FileKind::Vcf => {
            let reader = VcfGenotypes::open(input, field, regions)?;
            let progress = reader.progress();
            return Ok(Genotypes::Rows(Box::new(reader), progress));
        }
        FileKind::Bcf => {
            let reader = BcfGenotypes::open(input, field, regions)?;
            let progress = reader.progress();
            return Ok(Genotypes::Rows(Box::new(reader), progress));
        }
        FileKind::PlinkBed => {
            return Ok(Genotypes::Plink(Box::new(PlinkGenotypes::open(input)?)));
        }
        FileKind::PhenotypeBed => {
            let reader = BedGenotypes::open(input)?;
            let progress = reader.progress();
            (Box::new(reader), progress)
        }
        _ => {
            let reader = TextGenotypes::open(input, locations)?;
            let progress = reader.progress();
            (Box::new(reader), progress)
        }
    };
    if regions.is_empty() {
        return Ok(Genotypes::Rows(reader, progress));
    }
    let selected = SelectedGenotypes::new(reader, regions.clone());
    Ok(Genotypes::Rows(Box::new(selected), progress))
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
        FileKind::Parquet if locations.is_some() => {
            Err(own_locations(input, "Parquet", "--gene-locations"))
        }
        FileKind::Parquet => open_parquet(input),
        FileKind::Store => Err(already_a_store(input)),
        FileKind::Vcf | FileKind::Bcf => Err(no_expression(input, "a VCF or BCF")),
        FileKind::PlinkBed => Err(no_expression(input, "a PLINK bed file")),
    }
}

#[cfg(feature = "parquet")]
fn open_parquet(input: &Path) -> Result<(Box<dyn ExpressionReader>, Progress), RunError> {
    let reader = crate::formats::ParquetExpression::open(input)?;
    let progress = reader.progress();
    Ok((Box::new(reader), progress))
}

#[cfg(not(feature = "parquet"))]
fn open_parquet(input: &Path) -> Result<(Box<dyn ExpressionReader>, Progress), RunError> {
    Err(RunError::Input(format!(
        "{}: this is Parquet, which this mpiqtl was built without; build it with 'cargo build --release --features parquet', \
         or write the table as phenotype BED",
        input.display()
    )))
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

fn no_places(input: &Path) -> RunError {
    RunError::Input(format!(
        "{}: text has no places, so that no row lies in a region; give --snp-locations too",
        input.display()
    ))
}

fn already_a_store(input: &Path) -> RunError {
    RunError::Input(format!(
        "{}: is a store already; give it to 'mpiqtl map' as it is",
        input.display()
    ))
}
