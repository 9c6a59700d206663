//! Matrix eQTL's own answers: every row and count exactly, every value to the tolerance of `tests/golden/README.md`, and
//! no file of expected results left unread.

mod support;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use support::golden::{Case, root};
use support::histogram::{self, Bin};
use support::min_p::{Hit, MinP};
use support::{Table, close, counts, number, record, succeed};

/// A test for each case, and the list of them.
macro_rules! cases {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*
        const CASES: &[&str] = &[$(stringify!($name)),*];
    };
}

cases! {
    anova
    anova_error_covariance
    anova_missing
    cis_only
    cis_short_distance
    cis_trans
    cis_trans_unlocated
    custom_histogram
    degenerate_rows
    dosages
    error_covariance
    error_covariance_diagonal
    linear_covariates_missing
    linear_cross
    linear_cross_error_covariance
    linear_no_covariates
    linear_p1
    perfect_fit
}

#[test]
fn every_folder_is_a_case() {
    let folders = std::fs::read_dir(root()).expect("the golden cases");
    let folders: BTreeSet<String> = folders
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("a plain name"))
        .collect();
    let cases: BTreeSet<String> = CASES.iter().map(|name| name.to_string()).collect();
    assert_eq!(folders, cases);
}

const CLASSES: [&str; 3] = ["all", "cis", "trans"];

/// Runs a case and compares whatever is expected of it.
fn check(name: &str) {
    let case = Case::open(name);
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path();
    succeed(&mut case.map(out));
    check_counts(&case, out);
    for class in CLASSES {
        if !case.reports(class) {
            assert!(!out.join(format!("{class}.tsv")).exists());
        } else if name == "perfect_fit" {
            check_perfect_table(&case, out, class);
        } else {
            check_table(&case, out, class);
        }
    }
    check_histograms(&case, out);
    check_min_p(&case, out);
    case.all_is_read();
}

fn check_counts(case: &Case, out: &Path) {
    let record = record(out);
    for (key, wanted) in counts(&case.file("expected_counts.tsv")) {
        assert_eq!(record[&key].as_f64(), Some(wanted), "{key}");
    }
}

/// The columns of a model's table after SNP and gene, each with its tolerance.
fn columns(model: &str) -> &'static [(&'static str, f64)] {
    match model {
        "anova" => &[("F-test", 1e-9), ("p-value", 1e-7), ("FDR", 1e-7)],
        _ => &[
            ("beta", 1e-9),
            ("t-stat", 1e-9),
            ("p-value", 1e-7),
            ("FDR", 1e-7),
        ],
    }
}

/// The tables of a class as found and as expected, which have the same header and number of rows.
fn tables(case: &Case, out: &Path, class: &str) -> (Table, Table) {
    let expected = Table::read(&case.file(&format!("expected_{class}.tsv")));
    let found = Table::read(&out.join(format!("{class}.tsv")));
    let names = columns(case.model()).iter().map(|(name, _)| *name);
    let header: Vec<&str> = ["SNP", "gene"].into_iter().chain(names).collect();
    assert_eq!(found.header, header);
    assert_eq!(expected.header, header);
    assert_eq!(found.rows.len(), expected.rows.len(), "rows of {class}");
    let n_pairs = found.by_pair().len();
    assert_eq!(n_pairs, found.rows.len(), "no pair stands twice");
    (found, expected)
}

fn check_table(case: &Case, out: &Path, class: &str) {
    let (found, expected) = tables(case, out, class);
    let by_pair = found.by_pair();
    for (pair, wanted) in expected.by_pair() {
        let row = by_pair
            .get(&pair)
            .unwrap_or_else(|| panic!("{pair:?} is missing"));
        for (i, (name, tolerance)) in columns(case.model()).iter().enumerate() {
            assert!(
                close(number(&row[i]), number(&wanted[i]), *tolerance),
                "{name} of {pair:?}: {row:?}, wanted {wanted:?}"
            );
        }
    }
    check_order(&found);
}

