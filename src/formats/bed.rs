//! Phenotype BED: rows of any numbers with their places, as FastQTL, tensorQTL and QTLtools read it. Most often it holds
//! expression; its rows may stand on the other side of a test too, as methylation does.
//!
//! A header line, then a row a gene; fields separated by one tab or one space, for such files mix the two. Before the
//! samples stand 4 columns (`#chr start end id`), or 6 (two more, such as `gid strand` or `length strand`). They are 6 if
//! the sixth is named `strand` or `strd`, or if it is `+` or `-` in the first row, which no value can be, or if it is
//! `.` there and the fifth column is named `gid`, `group`, `length` or `info` or holds text. Anything else is 4 columns:
//! a bad number in the first row must not make two samples vanish.
//!
//! `start` counts from 0 and `end` is not part of the gene, so a span is `start + 1` to `end`. A row in the place of a SNP
//! lies at `start + 1`.

use std::path::Path;

use super::columns::{Separator, distinct_ids, read_values, unquoted};
use super::compression::Progress;
use super::input::{self, LineReader, quoted};
use super::locations::parse_position;
use super::number::parse_value;
use super::{ExpressionReader, ExpressionRow, FormatError, GenotypeReader, GenotypeRow};
use crate::genome::{Site, Span};

const WANTED_HEADER: &str = "wanted a header line '#chr start end id' and then the sample IDs";

/// A phenotype BED file: places, IDs and values.
struct Bed {
    reader: LineReader,
    n_leading: usize,
    samples: Vec<String>,
}

impl Bed {
    fn open(path: &Path) -> Result<Self, FormatError> {
        let mut reader = input::open(path)?;
        loop {
            if !reader.advance_to_text()? {
                return Err(reader.file_error("the file has no header", WANTED_HEADER));
            }
            if !reader.line().starts_with(b"##") {
                break;
            }
        }
        let header_line = reader.line().to_vec();
        let header_number = reader.number();
        let header = Separator::TabOrSpace.split_header(&reader, &header_line)?;
        if !names_places(&header) {
            let found = format!("the line starts with {}", quoted(&header_line));
            return Err(reader.line_error(found, WANTED_HEADER));
        }
        let mut n_leading = 4;
        if reader.advance_to_text()? {
            reader.hold();
            let first_row = Separator::TabOrSpace.split(reader.line()).take(6);
            n_leading = count_leading(&header, &first_row.collect::<Vec<_>>());
        }
        let ids = header.get(n_leading..).unwrap_or_default();
        let samples = distinct_ids(&reader, header_number, ids, "sample")?;
        if samples.is_empty() {
            return Err(reader.error_at(header_number, "the header has no samples", WANTED_HEADER));
        }
        Ok(Self {
            reader,
            n_leading,
            samples,
        })
    }

    fn span(&self, chrom: &[u8], start: &[u8], end: &[u8]) -> Result<Span, FormatError> {
        let position = |name, field| {
            parse_position(field).ok_or_else(|| {
                self.reader.line_error(
                    format!("{name} is {}", quoted(field)),
                    "wanted a whole number of base pairs from 0",
                )
            })
        };
        let left = position("start", start)? + 1;
        let right = position("end", end)?.max(left);
        Ok(Span::new(self.reader.name(chrom)?, left, right))
    }

    /// Reads the ID and the values of the next row, and gives its place; `None` at the end.
    fn read_row(
        &mut self,
        id: &mut String,
        values: &mut Vec<f64>,
    ) -> Result<Option<Span>, FormatError> {
        let span = self.read_names(id)?;
        if span.is_some() {
            let (reader, n) = (&self.reader, self.n_leading);
            let fields = reader.line().split(is_separator).skip(n);
            read_values(reader, id, fields, n, &self.samples, values)?;
        }
        Ok(span)
    }

    /// Moves to the next row, reads its ID and gives its place; `None` at the end.
    fn read_names(&mut self, id: &mut String) -> Result<Option<Span>, FormatError> {
        if !self.reader.advance_to_text()? {
            return Ok(None);
        }
        let reader = &self.reader;
        let fields = reader.line().split(is_separator).take(self.n_leading);
        let n_found = fields.clone().count();
        if n_found < self.n_leading {
            return Err(reader.line_error(
                format!("the row has {n_found} fields"),
                format!("wanted {}", self.n_leading + self.samples.len()),
            ));
        }
        let mut fields = fields.map(unquoted);
        let [chrom, start, end, name] = [(); 4].map(|()| fields.next().unwrap_or_default());
        if name.is_empty() {
            return Err(reader.line_error("the row has no ID", "wanted an ID in the fourth column"));
        }
        id.clear();
        id.push_str(reader.name(name)?);
        self.span(chrom, start, end).map(Some)
    }
}

