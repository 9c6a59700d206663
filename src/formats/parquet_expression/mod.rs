//! Phenotypes as Parquet, as tensorQTL reads them: the columns of a phenotype BED, `#chr start end phenotype_id` and one a
//! sample, `start` counted from 0.
//!
//! pandas puts the ID last where it was the index of the table, with or without a name, so that the ID is the fourth column
//! if that is text, else the one column of text after the places. Numbers are of any width; a null or NaN is missing. A
//! row group is held in memory, for Parquet stands column by column; pandas writes one for a table.

mod columns;
mod group;

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::file::reader::{FileReader, SerializedFileReader};

use self::columns::Columns;
use self::group::Group;
use super::compression::Progress;
use super::input::{CONTROL, PRINTABLE, io_error, quoted};
use super::number::BadNumber;
use super::parquet_columns::damaged;
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