/// |t| or F, which comes before p and FDR, descends.
fn check_order(table: &Table) {
    let at = table.header.len() - 3;
    let sizes: Vec<f64> = table
        .rows
        .iter()
        .map(|row| number(&row[at]).abs())
        .collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "|statistic| descends");
}

/// Where 1 - r² is rounding noise, so is t: r is compared, and p not at all.
fn check_perfect_table(case: &Case, out: &Path, class: &str) {
    let (found, expected) = tables(case, out, class);
    let df = counts(&case.file("expected_counts.tsv"))["df"];
    let r = |t: f64| {
        if t.is_infinite() {
            t.signum()
        } else {
            t / (df + t * t).sqrt()
        }
    };
    let by_pair = found.by_pair();
    for (pair, wanted) in expected.by_pair() {
        let row = by_pair[&pair];
        assert!(close(number(&row[0]), number(&wanted[0]), 1e-9), "{pair:?}");
        let difference = r(number(&row[1])) - r(number(&wanted[1]));
        assert!(difference.abs() < 1e-12, "{pair:?}");
    }
    check_order(&found);
}

/// With cis and trans there are three histograms, with one class one, and none unless asked for.
fn check_histograms(case: &Case, out: &Path) {
    let asked_for = match case.p_histogram() {
        Some(_) => case.histogram_classes(),
        None => Vec::new(),
    };
    for class in CLASSES {
        let path = out.join(format!("histogram_{class}.tsv"));
        assert_eq!(path.exists(), asked_for.contains(&class), "{path:?}");
    }
    for class in asked_for {
        let name = format!("histogram_{class}.tsv");
        let expected = Table::read(&case.file(&format!("expected_{name}")));
        assert_eq!(expected.header, ["p_low", "p_high", "count"]);
        let expected: Vec<Bin> = expected.rows.iter().map(|row| Bin::parse(row)).collect();
        histogram::check(&histogram::read(&out.join(&name)), &expected, &name);
    }
}

fn check_min_p(case: &Case, out: &Path) {
    for class in CLASSES {
        let asked_for = case.min_p() && case.reports(class);
        for side in ["snps", "genes"] {
            let path = out.join(format!("min_p_{side}_{class}.tsv"));
            assert_eq!(path.exists(), asked_for, "{path:?}");
        }
        if asked_for {
            check_min_p_of(case, out, class);
        }
    }
}

fn check_min_p_of(case: &Case, out: &Path, class: &str) {
    let found = MinP::read(out, class);
    let wanted = |side: &str| -> HashMap<String, f64> {
        let table = Table::read(&case.file(&format!("expected_min_p_{side}_{class}.tsv")));
        assert_eq!(table.header, ["id", "min_p"]);
        let rows = table.rows.into_iter();
        rows.map(|row| (row[0].clone(), number(&row[1]))).collect()
    };
    found.check_snps(&wanted("snps"));
    found.check_genes(&wanted("genes"));
    let n_tests = counts(&case.file("expected_counts.tsv"))[&format!("n_tests_{class}")];
    found.check_sides(n_tests);
    let eqtls = Table::read(&case.file(&format!("expected_{class}.tsv")));
    let p_at = eqtls.header.len() - 2;
    let hits = eqtls.rows.iter().map(|row| Hit {
        snp: &row[0],
        gene: &row[1],
        p: number(&row[p_at]),
    });
    found.check_hits(hits, case.p(class));
}

/// A column of a table by its name.
fn column<'a>(table: &'a Table, name: &str) -> Vec<&'a str> {
    let at = table.header.iter().position(|column| column == name);
    let at = at.unwrap_or_else(|| panic!("no column {name}: {:?}", table.header));
    table.rows.iter().map(|row| row[at].as_str()).collect()
}

/// The rows of a location file by id: chromosome and position.
fn places(case: &Case, name: &str) -> HashMap<String, (String, String)> {
    let path = case.input(name).expect("the case has locations");
    let rows = Table::read(&path).rows.into_iter();
    rows.map(|row| (row[0].clone(), (row[1].clone(), row[2].clone())))
        .collect()
}