/// Expression with its places.
pub struct BedExpression(Bed);

impl BedExpression {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// If there is no header, or a sample ID stands there twice.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        Bed::open(path).map(Self)
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.0.reader.progress()
    }
}

impl ExpressionReader for BedExpression {
    fn samples(&self) -> &[String] {
        &self.0.samples
    }

    fn read_row(&mut self, row: &mut ExpressionRow) -> Result<bool, FormatError> {
        row.span = self.0.read_row(&mut row.id, &mut row.values)?;
        Ok(row.span.is_some())
    }

    fn read_names(&mut self, row: &mut ExpressionRow) -> Result<bool, FormatError> {
        row.span = self.0.read_names(&mut row.id)?;
        Ok(row.span.is_some())
    }
}

/// Rows of any numbers in the place of SNPs, each at its first base; they have no alleles.
pub struct BedGenotypes(Bed);

impl BedGenotypes {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// If there is no header, or a sample ID stands there twice.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        Bed::open(path).map(Self)
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.0.reader.progress()
    }
}

impl GenotypeReader for BedGenotypes {
    fn samples(&self) -> &[String] {
        &self.0.samples
    }

    fn read_row(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        let span = self.0.read_row(&mut row.id, &mut row.values)?;
        Ok(place(row, span))
    }

    fn read_names(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        let span = self.0.read_names(&mut row.id)?;
        Ok(place(row, span))
    }
}

/// Places a row at the first base of its span, if there is one, and says so.
fn place(row: &mut GenotypeRow, span: Option<Span>) -> bool {
    row.site = span.map(|span| Site {
        chrom: span.chrom,
        pos: span.left,
    });
    row.reference.clear();
    row.alternate.clear();
    row.site.is_some()
}

fn is_separator(byte: &u8) -> bool {
    matches!(byte, b'\t' | b' ')
}

/// Whether the fields are those of a phenotype BED header: chromosome, start, end and more.
pub(super) fn names_places(header: &[&[u8]]) -> bool {
    let [chrom, start, end, _, ..] = header else {
        return false;
    };
    let chrom = chrom.strip_prefix(b"#").unwrap_or(chrom);
    is_any(chrom, &["chr", "chrom", "chromosome"])
        && is_any(start, &["start", "chromstart"])
        && is_any(end, &["end", "chromend"])
}

/// The number of columns before the samples.
fn count_leading(header: &[&[u8]], first_row: &[&[u8]]) -> usize {
    let (Some(fifth), Some(sixth)) = (header.get(4), header.get(5)) else {
        return 4;
    };
    let holds = |column: usize, texts: &[&str]| {
        first_row
            .get(column)
            .is_some_and(|field| is_any(field, texts))
    };
    let fifth_is_text = first_row
        .get(4)
        .is_some_and(|field| parse_value(field).is_err());
    let named = is_any(fifth, &["gid", "group", "length", "info"]);
    let six = is_any(sixth, &["strand", "strd"])
        || holds(5, &["+", "-"])
        || holds(5, &["."]) && (named || fifth_is_text);
    if six { 6 } else { 4 }
}

