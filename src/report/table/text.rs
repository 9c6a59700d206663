//! Rows of a table of text, plain or compressed with gzip.

use std::path::Path;

use super::{Columns, Figure, Row, Rows, WANTED};
use crate::formats::{FormatError, LineReader, open};

/// The most columns that are looked at.
const MOST_COLUMNS: usize = 32;

/// A table of text.
pub(super) struct TextRows {
    reader: LineReader,
    columns: Columns,
}

impl TextRows {
    /// Opens a table and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self, FormatError> {
        let mut reader = open(path)?;
        if !reader.advance()? {
            return Err(
                reader.file_error("the file is empty", "wanted a table of eQTLs; map again")
            );
        }
        let header = reader.text(reader.line())?.to_string();
        let names: Vec<&str> = header.split('\t').take(MOST_COLUMNS).collect();
        let columns = Columns::of(&names).map_err(|found| reader.line_error(found, WANTED))?;
        Ok(Self { reader, columns })
    }

    fn number(&self, field: &[u8]) -> Result<f64, FormatError> {
        if field == b"NA" {
            return Ok(f64::NAN);
        }
        let text = std::str::from_utf8(field).ok();
        text.and_then(|text| text.parse().ok()).ok_or_else(|| {
            let found = format!(
                "'{}' stands where a number should",
                String::from_utf8_lossy(field)
            );
            self.reader
                .line_error(found, "the table was changed or is damaged; map again")
        })
    }
}

impl Rows for TextRows {
    fn read_row(&mut self) -> Result<Option<Row<'_>>, FormatError> {
        if !self.reader.advance()? {
            return Ok(None);
        }
        let mut fields = [&b""[..]; MOST_COLUMNS];
        let found = self.reader.line().split(|&byte| byte == b'\t');
        fields
            .iter_mut()
            .zip(found)
            .for_each(|(field, found)| *field = found);
        let columns = &self.columns;
        let figure = |column: usize| Figure::Text(fields[column]);
        let number = |column: usize| self.number(fields[column]);
        let distance = columns.distance.map(|column| fields[column]);
        Ok(Some(Row {
            snp: fields[columns.snp],
            gene: fields[columns.gene],
            beta: columns.beta.map_or(Figure::Number(f64::NAN), figure),
            statistic: figure(columns.statistic),
            p: number(columns.p)?,
            neg_log10_p: columns.neg_log10_p.map(number).transpose()?,
            fdr: number(columns.fdr)?,
            distance: distance.and_then(|field| std::str::from_utf8(field).ok()?.parse().ok()),
        }))
    }
}
