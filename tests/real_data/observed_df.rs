//! Analysis of variance with the degrees of freedom that a SNP has, as R's `anova(lm)` counts them.
//!
//! `anova_rankaware.*` holds what `lm` says of two-class pairs among Matrix eQTL's eQTLs: all of them for the two GEUVADIS
//! studies, the 400 best for yeast. A p-value with 1 degree of freedom is smaller than with 2 for every such pair, so at
//! the thresholds of Matrix eQTL's run they are all eQTLs again. What else must be in the tables follows from other runs:
//! - a SNP with three classes has Matrix eQTL's F and p;
//! - two classes and no missing genotype make F = t² of the linear model with the same covariates, with its p-value. Its
//!   run has the same thresholds, but for yeast, where the linear run's 1e-6 is taken instead of 1e-7;
//! - of two-class SNPs with missing genotypes, which the linear model fills otherwise, only the rows that `lm` was asked
//!   for are compared.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::inputs::{CHR22, Covariates, Files, TEXT, lines, table};
use crate::reference::{Reference, Run};
use crate::support::{Table, close, false_discovery_rates, number, record, succeed};

/// The studies with such results, and the analysis of variance of Matrix eQTL that they go with.
pub const RUNS: &[(&str, &str)] = &[
    ("geuvadis_qtltools", "anova_cistrans"),
    ("geuvadis_ceu_yri", "anova_cistrans"),
    ("yeast_brem2005", "anova3_all"),
];

#[test]
fn geuvadis_chr22() {
    let covariates = || Covariates::File("covariates.tsv");
    check(RUNS[0], "linear_cistrans", &CHR22, covariates);
}

#[test]
fn geuvadis_two_populations() {
    let covariates = || Covariates::File("covariates.tsv");
    check(RUNS[1], "linear_cistrans", &TEXT, covariates);
}

#[test]
fn yeast_cross() {
    check(RUNS[2], "linear_all", &TEXT, || Covariates::None);
}

/// F and p of a pair.
type Answer = (f64, f64);

/// The SNPs of a study with two classes.
struct TwoClasses {
    /// Without missing genotypes.
    complete: HashSet<String>,
    /// With missing genotypes.
    incomplete: HashSet<String>,
}

impl TwoClasses {
    fn read(folder: &Path) -> Self {
        let (mut complete, mut incomplete) = (HashSet::new(), HashSet::new());
        for line in lines(folder, "snps.tsv").skip(1) {
            let mut fields = line.split('\t');
            let id = fields.next().expect("an id").to_string();
            let mut codes: Vec<&str> = Vec::new();
            for field in fields {
                if !codes.contains(&field) {
                    codes.push(field);
                }
            }
            match (codes.len(), codes.contains(&"NA")) {
                (2, false) => complete.insert(id),
                (3, true) => incomplete.insert(id),
                _ => continue,
            };
        }
        Self {
            complete,
            incomplete,
        }
    }

    fn has(&self, snp: &str) -> bool {
        self.complete.contains(snp) || self.incomplete.contains(snp)
    }
}

fn check(
    (study, anova): (&'static str, &'static str),
    linear: &'static str,
    files: &'static Files,
    covariates: fn() -> Covariates,
) {
    let open = |name| {
        Reference::open(Run {
            study,
            name,
            files,
            covariates: covariates(),
        })
    };
    let (Some(anova), Some(linear)) = (open(anova), open(linear)) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut map = linear.map("anova", &out, folder.path());
    succeed(map.args(["--columns", "full", "--anova-df", "observed"]));
    assert_eq!(record(&out)["df"].as_f64(), Some(anova.number("dfFull")));

    let two_classes = TwoClasses::read(anova.folder());
    let (by_classes, by_line) = (anova.hits(), linear.hits());
    let mut rank_aware = rank_aware(&anova);
    for (class, n_tests, _) in linear.classes() {
        let found = Found::read(&out, class, n_tests);
        let threshold = linear.threshold(class);
        let mut wanted: HashMap<(&str, &str), Answer> = HashMap::new();
        for row in by_classes.rows.iter().filter(|row| row[0] == class) {
            if !two_classes.has(&row[1]) && number(&row[5]) <= threshold {
                let answer = (number(&row[4]), number(&row[5]));
                wanted.insert((&row[1], &row[2]), answer);
            }
        }
        for row in by_line.rows.iter().filter(|row| row[0] == class) {
            if two_classes.complete.contains(&row[1]) {
                let answer = (number(&row[4]).powi(2), number(&row[5]));
                wanted.insert((&row[1], &row[2]), answer);
            }
        }
        found.check(&wanted, &two_classes);
        rank_aware.retain(|row| !found.check_rank_aware(row, linear.number("dfFull")));
    }
    assert!(rank_aware.is_empty(), "missing: {rank_aware:?}");
}