fn is_any(field: &[u8], names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| field.eq_ignore_ascii_case(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::NamedTempFile;

    fn rows(text: &str) -> Result<(Vec<String>, Vec<ExpressionRow>), FormatError> {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut reader = BedExpression::open(file.path())?;
        let mut rows = Vec::new();
        let mut row = ExpressionRow::default();
        while reader.read_row(&mut row)? {
            rows.push(row.clone());
        }
        Ok((reader.samples().to_vec(), rows))
    }

    fn samples(text: &str) -> Vec<String> {
        rows(text).unwrap().0
    }

    fn refusal(text: &str) -> String {
        rows(text).unwrap_err().to_string()
    }

    #[test]
    fn four_columns_stand_before_the_samples_of_fastqtl() {
        let text = "#Chr\tstart\tend\tID\ta\tb\nchr1\t99\t100\tg1\t0.5\tNA\n";
        let (samples, rows) = rows(text).unwrap();
        assert_eq!(samples, ["a", "b"]);
        assert_eq!(rows[0].id, "g1");
        assert_eq!(rows[0].span, Some(Span::new("chr1", 100, 100)));
        assert_eq!(rows[0].values[0], 0.5);
        assert!(rows[0].values[1].is_nan());
    }

    #[test]
    fn six_columns_stand_before_the_samples_of_qtltools() {
        let text = "#chr\tstart\tend\tgene\tlength\tstrand\ta\tb\nchr1\t0\t9\tg1\t1049\t+\t1 2\n";
        let (ids, rows) = rows(text).unwrap();
        assert_eq!(ids, ["a", "b"]);
        assert_eq!(rows[0].values, [1.0, 2.0]);
        assert_eq!(rows[0].span, Some(Span::new("chr1", 1, 9)));

        let by_row = "#chr\tstart\tend\tpid\tx\ty\ta\nchr1\t0\t9\tp1\tg1\t-\t1\n";
        assert_eq!(samples(by_row), ["a"]);
        let unknown_strand = "#chr\tstart\tend\tpid\tgid\ty\ta\nchr1\t0\t9\tp1\t7\t.\t1\n";
        assert_eq!(samples(unknown_strand), ["a"]);
        let text_and_dot = "#chr\tstart\tend\tpid\tx\ty\ta\nchr1\t0\t9\tp1\tg1\t.\t1\n";
        assert_eq!(samples(text_and_dot), ["a"]);
    }

    #[test]
    fn a_bad_number_or_a_missing_value_makes_no_sample_vanish() {
        let missing = "#chr\tstart\tend\tid\ta\tb\nchr1\t0\t9\tg1\t.\t.\n";
        assert_eq!(samples(missing), ["a", "b"]);
        let bad = "#chr\tstart\tend\tid\ta\tb\nchr1\t0\t9\tg1\t1,5\t2\n";
        assert!(refusal(bad).contains("row 'g1', sample 'a': '1,5' is not a number"));
    }

    #[test]
    fn an_end_before_the_first_base_is_the_first_base() {
        let text = "chr start end id a\nchr1 10 10 g1 3\n";
        assert_eq!(
            rows(text).unwrap().1[0].span,
            Some(Span::new("chr1", 11, 11))
        );
    }

    #[test]
    fn a_row_in_the_place_of_a_snp_lies_at_its_first_base() {
        let mut file = NamedTempFile::new().unwrap();
        let text =
            "#chr\tstart\tend\tid\ta\tb\n7\t99\t250\tcg1\t-0.25\tNA\n7\t0\t1\tcg2\t1e3\t0.1\n";
        file.write_all(text.as_bytes()).unwrap();
        let mut reader = BedGenotypes::open(file.path()).unwrap();
        assert_eq!(GenotypeReader::samples(&reader), ["a", "b"]);
        let mut row = GenotypeRow {
            reference: "A".into(),
            alternate: "G".into(),
            ..GenotypeRow::default()
        };
        let mut sites = Vec::new();
        while reader.read_row(&mut row).unwrap() {
            let site = row.site.clone().unwrap();
            sites.push((row.id.clone(), site.chrom, site.pos, row.values[0]));
            assert_eq!((&*row.reference, &*row.alternate), ("", ""));
        }
        let wanted = |id: &str, pos, value| (id.to_string(), "7".to_string(), pos, value);
        assert_eq!(sites, [wanted("cg1", 100, -0.25), wanted("cg2", 1, 1e3)]);
    }

    #[test]
    fn a_header_is_required() {
        assert!(
            refusal("chr1\t0\t9\tg1\t1\n").contains("wanted a header line '#chr start end id'")
        );
        assert!(refusal("").contains("no header"));
        assert!(refusal("#chr\tstart\tend\tid\n").contains("no samples"));
        let twice = "#chr\tstart\tend\tid\ta\ta\nchr1\t0\t9\tg\t1\t2\n";
        assert!(refusal(twice).contains("line 1: sample ID 'a' stands there twice"));
    }

    #[test]
    fn a_row_that_does_not_fit_is_named() {
        let header = "#chr\tstart\tend\tid\ta\tb\nchr1\t0\t9\tg1\t1\t2\n";
        let ragged = refusal(&format!("{header}chr1\t0\t9\tg2\t1\n"));
        assert!(
            ragged.contains("line 3: row 'g2' has 5 fields; wanted 6"),
            "{ragged}"
        );
        assert!(refusal(&format!("{header}chr1\t0\n")).contains("the row has 2 fields; wanted 6"));
        let position = refusal(&format!("{header}chr1\t-3\t9\tg2\t1\t2\n"));
        assert!(position.contains("start is '-3'; wanted a whole number"));
        assert!(refusal(&format!("{header}chr1\t0\tx\tg2\t1\t2\n")).contains("end is 'x'"));
        assert!(refusal(&format!("{header}chr1\t0\t1\t\t1\t2\n")).contains("no ID"));
    }
}
