//! The text matrix of Matrix eQTL: a header of sample IDs, then one row a SNP or gene, separated by tabs.
//!
//! The header's first field names the ID column. R's `write.table` leaves it out; then the header is one field shorter
//! than the first row and does not start with one of the usual names of that column. Missing values are `NA`, `NaN`, `nan` or `.`; an empty field is an error, for
//! it is more often a shifted row than a missing value.

use std::path::Path;

use super::columns::{Separator, distinct_ids, has_corner, read_values, unquoted};
use super::compression::Progress;
use super::input::{self, LineReader};
use super::locations::{GeneLocations, SnpLocations};
use super::{ExpressionReader, ExpressionRow, FormatError, GenotypeReader, GenotypeRow};

/// A text matrix: IDs down, samples across.
struct Matrix {
    reader: LineReader,
    samples: Vec<String>,
}

impl Matrix {
    fn open(path: &Path) -> Result<Self, FormatError> {
        let mut reader = input::open(path)?;
        if !reader.advance_to_text()? {
            return Err(reader.file_error(
                "the file is empty",
                "wanted a header line of sample IDs and one row a SNP or gene",
            ));
        }
        check_tabs(&reader)?;
        let header_line = reader.line().to_vec();
        let header_number = reader.number();
        let header = Separator::Tab.split_header(&reader, &header_line)?;
        let has_rows = reader.advance_to_text()?;
        let mut corner = true;
        if has_rows {
            reader.hold();
            corner = has_corner(&header, Separator::Tab.split(reader.line()).count());
        }
        let ids = &header[usize::from(corner)..];
        let samples = distinct_ids(&reader, header_number, ids, "sample")?;
        if samples.is_empty() {
            return Err(reader.file_error(
                "the header has no sample IDs",
                "wanted the name of the ID column and then the sample IDs, separated by tabs",
            ));
        }
        Ok(Self { reader, samples })
    }

    /// Reads the next row; false at the end.
    fn read_row(&mut self, id: &mut String, values: &mut Vec<f64>) -> Result<bool, FormatError> {
        if !self.read_id(id)? {
            return Ok(false);
        }
        let fields = self.reader.line().split(|&byte| byte == b'\t').skip(1);
        read_values(&self.reader, id, fields, 1, &self.samples, values)?;
        Ok(true)
    }

    /// Moves to the next row and reads its ID; false at the end.
    fn read_id(&mut self, id: &mut String) -> Result<bool, FormatError> {
        if !self.reader.advance_to_text()? {
            return Ok(false);
        }
        let reader = &self.reader;
        let first = reader.line().split(|&byte| byte == b'\t').next();
        let first = unquoted(first.unwrap_or_default());
        if first.is_empty() {
            return Err(reader.line_error("the row has no ID", "wanted an ID in the first column"));
        }
        id.clear();
        id.push_str(reader.name(first)?);
        Ok(true)
    }
}

/// Refuses a header without a tab that has some other separator.
fn check_tabs(reader: &LineReader) -> Result<(), FormatError> {
    const OTHERS: [(u8, &str); 3] = [(b',', "commas"), (b';', "semicolons"), (b' ', "spaces")];
    let line = reader.line();
    if line.contains(&b'\t') {
        return Ok(());
    }
    match OTHERS.iter().find(|(byte, _)| line.contains(byte)) {
        Some((_, name)) => Err(reader.line_error(
            format!("the header is separated by {name}"),
            "wanted tabs between the columns",
        )),
        None => Ok(()),
    }
}

/// Genotypes as a text matrix, with places from a location table where there is one.
pub struct TextGenotypes {
    matrix: Matrix,
    locations: Option<SnpLocations>,
}

impl TextGenotypes {
    /// Opens the matrix and reads its header.
    ///
    /// # Errors
    /// If it is empty, not separated by tabs, or a sample ID stands there twice.
    pub fn open(path: &Path, locations: Option<SnpLocations>) -> Result<Self, FormatError> {
        let matrix = Matrix::open(path)?;
        Ok(Self { matrix, locations })
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.matrix.reader.progress()
    }

