//! Phenotypes as Parquet, as tensorQTL reads them: the columns of a phenotype BED, `#chr start end phenotype_id` and one a
//! sample, `start` counted from 0.
//!
//! pandas puts the ID last where it was the index of the table, with or without a name, so that the ID is the fourth column
//! if that is text, else the one column of text after the places. Numbers are of any width; a null or NaN is missing. A
//! row group is held in memory, for Parquet stands column by column; pandas writes one for a table.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::basic::Type as Physical;
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::bed::names_places;
use super::compression::Progress;
use super::input::{CONTROL, PRINTABLE, io_error, quoted};
use super::number::BadNumber;
use super::{ExpressionReader, ExpressionRow, FormatError};
use crate::genome::Span;

const WANTED: &str =
    "wanted the columns '#chr start end phenotype_id' and one of numbers for each sample";

/// The last position that is read, as in the other formats.
const MAX_POSITION: i64 = 1_000_000_000_000_000;

/// A Parquet file of expression.
pub struct ParquetExpression {
    path: PathBuf,
    file: SerializedFileReader<File>,
    columns: Columns,
    samples: Vec<String>,
    next_group: usize,
    group: Group,
    /// The row of the group that is read next.
    next_row: usize,
    /// Rows of the groups before.
    n_rows_before: usize,
}

/// Which column is what, by its place in the file.
struct Columns {
    /// Chromosome, start and end.
    places: [usize; 3],
    id: usize,
    /// One a sample.
    values: Vec<usize>,
}

/// The rows of a row group, column by column.
#[derive(Default)]
struct Group {
    chroms: Vec<Option<String>>,
    starts: Vec<Option<i64>>,
    ends: Vec<Option<i64>>,
    ids: Vec<Option<String>>,
    /// `[n_samples x n_rows]`.
    values: Vec<Vec<f64>>,
}

impl ParquetExpression {
    /// Opens the file and reads which columns it has.
    ///
    /// # Errors
    /// If it is no Parquet file, its columns are not those of a phenotype table, or a sample ID stands there twice.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let opened = File::open(path).map_err(io_error(path, "cannot open"))?;
        let file = SerializedFileReader::new(opened).map_err(|error| damaged(path, &error))?;
        let (columns, samples) = Columns::of(path, &file)?;
        Ok(Self {
            path: path.into(),
            file,
            columns,
            samples,
            next_group: 0,
            group: Group::default(),
            next_row: 0,
            n_rows_before: 0,
        })
    }

    /// How far the file has been read, which Parquet does not tell.
    pub fn progress(&self) -> Progress {
        Progress::default()
    }

    /// Reads the next row group; false after the last.
    fn advance(&mut self) -> Result<bool, FormatError> {
        if self.next_group >= self.file.num_row_groups() {
            return Ok(false);
        }
        self.n_rows_before += self.group.ids.len();
        let group = self.file.get_row_group(self.next_group);
        let group = group.and_then(|group| Group::read(&*group, &self.columns));
        self.group = group.map_err(|error| damaged(&self.path, &error))?;
        self.next_group += 1;
        self.next_row = 0;
        let n_rows = self.group.ids.len();
        if self.group.is_ragged(n_rows) {
            return Err(self.error(
                "the columns have different numbers of rows",
                "write the file again",
            ));
        }
        Ok(true)
    }

    fn span(&self, row: usize) -> Result<Span, FormatError> {
        let position = |name: &str, value: Option<i64>| {
            let found = value.filter(|pos| (0..MAX_POSITION).contains(pos));
            found.ok_or_else(|| {
                let shown = value.map_or("null".into(), |pos| pos.to_string());
                let wanted = "wanted a whole number of base pairs from 0";
                self.error(format!("{name} is {shown}"), wanted)
            })
        };
        let left = position("start", self.group.starts[row])? + 1;
        let right = position("end", self.group.ends[row])?.max(left);
        let chrom = self.name("chromosome", &self.group.chroms[row])?;
        Ok(Span::new(chrom, left, right))
    }

    fn name<'a>(&self, what: &str, name: &'a Option<String>) -> Result<&'a str, FormatError> {
        match name.as_deref() {
            None | Some("") => Err(self.error(format!("the row has no {what}"), WANTED)),
            Some(name) if name.contains(char::is_control) => {
                Err(self.error(format!("{} {CONTROL}", quoted(name.as_bytes())), PRINTABLE))
            }
            Some(name) => Ok(name),
        }
    }

    /// An error at the row that is read.
    fn error(&self, found: impl Into<String>, wanted: impl Into<String>) -> FormatError {
        FormatError::Record {
            path: self.path.clone(),
            record: (self.n_rows_before + self.next_row + 1) as u64,
            found: found.into(),
            wanted: wanted.into(),
        }
    }
}

impl ExpressionReader for ParquetExpression {
    fn samples(&self) -> &[String] {
        &self.samples
    }

    fn read_row(&mut self, row: &mut ExpressionRow) -> Result<bool, FormatError> {
        while self.next_row >= self.group.ids.len() {
            if !self.advance()? {
                return Ok(false);
            }
        }
        let at = self.next_row;
        row.id.clear();
        row.id.push_str(self.name("ID", &self.group.ids[at])?);
        row.span = Some(self.span(at)?);
        row.values.clear();
        row.values
            .extend(self.group.values.iter().map(|column| column[at]));
        if let Some(sample) = row.values.iter().position(|value| value.is_infinite()) {
            let found = format!(
                "row {}, sample {}: the value {}",
                quoted(row.id.as_bytes()),
                quoted(self.samples[sample].as_bytes()),
                BadNumber::Infinite.problem()
            );
            return Err(self.error(found, BadNumber::Infinite.advice()));
        }
        self.next_row += 1;
        Ok(true)
    }
}

