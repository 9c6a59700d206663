//! Rows of an Apache Parquet file: typed columns, missing values as nulls, compressed by Zstandard.
//!
//! Rows are held until they fill a row group, which is then written column by column. Where a row group ends depends on
//! the rows alone, so the bytes do too.

use std::io;
use std::mem::take;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use super::FormatError;
use super::atomic::AtomicFile;
use super::table_format::{Column, ColumnKind, TableTarget};

/// The most rows of a row group: about 1 MiB of each column of numbers.
const GROUP_ROWS: usize = 1 << 17;

/// Bytes of text at which a row group ends, for alleles may be long.
const GROUP_TEXT_BYTES: usize = 64 << 20;

/// Rows under construction.
pub struct ParquetRows {
    file: SerializedFileWriter<AtomicFile>,
    columns: Vec<Values>,
    /// The column whose value comes next.
    next: usize,
    n_rows: usize,
    text_bytes: usize,
}

/// The values of a column in the row group at hand.
struct Values {
    name: &'static str,
    data: Data,
    /// 1 for a value, 0 for none, row by row.
    levels: Vec<i16>,
}

enum Data {
    /// All texts, one behind the other, and where each ends.
    Text(Vec<u8>, Vec<usize>),
    Integer(Vec<i64>),
    Number(Vec<f64>),
}

impl ParquetRows {
    /// Creates the file.
    ///
    /// # Errors
    /// If it cannot be created or written.
    pub fn create(target: &TableTarget, columns: &[Column]) -> Result<Self, FormatError> {
        let file = AtomicFile::create(&target.path)?;
        let notes = target.notes.iter();
        let notes = notes.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let properties = WriterProperties::builder()
            .set_created_by(format!("mpiqtl version {}", env!("CARGO_PKG_VERSION")))
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(notes.collect()))
            .build();
        let refused = file.error("cannot write");
        let begun = schema(columns).and_then(|schema| {
            SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))
        });
        Ok(Self {
            file: begun.map_err(|error| refused(as_io(error)))?,
            columns: columns.iter().map(Values::new).collect(),
            next: 0,
            n_rows: 0,
            text_bytes: 0,
        })
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        self.text_bytes += text.len();
        let column = self.column(true);
        match &mut column.data {
            Data::Text(bytes, ends) => {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len());
            }
            _ => column.wrong("a text"),
        }
    }

    /// Writes a number; NaN is a missing value.
    pub fn number(&mut self, x: f64) {
        let column = self.column(!x.is_nan());
        match &mut column.data {
            Data::Number(_) if x.is_nan() => {}
            Data::Number(values) => values.push(x),
            _ => column.wrong("a number"),
        }
    }

    /// Writes a whole number.
    pub fn integer(&mut self, n: i64) {
        let column = self.column(true);
        match &mut column.data {
            Data::Integer(values) => values.push(n),
            _ => column.wrong("a whole number"),
        }
    }

    /// Writes a null.
    pub fn missing(&mut self) {
        self.column(false);
    }

    /// The column of the next value, which is there or missing.
    fn column(&mut self, is_there: bool) -> &mut Values {
        let column = &mut self.columns[self.next];
        self.next += 1;
        column.levels.push(i16::from(is_there));
        column
    }

    /// Ends the row.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn end_row(&mut self) -> Result<(), FormatError> {
        assert_eq!(self.next, self.columns.len(), "a row has all columns");
        self.next = 0;
        self.n_rows += 1;
        if self.n_rows == GROUP_ROWS || self.text_bytes >= GROUP_TEXT_BYTES {
            return self.end_group();
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), FormatError> {
        (self.n_rows, self.text_bytes) = (0, 0);
        let written = write_group(&mut self.file, &mut self.columns);
        written.map_err(|error| self.file.inner().error("cannot write")(as_io(error)))
    }

    /// Brings all to the disk, still under the unfinished name.
    ///
    /// # Errors
    /// If the disk refuses; nothing is left then.
    pub fn end(mut self) -> Result<AtomicFile, FormatError> {
        if self.n_rows > 0 {
            self.end_group()?;
        }
        let refused = self.file.inner().error("cannot write");
        let ended = self.file.into_inner();
        let mut file = ended.map_err(|error| refused(as_io(error)))?;
        file.settle()?;
        Ok(file)
    }
}

impl Values {
    fn new(column: &Column) -> Self {
        let data = match column.kind {
            ColumnKind::Text | ColumnKind::Chromosome => Data::Text(Vec::new(), Vec::new()),
            ColumnKind::Position | ColumnKind::Integer => Data::Integer(Vec::new()),
            ColumnKind::Number => Data::Number(Vec::new()),
        };
        Self {
            name: column.name,
            data,
            levels: Vec::new(),
        }
    }

