//! What each model and option costs, as a ratio to the plain linear scan: `cargo bench --bench models`.
//!
//! Whole runs of the program on a tenth of the cystic fibrosis shape, one rank, one thread. Every round runs all of them
//! one after the other, so that a machine that changes its speed changes it for all; a time is the median over rounds.
//! `MPIQTL_BENCH_SNPS` and `MPIQTL_BENCH_ROUNDS` make it smaller; `MPIQTL_BENCH_ENGINE` is the engine of all runs, auto
//! unless it is given.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const SAMPLES: usize = 840;
const GENES: usize = 22_011;
const COVARIATES: usize = 10;

/// A way to run the scan: its name, the flags it adds, and the ratio it is to stay below.
struct Way {
    name: &'static str,
    flags: Vec<String>,
    at_most: f64,
}

fn number_from(variable: &str, otherwise: usize) -> usize {
    let given = std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok());
    given.unwrap_or(otherwise)
}

/// The engine of every run.
fn engine() -> String {
    std::env::var("MPIQTL_BENCH_ENGINE").unwrap_or_else(|_| "auto".into())
}

fn mpiqtl(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_mpiqtl"))
        .args(arguments)
        .output()
        .expect("the program runs");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {log}");
}

/// Neighbouring samples that depend on each other, and more variance from the first to the last.
fn write_error_covariance(path: &Path) {
    let mut text = String::from("id");
    (1..=SAMPLES).for_each(|j| write!(text, "\tsample{j:05}").expect("memory"));
    for i in 0..SAMPLES {
        write!(text, "\nsample{:05}", i + 1).expect("memory");
        for j in 0..SAMPLES {
            let variance = 1.0 + i.min(j) as f64 / SAMPLES as f64;
            let value = variance * 0.5f64.powi(i.abs_diff(j) as i32);
            write!(text, "\t{value}").expect("memory");
        }
    }
    text.push('\n');
    std::fs::write(path, text).expect("a file");
}

fn ways(folder: &Path) -> Vec<Way> {
    let covariates = folder.join("covariates.tsv").display().to_string();
    let errors = folder.join("error_covariance.tsv").display().to_string();
    let way = |name, at_most, flags: &[&str]| Way {
        name,
        at_most,
        flags: flags.iter().map(|flag| flag.to_string()).collect(),
    };
    let all = ["--p-all", "1e-5"];
    let cis_trans = ["--p-cis", "1e-3", "--p-trans", "1e-5"];
    vec![
        way("linear, no covariates", 1.0, &all),
        way(
            "10 covariates",
            1.02,
            &[&all[..], &["--covariates", &covariates]].concat(),
        ),
        way(
            "error covariance",
            1.05,
            &[&all[..], &["--error-covariance", &errors]].concat(),
        ),
        way("ANOVA", 2.0, &[&all[..], &["--model", "anova"]].concat()),
        way(
            "interaction, 10 covariates",
            2.1,
            &[
                &all[..],
                &["--model", "linear_cross", "--covariates", &covariates],
            ]
            .concat(),
        ),
        way(
            "histogram of 100 bins",
            1.25,
            &[&all[..], &["--p-histogram", "100"]].concat(),
        ),
        way(
            "histogram for a QQ plot",
            1.25,
            &[&all[..], &["--p-histogram", "qqplot"]].concat(),
        ),
        way("min p", 1.25, &[&all[..], &["--min-p"]].concat()),
        way("cis and trans", 1.05, &cis_trans),
        way("cis only", 0.05, &cis_trans[..2]),
    ]
}

/// Seconds of the scan and of the whole run.
fn run(folder: &Path, way: &Way) -> [f64; 2] {
    let out = folder.join("results");
    let path = |name: &str| folder.join(name).display().to_string();
    let (genotypes, expression) = (path("genotypes.h5"), path("expression.h5"));
    let out_text = out.display().to_string();
    let mut arguments = vec![
        "map",
        "--genotypes",
        &genotypes,
        "--expression",
        &expression,
    ];
    let engine = engine();
    arguments.extend([
        "--out",
        &out_text,
        "--overwrite",
        "--threads",
        "1",
        "--engine",
        &engine,
    ]);
    arguments.extend(way.flags.iter().map(String::as_str));
    mpiqtl(&arguments);
    let text = std::fs::read_to_string(out.join("run.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let phases = record["phases"].as_array().expect("phases");
    let scan = phases
        .iter()
        .find(|phase| phase["phase"] == "scan")
        .expect("a scan");
    [&scan["secs"], &record["total_secs"]].map(|secs| secs.as_f64().expect("seconds"))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let snps = number_from("MPIQTL_BENCH_SNPS", 57_334);
    let rounds = number_from("MPIQTL_BENCH_ROUNDS", 3);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let shape = [snps, GENES, SAMPLES, COVARIATES].map(|n| n.to_string());
    let out = folder.display().to_string();
    let mut arguments = vec!["simulate", "--out", &out];
    for (flag, n) in ["--snps", "--genes", "--samples", "--covariates"]
        .iter()
        .zip(&shape)
    {
        arguments.extend([*flag, n]);
    }
    mpiqtl(&arguments);
    write_error_covariance(&folder.join("error_covariance.tsv"));
    let ways = ways(folder);
    let mut secs: Vec<Vec<[f64; 2]>> = vec![Vec::new(); ways.len()];
    for _ in 0..rounds {
        for (way, secs) in ways.iter().zip(&mut secs) {
            secs.push(run(folder, way));
        }
    }
    let engine = engine();
    println!(
        "{snps} SNPs x {GENES} genes x {SAMPLES} samples, engine {engine}, one thread, median of {rounds}"
    );
    println!(
        "{:<28} {:>9} {:>7} {:>8} {:>10} {:>7}",
        "what", "scan secs", "ratio", "at most", "total secs", "ratio"
    );
    let times: Vec<[f64; 2]> = secs
        .iter()
        .map(|runs| [0, 1].map(|i| median(runs.iter().map(|run| run[i]).collect())))
        .collect();
    for (way, [scan, total]) in ways.iter().zip(&times) {
        println!(
            "{:<28} {scan:>9.2} {:>7.3} {:>8} {total:>10.2} {:>7.3}",
            way.name,
            scan / times[0][0],
            // What each costs beside a scan in double precision is what the limits are about.
            if engine == "f64" {
                way.at_most.to_string()
            } else {
                String::new()
            },
            total / times[0][1]
        );
    }
}
