//! The table as it is read: a row after the other, put in the order of the header when all are there.

use std::collections::HashMap;
use std::path::Path;

use super::number;
use crate::formats::FormatError;
use crate::formats::columns::{Separator, distinct_ids, has_corner};
use crate::formats::input::{self, LineReader, quoted};
use crate::formats::number::{BadNumber, parse_value};

const WANTED_TABLE: &str =
    "wanted a square table: a header of sample IDs, and one row for each of them";

/// A table on its way in.
pub(super) struct Table {
    pub(super) reader: LineReader,
    separator: Separator,
    pub(super) samples: Vec<String>,
    /// The place of each sample in the header.
    columns: HashMap<Vec<u8>, usize>,
    /// `[n_rows read x n]`, rows as they come: a header alone takes no memory for rows it only promises.
    pub(super) values: Vec<f64>,
    /// `[n_rows read]`: the place in the header of each row.
    places: Vec<usize>,
    /// `[n]`: the line of each sample's row, once it is read.
    pub(super) lines: Vec<Option<u64>>,
}

impl Table {
    /// Opens the file and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self, FormatError> {
        let mut reader = input::open(path)?;
        if !reader.advance_to_text()? {
            return Err(reader.file_error("the file is empty", WANTED_TABLE));
        }
        let header_line = reader.line().to_vec();
        let header_number = reader.number();
        let separator = Separator::of(&header_line);
        let header = separator.split_header(&reader, &header_line)?;
        if !reader.advance_to_text()? {
            return Err(reader.file_error("the file has a header only", WANTED_TABLE));
        }
        reader.hold();
        let corner = has_corner(&header, separator.split(reader.line()).count());
        let ids = &header[usize::from(corner)..];
        if ids.is_empty() {
            let found = "the header has one field and no tab or blank";
            return Err(reader.error_at(header_number, found, "separate the columns by tabs"));
        }
        let samples = distinct_ids(&reader, header_number, ids, "sample")?;
        let places = ids.iter().enumerate();
        let n = samples.len();
        Ok(Self {
            columns: places.map(|(i, id)| (id.to_vec(), i)).collect(),
            reader,
            separator,
            samples,
            values: Vec::new(),
            places: Vec::new(),
            lines: vec![None; n],
        })
    }

    /// Adds the values of the line that is at hand.
    pub(super) fn read_row(&mut self) -> Result<(), FormatError> {
        let reader = &self.reader;
        let n = self.samples.len();
        let mut fields = self.separator.split(reader.line());
        let id = fields.next().unwrap_or_default();
        let place = self.place_of_row(id)?;
        let n_values = fields.clone().count();
        if n_values != n {
            return Err(reader.line_error(
                format!("row {} has {n_values} values", quoted(id)),
                format!("wanted {n}, one for each sample of the header"),
            ));
        }
        self.values.reserve(n);
        for (field, sample) in fields.zip(&self.samples) {
            let value = parse_covariance(field).map_err(|(problem, advice)| {
                let pair = format!("row {}, sample {}", quoted(id), quoted(sample.as_bytes()));
                reader.line_error(format!("{pair}: {} {problem}", quoted(field)), advice)
            })?;
            self.values.push(value);
        }
        let variance = self.values[self.values.len() - n + place];
        if variance <= 0.0 {
            return Err(reader.line_error(
                format!(
                    "the variance of sample {} is {}",
                    quoted(id),
                    number(variance)
                ),
                "wanted positive numbers on the diagonal",
            ));
        }
        self.places.push(place);
        self.lines[place] = Some(reader.number());
        Ok(())
    }

    /// The place in the header of the sample whose row is at hand.
    fn place_of_row(&self, id: &[u8]) -> Result<usize, FormatError> {
        let reader = &self.reader;
        let Some(&place) = self.columns.get(id) else {
            let found = match id {
                b"" => "the row has no sample ID".into(),
                id => format!("sample {} has a row but no column", quoted(id)),
            };
            let wanted = "wanted the sample IDs of the header in the first column, in any order";
            return Err(reader.line_error(found, wanted));
        };
        match self.lines[place] {
            None => Ok(place),
            Some(line) => Err(reader.line_error(
                format!(
                    "sample {} has a second row, after that in line {line}",
                    quoted(id)
                ),
                "wanted one row a sample",
            )),
        }
    }

    /// Refuses a table in which a sample of the header has no row.
    pub(super) fn check_rows(&self) -> Result<(), FormatError> {
        let rows = self.samples.iter().zip(&self.lines);
        let mut without = rows.filter(|(_, line)| line.is_none()).map(|(id, _)| id);
        let Some(first) = without.next() else {
            return Ok(());
        };
        let others = match without.count() {
            0 => String::new(),
            1 => " (and 1 more sample)".into(),
            n => format!(" (and {n} more samples)"),
        };
        let first = quoted(first.as_bytes());
        let found = format!("sample {first} has a column but no row{others}");
        Err(self.reader.file_error(found, WANTED_TABLE))
    }

    /// Puts the rows, all of which are there, in the order of the header.
    pub(super) fn order_rows(&mut self) {
        let n = self.samples.len();
        for row in 0..n {
            while self.places[row] != row {
                let place = self.places[row];
                let (before, after) = self.values.split_at_mut(row.max(place) * n);
                before[row.min(place) * n..][..n].swap_with_slice(&mut after[..n]);
                self.places.swap(row, place);
            }
        }
    }
}

/// A value of the table, or what is wrong with it and what was wanted.
fn parse_covariance(field: &[u8]) -> Result<f64, (&'static str, &'static str)> {
    const WANTED: &str = "a covariance has no missing values: wanted a finite number";
    match parse_value(field) {
        Ok(value) if value.is_nan() => Err(("is a missing value", WANTED)),
        Ok(value) => Ok(value),
        Err(bad @ BadNumber::Text) => {
            Err((bad.problem(), "wanted a number, with a point for decimals"))
        }
        Err(bad) => Err((bad.problem(), WANTED)),
    }
}