    /// Fills in what the location table has of a row; text has no alleles.
    fn place(&self, row: &mut GenotypeRow) {
        row.site = self.locations.as_ref().and_then(|table| table.get(&row.id));
        row.reference.clear();
        row.alternate.clear();
    }
}

impl GenotypeReader for TextGenotypes {
    fn samples(&self) -> &[String] {
        &self.matrix.samples
    }

    fn read_row(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        if !self.matrix.read_row(&mut row.id, &mut row.values)? {
            return Ok(false);
        }
        self.place(row);
        Ok(true)
    }

    fn read_names(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        if !self.matrix.read_id(&mut row.id)? {
            return Ok(false);
        }
        self.place(row);
        Ok(true)
    }
}

/// Expression as a text matrix, with places from a location table where there is one.
pub struct TextExpression {
    matrix: Matrix,
    locations: Option<GeneLocations>,
}

impl TextExpression {
    /// Opens the matrix and reads its header.
    ///
    /// # Errors
    /// If it is empty, not separated by tabs, or a sample ID stands there twice.
    pub fn open(path: &Path, locations: Option<GeneLocations>) -> Result<Self, FormatError> {
        let matrix = Matrix::open(path)?;
        Ok(Self { matrix, locations })
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.matrix.reader.progress()
    }

    /// Fills in what the location table has of a row.
    fn place(&self, row: &mut ExpressionRow) {
        row.span = self.locations.as_ref().and_then(|table| table.get(&row.id));
    }
}

impl ExpressionReader for TextExpression {
    fn samples(&self) -> &[String] {
        &self.matrix.samples
    }

    fn read_row(&mut self, row: &mut ExpressionRow) -> Result<bool, FormatError> {
        if !self.matrix.read_row(&mut row.id, &mut row.values)? {
            return Ok(false);
        }
        self.place(row);
        Ok(true)
    }

    fn read_names(&mut self, row: &mut ExpressionRow) -> Result<bool, FormatError> {
        if !self.matrix.read_id(&mut row.id)? {
            return Ok(false);
        }
        self.place(row);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Site, Span};
    use std::io::Write;
    use tempfile::NamedTempFile;

