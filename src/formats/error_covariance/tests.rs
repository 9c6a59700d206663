//! Every way to write a table is read, and what is wrong with one is named.

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
