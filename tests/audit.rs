//! The audit: pairs fitted again from the raw data agree with the scan in every model, and a hit that was changed or lost
//! does not go unnoticed.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{fail, mpiqtl, mpirun, record, succeed};

fn golden(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(case)
}

/// `map` of a golden case, audited.
fn audited(command: Command, case: &str, flags: &[&str], out: &Path) -> Command {
    map(command, 60, case, flags, out)
}

/// `map` of a golden case with an audit of `n` eQTLs and as many other pairs.
fn map(mut command: Command, n: usize, case: &str, flags: &[&str], out: &Path) -> Command {
    command.args(["map", "--audit", &n.to_string()]).args(flags);
    command.arg("--out").arg(out);
    for name in [
        "genotypes",
        "expression",
        "covariates",
        "error_covariance",
        "snp_locations",
        "gene_locations",
    ] {
        let path = golden(case).join(format!("{name}.tsv"));
        if path.exists() {
            let flag = format!("--{}", name.replace('_', "-"));
            command.arg(flag).arg(path);
        }
    }
    command
}

const SPLIT: [&str; 4] = ["--p-cis", "0.1", "--p-trans", "0.01"];

#[test]
fn every_model_agrees_with_its_refits() {
    for (case, flags) in [
        ("cis_trans", "--p-cis 0.1 --p-trans 0.001"),
        ("cis_only", "--p-cis 0.1"),
        ("dosages", "--p-all 0.01"),
        ("degenerate_rows", "--p-all 0.1"),
        ("linear_covariates_missing", "--p-all 0.01"),
        ("error_covariance", "--p-cis 0.05 --p-trans 0.01"),
        ("linear_cross", "--model linear_cross --p-all 0.01"),
        (
            "linear_cross_error_covariance",
            "--model linear_cross --p-all 0.01",
        ),
        ("anova", "--model anova --p-all 0.01"),
        ("anova", "--model anova --anova-df observed --p-all 0.01"),
        ("anova", "--model anova --anova-groups 5 --p-all 0.01"),
        ("anova_missing", "--model anova --p-cis 0.1 --p-trans 0.01"),
        ("anova_error_covariance", "--model anova --p-all 0.01"),
    ] {
        let out = tempfile::tempdir().unwrap();
        let flags: Vec<&str> = flags.split(' ').collect();
        succeed(&mut audited(mpiqtl(), case, &flags, out.path()));
        let record = record(out.path());
        let audit = &record["audit"];
        let n_eqtls = ["all", "cis"].iter().find_map(|class| {
            let trans = record["n_eqtls_trans"].as_u64().unwrap_or(0);
            let n = record[format!("n_eqtls_{class}")].as_u64()?;
            Some(if *class == "cis" { n + trans } else { n })
        });
        assert_eq!(
            audit["n_eqtls"].as_u64(),
            n_eqtls.map(|n| n.min(60)),
            "{case}"
        );
        assert_eq!(audit["n_others"], 60, "{case}");
        let difference = audit["largest_difference"].as_f64().unwrap();
        assert!(difference < 1e-11, "{case}: {difference}");
    }
}

#[test]
fn a_run_without_an_audit_says_so() {
    let out = tempfile::tempdir().unwrap();
    succeed(&mut map(
        mpiqtl(),
        0,
        "anova",
        &["--p-all", "0.01"],
        out.path(),
    ));
    assert!(record(out.path())["audit"].is_null());
}

#[test]
fn where_every_pair_is_an_eqtl_there_are_no_others() {
    let out = tempfile::tempdir().unwrap();
    succeed(&mut audited(
        mpiqtl(),
        "linear_p1",
        &["--p-all", "1"],
        out.path(),
    ));
    let record = record(out.path());
    assert_eq!(
        (&record["audit"]["n_eqtls"], &record["audit"]["n_others"]),
        (&60.into(), &0.into())
    );
}

#[test]
fn ranks_draw_the_same_pairs() {
    let audits = [1, 3].map(|ranks| {
        let out = tempfile::tempdir().unwrap();
        succeed(&mut audited(mpirun(ranks), "cis_trans", &SPLIT, out.path()));
        record(out.path())["audit"].clone()
    });
    assert_eq!(audits[0], audits[1]);
}

/// The golden cases are small enough for every eQTL to be drawn.
#[test]
fn a_hit_that_was_changed_fails_the_run() {
    for (case, flags) in [
        ("cis_trans", &["--p-cis", "0.01", "--p-trans", "1e-4"][..]),
        ("anova", &["--model", "anova", "--p-all", "0.001"]),
        (
            "linear_cross",
            &["--model", "linear_cross", "--p-all", "0.001"],
        ),
    ] {
        for ranks in [1, 2] {
            let out = tempfile::tempdir().unwrap();
            let mut command = audited(mpirun(ranks), case, flags, out.path());
            command.env("MPIQTL_FAULT", format!("alter@scan:{}", ranks - 1));
            let message = fail(&mut command, 1);
            assert!(message.contains("audit: SNP"), "{message}");
            assert!(!out.path().join("run.json").exists());
            assert!(!out.path().join("cis.tsv").exists());
        }
    }
}

#[test]
fn a_hit_that_was_lost_fails_a_run_that_looks_at_enough_other_pairs() {
    let out = tempfile::tempdir().unwrap();
    let mut command = map(mpiqtl(), 60_000, "anova", &["--p-all", "0.01"], out.path());
    command.env("MPIQTL_FAULT", "lose@scan:0");
    let message = fail(&mut command, 1);
    assert!(
        message.contains("contradict that it is no eQTL"),
        "{message}"
    );
}