    fn file(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn rows(text: &str) -> Result<(Vec<String>, Vec<GenotypeRow>), FormatError> {
        let file = file(text);
        let mut reader = TextGenotypes::open(file.path(), None)?;
        let mut rows = Vec::new();
        let mut row = GenotypeRow::default();
        while reader.read_row(&mut row)? {
            rows.push(row.clone());
        }
        Ok((reader.samples().to_vec(), rows))
    }

    fn refusal(text: &str) -> String {
        rows(text).unwrap_err().to_string()
    }

    #[test]
    fn rows_come_with_their_ids_and_values() {
        let (samples, rows) =
            rows("id\ts1\ts2\ts3\nrs1\t0\tNA\t2\n\nrs2\t0.25\t.\t1e-3\n").unwrap();
        assert_eq!(samples, ["s1", "s2", "s3"]);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].id, "rs1");
        assert_eq!((rows[0].values[0], rows[0].values[2]), (0.0, 2.0));
        assert!(rows[0].values[1].is_nan());
        assert_eq!((rows[1].values[0], rows[1].values[2]), (0.25, 0.001));
        assert_eq!(rows[1].site, None);
        assert_eq!(rows[1].alternate, "");
    }

    #[test]
    fn a_header_without_the_id_column_is_taken_as_r_writes_it() {
        let (samples, rows) = rows("s1\ts2\nrs1\t0\t1\n").unwrap();
        assert_eq!(samples, ["s1", "s2"]);
        assert_eq!(rows[0].values, [0.0, 1.0]);
        assert_eq!(self::rows("s1\nrs1\t5\n").unwrap().0, ["s1"]);
    }

    #[test]
    fn a_row_longer_than_a_header_with_an_id_column_is_a_mistake() {
        assert!(refusal("id\ts1\ts2\nrs1\t0\t1\t2\n").contains("has 4 fields; wanted 3"));
    }

    #[test]
    fn a_header_alone_has_samples_and_no_rows() {
        let (samples, rows) = rows("id\ts1\ts2\r\n").unwrap();
        assert_eq!(samples, ["s1", "s2"]);
        assert!(rows.is_empty());
    }

    #[test]
    fn an_empty_file_is_refused() {
        assert!(refusal("").contains("the file is empty; wanted a header line"));
        assert!(refusal("id\n").contains("no sample IDs"));
    }

    #[test]
    fn a_ragged_row_names_what_was_found_and_wanted() {
        for (text, n_found) in [
            ("id\ta\tb\nr1\t1\t2\nr2\t1\n", 2),
            ("id\ta\tb\nr1\t1\t2\nr2\t1\t2\t3\n", 4),
            ("id\ta\tb\nr1\t1\t2\nr2\t\n", 2),
            ("id\ta\tb\nr1\t1\t2\nr2\n", 1),
        ] {
            let message = refusal(text);
            let found = format!("line 3: row 'r2' has {n_found} fields; wanted 3");
            assert!(message.contains(&found), "{message}");
        }
    }

    #[test]
    fn a_value_that_is_no_number_is_named_with_row_and_sample() {
        let message = refusal("id\ta\tb\nr1\t1\tabc\n");
        assert!(message.contains("line 2: row 'r1', sample 'b': 'abc' is not a number"));
        let message = refusal("id\ta\tb\nr1\tInf\t1\n");
        assert!(message.contains("sample 'a': 'Inf' is infinite"));
        assert!(message.contains("silently loses"));
        assert!(refusal("id\ta\tb\nr1\t\t1\n").contains("'' is empty"));
    }

    #[test]
    fn the_wrong_separator_is_named() {
        assert!(refusal("id,a,b\nr1,1,2\n").contains("separated by commas; wanted tabs"));
        assert!(refusal("id;a;b\nr1;1;2\n").contains("separated by semicolons"));
        assert!(refusal("id a b\nr1 1 2\n").contains("separated by spaces"));
    }

    #[test]
    fn a_sample_that_stands_there_twice_is_refused() {
        let message = refusal("id\ta\tb\ta\nr1\t1\t2\t3\n");
        assert!(message.contains("line 1: sample ID 'a' stands there twice"));
        assert!(
            refusal("id\ta\t\nr1\t1\t2\n").contains("the header ends with a separator; remove it")
        );
        assert!(refusal("id\t\tb\nr1\t1\t2\n").contains("sample 1 of the header has no ID"));
        assert!(refusal("id\ta\n\t1\n").contains("the row has no ID"));
    }

    #[test]
    fn places_come_from_the_location_tables() {
        let snps = file("snp\tchr\tpos\nrs2\t7\t50\n");
        let matrix = file("id\ta\nrs1\t0\nrs2\t1\n");
        let table = SnpLocations::read(snps.path()).unwrap();
        let mut reader = TextGenotypes::open(matrix.path(), Some(table)).unwrap();
        let mut row = GenotypeRow::default();
        assert!(reader.read_row(&mut row).unwrap());
        assert_eq!(row.site, None);
        assert!(reader.read_row(&mut row).unwrap());
        let site = Site {
            chrom: "7".into(),
            pos: 50,
        };
        assert_eq!(row.site, Some(site));

        let genes = file("geneid\tchr\tleft\tright\nrs2\t7\t50\t40\n");
        let table = GeneLocations::read(genes.path()).unwrap();
        let mut reader = TextExpression::open(matrix.path(), Some(table)).unwrap();
        let mut row = ExpressionRow::default();
        assert!(reader.read_row(&mut row).unwrap() && reader.read_row(&mut row).unwrap());
        assert_eq!(row.span, Some(Span::new("7", 40, 50)));
    }
}
