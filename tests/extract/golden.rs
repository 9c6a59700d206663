//! Every golden case: all models, covariates, error covariances, missing values and rows without a location.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::support::golden::{Case, root};
use super::support::{Table, mpiqtl, succeed};
use super::{OF_EXTRACT, OF_MAP, rows_without};

#[test]
fn every_pair_of_every_golden_case_has_the_bytes_of_the_scan() {
    let cases = fs::read_dir(root()).expect("the golden cases");
    let names = cases
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("a plain name"));
    let names: BTreeSet<String> = names.collect();
    assert!(names.len() >= 18, "{names:?}");
    names.iter().for_each(|name| check(name));
}

/// Maps a case with every pair reported, and extracts every pair, and those in windows.
fn check(name: &str) {
    let case = Case::open(name);
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let out = path("map");
    let map = |thresholds: &[&str]| {
        let mut command = mpiqtl();
        command.args(["map", "--columns", "full", "--overwrite", "--out"]);
        case.add_inputs(command.arg(&out));
        succeed(command.args(thresholds));
    };
    let config = format!("out = {:?}\n", out.to_str().expect("a plain path"));
    fs::write(path("study.toml"), config).expect("the folder can be written");
    let extract = |chosen: &str, ids: &Path| {
        let mut command = mpiqtl();
        command
            .arg("extract")
            .arg("--config")
            .arg(path("study.toml"));
        case.add_inputs(&mut command);
        command.arg(chosen).arg(ids);
        let table = path(&format!("{chosen}.tsv"));
        succeed(command.arg("--out").arg(&table));
        Table::read(&table)
    };
    let list = |of: &str| {
        let ids: String = case
            .rows(of)
            .iter()
            .map(|(id, _)| format!("{id}\n"))
            .collect();
        let file = path(&format!("{of}.ids"));
        fs::write(&file, ids).expect("the folder can be written");
        file
    };
    let (snps, genes) = (list("genotypes"), list("expression"));

    map(&["--p-all", "1"]);
    let all = Table::read(&out.join("all.tsv"));
    let n_pairs = case.rows("genotypes").len() * case.rows("expression").len();
    assert_eq!(all.rows.len(), n_pairs, "{name}");
    let everything = extract("--snps", &snps);
    assert_same(name, &[&all], &everything);

    map(&["--p-cis", "1", "--p-trans", "1"]);
    let [cis, trans] = ["cis", "trans"].map(|class| Table::read(&out.join(format!("{class}.tsv"))));
    let in_windows = extract("--genes", &genes);
    assert!(!cis.rows.is_empty(), "{name}");
    assert_same(name, &[&cis], &in_windows);
    assert_same(name, &[&cis, &trans], &everything);
}

/// Whether an extracted table has just the rows of some tables of `map`, in any order.
fn assert_same(name: &str, mapped: &[&Table], extracted: &Table) {
    let rows = mapped.iter().flat_map(|table| rows_without(table, &OF_MAP));
    let mut wanted: Vec<_> = rows.collect();
    let mut found = rows_without(extracted, &OF_EXTRACT);
    wanted.sort();
    found.sort();
    assert_eq!(wanted.len(), found.len(), "{name}");
    for (found, wanted) in found.iter().zip(&wanted) {
        assert_eq!(found, wanted, "{name}");
    }
    let shared = mapped[0].header.iter().filter(|name| *name != "fdr");
    let own = extracted
        .header
        .iter()
        .filter(|name| !OF_EXTRACT.contains(&name.as_str()));
    assert!(shared.eq(own), "{:?}", extracted.header);
}
