//! Parquet against the text, value by value: as this library reads it, and as pyarrow and pandas do.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use parquet::basic::ColumnOrder;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use crate::study::{Study, table};
use crate::support::{Table, mpiqtl, succeed};

/// The ways whose tables are compared: columns, order, model.
const WAYS: [&str; 4] = [
    "--columns matrix_eqtl",
    "--columns full --sort position",
    "--columns eqtl_catalogue",
    "--columns full --model anova",
];

/// How a value stands in the text.
fn is_same(found: &Field, wanted: &str) -> bool {
    match found {
        Field::Null => wanted == "NA",
        Field::Str(text) => text == wanted,
        Field::Long(n) => n.to_string() == wanted,
        Field::Double(x) => wanted
            .parse::<f64>()
            .is_ok_and(|wanted| wanted.to_bits() == x.to_bits()),
        _ => false,
    }
}

fn assert_equal(path: &Path, wanted: &Table) {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let columns = reader
        .metadata()
        .file_metadata()
        .schema_descr()
        .columns()
        .to_vec();
    let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    assert_eq!(names, wanted.header);
    let rows = reader.get_row_iter(None).unwrap();
    let mut n_rows = 0;
    for (found, wanted) in rows.zip(&wanted.rows) {
        let found = found.unwrap();
        for ((name, found), wanted) in found.get_column_iter().zip(wanted) {
            assert!(is_same(found, wanted), "{name}: {found} is not {wanted}");
        }
        n_rows += 1;
    }
    assert_eq!(n_rows, wanted.rows.len());
    assert_eq!(
        reader.metadata().file_metadata().num_rows() as usize,
        n_rows
    );
}

#[test]
fn every_value_is_that_of_the_text_to_the_last_bit() {
    for study in [Study::simulated(), Study::text(1000)] {
        for way in WAYS {
            let words = format!("--p-cis 1 --p-trans 0.2 {way}");
            let wanted = study.written(&words);
            succeed(&mut study.map(
                mpiqtl(),
                "out",
                &format!("{words} --table-format parquet --overwrite"),
            ));
            for class in ["cis", "trans"] {
                let wanted = table(&wanted, &format!("{class}.tsv"));
                assert!(wanted.rows.len() > 20);
                assert_equal(&study.path(&format!("out/{class}.parquet")), &wanted);
            }
        }
    }
}

#[test]
fn a_file_says_what_it_is_but_not_how_it_was_made() {
    let study = Study::simulated();
    succeed(&mut study.map(
        mpiqtl(),
        "out",
        "--p-cis 0.5 --p-trans 0.1 --table-format parquet --threads 1",
    ));
    let file = File::open(study.path("out/trans.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let metadata = reader.metadata().file_metadata();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        metadata.created_by(),
        Some(format!("mpiqtl version {version}").as_str())
    );
    // The smallest and largest values of row groups are in the order that readers know, else they look into all of them.
    let orders = metadata.column_orders().unwrap().iter();
    let known = orders.filter(|order| matches!(order, ColumnOrder::TYPE_DEFINED_ORDER(_)));
    assert_eq!(known.count(), metadata.schema_descr().num_columns());
    let notes = metadata.key_value_metadata().unwrap();
    let note = |key: &str| {
        let note = notes.iter().find(|note| note.key == key);
        note.and_then(|note| note.value.clone())
            .unwrap_or_else(|| panic!("no {key}"))
    };
    assert_eq!(note("mpiqtl.schema_version"), "1");
    assert_eq!(note("mpiqtl.version"), version);
    let run: serde_json::Value = serde_json::from_str(&note("mpiqtl.run")).unwrap();
    assert_eq!(run["class"], "trans");
    assert_eq!(run["n_samples"], 50);
    assert_eq!(run["n_covariates"], 3);
    assert_eq!(run["config"]["p_trans"], 0.1);
    let record = crate::support::record(&study.path("out"));
    assert_eq!(run["n_tests"], record["n_tests_trans"]);
    assert_eq!(run["df"], record["df"]);
    for key in ["threads", "out", "genotypes", "block_snps"] {
        assert!(run["config"].get(key).is_none(), "{key}");
    }
}

/// Python with pyarrow and pandas: `MPIQTL_PYTHON`, or the one in the path.
fn python() -> Option<String> {
    let python = std::env::var("MPIQTL_PYTHON").unwrap_or("python3".into());
    let mut check = Command::new(&python);
    let has_them = check.args(["-c", "import pyarrow, pandas"]).output();
    if has_them.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!("skipped: no pyarrow and pandas here; set MPIQTL_PYTHON to a Python that has them");
    None
}

const COMPARE: &str = "
import sys
import pandas
import pyarrow.parquet

text, parquet = sys.argv[1:]
as_text = pandas.read_csv(text, sep='\\t', dtype=str, keep_default_na=False)
table = pyarrow.parquet.read_table(parquet)
frame = pandas.read_parquet(parquet)
assert list(as_text.columns) == table.column_names == list(frame.columns)
kinds = {'string': str, 'large_string': str, 'int64': int, 'double': float}
for name in table.column_names:
    kind = kinds[str(table.schema.field(name).type)]
    found = table.column(name).to_pylist()
    wanted = [None if field == 'NA' else kind(field) for field in as_text[name]]
    assert found == wanted, name
    if kind is float and None not in wanted:
        assert frame[name].dtype == 'float64' and list(frame[name]) == wanted, name
    assert list(frame[name].isna()) == [value is None for value in wanted], name
print(table.num_rows, table.num_columns)
";

#[test]
fn pyarrow_and_pandas_read_every_value() {
    let Some(python) = python() else {
        return;
    };
    for study in [Study::simulated(), Study::text(1000)] {
        for way in WAYS {
            let words = format!("--p-cis 1 --p-trans 0.2 {way} --overwrite");
            succeed(&mut study.map(mpiqtl(), "text", &words));
            succeed(&mut study.map(mpiqtl(), "out", &format!("{words} --table-format parquet")));
            for class in ["cis", "trans"] {
                let text = study.path(&format!("text/{class}.tsv"));
                let mut compare = Command::new(&python);
                compare.args(["-c", COMPARE]).arg(&text);
                compare.arg(study.path(&format!("out/{class}.parquet")));
                let output = succeed(&mut compare);
                let said = String::from_utf8(output.stdout).unwrap();
                let n_rows = fs::read_to_string(&text).unwrap().lines().count() - 1;
                assert!(said.starts_with(&format!("{n_rows} ")), "{said}");
            }
        }
    }
}
