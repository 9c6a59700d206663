//! The error covariance: a square table with the sample IDs in the header and in the first column.
//!
//! Fields are separated by tabs, or by blanks if the header has no tab. The header may or may not have a field above
//! the row IDs. Rows may stand in another order than columns: the IDs say which value is whose. Every value is there,
//! and the two of a pair are equal, but for the rounding of the program that wrote them.

use std::collections::HashMap;
use std::path::Path;

use super::FormatError;
use super::columns::{Separator, distinct_ids, has_corner};
use super::input::{self, LineReader, quoted};
use super::number::{BadNumber, parse_value, write_number};

const WANTED_TABLE: &str =
    "wanted a square table: a header of sample IDs, and one row for each of them";

/// The largest difference of the two values of a pair, relative to the two standard deviations, that is taken for
/// rounding.
const ROUNDING: f64 = 1e-6;

/// The covariance of the errors of samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorCovariance {
    /// The sample IDs, in the order of the header.
    pub samples: Vec<String>,
    /// `[n_samples x n_samples]`, row-major, exactly symmetric, finite, the diagonal positive.
    pub values: Vec<f64>,
    /// How far the file was from symmetric: the largest `|a_ij - a_ji| / sqrt(a_ii·a_jj)`, at most 1e-6; where it is
    /// not 0, `values` holds the means of the pairs.
    pub asymmetry: f64,
}

impl ErrorCovariance {
    /// Reads a table, plain or compressed, a row at a time.
    ///
    /// # Errors
    /// If the table is not square or not symmetric, its rows and columns have not the same IDs, once each, a value is
    /// missing or no finite number, or a variance is not positive.
    pub fn read(path: &Path) -> Result<Self, FormatError> {
        let mut table = Table::open(path)?;
        while table.reader.advance_to_text()? {
            table.read_row()?;
        }
        table.check_rows()?;
        table.order_rows();
        let asymmetry = table.make_symmetric()?;
        Ok(Self {
            samples: table.samples,
            values: table.values,
            asymmetry,
        })
    }
}

/// A table on its way in.
struct Table {
    reader: LineReader,
    separator: Separator,
    samples: Vec<String>,
    /// The place of each sample in the header.
    columns: HashMap<Vec<u8>, usize>,
    /// `[n_rows read x n]`, rows as they come: a header alone takes no memory for rows it only promises.
    values: Vec<f64>,
    /// `[n_rows read]`: the place in the header of each row.
    places: Vec<usize>,
    /// `[n]`: the line of each sample's row, once it is read.
    lines: Vec<Option<u64>>,
}

