//! Covariates that leave no regression, and rows that do not vary.

use crate::support::{record, stderr, succeed};
use crate::{EXPRESSION, Study, tabs, warnings};

#[test]
fn collinear_and_constant_covariates_are_named() {
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "male 1 0 1 0 0 1 1 0\nfemale 0 1 0 1 1 0 0 1",
    );
    study.refuses(
        &mut study.map(),
        &[
            "covariate 'female'",
            "linear combination of 'male' and the intercept",
        ],
    );
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "batch 3 3 3 NA 3 3 3 3",
    );
    study.refuses(
        &mut study.map(),
        &["covariate 'batch'", "same value for all 8 samples"],
    );
}

#[test]
fn a_covariate_that_is_constant_over_the_samples_used_is_named() {
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "late 0 0 0 0 0 0 0 1",
    );
    study.edit("expression.tsv", "s7 s8", "s7 s9");
    study.refuses(
        &mut study.map(),
        &["covariate 'late'", "same value for all 7 samples used"],
    );
}

#[test]
fn fewer_samples_than_the_covariates_allow_is_an_error() {
    let study = Study::new();
    let row = |i: i32| {
        let values: Vec<String> = (0..8)
            .map(|j| ((i * 7 + j * j * 3 + i * j) % 11).to_string())
            .collect();
        format!("c{i} {}\n", values.join(" "))
    };
    let rows: String = (0..7).map(row).collect();
    study.write(
        "covariates.tsv",
        tabs(&format!("id s1 s2 s3 s4 s5 s6 s7 s8\n{rows}")),
    );
    study.refuses(
        &mut study.map(),
        &["8 samples with 7 covariates leave -1 degrees of freedom"],
    );
}

#[test]
fn constant_rows_are_counted_and_warned_of() {
    let study = Study::new();
    study.edit(
        "genotypes.tsv",
        "rs2 1 1 0 2 0 1 2 0",
        "rs2 2 2 2 2 2 2 2 2",
    );
    study.edit(
        "genotypes.tsv",
        "rs3 2 0 1 1 0 2 0 1",
        "rs3 NA NA NA NA NA NA NA NA",
    );
    study.edit(
        "expression.tsv",
        "g2 5.5 4.1 6.3 5.2 4.9 6.1 5.7 5.0",
        "g2 5 5 5 5 5 5 NA 5",
    );
    let said = stderr(&succeed(&mut study.map()));
    let found = warnings(&said);
    assert_eq!(found.len(), 2, "{said}");
    assert!(
        found
            .iter()
            .any(|text| text.starts_with("warning: 2 SNPs are constant")),
        "{said}"
    );
    assert!(
        found
            .iter()
            .any(|text| text.starts_with("warning: 1 genes are constant")),
        "{said}"
    );
    let record = record(&study.path("out"));
    assert_eq!(
        (&record["n_constant_snps"], &record["n_constant_genes"]),
        (&2.into(), &1.into())
    );
    assert_eq!(record["n_tests_all"], 12);
}

#[test]
fn covariates_that_leave_nothing_to_test_stop_the_run() {
    let study = Study::new();
    let genes = EXPRESSION.lines().skip(1).take(2);
    let rows: Vec<&str> = EXPRESSION.lines().take(1).chain(genes).collect();
    study.write("expression.tsv", tabs(&(rows.join("\n") + "\n")));
    study.write("covariates.tsv", tabs(&(rows.join("\n") + "\n")));
    let parts = [
        "every gene is constant",
        "nothing to test",
        "is covariates.tsv the right file",
    ];
    study.refuses(&mut study.map(), &parts);
}