/// Rows of SNP, gene, F and p of Matrix eQTL, then F, degrees of freedom and p of `lm`.
fn rank_aware(anova: &Reference) -> Vec<Vec<String>> {
    let name = anova.name();
    let table = table(
        anova.folder(),
        &format!("expected/anova_rankaware.{name}.tsv"),
    );
    let header = "snp gene F_matrixeqtl p_matrixeqtl F_rankaware df1 df2 p_rankaware";
    assert_eq!(table.header.join(" "), header);
    table.rows
}

/// The eQTLs of a class by pair: F, p and number of classes.
struct Found(HashMap<(String, String), (Answer, usize)>);

impl Found {
    /// Reads the full columns; checks FDR, which follows from p.
    fn read(out: &Path, class: &str, n_tests: f64) -> Self {
        let table = Table::read(&out.join(format!("{class}.tsv")));
        let at = |name: &str| {
            let found = table.header.iter().position(|column| column == name);
            found.unwrap_or_else(|| panic!("no column {name}: {:?}", table.header))
        };
        let values = |name: &str| -> Vec<f64> {
            let at = at(name);
            table.rows.iter().map(|row| number(&row[at])).collect()
        };
        let (f, p, fdr, n_classes) = (values("F"), values("p"), values("fdr"), values("n_classes"));
        for (found, wanted) in fdr.iter().zip(false_discovery_rates(&p, n_tests)) {
            assert!(close(*found, wanted, 1e-12), "FDR {found}, wanted {wanted}");
        }
        let (snp, gene) = (at("snp"), at("gene"));
        let rows = table.rows.iter().enumerate().map(|(i, row)| {
            let pair = (row[snp].clone(), row[gene].clone());
            (pair, ((f[i], p[i]), n_classes[i] as usize))
        });
        let found: HashMap<_, _> = rows.collect();
        assert_eq!(found.len(), table.rows.len(), "no pair stands twice");
        Self(found)
    }

    /// Exactly the wanted pairs, but for two-class SNPs with missing genotypes.
    fn check(&self, wanted: &HashMap<(&str, &str), Answer>, two_classes: &TwoClasses) {
        let mut n_known = 0;
        for ((snp, gene), (answer, n_classes)) in &self.0 {
            let wanted_classes = if two_classes.has(snp) { 2 } else { 3 };
            assert_eq!(*n_classes, wanted_classes, "{snp}");
            if two_classes.incomplete.contains(snp) {
                continue;
            }
            n_known += 1;
            let wanted = wanted
                .get(&(snp.as_str(), gene.as_str()))
                .unwrap_or_else(|| panic!("{snp} {gene} {answer:?} is no eQTL"));
            check_answer(*answer, *wanted, &format!("{snp} {gene}"));
        }
        assert!(n_known > 0);
        assert_eq!(n_known, wanted.len(), "eQTLs");
    }

    /// Whether the pair of a row is here; if so, it must be as `lm` has it. `df_of_line` is that of the linear model,
    /// which has as many columns as one with two classes.
    fn check_rank_aware(&self, row: &[String], df_of_line: f64) -> bool {
        let pair = (row[0].clone(), row[1].clone());
        let Some(&(answer, n_classes)) = self.0.get(&pair) else {
            return false;
        };
        let wanted = (number(&row[4]), number(&row[7]));
        check_answer(answer, wanted, &format!("{pair:?}"));
        assert_eq!(number(&row[5]), (n_classes - 1) as f64, "{pair:?}");
        assert_eq!(number(&row[6]), df_of_line, "{pair:?}");
        true
    }
}

fn check_answer(found: Answer, wanted: Answer, what: &str) {
    // The square of t doubles its error.
    let is_close = close(found.0, wanted.0, 2e-9) && close(found.1, wanted.1, 1e-7);
    assert!(is_close, "{what}: {found:?}, wanted {wanted:?}");
}
