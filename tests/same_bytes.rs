//! The same bytes for any number of ranks and threads, any block size, with and without mpirun: on data with missing values, ties
//! (SNPs that are equal, or equal up to recoding) and constant rows.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use support::{Lcg, mpiqtl, mpirun, succeed};

const SAMPLES: usize = 37;
const SNPS: usize = 211;
const GENES: usize = 53;

fn header(first: &str) -> String {
    (0..SAMPLES).fold(first.to_string(), |line, i| line + &format!("\ts{i}")) + "\n"
}

fn genotypes() -> String {
    let mut random = Lcg(5);
    let mut rows: Vec<Vec<Option<u64>>> = Vec::new();
    for snp in 0..SNPS {
        let row = match snp % 7 {
            3 => rows[snp - 1].clone(),
            5 => rows[snp - 2]
                .iter()
                .map(|code| code.map(|code| 2 - code))
                .collect(),
            _ if snp == 40 => vec![Some(1); SAMPLES],
            _ if snp == 41 => vec![None; SAMPLES],
            _ => (0..SAMPLES)
                .map(|_| Some(random.below(4)).filter(|&code| code < 3))
                .collect(),
        };
        rows.push(row);
    }
    let mut text = header("snp");
    for (snp, row) in rows.iter().enumerate() {
        write!(text, "snp{snp:03}").unwrap();
        for code in row {
            match code {
                Some(code) => write!(text, "\t{code}").unwrap(),
                None => text.push_str("\tNA"),
            }
        }
        text.push('\n');
    }
    text
}

fn expression() -> String {
    let mut random = Lcg(9);
    let mut text = header("gene");
    for gene in 0..GENES {
        write!(text, "gene{gene:02}").unwrap();
        for _ in 0..SAMPLES {
            // Coarse values make ties between genes as well.
            match (gene, random.below(30)) {
                (17, _) => text.push_str("\t4.5"),
                (_, 0) => text.push_str("\tNA"),
                (_, value) => write!(text, "\t{}", value / 7).unwrap(),
            }
        }
        text.push('\n');
    }
    text
}

/// Correlations that fall with the distance of the samples, which stand in reverse order.
fn error_covariance() -> String {
    let samples = || (0..SAMPLES).rev();
    let mut text = samples().fold("id".to_string(), |line, i| line + &format!("\ts{i}"));
    for i in samples() {
        write!(text, "\ns{i}").unwrap();
        samples().for_each(|j| write!(text, "\t{}", 0.5f64.powi(i.abs_diff(j) as i32)).unwrap());
    }
    text + "\n"
}

fn write_study(folder: &Path) {
    let write = |name: &str, text: String| std::fs::write(folder.join(name), text).expect("a file");
    write("genotypes.tsv", genotypes());
    write("expression.tsv", expression());
    let mut random = Lcg(13);
    let mut covariates = header("id");
    for name in ["age", "batch"] {
        covariates.push_str(name);
        (0..SAMPLES).for_each(|_| write!(covariates, "\t{}", random.below(40)).unwrap());
        covariates.push('\n');
    }
    write("covariates.tsv", covariates);
    let mut snps = String::from("snp\tchr\tpos\n");
    (0..SNPS).for_each(|i| writeln!(snps, "snp{i:03}\t{}\t{}", 1 + i % 3, 1000 * (i / 3)).unwrap());
    write("snp_locations.tsv", snps);
    let mut genes = String::from("geneid\tchr\tleft\tright\n");
    (0..GENES).for_each(|i| {
        writeln!(
            genes,
            "gene{i:02}\t{}\t{}\t{}",
            1 + i % 3,
            1300 * i,
            1300 * i + 2000
        )
        .unwrap()
    });
    write("gene_locations.tsv", genes);
    write("error_covariance.tsv", error_covariance());
}

/// Every file a run writes but its record, which says when it ran and how long, by name.
type Written = BTreeMap<String, Vec<u8>>;

