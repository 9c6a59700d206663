//! Making the file of a store from rows that are all known.
//!
//! It is written under a temporary name, checked onto the disk, and renamed: it is whole or absent.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use hdf5::types::VarLenUnicode;
use hdf5::{File, Group, H5Type};
use ndarray::{ArrayView2, s};

use super::code::CodeType;
use super::error::StoreError;
use super::source::RowSource;
use super::strings::{variable, write_text};

/// The layout written and read.
pub(super) const VERSION: u32 = 1;

/// Bytes copied from the spool at a time.
const COPY_BYTES: usize = 8 << 20;

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

/// Writes a genotype store from rows that are all known, without spooling them.
///
/// # Errors
/// If the file cannot be written.
pub fn write_genotype_store(
    path: &Path,
    samples: &[String],
    rows: &dyn RowSource,
) -> Result<Imported, StoreError> {
    create(path, samples, rows, write_genotypes)
}

/// Writes an expression store from rows that are all known, without spooling them.
///
/// # Errors
/// If the file cannot be written.
pub fn write_expression_store(
    path: &Path,
    samples: &[String],
    rows: &dyn RowSource,
) -> Result<Imported, StoreError> {
    create(path, samples, rows, write_expression)
}

/// Writes one group of a store: its rows and the number of samples.
pub(super) type WriteRows = fn(&Group, &dyn RowSource, usize) -> hdf5::Result<CodeType>;

/// Makes the file under a temporary name and renames it when it is whole.
pub(super) fn create(
    path: &Path,
    samples: &[String],
    rows: &dyn RowSource,
    write: WriteRows,
) -> Result<Imported, StoreError> {
    let part = part_of(path);
    let written = write_file(&part, samples, rows, write)
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
    write: WriteRows,
) -> hdf5::Result<CodeType> {
    // Large datasets start on a page, so that they can be mapped whatever their type.
    let file = File::with_options()
        .with_fapl(|access| access.alignment(65536, 4096))
        .create(path)?;
    file.new_attr::<VarLenUnicode>()
        .create("format")?
        .write_scalar(&variable("mpiqtl"))?;
    file.new_attr::<u32>()
        .create("version")?
        .write_scalar(&VERSION)?;
    let group = file.create_group("samples")?;
    write_text(&group, "id", samples.len(), |row| Cow::from(&samples[row]))?;
    let code_type = write(&file, rows, samples.len())?;
    file.close()?;
    Ok(code_type)
}

pub(super) fn write_genotypes(
    file: &Group,
    rows: &dyn RowSource,
    n_samples: usize,
) -> hdf5::Result<CodeType> {
    let group = file.create_group("genotypes")?;
    let code_type = rows.code_type();
    match code_type {
        CodeType::U8 => write_matrix::<u8>(&group, "code", rows, code_type, n_samples)?,
        CodeType::U16 { .. } => write_matrix::<u16>(&group, "code", rows, code_type, n_samples)?,
        CodeType::F32 => write_matrix::<f32>(&group, "code", rows, code_type, n_samples)?,
        CodeType::F64 => write_matrix::<f64>(&group, "code", rows, code_type, n_samples)?,
    }
    let codes = group.dataset("code")?;
    let decimals = match code_type {
        CodeType::U16 { decimals } => decimals,
        _ => 0,
    };
    let missing = match code_type {
        CodeType::U8 => 255.0,
        CodeType::U16 { .. } => 65535.0,
        _ => f64::NAN,
    };
    codes
        .new_attr::<u32>()
        .create("decimals")?
        .write_scalar(&decimals)?;
    codes
        .new_attr::<f64>()
        .create("missing")?
        .write_scalar(&missing)?;
    codes
        .new_attr::<VarLenUnicode>()
        .create("counted_allele")?
        .write_scalar(&variable("alt"))?;
    write_places(&group, rows)?;
    write_column(&group, "pos", rows, |rank| rows.place(rank).left)?;
    write_text(&group, "id", rows.len(), |rank| rows.text(rank, 0))?;
    write_text(&group, "ref", rows.len(), |rank| rows.text(rank, 1))?;
    write_text(&group, "alt", rows.len(), |rank| rows.text(rank, 2))?;
    Ok(code_type)
}

pub(super) fn write_expression(
    file: &Group,
    rows: &dyn RowSource,
    n_samples: usize,
) -> hdf5::Result<CodeType> {
    let group = file.create_group("expression")?;
    write_matrix::<f64>(&group, "value", rows, CodeType::F64, n_samples)?;
    write_places(&group, rows)?;
    write_column(&group, "left", rows, |rank| rows.place(rank).left)?;
    write_column(&group, "right", rows, |rank| rows.place(rank).right)?;
    write_text(&group, "id", rows.len(), |rank| rows.text(rank, 0))?;
    Ok(CodeType::F64)
}

fn write_places(group: &Group, rows: &dyn RowSource) -> hdf5::Result<()> {
    let names = rows.chrom_names();
    write_text(group, "chrom_name", names.len(), |i| Cow::from(&names[i]))?;
    write_column(group, "chrom", rows, |rank| rows.place(rank).chrom)
}

fn write_column<T: H5Type + Copy>(
    group: &Group,
    name: &str,
    rows: &dyn RowSource,
    value: impl Fn(usize) -> T,
) -> hdf5::Result<()> {
    let values: Vec<T> = (0..rows.len()).map(value).collect();
    group
        .new_dataset::<T>()
        .shape(rows.len())
        .create(name)?
        .write_raw(&values)
}

/// Copies the spooled rows into a contiguous dataset, some at a time.
fn write_matrix<T: H5Type + bytemuck::Pod>(
    group: &Group,
    name: &str,
    rows: &dyn RowSource,
    code_type: CodeType,
    n_samples: usize,
) -> hdf5::Result<()> {
    let shape = (rows.len(), n_samples);
    let matrix = group
        .new_dataset::<T>()
        .no_chunk()
        .shape(shape)
        .create(name)?;
    let step = (COPY_BYTES / (shape.1 * code_type.size()).max(1)).max(1);
    let mut bytes = Vec::new();
    for start in (0..shape.0).step_by(step) {
        let end = (start + step).min(shape.0);
        bytes.clear();
        (start..end).for_each(|rank| rows.encode(rank, code_type, &mut bytes));
        let values: Vec<T> = bytemuck::allocation::pod_collect_to_vec(&bytes);
        let values = ArrayView2::from_shape((end - start, shape.1), &values)
            .expect("whole rows were encoded");
        matrix.write_slice(values, s![start..end, ..])?;
    }
    Ok(())
}
