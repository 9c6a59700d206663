//! What all tables share: fields of a line, sample IDs of a header, values of a row.

use std::collections::HashSet;

use super::FormatError;
use super::input::{CONTROL, LineReader, PRINTABLE, quoted};
use super::number::parse_value;

/// The most columns of a table: more than there are samples of any study. What is kept of a column is many times
/// longer than a tab, so without a limit a header of nothing but tabs would fill the memory.
const MAX_COLUMNS: usize = 2_000_000;

/// What stands between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// One tab.
    Tab,
    /// One tab or one space.
    TabOrSpace,
    /// Any run of blanks.
    Blanks,
}

impl Separator {
    /// A tab if the line has one, else blanks.
    pub(super) fn of(line: &[u8]) -> Self {
        if line.contains(&b'\t') {
            Self::Tab
        } else {
            Self::Blanks
        }
    }

    /// The fields of a line, without the quotes that R's `write.table` puts around text.
    pub(super) fn split(self, line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
        let fields = line.split(move |&byte| match self {
            Self::Tab => byte == b'\t',
            Self::TabOrSpace => matches!(byte, b'\t' | b' '),
            Self::Blanks => matches!(byte, b'\t' | b' ' | b'\r'),
        });
        let counts = move |field: &&[u8]| self != Self::Blanks || !field.is_empty();
        fields.filter(counts).map(unquoted)
    }

    /// The fields of a header, which is the line that `reader` is at.
    ///
    /// # Errors
    /// If there are more than two million, which no table of samples has.
    pub(super) fn split_header<'a>(
        self,
        reader: &LineReader,
        line: &'a [u8],
    ) -> Result<Vec<&'a [u8]>, FormatError> {
        let fields: Vec<&[u8]> = self.split(line).take(MAX_COLUMNS + 1).collect();
        if fields.len() > MAX_COLUMNS {
            return Err(reader.line_error(
                format!("the header has more than {MAX_COLUMNS} columns"),
                "wanted one a sample",
            ));
        }
        Ok(fields)
    }
}

/// A field without one pair of double quotes around it.
pub(super) fn unquoted(field: &[u8]) -> &[u8] {
    match field {
        [b'"', inner @ .., b'"'] => inner,
        field => field,
    }
}

/// Whether a header has a field above the row IDs, by the number of fields in the first row.
pub(super) fn has_corner(header: &[&[u8]], n_fields: usize) -> bool {
    n_fields != header.len() + 1 || header.first().is_some_and(|first| names_id_column(first))
}

/// Whether a field can only be the name of the ID column, so that a longer row is a mistake.
fn names_id_column(field: &[u8]) -> bool {
    const NAMES: [&str; 6] = ["", "id", "snp", "snpid", "gene", "geneid"];
    NAMES
        .iter()
        .any(|name| field.eq_ignore_ascii_case(name.as_bytes()))
}

/// The IDs of a header, which stands at `line`, as text.
///
/// # Errors
/// If one is empty, is not UTF-8, holds a control character, or stands there twice. `what` is the word for them in the message: "sample".
pub(super) fn distinct_ids(
    reader: &LineReader,
    line: u64,
    fields: &[&[u8]],
    what: &str,
) -> Result<Vec<String>, FormatError> {
    let refuse = |found, wanted: String| Err(reader.error_at(line, found, wanted));
    let mut seen = HashSet::with_capacity(fields.len());
    let mut ids = Vec::with_capacity(fields.len());
    for (i, field) in fields.iter().enumerate() {
        if field.is_empty() && i > 0 && i + 1 == fields.len() {
            return refuse(
                "the header ends with a separator".into(),
                "remove it".into(),
            );
        }
        if field.is_empty() {
            let found = format!("{what} {} of the header has no ID", i + 1);
            return refuse(found, format!("give every {what} an ID"));
        }
        if !seen.insert(field) {
            let found = format!("{what} ID {} stands there twice", quoted(field));
            return refuse(found, format!("give every {what} an ID of its own"));
        }
        match std::str::from_utf8(field) {
            Ok(id) if id.contains(char::is_control) => {
                return refuse(
                    format!("{what} ID {} {CONTROL}", quoted(field)),
                    PRINTABLE.into(),
                );
            }
            Ok(id) => ids.push(id.to_string()),
            Err(_) => {
                let found = format!("{what} ID {} is not UTF-8 text", quoted(field));
                return refuse(found, "save the file as UTF-8".into());
            }
        }
    }
    Ok(ids)
}

/// Reads the values of a row, one a sample, from its fields; the first `n_leading` columns are the row's names.
///
/// # Errors
/// If the row has more or fewer fields than the header, or one of them is not a value.
pub(super) fn read_values<'a>(
    reader: &LineReader,
    row: &str,
    fields: impl Iterator<Item = &'a [u8]> + Clone,
    n_leading: usize,
    samples: &[String],
    values: &mut Vec<f64>,
) -> Result<(), FormatError> {
    values.clear();
    let mut rest = fields.clone();
    for (sample, field) in samples.iter().zip(rest.by_ref()) {
        match parse_value(field) {
            Ok(value) => values.push(value),
            Err(bad) => {
                check_count(reader, row, fields.count(), n_leading, samples)?;
                return Err(reader.line_error(
                    format!(
                        "row {}, sample {}: {} {}",
                        quoted(row.as_bytes()),
                        quoted(sample.as_bytes()),
                        quoted(field),
                        bad.problem()
                    ),
                    bad.advice(),
                ));
            }
        }
    }
    check_count(reader, row, values.len() + rest.count(), n_leading, samples)
}

/// Refuses a row whose number of values is not the number of samples.
fn check_count(
    reader: &LineReader,
    row: &str,
    n_values: usize,
    n_leading: usize,
    samples: &[String],
) -> Result<(), FormatError> {
    if n_values == samples.len() {
        return Ok(());
    }
    Err(reader.line_error(
        format!(
            "row {} has {} fields",
            quoted(row.as_bytes()),
            n_leading + n_values
        ),
        format!(
            "wanted {}: {n_leading} before the values and one for each of the {} samples",
            n_leading + samples.len(),
            samples.len()
        ),
    ))
}
