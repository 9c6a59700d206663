//! Text columns of a store: variable-length UTF-8, as h5py writes by default; fixed-length text is read too.

use std::borrow::Cow;
use std::ops::Range;
use std::str::FromStr;

use hdf5::types::{FixedAscii, FixedUnicode, TypeDescriptor, VarLenAscii, VarLenUnicode};
use hdf5::{Dataset, Group};
use ndarray::{Array1, s};

use super::checksum::{crc_of_texts, pieces, write_checksums};
use super::heap;
use super::identity::OpenedFile;

/// The first bytes of an HDF5 file that has no preamble.
const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// The longest fixed-length text that is read.
const FIXED: usize = 256;

/// Writes a text column and its checksums, a piece at a time.
pub fn write_text<'a>(
    group: &Group,
    name: &str,
    n_rows: usize,
    text: impl Fn(usize) -> Cow<'a, str>,
) -> hdf5::Result<()> {
    let column = group
        .new_dataset::<VarLenUnicode>()
        .no_chunk()
        .shape(n_rows)
        .create(name)?;
    let mut checksums = Vec::with_capacity(pieces(n_rows).len());
    for rows in pieces(n_rows) {
        let values: Vec<VarLenUnicode> = rows.clone().map(|row| variable(&text(row))).collect();
        checksums.push(crc_of_texts(values.iter().map(|value| value.as_bytes())));
        column.write_slice(&values, s![rows])?;
    }
    write_checksums(group, name, &checksums)
}

/// A value for a text attribute or column. A NUL byte, which HDF5 text cannot hold, becomes a question mark.
pub fn variable(text: &str) -> VarLenUnicode {
    VarLenUnicode::from_str(text)
        .or_else(|_| VarLenUnicode::from_str(&text.replace('\0', "?")))
        .expect("text without NUL fits")
}

/// Where the rows of a text column lie in the file, if they can be read where they lie: of variable length, contiguous,
/// in a file without a preamble, from whose end addresses would count.
pub fn plain_rows(file: &OpenedFile, column: &Dataset) -> Option<u64> {
    let is_variable = matches!(
        column.dtype().ok()?.to_descriptor().ok()?,
        TypeDescriptor::VarLenUnicode | TypeDescriptor::VarLenAscii
    );
    let wanted = column.size().checked_mul(heap::ROW_BYTES);
    let is_plain = wanted == usize::try_from(column.storage_size()).ok();
    let starts_at_0 = file.read(0, SIGNATURE.len())? == SIGNATURE;
    file.contiguous(column)
        .filter(|_| is_variable && is_plain && starts_at_0)
}

/// Text that can stand in a table: UTF-8 without control characters.
pub fn table_text(bytes: &[u8]) -> Option<String> {
    let text = str::from_utf8(bytes).ok()?;
    let is_plain = !text.contains(|c: char| c.is_control());
    is_plain.then(|| text.to_string())
}

/// Reads some rows of a text column by the library.
///
/// # Errors
/// A column that is no text, or text that cannot stand in a table: not UTF-8, with tabs or line feeds, or too long.
pub fn read_text(column: &Dataset, rows: Range<usize>) -> hdf5::Result<Vec<String>> {
    let part = s![rows];
    match column.dtype()?.to_descriptor()? {
        TypeDescriptor::FixedUnicode(n) | TypeDescriptor::FixedAscii(n) if n > FIXED => {
            Err(format!(
                "{} holds text of {n} bytes; at most {FIXED} are read",
                column.name()
            )
            .into())
        }
        TypeDescriptor::VarLenUnicode => checked(
            column,
            column.read_slice_1d::<VarLenUnicode, _>(part)?,
            |v| v.as_bytes(),
        ),
        TypeDescriptor::VarLenAscii => {
            checked(column, column.read_slice_1d::<VarLenAscii, _>(part)?, |v| {
                v.as_bytes()
            })
        }
        TypeDescriptor::FixedUnicode(_) => {
            let values = column.read_slice_1d::<FixedUnicode<FIXED>, _>(part)?;
            checked(column, values, |v| v.as_bytes())
        }
        TypeDescriptor::FixedAscii(_) => {
            let values = column.read_slice_1d::<FixedAscii<FIXED>, _>(part)?;
            checked(column, values, |v| v.as_bytes())
        }
        other => Err(format!("{} holds {other}, not text", column.name()).into()),
    }
}

/// The values as text, whose bytes the library does not check.
fn checked<T>(
    column: &Dataset,
    values: Array1<T>,
    bytes: impl Fn(&T) -> &[u8],
) -> hdf5::Result<Vec<String>> {
    let all: Option<Vec<String>> = values.iter().map(|v| table_text(bytes(v))).collect();
    all.ok_or_else(|| no_table_text(column).into())
}

/// What is wrong with text that cannot stand in a table.
pub fn no_table_text(column: &Dataset) -> String {
    format!(
        "{} holds text that is not UTF-8 or has control characters",
        column.name()
    )
}
