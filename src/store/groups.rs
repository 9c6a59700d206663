//! Writing the groups of a store, every dataset with its checksums.

use std::borrow::Cow;
use std::ops::Range;

use hdf5::types::VarLenUnicode;
use hdf5::{Group, H5Type};
use ndarray::{ArrayView2, s};

use super::checksum::{crc_of, pieces, write_checksums};
use super::code::CodeType;
use super::open::describe_matrix;
use super::source::RowSource;
use super::strings::{variable, write_text};

/// Bytes copied from the spool at a time: few enough to stay in the processor's cache from decoding to writing.
const COPY_BYTES: usize = 1 << 20;

/// Writes the group of the genotypes.
pub fn write_genotypes(
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

/// Writes the group of the expression.
pub fn write_expression(
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

/// Writes a column of numbers and its checksums.
fn write_column<T: H5Type + bytemuck::Pod>(
    group: &Group,
    name: &str,
    rows: &dyn RowSource,
    value: impl Fn(usize) -> T,
) -> hdf5::Result<()> {
    let values: Vec<T> = (0..rows.len()).map(value).collect();
    let column = group
        .new_dataset::<T>()
        .no_chunk()
        .shape(rows.len())
        .create(name)?;
    column.write_raw(&values)?;
    let crc = |rows: Range<usize>| crc_of(bytemuck::cast_slice(&values[rows]));
    let checksums: Vec<u32> = pieces(values.len()).map(crc).collect();
    write_checksums(group, name, &checksums)
}

/// Copies the spooled rows into a contiguous dataset, some at a time, and writes a checksum of each.
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
    let shape_crc = crc_of(describe_matrix(shape.0, shape.1, code_type).as_bytes());
    matrix
        .new_attr::<u32>()
        .create("crc")?
        .write_scalar(&shape_crc)?;
    let row_bytes = shape.1 * code_type.size();
    let mut checksums = Vec::with_capacity(shape.0);
    let step = (COPY_BYTES / row_bytes.max(1)).max(1);
    let mut bytes = Vec::new();
    for start in (0..shape.0).step_by(step) {
        let end = (start + step).min(shape.0);
        bytes.clear();
        (start..end).for_each(|rank| rows.encode(rank, code_type, &mut bytes));
        checksums.extend((0..end - start).map(|i| crc_of(&bytes[i * row_bytes..][..row_bytes])));
        let values: Cow<'_, [T]> = match bytemuck::try_cast_slice(&bytes) {
            Ok(values) => Cow::Borrowed(values),
            Err(_) => Cow::Owned(bytemuck::allocation::pod_collect_to_vec(&bytes)),
        };
        let values = ArrayView2::from_shape((end - start, shape.1), &values)
            .expect("whole rows were encoded");
        matrix.write_slice(values, s![start..end, ..])?;
    }
    write_checksums(group, name, &checksums)
}
