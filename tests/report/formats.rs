//! The report hangs on what a table holds, not on the format it is written in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::{fail, succeed};
use crate::{Study, names, section};

/// The files of a report by name: the page and its pictures.
fn report(folder: &Path) -> BTreeMap<String, String> {
    let read = |path: &Path| fs::read_to_string(path).expect("a file of the report");
    let plots = folder.join("plots");
    let pictures = names(&plots);
    let pictures = pictures.into_iter().map(|name| {
        let picture = read(&plots.join(&name));
        (name, picture)
    });
    let mut files: BTreeMap<String, String> = pictures.collect();
    files.insert("report.html".into(), read(&folder.join("report.html")));
    files
}

/// Puts the tables of the run in `from` in the place of those in `to`, of another format.
fn exchange(study: &Study, (from, with): (&str, &str), (to, without): (&str, &str)) {
    for class in ["all", "cis", "trans"] {
        let table = study.path(&format!("{from}/{class}.{with}"));
        if table.exists() {
            fs::copy(table, study.path(&format!("{to}/{class}.{with}"))).expect("a table");
            fs::remove_file(study.path(&format!("{to}/{class}.{without}"))).expect("a table");
        }
    }
}

/// What the tables of a run may be: their columns and order, the model, the thresholds.
const WAYS: [&str; 6] = [
    "--p-cis 0.5 --p-trans 1e-2",
    "--p-all 1 --columns full",
    "--p-cis 0.5 --p-trans 1e-2 --columns full --sort position",
    "--p-cis 1 --columns eqtl_catalogue",
    "--p-cis 1 --model anova",
    "--p-all 0.2 --model anova --columns full --p-histogram 20",
];

/// Compares the reports of runs in text and in another format, made of one record.
fn assert_same_reports(format: &str) {
    let study = Study::simulated();
    for way in WAYS {
        succeed(&mut study.map(&format!("{way} --overwrite")));
        let wanted = report(&study.path("out"));
        assert!(wanted.len() > 5, "{way}: {:?}", wanted.keys());
        let other = format!("{way} --table-format {format} --out other --overwrite");
        succeed(&mut study.map(&other));
        let own = report(&study.path("other"));
        assert_eq!(
            own.keys().collect::<Vec<_>>(),
            wanted.keys().collect::<Vec<_>>(),
            "{way}"
        );
        // The two runs took their own times.
        let pictures = own.iter().filter(|(name, _)| name.ends_with(".svg"));
        for (name, picture) in pictures.filter(|(name, _)| *name != "ranks.svg") {
            assert!(*picture == wanted[name], "{way}: {name} is another one");
        }
        exchange(&study, ("other", format), ("out", "tsv"));
        succeed(&mut study.report("out"));
        let found = report(&study.path("out"));
        for (name, file) in &wanted {
            assert!(*file == found[name], "{way}: {name} is another one");
        }
        // Nothing of another format is left for the next way.
        fs::remove_dir_all(study.path("out")).expect("the folder can go");
    }
}

#[test]
fn a_compressed_table_makes_the_same_report() {
    assert_same_reports("tsv.gz");
}

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_table_makes_the_same_report() {
    assert_same_reports("parquet");
}

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_table_that_was_changed_is_told_of() {
    let study = Study::simulated();
    let map = "--p-cis 0.5 --table-format parquet";
    succeed(&mut study.map(&format!("{map} --report false")));
    let path = study.path("out/cis.parquet");
    let whole = fs::read(&path).expect("the table");
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("the table can be written");
        fail(&mut study.report("out"), 1)
    };
    for length in [0, 3, whole.len() / 2, whole.len() - 1] {
        let said = refused(&whole[..length]);
        assert!(
            said.contains("out/cis.parquet: cannot be read as Parquet"),
            "{said}"
        );
    }
    // A page in the middle; the metadata at the end are whole.
    let mut bent = whole.clone();
    let start = whole.len() / 3;
    bent[start..start + 40].fill(0xff);
    let said = refused(&bent);
    assert!(said.contains("out/cis.parquet: "), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    // The table of another class has other rows.
    succeed(&mut study.map("--p-cis 0.2 --table-format parquet --out other --report false"));
    let other = fs::read(study.path("other/cis.parquet")).expect("a table");
    let said = refused(&other);
    assert!(said.contains("rows and run.json says"), "{said}");
    fs::remove_file(&path).expect("the table can go");
    let said = fail(&mut study.report("out"), 1);
    assert!(said.contains("out/cis.parquet: cannot open"), "{said}");
    assert!(!study.path("out/report.html").exists());
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_so() {
    let study = Study::simulated();
    succeed(&mut study.map("--p-cis 0.5 --report false"));
    fs::rename(study.path("out/cis.tsv"), study.path("out/cis.parquet")).expect("a table");
    let said = fail(&mut study.report("out"), 1);
    assert!(
        said.contains("out/cis.parquet: the table is Parquet, which this mpiqtl was built without"),
        "{said}"
    );
    assert!(said.contains("--features parquet"), "{said}");
}

#[test]
fn a_report_of_the_catalogues_columns_has_the_same_numbers() {
    let study = Study::simulated();
    let full = study.mapped("--p-cis 0.5 --columns full");
    let catalogue = study.mapped("--p-cis 0.5 --columns eqtl_catalogue --overwrite");
    for part in ["p-values", "distances", "map", "strongest"] {
        assert_eq!(section(&catalogue, part), section(&full, part), "{part}");
    }
}
