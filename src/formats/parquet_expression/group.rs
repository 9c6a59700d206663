//! The rows of a row group of a Parquet file, read column by column.

use parquet::basic::Type as Physical;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::RowGroupReader;

use super::columns::Columns;
use crate::formats::parquet_columns::{Batches, Numbers, kind_of};

/// The rows of a row group; `None` is null.
#[derive(Default)]
pub(super) struct Group {
    pub(super) chroms: Vec<Option<String>>,
    pub(super) starts: Vec<Option<i64>>,
    pub(super) ends: Vec<Option<i64>>,
    pub(super) ids: Vec<Option<String>>,
    /// `[n_samples x n_rows]`.
    pub(super) values: Vec<Vec<f64>>,
}

impl Group {
    pub(super) fn read(group: &dyn RowGroupReader, columns: &Columns) -> ParquetResult<Self> {
        let [chrom, start, end] = columns.places;
        let values = columns.values.iter().map(|&column| numbers(group, column));
        Ok(Self {
            chroms: texts(group, chrom)?,
            starts: whole_numbers(group, start)?,
            ends: whole_numbers(group, end)?,
            ids: texts(group, columns.id)?,
            values: values.collect::<ParquetResult<_>>()?,
        })
    }

    /// Whether a column has more or fewer rows.
    pub(super) fn is_ragged(&self, n_rows: usize) -> bool {
        let lengths = [self.chroms.len(), self.starts.len(), self.ends.len()];
        let values = self.values.iter().map(Vec::len);
        lengths
            .into_iter()
            .chain(values)
            .any(|length| length != n_rows)
    }
}

/// Rows that are read at a time.
const ROWS: usize = 1 << 16;

/// All values of a column of a row group; `None` is null.
fn values<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
) -> ParquetResult<Vec<Option<T::T>>> {
    let mut batches = Batches::<T>::of(group, column)?;
    let mut found = Vec::new();
    while batches.read(ROWS, |value| found.push(value))? > 0 {}
    Ok(found)
}

fn numbers(group: &dyn RowGroupReader, column: usize) -> ParquetResult<Vec<f64>> {
    let mut numbers = Numbers::of(group, column)?;
    let mut found = Vec::new();
    while numbers.read(ROWS, &mut found)? > 0 {}
    Ok(found)
}

fn whole_numbers(group: &dyn RowGroupReader, column: usize) -> ParquetResult<Vec<Option<i64>>> {
    match kind_of(group, column) {
        Physical::INT64 => values::<Int64Type>(group, column),
        Physical::INT32 => {
            let found = values::<Int32Type>(group, column)?;
            Ok(found
                .into_iter()
                .map(|value| value.map(i64::from))
                .collect())
        }
        kind => Err(ParquetError::General(format!(
            "start and end are {kind}, no whole numbers"
        ))),
    }
}

fn texts(group: &dyn RowGroupReader, column: usize) -> ParquetResult<Vec<Option<String>>> {
    if kind_of(group, column) != Physical::BYTE_ARRAY {
        // Chromosomes may be numbers.
        let found = whole_numbers(group, column)?;
        return Ok(found
            .into_iter()
            .map(|value| value.map(|value| value.to_string()))
            .collect());
    }
    let text = |bytes: ByteArray| bytes.as_utf8().map(String::from);
    let found = values::<ByteArrayType>(group, column)?;
    found
        .into_iter()
        .map(|value| value.map(text).transpose())
        .collect()
}
