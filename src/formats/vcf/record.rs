//! One line of a VCF: its fixed columns, told from the sample columns.

use super::super::input::{LineReader, quoted};
use super::{FormatError, GenotypeRow};
use crate::genome::Site;

/// The last position that is read, as in the other formats.
const MAX_POSITION: i64 = 1_000_000_000_000_000;

/// The most ALT alleles of a record. Each becomes a row for which the whole record is read again.
pub(in crate::formats) const MAX_ALTERNATES: usize = 10_000;

/// What a record calls itself and its alleles.
pub(in crate::formats) struct Names<'a> {
    pub(in crate::formats) chrom: &'a str,
    pub(in crate::formats) pos: &'a str,
    /// `.` for none.
    pub(in crate::formats) id: &'a str,
    pub(in crate::formats) reference: &'a str,
    /// The allele that the row counts; `.` for none.
    pub(in crate::formats) alternate: &'a str,
    pub(in crate::formats) n_alternates: usize,
}

impl Names<'_> {
    /// Fills in everything of a row but its values.
    pub(in crate::formats) fn describe(&self, pos: i64, row: &mut GenotypeRow) {
        let site = row.site.get_or_insert_with(|| Site {
            chrom: String::new(),
            pos: 0,
        });
        site.pos = pos;
        replace(&mut site.chrom, &[self.chrom]);
        replace(&mut row.reference, &[self.reference]);
        replace(&mut row.alternate, &[self.alternate]);
        match self.id {
            "." => {
                let place = [self.chrom, "_", self.pos, "_"];
                replace(&mut row.id, &place);
                row.id.extend([self.reference, "_", self.alternate]);
            }
            id if self.n_alternates > 1 => replace(&mut row.id, &[id, "_", self.alternate]),
            id => replace(&mut row.id, &[id]),
        }
    }
}

/// The columns that are used, and the sample columns as they lie in the line.
pub(super) struct Record<'a> {
    pub(super) reader: &'a LineReader,
    chrom: &'a [u8],
    pos: &'a [u8],
    pub(super) id: &'a [u8],
    reference: &'a [u8],
    alternates: &'a [u8],
    /// 0 for the ALT `.`.
    pub(super) n_alternates: usize,
    pub(super) format: &'a [u8],
    pub(super) cells: &'a [u8],
    n_samples: usize,
}

impl<'a> Record<'a> {
    const N_FIXED: usize = 9;

    /// The record of the current line.
    pub(super) fn parse(reader: &'a LineReader, n_samples: usize) -> Result<Self, FormatError> {
        let mut fixed = [reader.line(); Self::N_FIXED];
        let mut cells = reader.line();
        for field in &mut fixed {
            let Some(end) = cells.iter().position(|&byte| byte == b'\t') else {
                return Err(ragged(reader, n_samples));
            };
            *field = &cells[..end];
            cells = &cells[end + 1..];
        }
        let [chrom, pos, id, reference, alternates, .., format] = fixed;
        let n_alternates = match alternates {
            b"." => 0,
            listed => listed.split(|&byte| byte == b',').count(),
        };
        if n_alternates > MAX_ALTERNATES {
            return Err(reader.line_error(
                format!("SNP {} has {n_alternates} ALT alleles", quoted(id)),
                format!("at most {} are read", MAX_ALTERNATES),
            ));
        }
        Ok(Self {
            reader,
            chrom,
            pos,
            id,
            reference,
            alternates,
            n_alternates,
            format,
            cells,
            n_samples,
        })
    }

    /// Fills in everything of a row but its values, for the ALT allele that it counts.
    pub(super) fn describe(&self, allele: usize, row: &mut GenotypeRow) -> Result<(), FormatError> {
        let text = |field| self.reader.name(field);
        let mut alternates = self.alternates.split(|&byte| byte == b',');
        let alternate = alternates.nth(allele - 1);
        let alternate = alternate.expect("an allele is counted that ALT lists");
        for (column, field) in [
            ("CHROM", self.chrom),
            ("ID", self.id),
            ("REF", self.reference),
            ("ALT", alternate),
        ] {
            if field.is_empty() {
                let found = format!("{column} is empty");
                let wanted = "wanted a name, or '.' for none";
                return Err(self.reader.line_error(found, wanted));
            }
        }
        let names = Names {
            chrom: text(self.chrom)?,
            pos: text(self.pos)?,
            id: text(self.id)?,
            reference: text(self.reference)?,
            alternate: text(alternate)?,
            n_alternates: self.n_alternates,
        };
        names.describe(position(self.reader, names.pos)?, row);
        Ok(())
    }

    /// Chromosome and position of the current line, of which no more is read.
    pub(super) fn place(
        reader: &'a LineReader,
        n_samples: usize,
    ) -> Result<(&'a str, i64), FormatError> {
        let mut columns = reader.line().split(|&byte| byte == b'\t');
        let (Some(chrom), Some(pos), Some(_)) = (columns.next(), columns.next(), columns.next())
        else {
            return Err(ragged(reader, n_samples));
        };
        Ok((reader.name(chrom)?, position(reader, reader.name(pos)?)?))
    }

    /// The error of a line whose number of columns is not the header's.
    pub(super) fn ragged(&self) -> FormatError {
        ragged(self.reader, self.n_samples)
    }

    /// Whether there are as many sample columns as samples.
    pub(super) fn is_ragged(&self) -> bool {
        self.cells.split(|&byte| byte == b'\t').count() != self.n_samples
    }
}

fn position(reader: &LineReader, text: &str) -> Result<i64, FormatError> {
    let position = text.parse().ok();
    let position = position.filter(|pos| (0..=MAX_POSITION).contains(pos));
    position.ok_or_else(|| {
        reader.line_error(
            format!("POS is {}", quoted(text.as_bytes())),
            "wanted a whole number of base pairs from 0",
        )
    })
}

fn replace(text: &mut String, parts: &[&str]) {
    text.clear();
    text.extend(parts.iter().copied());
}

fn ragged(reader: &LineReader, n_samples: usize) -> FormatError {
    let n_found = reader.line().split(|&byte| byte == b'\t').count();
    reader.line_error(
        format!("the line has {n_found} columns"),
        format!(
            "wanted {} as in the header, separated by tabs; the file may be truncated",
            Record::N_FIXED + n_samples
        ),
    )
}