/// The full columns hold what the default ones hold, in the same order, and what follows from it.
fn check_full_columns(name: &str) {
    let case = Case::open(name);
    let folder = tempfile::tempdir().expect("a folder");
    let (plain_out, full_out) = (folder.path().join("plain"), folder.path().join("full"));
    succeed(&mut case.map(&plain_out));
    succeed(case.map(&full_out).args(["--columns", "full"]));
    let snps = places(&case, "snp_locations");
    let is_anova = case.model() == "anova";
    for class in CLASSES.into_iter().filter(|class| case.reports(class)) {
        let table = |out: &Path| Table::read(&out.join(format!("{class}.tsv")));
        let (plain, full) = (table(&plain_out), table(&full_out));
        check_full_header(&full, is_anova);
        let statistics = match is_anova {
            true => ("F-test", "F"),
            false => ("t-stat", "t"),
        };
        let same = [
            ("SNP", "snp"),
            ("gene", "gene"),
            statistics,
            ("p-value", "p"),
            ("FDR", "fdr"),
        ];
        for (of_plain, of_full) in same {
            assert_eq!(column(&plain, of_plain), column(&full, of_full));
        }
        let place: Vec<(&str, &str)> = column(&full, "chrom")
            .into_iter()
            .zip(column(&full, "pos"))
            .collect();
        for (snp, place) in column(&full, "snp").into_iter().zip(place) {
            let wanted = snps.get(snp).map(|(c, p)| (c.as_str(), p.as_str()));
            assert_eq!(place, wanted.unwrap_or(("NA", "NA")), "{snp}");
        }
        for (p, log) in column(&full, "p").iter().zip(column(&full, "neg_log10_p")) {
            let wanted = -number(p).log10();
            assert!((number(log) - wanted).abs() <= 1e-12 * (1.0 + wanted));
        }
        let estimates = column(&full, "beta").into_iter().zip(column(&full, "se"));
        if is_anova {
            assert!(estimates.into_iter().all(|pair| pair == ("NA", "NA")));
            continue;
        }
        assert_eq!(column(&plain, "beta"), column(&full, "beta"));
        for ((beta, se), t) in estimates.zip(column(&full, "t")) {
            assert!(close(number(beta) / number(se), number(t), 1e-12));
        }
    }
}

fn check_full_header(table: &Table, is_anova: bool) {
    let statistic = if is_anova { "F" } else { "t" };
    let wanted: Vec<&str> = "snp chrom pos ref alt gene distance n maf mac"
        .split(' ')
        .chain(is_anova.then_some("n_classes"))
        .chain(["beta", "se", statistic, "p", "neg_log10_p", "fdr"])
        .collect();
    assert_eq!(table.header, wanted);
}

#[test]
fn full_columns_hold_the_default_ones() {
    for name in [
        "cis_trans",
        "cis_trans_unlocated",
        "linear_cross_error_covariance",
        "anova",
    ] {
        check_full_columns(name);
    }
}

/// What the random studies are compared with is right: it gives Matrix eQTL's answers too.
#[test]
fn the_least_squares_of_these_tests_agrees_with_matrix_eqtl() {
    for name in CASES.iter().filter(|name| **name != "perfect_fit") {
        let case = Case::open(name);
        let (fit, snps, genes) = case.least_squares();
        assert_eq!(fit.df(), counts(&case.file("expected_counts.tsv"))["df"]);
        for class in CLASSES.into_iter().filter(|class| case.reports(class)) {
            for row in Table::read(&case.file(&format!("expected_{class}.tsv"))).rows {
                let answer = fit.fit(&snps[&row[0]], &genes[&row[1]]);
                let values = answer.beta.into_iter().chain([answer.statistic, answer.p]);
                for ((name, tolerance), (i, value)) in
                    columns(case.model()).iter().zip(values.enumerate())
                {
                    let is_close = close(value, number(&row[2 + i]), *tolerance);
                    assert!(is_close, "{name}: {row:?}, found {answer:?}");
                }
            }
        }
    }
}
