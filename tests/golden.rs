//! Matrix eQTL's own answers: every row and count exactly, every value to the tolerance of `tests/golden/README.md`.

mod support;

use std::path::{Path, PathBuf};

use support::{Table, close, counts, mpiqtl, number, record, succeed};

/// A golden case and the table its options say.
struct Case {
    folder: PathBuf,
    options: toml::Table,
}

impl Case {
    fn open(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden")
            .join(name);
        let text = std::fs::read_to_string(folder.join("case.toml")).expect("the case has options");
        Self {
            folder,
            options: text.parse().expect("the options are TOML"),
        }
    }

    fn p(&self, key: &str) -> f64 {
        let value = &self.options[key];
        value
            .as_float()
            .or(value.as_integer().map(|i| i as f64))
            .expect("a number")
    }

    fn map(&self, out: &Path) {
        let mut command = mpiqtl();
        command.arg("map").arg("--out").arg(out);
        let files = [
            "genotypes",
            "expression",
            "covariates",
            "snp_locations",
            "gene_locations",
        ];
        for key in files {
            let path = self.folder.join(format!("{key}.tsv"));
            if path.exists() {
                command
                    .arg(format!("--{}", key.replace('_', "-")))
                    .arg(path);
            }
        }
        for key in ["p_all", "p_cis", "p_trans"] {
            command.args([
                format!("--{}", key.replace('_', "-")),
                self.p(key).to_string(),
            ]);
        }
        command.args(["--cis-dist-bp", &self.options["cis_dist_bp"].to_string()]);
        succeed(&mut command);
    }
}

fn check_counts(case: &Case, out: &Path) {
    let record = record(out);
    for (key, wanted) in counts(&case.folder.join("expected_counts.tsv")) {
        assert_eq!(record[&key].as_f64(), Some(wanted), "{key}");
    }
}

/// Compares a table with what is expected; `close_t` compares the t statistics.
fn check_table(case: &Case, out: &Path, class: &str, close_t: impl Fn(f64, f64) -> bool) {
    let expected = Table::read(&case.folder.join(format!("expected_{class}.tsv")));
    let found = Table::read(&out.join(format!("{class}.tsv")));
    assert_eq!(
        found.header,
        ["SNP", "gene", "beta", "t-stat", "p-value", "FDR"]
    );
    assert_eq!(found.rows.len(), expected.rows.len(), "rows of {class}");
    let by_pair = found.by_pair();
    assert_eq!(by_pair.len(), found.rows.len(), "no pair stands twice");
    for ((snp, gene), wanted) in expected.by_pair() {
        let row = by_pair
            .get(&(snp, gene))
            .unwrap_or_else(|| panic!("{snp} {gene} is missing"));
        let value = |i: usize| (number(&row[i]), number(&wanted[i]));
        let all_close = [(0, 1e-9), (2, 1e-7), (3, 1e-7)]
            .iter()
            .all(|&(i, tolerance)| {
                let (found, wanted) = value(i);
                close(found, wanted, tolerance)
            });
        let (t, wanted_t) = value(1);
        assert!(
            all_close && close_t(t, wanted_t),
            "{snp} {gene}: {row:?}, wanted {wanted:?}"
        );
    }
    let sizes: Vec<f64> = found.rows.iter().map(|row| number(&row[3]).abs()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "|t| descends");
}

fn check(name: &str) {
    let case = Case::open(name);
    let out = tempfile::tempdir().expect("a folder");
    case.map(out.path());
    check_counts(&case, out.path());
    let mut tables = 0;
    for class in ["all", "cis", "trans"] {
        if case.p(&format!("p_{class}")) > 0.0 {
            check_table(&case, out.path(), class, |found, wanted| {
                close(found, wanted, 1e-9)
            });
            tables += 1;
        } else {
            assert!(!out.path().join(format!("{class}.tsv")).exists());
        }
    }
    assert!(tables > 0);
}

#[test]
fn linear_no_covariates() {
    check("linear_no_covariates");
}

#[test]
fn linear_covariates_missing() {
    check("linear_covariates_missing");
}

#[test]
fn linear_p1() {
    check("linear_p1");
}

#[test]
fn cis_trans() {
    check("cis_trans");
}

#[test]
fn cis_trans_unlocated() {
    check("cis_trans_unlocated");
}

#[test]
fn cis_only() {
    check("cis_only");
}

#[test]
fn cis_short_distance() {
    check("cis_short_distance");
}

#[test]
fn degenerate_rows() {
    check("degenerate_rows");
}

#[test]
fn dosages() {
    check("dosages");
}

#[test]
fn perfect_fit() {
    let case = Case::open("perfect_fit");
    let out = tempfile::tempdir().expect("a folder");
    case.map(out.path());
    check_counts(&case, out.path());
    let df = counts(&case.folder.join("expected_counts.tsv"))["df"];
    let expected = Table::read(&case.folder.join("expected_all.tsv"));
    let found = Table::read(&out.path().join("all.tsv"));
    let r = |t: f64| {
        if t.is_infinite() {
            t.signum()
        } else {
            t / (df + t * t).sqrt()
        }
    };
    let by_pair = found.by_pair();
    assert_eq!(found.rows.len(), expected.rows.len());
    for (pair, wanted) in expected.by_pair() {
        let row = by_pair[&pair];
        assert!(close(number(&row[0]), number(&wanted[0]), 1e-9), "{pair:?}");
        assert!(
            (r(number(&row[1])) - r(number(&wanted[1]))).abs() < 1e-12,
            "{pair:?}"
        );
    }
}
