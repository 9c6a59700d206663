//! Chosen columns of a table in Parquet, from its first row to its last.
//!
//! Some thousand rows are held, and of each chosen column the page they stand on, however large the table and its row
//! groups are. Columns that are not chosen are not read.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::basic::Type as Physical;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::FormatError;
use super::input::{io_error, quoted};
use super::parquet_columns::{Batches, Numbers, damaged, holds_numbers, is_nested};
use super::table_format::ColumnKind;

/// Rows that are held at a time.
const ROWS: usize = 1 << 13;

/// What stands where a text is missing, as in the tables of text.
const MISSING: &[u8] = b"NA";

/// A Parquet table of which some columns are read.
pub struct ParquetTable {
    path: PathBuf,
    file: SerializedFileReader<File>,
    /// The columns that are read: their places in the file and whether they are text.
    chosen: Vec<(usize, bool)>,
    next_group: usize,
    /// The chosen columns of the row group at hand.
    readers: Vec<Reader>,
    /// Their values in the rows that are held.
    held: Vec<Held>,
    n_held: usize,
    /// The row that is read, among those held.
    at: usize,
}

enum Reader {
    Text(Batches<ByteArrayType>),
    Number(Numbers),
}

enum Held {
    Text(Vec<ByteArray>),
    Number(Vec<f64>),
}

impl ParquetTable {
    /// Opens a table, of which no column is chosen yet.
    ///
    /// # Errors
    /// If it cannot be opened or is no Parquet file.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let opened = File::open(path).map_err(io_error(path, "cannot open"))?;
        let file = SerializedFileReader::new(opened).map_err(|error| damaged(path, &error))?;
        Ok(Self {
            path: path.into(),
            file,
            chosen: Vec::new(),
            next_group: 0,
            readers: Vec::new(),
            held: Vec::new(),
            n_held: 0,
            at: 0,
        })
    }

    /// The names of its columns `[n_columns]`.
    pub fn names(&self) -> Vec<&str> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let columns = schema.columns().iter();
        columns.map(|column| column.name()).collect()
    }

    /// Chooses the columns that are read, by their places among the names. Texts are text; the other kinds are numbers of
    /// any width.
    ///
    /// # Errors
    /// If a column holds something else.
    pub fn choose(&mut self, columns: &[(usize, ColumnKind)]) -> Result<(), FormatError> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let mut chosen = Vec::with_capacity(columns.len());
        for &(place, kind) in columns {
            let column = schema.column(place);
            let is_text = matches!(kind, ColumnKind::Text | ColumnKind::Chromosome);
            let is_right = match is_text {
                true => column.physical_type() == Physical::BYTE_ARRAY,
                false => holds_numbers(&column),
            };
            if !is_right || is_nested(&column) {
                let wanted = if is_text { "text" } else { "numbers" };
                return Err(FormatError::File {
                    path: self.path.clone(),
                    found: format!(
                        "column {} does not hold {wanted}",
                        quoted(column.name().as_bytes())
                    ),
                    wanted: "the table was changed; map again".into(),
                });
            }
            chosen.push((place, is_text));
        }
        let held = chosen.iter().map(|&(_, is_text)| match is_text {
            true => Held::Text(Vec::new()),
            false => Held::Number(Vec::new()),
        });
        self.held = held.collect();
        self.chosen = chosen;
        Ok(())
    }

    /// Moves to the next row; false after the last.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn advance(&mut self) -> Result<bool, FormatError> {
        self.at += 1;
        while self.at >= self.n_held {
            let read = self.read_on();
            if !read.map_err(|error| damaged(&self.path, &error))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A text of the row, by its place among the chosen columns.
    ///
    /// # Panics
    /// If the column is none of text, or there is no row.
    pub fn text(&self, column: usize) -> &[u8] {
        match &self.held[column] {
            Held::Text(texts) => texts[self.at].data(),
            Held::Number(_) => panic!("column {column} is no text"),
        }
    }

    /// A number of the row, by its place among the chosen columns; NaN for a null.
    ///
    /// # Panics
    /// If the column is one of text, or there is no row.
    pub fn number(&self, column: usize) -> f64 {
        match &self.held[column] {
            Held::Number(numbers) => numbers[self.at],
            Held::Text(_) => panic!("column {column} is no number"),
        }
    }

    /// Holds the next rows of the row group at hand, or goes to the next one; false after the last.
    fn read_on(&mut self) -> ParquetResult<bool> {
        if self.n_held == 0 {
            if self.next_group >= self.file.num_row_groups() {
                return Ok(false);
            }
            let group = self.file.get_row_group(self.next_group)?;
            self.next_group += 1;
            let chosen = self.chosen.iter();
            let readers = chosen.map(|&(place, is_text)| Reader::of(&*group, place, is_text));
            self.readers = readers.collect::<ParquetResult<_>>()?;
        }
        self.at = 0;
        let mut counts = Vec::with_capacity(self.readers.len());
        for (reader, held) in self.readers.iter_mut().zip(&mut self.held) {
            counts.push(reader.read(held)?);
        }
        self.n_held = counts.first().copied().unwrap_or(0);
        match counts.iter().all(|&count| count == self.n_held) {
            true => Ok(true),
            false => Err(ParquetError::General(
                "the columns have different numbers of rows".into(),
            )),
        }
    }
}