impl Columns {
    /// The columns of a file, and the IDs of its samples.
    fn of(
        path: &Path,
        file: &SerializedFileReader<File>,
    ) -> Result<(Self, Vec<String>), FormatError> {
        let schema = file.metadata().file_metadata().schema_descr();
        let refuse = |found: String| FormatError::File {
            path: path.into(),
            found,
            wanted: WANTED.into(),
        };
        let columns = schema.columns();
        let names: Vec<&[u8]> = columns
            .iter()
            .map(|column| column.name().as_bytes())
            .collect();
        if !names_places(&names) {
            let first = names.iter().take(4).map(|name| quoted(name));
            let first: Vec<String> = first.collect();
            return Err(refuse(format!(
                "the first columns are {}",
                first.join(", ")
            )));
        }
        if let Some(nested) = columns
            .iter()
            .find(|it| it.max_rep_level() > 0 || it.max_def_level() > 1)
        {
            let found = format!(
                "column {} holds lists or records",
                quoted(nested.name().as_bytes())
            );
            return Err(refuse(found));
        }
        let is_text = |&column: &usize| columns[column].physical_type() == Physical::BYTE_ARRAY;
        let id = (3..columns.len()).find(is_text);
        let id = id.ok_or_else(|| {
            refuse("no column after the places holds text, so that rows have no IDs".into())
        })?;
        // What pandas calls the row numbers of a table that some rows were taken from.
        let is_row_number = |column: &usize| columns[*column].name().starts_with("__index_level_");
        let values = (3..columns.len()).filter(|column| *column != id && !is_row_number(column));
        let values: Vec<usize> = values.collect();
        let is_number = |column: usize| {
            let kind = columns[column].physical_type();
            [
                Physical::DOUBLE,
                Physical::FLOAT,
                Physical::INT32,
                Physical::INT64,
            ]
            .contains(&kind)
        };
        if let Some(&column) = values.iter().find(|&&column| !is_number(column)) {
            let name = quoted(names[column]);
            return Err(refuse(format!("column {name} does not hold numbers")));
        }
        let mut seen = HashSet::new();
        let mut samples = Vec::with_capacity(values.len());
        for &column in &values {
            let sample = columns[column].name();
            if sample.is_empty() || sample.contains(char::is_control) || !seen.insert(sample) {
                let name = quoted(sample.as_bytes());
                return Err(refuse(format!(
                    "sample ID {name} is empty, stands there twice, or {CONTROL}"
                )));
            }
            samples.push(sample.to_string());
        }
        if samples.is_empty() {
            return Err(refuse("the file has no samples".into()));
        }
        let places = [0, 1, 2];
        Ok((Self { places, id, values }, samples))
    }
}

impl Group {
    fn read(group: &dyn RowGroupReader, columns: &Columns) -> ParquetResult<Self> {
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

    fn is_ragged(&self, n_rows: usize) -> bool {
        let lengths = [self.chroms.len(), self.starts.len(), self.ends.len()];
        let values = self.values.iter().map(Vec::len);
        lengths
            .into_iter()
            .chain(values)
            .any(|length| length != n_rows)
    }
}

/// All values of a column of a row group; `None` is null.
fn values<T: DataType>(
    group: &dyn RowGroupReader,
    column: usize,
) -> ParquetResult<Vec<Option<T::T>>> {
    const RECORDS: usize = 1 << 16;
    let is_optional = group
        .metadata()
        .column(column)
        .column_descr()
        .max_def_level()
        > 0;
    let mut reader = get_typed_column_reader::<T>(group.get_column_reader(column)?);
    let (mut found, mut values, mut levels) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        values.clear();
        levels.clear();
        let present = is_optional.then_some(&mut levels);
        let (n_records, _, _) = reader.read_records(RECORDS, present, None, &mut values)?;
        if n_records == 0 {
            return Ok(found);
        }
        let mut values = values.drain(..);
        match is_optional {
            true => found.extend(
                levels
                    .iter()
                    .map(|&level| if level > 0 { values.next() } else { None }),
            ),
            false => found.extend(values.map(Some)),
        }
    }
}

fn kind_of(group: &dyn RowGroupReader, column: usize) -> Physical {
    group.metadata().column(column).column_type()
}

fn numbers(group: &dyn RowGroupReader, column: usize) -> ParquetResult<Vec<f64>> {
    fn filled<T>(found: Vec<Option<T>>, number: impl Fn(T) -> f64) -> Vec<f64> {
        let of = |value: Option<T>| value.map_or(f64::NAN, &number);
        found.into_iter().map(of).collect()
    }
    Ok(match kind_of(group, column) {
        Physical::FLOAT => filled(values::<FloatType>(group, column)?, f64::from),
        Physical::INT32 => filled(values::<Int32Type>(group, column)?, f64::from),
        Physical::INT64 => filled(values::<Int64Type>(group, column)?, |value| value as f64),
        _ => filled(values::<DoubleType>(group, column)?, |value| value),
    })
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

fn damaged(path: &Path, error: &ParquetError) -> FormatError {
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