impl Table {
    /// Opens the file and reads its header.
    fn open(path: &Path) -> Result<Self, FormatError> {
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
    fn read_row(&mut self) -> Result<(), FormatError> {
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
    fn check_rows(&self) -> Result<(), FormatError> {
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
    fn order_rows(&mut self) {
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

    /// Puts their mean in the place of the two values of each pair and returns how far apart they were at most.
    fn make_symmetric(&mut self) -> Result<f64, FormatError> {
        let n = self.samples.len();
        let sd: Vec<f64> = (0..n).map(|i| self.values[i * n + i].sqrt()).collect();
        let (mut worst, mut worst_pair) = (0.0, (0, 0));
        for i in 0..n {
            for j in 0..i {
                let (lower, upper) = (self.values[i * n + j], self.values[j * n + i]);
                if lower == upper {
                    continue;
                }
                // The standard deviations are divided by one after the other: their product may be no number.
                let asymmetry = (lower - upper).abs() / sd[i] / sd[j];
                if asymmetry > worst {
                    (worst, worst_pair) = (asymmetry, (i, j));
                }
                if asymmetry <= ROUNDING {
                    let mean = lower + (upper - lower) / 2.0;
                    self.values[i * n + j] = mean;
                    self.values[j * n + i] = mean;
                }
            }
        }
        if worst <= ROUNDING {
            return Ok(worst);
        }
        Err(self.not_symmetric(worst_pair))
    }

    fn not_symmetric(&self, (i, j): (usize, usize)) -> FormatError {
        let n = self.samples.len();
        let id = |sample: usize| quoted(self.samples[sample].as_bytes());
        let side = |row: usize, column: usize| {
            let value = number(self.values[row * n + column]);
            let line = self.lines[row].expect("every row is read");
            format!("{value} (line {line}, column {})", id(column))
        };
        self.reader.file_error(
            format!(
                "the table is not symmetric: the covariance of samples {} and {} is {} and {}",
                id(j),
                id(i),
                side(j, i),
                side(i, j)
            ),
            "write the same value, with all its digits, in both places",
        )
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

fn number(x: f64) -> String {
    let mut text = Vec::new();
    write_number(&mut text, x).expect("memory takes all that is written");
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use tempfile::NamedTempFile;

    fn read(text: &str) -> Result<ErrorCovariance, FormatError> {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        ErrorCovariance::read(file.path())
    }

    fn refusal(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn every_way_to_write_a_table_gives_the_same() {
        let wanted = ErrorCovariance {
            samples: vec!["a".into(), "b".into()],
            values: vec![2.0, -0.5, -0.5, 3.0],
            asymmetry: 0.0,
        };
        for text in [
            "id\ta\tb\na\t2\t-0.5\nb\t-0.5\t3\n",
            "a\tb\na\t2\t-0.5\nb\t-0.5\t3\n",
            "\ta\tb\r\nb\t-0.5\t3\r\na\t2\t-0.5\r\n",
            "\"a\" \"b\"\n\"a\"  2 -0.5\n\"b\" -5e-1 3 \n\n",
            "x a b\nb -0.5 3\na 2 -0.5",
        ] {
            assert_eq!(read(text).unwrap(), wanted, "{text}");
        }
    }

    #[test]
    fn a_compressed_table_is_read() {
        let mut file = NamedTempFile::new().unwrap();
        let mut gzip = flate2::write::GzEncoder::new(&mut file, flate2::Compression::default());
        gzip.write_all(b"id\ta\na\t2\n").unwrap();
        gzip.finish().unwrap();
        assert_eq!(ErrorCovariance::read(file.path()).unwrap().values, [2.0]);
    }

    #[test]
    fn a_table_that_is_not_square_is_refused_by_name() {
        let no_row = refusal("id\ta\tb\tc\na\t1\t0\t0\n");
        assert!(no_row.contains("sample 'b' has a column but no row (and 1 more sample)"));
        let no_column = refusal("id\ta\na\t1\nb\t1\n");
        assert!(no_column.contains("line 3: sample 'b' has a row but no column"));
        let ragged = refusal("id\ta\tb\na\t1\t0\nb\t0\n");
        assert!(ragged.contains("line 3: row 'b' has 1 values; wanted 2"));
        let long = refusal("id\ta\na\t1\t0\n");
        assert!(long.contains("line 2: row 'a' has 2 values; wanted 1"));
        assert!(refusal("").contains("the file is empty"));
        assert!(refusal("id\ta\n").contains("a header only"));
        assert!(refusal("id,a\na,1\n").contains("separate the columns by tabs"));
    }

    #[test]
    fn every_sample_stands_there_once() {
        let columns = refusal("id\ta\ta\na\t1\t0\n");
        assert!(columns.contains("line 1: sample ID 'a' stands there twice"));
        let rows = refusal("id\ta\tb\na\t1\t0\na\t1\t0\n");
        assert!(rows.contains("line 3: sample 'a' has a second row, after that in line 2"));
        assert!(refusal("id\ta\n\t1\n").contains("line 2: the row has no sample ID"));
    }

    #[test]
    fn every_value_is_a_finite_number() {
        let with = |field: &str| refusal(&format!("id\ta\tb\na\t1\t{field}\nb\t0\t1\n"));
        let missing = with("NA");
        assert!(missing.contains("line 2: row 'a', sample 'b': 'NA' is a missing value"));
        assert!(missing.contains("a covariance has no missing values"));
        assert!(with("").contains("sample 'b': '' is empty; a covariance has no missing values"));
        assert!(with("-inf").contains("'-inf' is infinite"));
        assert!(with("0,5").contains("'0,5' is not a number; wanted a number, with a point"));
    }

    #[test]
    fn a_variance_is_positive() {
        for variance in ["0", "-1", "-0"] {
            let message = refusal(&format!("id\ta\tb\nb\t0\t{variance}\na\t1\t0\n"));
            let wanted = format!("line 2: the variance of sample 'b' is {variance}; wanted");
            assert!(message.contains(&wanted), "{message}");
        }
    }

    #[test]
    fn rounding_is_evened_out_and_told() {
        let table = read("id\ta\tb\na\t4\t1\nb\t1.000003\t9\n").unwrap();
        assert!((table.asymmetry - 5e-7).abs() < 1e-15);
        assert_eq!(table.values[1], table.values[2]);
        assert!((table.values[1] - 1.0000015).abs() < 1e-15);
        assert!(refusal("id\ta\tb\na\t4\t1\nb\t1.000007\t9\n").contains("not symmetric"));
    }

    #[test]
    fn a_table_that_is_not_symmetric_is_refused_with_the_worst_pair() {
        let text = "id\ta\tb\tc\nc\t0.5\t0.1\t9e-5\na\t1\t0.2\t0.4\nb\t0.2\t1\t0.1001\n";
        let message = refusal(text);
        let both = "is 0.4 (line 3, column 'c') and 0.5 (line 2, column 'a')";
        assert!(message.contains(&format!("the covariance of samples 'a' and 'c' {both}")));
        let tiny = "id\ta\tb\na\t1e-200\t1e-201\nb\t2e-201\t1e-200\n";
        assert!(refusal(tiny).contains("is 1e-201 (line 2"));
    }

    proptest! {
        #[test]
        fn the_order_of_rows_does_not_matter(
            n in 1usize..9,
            seed in prop::collection::vec(-1.0f64..1.0, 81),
            shift in 0usize..9,
        ) {
            let value = |i: usize, j: usize| if i == j { 2.0 } else { seed[i.max(j) * 9 + i.min(j)] };
            let header: Vec<String> = (0..n).map(|i| format!("s{i}")).collect();
            let mut text = header.join("\t");
            for i in (0..n).map(|i| (i + shift) % n) {
                text += &format!("\ns{i}");
                (0..n).for_each(|j| text += &format!("\t{}", value(i, j)));
            }
            let table = read(&text).unwrap();
            prop_assert_eq!(table.samples, header);
            let wanted: Vec<f64> = (0..n * n).map(|at| value(at / n, at % n)).collect();
            prop_assert_eq!(table.values, wanted);
            prop_assert_eq!(table.asymmetry, 0.0);
        }
    }
}