impl Reader {
    fn of(group: &dyn RowGroupReader, place: usize, is_text: bool) -> ParquetResult<Self> {
        Ok(match is_text {
            true => Self::Text(Batches::of(group, place)?),
            false => Self::Number(Numbers::of(group, place)?),
        })
    }

    /// Reads the next rows in place of those that are held; how many they were.
    fn read(&mut self, held: &mut Held) -> ParquetResult<usize> {
        match (self, held) {
            (Self::Text(reader), Held::Text(texts)) => {
                texts.clear();
                reader.read(ROWS, |text| {
                    texts.push(text.unwrap_or_else(|| ByteArray::from(MISSING.to_vec())));
                })
            }
            (Self::Number(reader), Held::Number(numbers)) => {
                numbers.clear();
                reader.read(ROWS, numbers)
            }
            _ => unreachable!("what is held is of its column's kind"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::formats::{Column, TableFormat, TableTarget, TableWriter};

    /// ID, position and p of a row; `None` is missing.
    type Row = (Option<String>, Option<i64>, Option<f64>);

    fn written(path: &Path, rows: &[Row]) {
        let target = TableTarget {
            format: TableFormat::Parquet,
            ..TableTarget::tsv(path)
        };
        let columns = [
            Column::text("snp"),
            Column::integer("n"),
            Column::number("p"),
        ];
        let mut table = TableWriter::create_as(&target, &columns).unwrap();
        for (id, n, p) in rows {
            match id {
                Some(id) => table.text(id).unwrap(),
                None => table.missing().unwrap(),
            }
            match n {
                Some(n) => table.integer(*n).unwrap(),
                None => table.missing().unwrap(),
            }
            table.number(p.unwrap_or(f64::NAN)).unwrap();
            table.end_row().unwrap();
        }
        table.finish().unwrap();
    }

    /// Checks that a table gives back what was written, columns taken from the last to the first.
    fn check(rows: &[Row]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        written(&path, rows);
        let mut table = ParquetTable::open(&path).unwrap();
        assert_eq!(table.names(), ["snp", "n", "p"]);
        let chosen = [
            (2, ColumnKind::Number),
            (1, ColumnKind::Integer),
            (0, ColumnKind::Text),
        ];
        table.choose(&chosen).unwrap();
        for (id, n, p) in rows {
            assert!(table.advance().unwrap());
            let id = id.as_ref().map_or(MISSING, |id| id.as_bytes());
            assert_eq!(table.text(2), id);
            let bits = |x: Option<f64>| x.unwrap_or(f64::NAN).to_bits();
            assert_eq!(bits(Some(table.number(1))), bits(n.map(|n| n as f64)));
            assert_eq!(bits(Some(table.number(0))), bits(*p));
        }
        assert!(!table.advance().unwrap() && !table.advance().unwrap());
    }

    proptest! {
        #[test]
        fn chosen_columns_come_back_to_the_last_bit(
            rows in prop::collection::vec(
                (
                    prop::option::of("[a-z0-9:]{1,9}"),
                    prop::option::of(-1_000_000_000i64..1_000_000_000),
                    prop::option::of(prop::num::f64::NORMAL | prop::num::f64::ZERO),
                ),
                0..50,
            ),
        ) {
            check(&rows);
        }
    }

    #[test]
    fn rows_come_back_over_row_groups() {
        // More than a row group and no whole number of those that are held.
        let row = |i: usize| {
            let id = (!i.is_multiple_of(7)).then(|| format!("rs{i}"));
            (
                id,
                (!i.is_multiple_of(5)).then_some(i as i64),
                Some(1.0 / (i as f64 + 1.0)),
            )
        };
        check(&(0..140_000).map(row).collect::<Vec<_>>());
    }

    #[test]
    fn a_column_of_another_type_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        written(&path, &[(None, None, None)]);
        let mut table = ParquetTable::open(&path).unwrap();
        let mut message = |place, kind| table.choose(&[(place, kind)]).unwrap_err().to_string();
        let found = message(0, ColumnKind::Number);
        assert!(
            found.contains("column 'snp' does not hold numbers"),
            "{found}"
        );
        let found = message(2, ColumnKind::Text);
        assert!(found.contains("column 'p' does not hold text"), "{found}");
    }
}
