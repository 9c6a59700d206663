//! Which column of a Parquet file is what.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use parquet::basic::Type as Physical;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::WANTED;
use crate::formats::FormatError;
use crate::formats::bed::names_places;
use crate::formats::input::{CONTROL, quoted};
use crate::formats::parquet_columns::{holds_numbers, is_nested};

/// Which column is what, by its place in the file.
pub(super) struct Columns {
    /// Chromosome, start and end.
    pub(super) places: [usize; 3],
    pub(super) id: usize,
    /// One a sample.
    pub(super) values: Vec<usize>,
}

impl Columns {
    /// The columns of a file, and the IDs of its samples.
    pub(super) fn of(
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
        if let Some(nested) = columns.iter().find(|column| is_nested(column)) {
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
        if let Some(&column) = values
            .iter()
            .find(|&&column| !holds_numbers(&columns[column]))
        {
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
