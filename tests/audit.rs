//! The audit: pairs fitted again from the raw data agree with the scan in every model, and a hit that was changed or lost
//! does not go unnoticed.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Lcg, fail, mpiqtl, mpirun, record, succeed};

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
            command.args(["--block-snps", "16"]);
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

/// A table of rows over samples s0, s1, ...
fn write_table(path: &Path, n: usize, rows: &[Vec<String>]) {
    let header: Vec<String> = (0..n).map(|i| format!("s{i}")).collect();
    let mut text = format!("id\t{}\n", header.join("\t"));
    for (i, row) in rows.iter().enumerate() {
        text += &format!("r{i}\t{}\n", row.join("\t"));
    }
    fs::write(path, text).unwrap();
}

/// A study of rows at the edges: constant, missing, equal on both sides, tiny, and with a mean far above their spread.
fn write_edges(folder: &Path, seed: u64) {
    const N: usize = 17;
    let mut lcg = Lcg(seed);
    let mut row = |value: &mut dyn FnMut(&mut Lcg) -> String| -> Vec<String> {
        (0..N).map(|_| value(&mut lcg)).collect()
    };
    let mut class = |lcg: &mut Lcg| match lcg.below(12) {
        0 => "NA".into(),
        draw => (draw % 3).to_string(),
    };
    let mut snps = vec![row(&mut class), row(&mut class), row(&mut class)];
    snps.push(row(&mut |lcg| u64::from(lcg.below(9) == 0).to_string()));
    snps.push(vec!["2".into(); N]);
    snps.push(vec!["NA".into(); N]);
    let mut genes = vec![
        row(&mut |lcg| lcg.noise().to_string()),
        row(&mut |lcg| (lcg.noise() * 1e-170).to_string()),
        row(&mut |lcg| (lcg.noise() * 1e150).to_string()),
        row(&mut |lcg| (lcg.noise() + 1e7).to_string()),
        row(&mut |lcg| (lcg.noise() + 1e8).to_string()),
        vec!["5.1".into(); N],
        snps[0].clone(),
    ];
    let line = |x: &String| {
        x.parse::<f64>()
            .map_or("NA".into(), |x| (3.0 * x + 1.0).to_string())
    };
    genes.push(snps[1].iter().map(line).collect());
    let covariates = [
        row(&mut |lcg| (lcg.noise() + 1e8).to_string()),
        row(&mut |lcg| lcg.noise().to_string()),
    ];
    // Almost of rank 3.
    let factors: Vec<f64> = (0..3 * N).map(|_| lcg.noise()).collect();
    let at = |i: usize, j: usize| {
        let (i, j) = (i.min(j), i.max(j));
        let product: f64 = (0..3)
            .map(|f| factors[3 * i + f] * factors[3 * j + f])
            .sum();
        product + if i == j { 1e-3 } else { 0.0 }
    };
    let mut covariance = format!(
        "id\t{}\n",
        (0..N)
            .map(|i| format!("s{i}"))
            .collect::<Vec<_>>()
            .join("\t")
    );
    for i in 0..N {
        let values: Vec<String> = (0..N).map(|j| at(i, j).to_string()).collect();
        covariance += &format!("s{i}\t{}\n", values.join("\t"));
    }
    fs::write(folder.join("kinship.tsv"), covariance).unwrap();
    write_table(&folder.join("genotypes.tsv"), N, &snps);
    write_table(&folder.join("expression.tsv"), N, &genes);
    write_table(&folder.join("covariates.tsv"), N, &covariates);
}

#[test]
fn rows_at_the_edges_raise_no_false_alarm() {
    for seed in 0..6 {
        let folder = tempfile::tempdir().unwrap();
        write_edges(folder.path(), seed);
        for model in [
            "linear",
            "linear_cross",
            "anova",
            "anova --anova-df observed",
        ] {
            for errors in ["", " --error-covariance kinship.tsv"] {
                let words = format!(
                    "map --genotypes genotypes.tsv --expression expression.tsv --covariates covariates.tsv --p-all 1 \
                     --out out --overwrite --audit 99 --model {model}{errors}"
                );
                let mut command = mpiqtl();
                command.current_dir(folder.path()).args(words.split(' '));
                succeed(&mut command);
                let audit = &record(&folder.path().join("out"))["audit"];
                assert_eq!(audit["n_eqtls"], 48);
            }
        }
    }
}