fn run(mut command: Command, study: &Path, options: &[&str]) -> Written {
    let out = tempfile::tempdir().expect("a folder");
    command.arg("map").arg("--out").arg(out.path());
    for name in [
        "genotypes",
        "expression",
        "covariates",
        "snp_locations",
        "gene_locations",
    ] {
        command.arg(format!("--{}", name.replace('_', "-")));
        command.arg(study.join(format!("{name}.tsv")));
    }
    command.args(["--cis-dist-bp", "4000"]).args(options);
    succeed(&mut command);
    let entries = std::fs::read_dir(out.path()).expect("the output folder");
    let files = entries.map(|entry| entry.expect("an entry").path());
    files
        .filter(|path| path.extension().is_some_and(|kind| kind == "tsv"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            (name.into_owned(), std::fs::read(&path).expect("a file"))
        })
        .collect()
}

/// The names of files that differ, or are in one of the runs only.
fn difference(one: &Written, other: &Written) -> Vec<String> {
    let names = one
        .keys()
        .chain(other.keys().filter(|name| !one.contains_key(*name)));
    names
        .filter(|name| one.get(*name) != other.get(*name))
        .cloned()
        .collect()
}

/// Fails with the names of the files that differ.
fn assert_same(found: &Written, wanted: &Written, how: &str) {
    let differ = difference(found, wanted);
    assert!(differ.is_empty(), "{how}: {differ:?} differ");
}

const THRESHOLDS: [&[&str]; 4] = [
    &["--p-all", "1"],
    &["--p-all", "0.05"],
    &["--p-cis", "0.5", "--p-trans", "0.02"],
    &["--p-cis", "0.5"],
];

#[test]
fn ranks_and_blocks_do_not_change_a_byte() {
    let study = tempfile::tempdir().expect("a folder");
    write_study(study.path());
    for thresholds in THRESHOLDS {
        let alone = run(mpiqtl(), study.path(), thresholds);
        let written = alone.values().filter(|table| table.len() > 1000).count();
        assert!(written >= 1, "{thresholds:?} finds something");
        let blocks: [&[&str]; 4] = [
            &[],
            &["--block-snps", "1", "--block-genes", "5"],
            &["--block-snps", "17", "--block-genes", "1"],
            &[
                "--block-snps",
                "64",
                "--block-genes",
                "1000",
                "--threads",
                "2",
                "--oversubscribe",
            ],
        ];
        for (ranks, blocks) in [1, 2, 3, 4, 7].into_iter().zip(blocks.into_iter().cycle()) {
            let found = run(mpirun(ranks), study.path(), &[thresholds, blocks].concat());
            let how = format!("{ranks} ranks, {blocks:?}, {thresholds:?}");
            assert_same(&found, &alone, &how);
        }
    }
}

