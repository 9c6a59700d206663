//! The numbers of a report are those of the record and the tables.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Table, close, number, record, succeed};
use crate::{Study, rows, section, values};

/// The numbers of a table: all rows of a column.
fn column(table: &Table, name: &str) -> Vec<f64> {
    let at = table
        .header
        .iter()
        .position(|found| found == name)
        .expect("the column");
    table.rows.iter().map(|row| number(&row[at])).collect()
}

fn distinct(table: &Table, column: usize) -> f64 {
    let ids: BTreeSet<&String> = table.rows.iter().map(|row| &row[column]).collect();
    ids.len() as f64
}

#[test]
fn the_ledger_has_the_counts_of_record_and_tables() {
    let study = Study::simulated();
    let html = study.mapped("--p-cis 0.05 --p-trans 1e-3 --p-histogram 100");
    let record = record(&study.path("out"));
    let found = rows(section(&html, "tests"));
    assert_eq!(found.len(), 2);
    for (row, class, threshold) in [(found[0], "cis", 0.05), (found[1], "trans", 1e-3)] {
        let table = Table::read(&study.path(&format!("out/{class}.tsv")));
        let rates = column(&table, "FDR");
        let below = |most: f64| rates.iter().filter(|rate| **rate <= most).count() as f64;
        let n_tests = record[format!("n_tests_{class}")].as_f64().expect("tests");
        let wanted = [
            n_tests,
            n_tests,
            threshold,
            table.rows.len() as f64,
            below(0.05),
            below(0.01),
            distinct(&table, 1),
            distinct(&table, 0),
        ];
        assert!(table.rows.len() > 20, "{class} has something to count");
        assert_eq!(values(row), wanted, "{class}");
    }
    let head = &html[..html.find("<nav").expect("contents")];
    let n_used = record["samples"]["n_used"].as_f64().expect("samples");
    assert!(values(head).contains(&n_used));
}

#[test]
fn the_strongest_eqtls_are_those_of_the_table_to_the_last_bit() {
    for (options, columns) in [
        (
            "--p-cis 0.05 --p-trans 1e-3",
            &["beta", "t-stat", "p-value", "FDR"][..],
        ),
        (
            "--p-cis 0.05 --p-trans 1e-3 --columns full",
            &["beta", "t", "p", "fdr"],
        ),
        ("--p-cis 0.2 --model anova", &["F-test", "p-value", "FDR"]),
    ] {
        let study = Study::simulated();
        let html = study.mapped(options);
        let table = Table::read(&study.path("out/cis.tsv"));
        let columns: Vec<Vec<f64>> = columns.iter().map(|name| column(&table, name)).collect();
        let shown = rows(section(&html, "strongest"));
        assert_eq!(shown.len(), 20);
        for (i, row) in shown.into_iter().enumerate() {
            let wanted: Vec<f64> = columns.iter().map(|column| column[i]).collect();
            assert_eq!(values(row), wanted, "{options}, row {i}");
            assert!(row.contains(&format!("<code>{}</code>", table.rows[i][0])));
        }
    }
}

#[test]
fn the_inflation_factor_is_that_of_the_median_p_value() {
    let study = Study::simulated();
    // Every p-value of cis is in the table, and in the histogram too.
    let html = study.mapped("--p-cis 1 --p-trans 1e-3 --p-histogram 200");
    let mut p = column(&Table::read(&study.path("out/cis.tsv")), "p-value");
    p.sort_by(f64::total_cmp);
    let wanted = mpiqtl::stats::genomic_inflation(p[p.len() / 2]);
    let found = values(section(&html, "p-values"))[0];
    assert!(close(found, wanted, 0.02), "{found} {wanted}");
    // From the table alone it is nearly the same.
    let html = study.mapped("--p-cis 1 --p-trans 1e-3 --overwrite");
    let alone = values(section(&html, "p-values"))[0];
    assert!(close(alone, wanted, 0.03), "{alone} {wanted}");
    let words = "trans: no histogram of all tests was recorded";
    assert!(section(&html, "p-values").contains(words));
    let html = study.mapped("--p-cis 0.1 --p-histogram 0.01,0.5,1 --overwrite");
    assert!(section(&html, "p-values").contains("too wide around the median"));
}

#[test]
fn map_and_distances_have_every_eqtl() {
    let study = Study::simulated();
    let html = study.mapped("--p-cis 0.05 --p-trans 1e-3");
    let record = record(&study.path("out"));
    for (id, key) in [
        ("map-trans-desc", "n_eqtls_trans"),
        ("distance-cis-desc", "n_eqtls_cis"),
    ] {
        let start = html
            .find(&format!("<desc id=\"{id}\">"))
            .expect("a picture")
            + id.len()
            + 12;
        let words = html[start..]
            .split(' ')
            .next()
            .expect("a number")
            .replace(',', "");
        assert_eq!(
            number(&words),
            record[key].as_f64().expect("a count"),
            "{id}"
        );
    }
    let counted = rows(section(&html, "distances"));
    let sum: f64 = counted.iter().map(|row| values(row)[0]).sum();
    assert_eq!(sum, record["n_eqtls_cis"].as_f64().expect("a count"));
}

#[test]
fn a_chromosome_under_two_names_is_one() {
    let study = Study::simulated();
    let pictures = |options: &str| {
        let html = study.mapped(&format!("--p-cis 0.05 --p-trans 1e-3 {options}"));
        ["distances", "map"].map(|id| section(&html, id).to_string())
    };
    let wanted = pictures("");
    // Genes were on chr1, chr2 and so on, as the SNPs still are.
    study.edit("study/gene_locations.tsv", "\tchr", "\t");
    assert_eq!(pictures("--match-chromosomes --overwrite"), wanted);
}

#[test]
fn boxes_count_the_samples_of_each_genotype() {
    let study = Study::simulated();
    let html = study.mapped("--p-cis 0.05");
    let hit = Table::read(&study.path("out/cis.tsv")).rows[0].clone();
    let genotypes = Table::read(&study.path("study/genotypes.tsv"));
    let row = genotypes
        .rows
        .iter()
        .find(|row| row[0] == hit[0])
        .expect("the SNP");
    let picture = html
        .split("<desc id=\"box-cis-01-desc\">")
        .nth(1)
        .expect("a picture");
    let words = picture.split("</desc>").next().expect("its end");
    for code in ["0", "1", "2"] {
        let n = row[1..].iter().filter(|cell| *cell == code).count();
        let wanted = format!("{code}: n = {n}, median");
        assert_eq!(words.contains(&wanted), n > 0, "{wanted}: {words}");
    }
}

#[test]
fn the_order_and_the_compression_of_a_table_do_not_matter() {
    let study = Study::simulated();
    let wanted = study.mapped("--p-cis 0.05 --p-trans 1e-3");
    let path = study.path("out/cis.tsv");
    let text = fs::read_to_string(&path).expect("the table");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    fs::write(&path, lines.join("\n") + "\n").expect("the table can be written");
    succeed(&mut study.report("out"));
    assert!(
        study.html() == wanted,
        "rows in another order make another report"
    );
    fs::write(&path, &text).expect("the table can be written");
    succeed(std::process::Command::new("gzip").arg(&path));
    succeed(&mut study.report("out"));
    assert!(
        study.html() == wanted,
        "a compressed table makes another report"
    );
}
