//! Text columns of a store: variable-length UTF-8, as h5py writes by default; fixed-length text is read too.

use std::borrow::Cow;
use std::ops::Range;
use std::str::FromStr;

use hdf5::types::{FixedAscii, FixedUnicode, TypeDescriptor, VarLenAscii, VarLenUnicode};
use hdf5::{Dataset, Group};
use ndarray::s;

/// Rows of text read or written at a time.
pub const TEXT_ROWS: usize = 1 << 16;

/// The longest fixed-length text that is read.
const FIXED: usize = 256;

/// Writes a text column, some rows at a time.
pub fn write_text<'a>(
    group: &Group,
    name: &str,
    n_rows: usize,
    text: impl Fn(usize) -> Cow<'a, str>,
) -> hdf5::Result<()> {
    let column = group
        .new_dataset::<VarLenUnicode>()
        .shape(n_rows)
        .create(name)?;
    for start in (0..n_rows).step_by(TEXT_ROWS) {
        let end = (start + TEXT_ROWS).min(n_rows);
        let values: Vec<VarLenUnicode> = (start..end).map(|row| variable(&text(row))).collect();
        column.write_slice(&values, s![start..end])?;
    }
    Ok(())
}

/// A value for a text attribute or column. A NUL byte, which HDF5 text cannot hold, becomes a question mark.
pub fn variable(text: &str) -> VarLenUnicode {
    VarLenUnicode::from_str(text)
        .or_else(|_| VarLenUnicode::from_str(&text.replace('\0', "?")))
        .expect("text without NUL fits")
}

/// Reads some rows of a text column.
pub fn read_text(column: &Dataset, rows: Range<usize>) -> hdf5::Result<Vec<String>> {
    let part = s![rows];
    fn owned<T: AsRef<str>>(values: ndarray::Array1<T>) -> Vec<String> {
        values
            .iter()
            .map(|value| value.as_ref().to_string())
            .collect()
    }
    Ok(match column.dtype()?.to_descriptor()? {
        TypeDescriptor::VarLenUnicode => owned(
            column
                .read_slice_1d::<VarLenUnicode, _>(part)?
                .mapv(|v| v.as_str().to_string()),
        ),
        TypeDescriptor::VarLenAscii => owned(
            column
                .read_slice_1d::<VarLenAscii, _>(part)?
                .mapv(|v| v.as_str().to_string()),
        ),
        TypeDescriptor::FixedUnicode(_) => owned(
            column
                .read_slice_1d::<FixedUnicode<FIXED>, _>(part)?
                .mapv(|v| v.as_str().to_string()),
        ),
        TypeDescriptor::FixedAscii(_) => owned(
            column
                .read_slice_1d::<FixedAscii<FIXED>, _>(part)?
                .mapv(|v| v.as_str().to_string()),
        ),
        other => return Err(format!("{} holds {other}, not text", column.name()).into()),
    })
}
