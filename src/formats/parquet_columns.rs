//! Columns of a row group of a Parquet file, read some rows at a time, so that what is held does not depend on the rows
//! of the group.

use std::path::Path;

use parquet::basic::Type as Physical;
use parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::{DataType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::ColumnDescriptor;

use super::FormatError;

/// The values of one column of one row group, from the first row to the last.
pub(super) struct Batches<T: DataType> {
    reader: ColumnReaderImpl<T>,
    is_optional: bool,
    levels: Vec<i16>,
    values: Vec<T::T>,
}

impl<T: DataType> Batches<T> {
    /// Opens a column, which holds values of this type.
    pub(super) fn of(group: &dyn RowGroupReader, column: usize) -> ParquetResult<Self> {
        let descriptor = group.metadata().column(column).column_descr_ptr();
        Ok(Self {
            reader: get_typed_column_reader::<T>(group.get_column_reader(column)?),
            is_optional: descriptor.max_def_level() > 0,
            levels: Vec::new(),
            values: Vec::new(),
        })
    }

    /// Reads the next rows, `most` of them unless the group ends, and gives each value to `each`, a null as `None`. How
    /// many they were.
    pub(super) fn read(
        &mut self,
        most: usize,
        each: impl FnMut(Option<T::T>),
    ) -> ParquetResult<usize> {
        self.values.clear();
        self.levels.clear();
        let present = self.is_optional.then_some(&mut self.levels);
        let (n_rows, _, _) = self
            .reader
            .read_records(most, present, None, &mut self.values)?;
        let mut values = self.values.drain(..);
        match self.is_optional {
            true => self
                .levels
                .iter()
                .map(|&level| if level > 0 { values.next() } else { None })
                .for_each(each),
            false => values.map(Some).for_each(each),
        }
        Ok(n_rows)
    }
}

/// A column of numbers of any width, as double precision.
pub(super) enum Numbers {
    Double(Batches<DoubleType>),
    Float(Batches<FloatType>),
    Int32(Batches<Int32Type>),
    Int64(Batches<Int64Type>),
}

impl Numbers {
    /// Opens a column, which [`holds_numbers`].
    pub(super) fn of(group: &dyn RowGroupReader, column: usize) -> ParquetResult<Self> {
        Ok(match kind_of(group, column) {
            Physical::FLOAT => Self::Float(Batches::of(group, column)?),
            Physical::INT32 => Self::Int32(Batches::of(group, column)?),
            Physical::INT64 => Self::Int64(Batches::of(group, column)?),
            Physical::DOUBLE => Self::Double(Batches::of(group, column)?),
            kind => return Err(ParquetError::General(format!("{kind} is no number"))),
        })
    }

    /// Reads the next rows into `found`, behind what it has, a null as NaN. How many they were.
    pub(super) fn read(&mut self, most: usize, found: &mut Vec<f64>) -> ParquetResult<usize> {
        let mut push = |x: Option<f64>| found.push(x.unwrap_or(f64::NAN));
        match self {
            Self::Double(batches) => batches.read(most, push),
            Self::Float(batches) => batches.read(most, |x| push(x.map(f64::from))),
            Self::Int32(batches) => batches.read(most, |x| push(x.map(f64::from))),
            Self::Int64(batches) => batches.read(most, |x| push(x.map(|x| x as f64))),
        }
    }
}

/// What a column of a row group is stored as.
pub(super) fn kind_of(group: &dyn RowGroupReader, column: usize) -> Physical {
    group.metadata().column(column).column_type()
}

/// Whether a column is one that [`Numbers`] reads.
pub(super) fn holds_numbers(column: &ColumnDescriptor) -> bool {
    [
        Physical::DOUBLE,
        Physical::FLOAT,
        Physical::INT32,
        Physical::INT64,
    ]
    .contains(&column.physical_type())
}

/// Whether a column holds lists or records.
pub(super) fn is_nested(column: &ColumnDescriptor) -> bool {
    column.max_rep_level() > 0 || column.max_def_level() > 1
}

/// The error of a file that the library refuses.
pub(super) fn damaged(path: &Path, error: &ParquetError) -> FormatError {
    const LONGEST: usize = 200;
    let words = error.to_string();
    let words: String = words
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect();
    FormatError::File {
        path: path.into(),
        found: format!("cannot be read as Parquet ({words})"),
        wanted:
            "the file is truncated or damaged, or its columns are of other types; write it again"
                .into(),
    }
}
