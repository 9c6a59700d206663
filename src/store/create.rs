//! Making the file of a store from rows that are all known.
//!
//! It is written under a temporary name, checked onto the disk, and renamed: it is whole or absent.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use hdf5::file::LibraryVersion;
use hdf5::types::FixedAscii;
use hdf5::{File, Group};

use super::code::CodeType;
use super::error::StoreError;
use super::groups::{write_expression, write_genotypes};
use super::provenance::Provenance;
use super::scratch::ScratchFile;
use super::source::RowSource;
use super::strings::write_text;

/// The layout that is written.
pub(super) const VERSION: u32 = 2;

/// The attribute that tells a store from other HDF5 files.
pub(super) const FORMAT: &str = "mpiqtl";

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// Rows.
    pub n_rows: usize,
    /// Samples.
    pub n_samples: usize,
    /// Rows without a location.
    pub unlocated: usize,
    /// The type of the values in the store.
    pub code_type: CodeType,
}

/// The right to make the store at a path: no other process that makes one there has it at the same time.
pub struct StoreClaim {
    path: PathBuf,
    /// The file that is locked by the writers of rows that come as a stream, which keep values in it; here it stays empty.
    _lock: ScratchFile,
}

impl StoreClaim {
    /// Claims the store at `path` until it is written or the claim is dropped.
    ///
    /// # Errors
    /// If another process makes it, or the folder cannot be written.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            path: path.into(),
            _lock: ScratchFile::create(path, "values")?,
        })
    }
}

/// Writes a genotype store from rows that are all known, without spooling them.
///
/// # Errors
/// If the file cannot be written.
pub fn write_genotype_store(
    claim: StoreClaim,
    samples: &[String],
    rows: &dyn RowSource,
    provenance: &Provenance,
) -> Result<Imported, StoreError> {
    create(&claim.path, samples, rows, GENOTYPES, provenance)
}

/// Writes an expression store from rows that are all known, without spooling them.
///
/// # Errors
/// If the file cannot be written.
pub fn write_expression_store(
    claim: StoreClaim,
    samples: &[String],
    rows: &dyn RowSource,
    provenance: &Provenance,
) -> Result<Imported, StoreError> {
    create(&claim.path, samples, rows, EXPRESSION, provenance)
}

/// One side of a store: the name of its group, and what writes its rows, given the number of samples.
#[derive(Clone, Copy)]
pub(super) struct Side {
    name: &'static str,
    write: fn(&Group, &dyn RowSource, usize) -> hdf5::Result<CodeType>,
}

/// The side of the SNPs.
pub(super) const GENOTYPES: Side = Side {
    name: "genotypes",
    write: write_genotypes,
};

/// The side of the genes.
pub(super) const EXPRESSION: Side = Side {
    name: "expression",
    write: write_expression,
};

/// Makes the file under a temporary name and renames it when it is whole. Who calls it holds the lock of the store.
pub(super) fn create(
    path: &Path,
    samples: &[String],
    rows: &dyn RowSource,
    side: Side,
    provenance: &Provenance,
) -> Result<Imported, StoreError> {
    let part = part_of(path);
    let written = write_file(&part, samples, rows, side, provenance)
        .map_err(|source| StoreError::Hdf5 {
            path: part.clone(),
            action: "cannot be written; is the disk full?".into(),
            source,
        })
        .and_then(|code_type| rename(&part, path).map(|()| code_type));
    if written.is_err() {
        // The half-written file is of no use to anyone; the first error is the one to tell.
        let _ = std::fs::remove_file(&part);
    }
    Ok(Imported {
        n_rows: rows.len(),
        n_samples: samples.len(),
        unlocated: (0..rows.len())
            .filter(|&row| rows.place(row).chrom < 0)
            .count(),
        code_type: written?,
    })
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn rename(part: &Path, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Io {
        path: path.into(),
        action: "cannot be written",
        source,
    };
    let file = std::fs::File::open(part).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(part, path).map_err(failed)
}

fn write_file(
    path: &Path,
    samples: &[String],
    rows: &dyn RowSource,
    side: Side,
    provenance: &Provenance,
) -> hdf5::Result<CodeType> {
    // Large datasets start on a page, so that they can be mapped whatever their type. The layout of HDF5 1.8 has checksums
    // of its own over what describes the datasets, and every HDF5 since 2008 reads it.
    let file = File::with_options()
        .with_fapl(|access| {
            access
                .alignment(65536, 4096)
                .libver_bounds(LibraryVersion::V18, LibraryVersion::V18)
        })
        .create(path)?;
    let format = FixedAscii::<{ FORMAT.len() }>::from_ascii(FORMAT).expect("ASCII");
    file.new_attr::<FixedAscii<{ FORMAT.len() }>>()
        .create("format")?
        .write_scalar(&format)?;
    file.new_attr::<u32>()
        .create("version")?
        .write_scalar(&VERSION)?;
    let group = file.create_group("samples")?;
    write_text(&group, "id", samples.len(), |row| Cow::from(&samples[row]))?;
    let code_type = (side.write)(&file, rows, samples.len())?;
    provenance.write(&file.group(side.name)?)?;
    file.close()?;
    Ok(code_type)
}