    fn wrong(&self, what: &str) -> ! {
        panic!("{what} in column {} of another type", self.name)
    }

    /// Writes the values of a row group and forgets them.
    fn write(&mut self, mut out: SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = Some(&self.levels[..]);
        match &mut self.data {
            Data::Text(bytes, ends) => {
                let texts = texts(take(bytes), ends);
                out.typed::<ByteArrayType>()
                    .write_batch(&texts, levels, None)?;
                ends.clear();
            }
            Data::Integer(values) => {
                out.typed::<Int64Type>().write_batch(values, levels, None)?;
                values.clear();
            }
            Data::Number(values) => {
                out.typed::<DoubleType>()
                    .write_batch(values, levels, None)?;
                values.clear();
            }
        }
        self.levels.clear();
        out.close()
    }
}

fn write_group(
    file: &mut SerializedFileWriter<AtomicFile>,
    columns: &mut [Values],
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for column in columns {
        let out = group.next_column()?.expect("the schema has every column");
        column.write(out)?;
    }
    group.close()?;
    Ok(())
}

/// Texts that lie one behind the other, shared, not copied.
fn texts(bytes: Vec<u8>, ends: &[usize]) -> Vec<ByteArray> {
    let all = ByteArray::from(bytes);
    let starts = [0].into_iter().chain(ends.iter().copied());
    let texts = starts.zip(ends);
    texts
        .map(|(start, end)| all.slice(start, end - start))
        .collect()
}

/// The columns, each of which may have nulls.
fn schema(columns: &[Column]) -> Result<Type, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            ColumnKind::Text | ColumnKind::Chromosome => {
                (Physical::BYTE_ARRAY, Some(LogicalType::String))
            }
            ColumnKind::Position | ColumnKind::Integer => (Physical::INT64, None),
            ColumnKind::Number => (Physical::DOUBLE, None),
        };
        let field = Type::primitive_type_builder(column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical);
        field.build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
    Type::group_type_builder("mpiqtl")
        .with_fields(fields)
        .build()
}

/// What the system said, where it is the system that refused.
fn as_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::path::Path;

    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    use crate::formats::{TableFormat, TableWriter};

    const COLUMNS: [Column; 3] = [
        Column::text("snp"),
        Column::position("pos"),
        Column::number("p-value"),
    ];

    fn target(path: &Path) -> TableTarget {
        TableTarget {
            format: TableFormat::Parquet,
            notes: vec![("mpiqtl.schema_version".into(), "1".into())],
            ..TableTarget::tsv(path)
        }
    }

    #[test]
    fn rows_come_back_over_row_groups_with_all_bits_and_nulls() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let mut table = TableWriter::create_as(&target(&path), &COLUMNS).unwrap();
        let n_rows = GROUP_ROWS + 3;
        let number = |row: usize| 1.0 / (row as f64 + 3.0);
        for row in 0..n_rows {
            match row % 5 {
                0 => table.missing().unwrap(),
                _ => table.text(&format!("rs{row}")).unwrap(),
            }
            match row % 3 {
                0 => table.missing().unwrap(),
                _ => table.integer(row as i64).unwrap(),
            }
            table
                .number(if row % 2 == 0 { f64::NAN } else { number(row) })
                .unwrap();
            table.end_row().unwrap();
        }
        assert!(!path.exists());
        table.finish().unwrap();
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let metadata = reader.metadata();
        assert_eq!(metadata.num_row_groups(), 2);
        assert_eq!(metadata.row_group(0).num_rows() as usize, GROUP_ROWS);
        let notes = metadata.file_metadata().key_value_metadata().unwrap();
        assert_eq!(notes[0].key, "mpiqtl.schema_version");
        for (row, found) in reader.get_row_iter(None).unwrap().enumerate() {
            let found = found.unwrap();
            assert_eq!(found.get_string(0).is_ok(), row % 5 > 0);
            if row % 5 > 0 {
                assert_eq!(*found.get_string(0).unwrap(), format!("rs{row}"));
            }
            assert_eq!(found.get_long(1).ok(), (row % 3 > 0).then_some(row as i64));
            let wanted = (row % 2 > 0).then_some(number(row).to_bits());
            assert_eq!(found.get_double(2).ok().map(f64::to_bits), wanted);
        }
    }

    #[test]
    fn long_texts_end_a_row_group_early() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let mut table = TableWriter::create_as(&target(&path), &COLUMNS).unwrap();
        let allele = "ACGT".repeat(GROUP_TEXT_BYTES / 8);
        for _ in 0..5 {
            table.text(&allele).unwrap();
            table.missing().unwrap();
            table.number(0.5).unwrap();
            table.end_row().unwrap();
        }
        table.finish().unwrap();
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 3);
    }

    #[test]
    fn a_table_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        drop(TableWriter::create_as(&target(&path), &COLUMNS).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