#[test]
fn blocks_alone_do_not_change_a_byte() {
    let study = tempfile::tempdir().expect("a folder");
    write_study(study.path());
    let thresholds = THRESHOLDS[2];
    let whole = run(mpiqtl(), study.path(), thresholds);
    for (snps, genes) in [
        ("1", "1"),
        ("3", "53"),
        ("211", "2"),
        ("100", "10"),
        ("5000", "5000"),
    ] {
        let blocks = ["--block-snps", snps, "--block-genes", genes];
        let found = run(mpiqtl(), study.path(), &[thresholds, &blocks].concat());
        assert_same(&found, &whole, &format!("{blocks:?}"));
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let study = tempfile::tempdir().expect("a folder");
    write_study(study.path());
    for thresholds in THRESHOLDS {
        let options = [thresholds, &EVERYTHING[..3]].concat();
        let alone = run(
            mpiqtl(),
            study.path(),
            &[&options[..], &["--threads", "1"]].concat(),
        );
        // Many SNP blocks for each thread, fewer than threads, and one block pair.
        for blocks in [("8", "11"), ("120", "7"), ("1000", "1000")] {
            let blocks = ["--block-snps", blocks.0, "--block-genes", blocks.1];
            for threads in ["1", "2", "3", "7"] {
                let threads = ["--threads", threads, "--oversubscribe"];
                let options = [&options[..], &blocks, &threads].concat();
                let found = run(mpiqtl(), study.path(), &options);
                assert_same(&found, &alone, &format!("{options:?}"));
            }
        }
    }
}

#[test]
fn more_ranks_than_block_pairs_do_not_change_a_byte() {
    let study = tempfile::tempdir().expect("a folder");
    write_study(study.path());
    let one_pair = ["--block-snps", "1000", "--block-genes", "1000"];
    let options = [THRESHOLDS[2], &one_pair].concat();
    let alone = run(mpiqtl(), study.path(), &options);
    let found = run(mpirun(4), study.path(), &options);
    assert_same(&found, &alone, "one block pair");
}

/// Everything that can be asked for at once.
const EVERYTHING: [&str; 5] = ["--p-histogram", "20", "--min-p", "--columns", "full"];

/// Every file of a model's run, with cis and trans, for several ranks, block sizes and threads.
fn check_model(model: &[&str]) {
    let study = tempfile::tempdir().expect("a folder");
    write_study(study.path());
    let covariance = study.path().join("error_covariance.tsv");
    let covariance = covariance.to_str().expect("a plain path");
    for errors in [&[][..], &["--error-covariance", covariance]] {
        let model = [model, errors, THRESHOLDS[2]].concat();
        let options = [&model, &EVERYTHING[..]].concat();
        let alone = run(mpiqtl(), study.path(), &options);
        let names: Vec<&str> = alone.keys().map(String::as_str).collect();
        assert_eq!(names, WRITTEN, "{model:?}");
        let is_filled = |name: &&str| alone[*name].iter().filter(|&&b| b == b'\n').count() > 10;
        // Whether there is anything odd to report hangs on the study.
        let mut tables = names.iter().filter(|name| **name != "id_report.tsv");
        assert!(tables.all(is_filled), "every table has rows");
        let variants: [(usize, &[&str]); 3] = [
            (1, &["--block-snps", "1", "--block-genes", "53"]),
            (2, &["--block-snps", "17", "--block-genes", "5"]),
            (
                3,
                &[
                    "--block-snps",
                    "64",
                    "--block-genes",
                    "7",
                    "--threads",
                    "2",
                    "--oversubscribe",
                ],
            ),
        ];
        for (ranks, blocks) in variants {
            let found = run(mpirun(ranks), study.path(), &[&options, blocks].concat());
            assert_same(
                &found,
                &alone,
                &format!("{ranks} ranks, {blocks:?}, {options:?}"),
            );
        }
        // The tables do not depend on what else is asked for.
        let tables_alone = run(mpiqtl(), study.path(), &[&model, &EVERYTHING[3..]].concat());
        let mut tables = alone.clone();
        tables.retain(|name, _| tables_alone.contains_key(name));
        assert_eq!(tables.len(), 4);
        assert_same(&tables_alone, &tables, "tables alone");
    }
}

/// What a run with cis and trans writes when everything is asked for.
const WRITTEN: [&str; 11] = [
    "cis.tsv",
    "histogram_all.tsv",
    "histogram_cis.tsv",
    "histogram_trans.tsv",
    "id_report.tsv",
    "min_p_genes_cis.tsv",
    "min_p_genes_trans.tsv",
    "min_p_snps_cis.tsv",
    "min_p_snps_trans.tsv",
    "sample_report.tsv",
    "trans.tsv",
];

#[test]
fn every_file_of_linear_is_the_same() {
    check_model(&["--model", "linear"]);
}

#[test]
fn every_file_of_linear_cross_is_the_same() {
    check_model(&["--model", "linear_cross", "--interaction", "age"]);
}

#[test]
fn every_file_of_anova_is_the_same() {
    check_model(&["--model", "anova"]);
}

#[test]
fn every_file_of_anova_of_observed_df_is_the_same() {
    check_model(&["--model", "anova", "--anova-df", "observed"]);
}
