//! The correlations of SNPs against a fit of each SNP on each other, by another least squares.

use std::fs;
use std::path::Path;

use super::support::golden::Case;
use super::support::least_squares::{LeastSquares, Model, Row};
use super::support::{Table, mpiqtl, number, succeed};
use super::{Study, column};

/// A matrix as NumPy keeps it `[m x m]`.
fn npy(path: &Path) -> Vec<Vec<f64>> {
    let bytes = fs::read(path).expect("the matrix");
    let text = String::from_utf8_lossy(&bytes[10..128]).into_owned();
    assert!(
        text.contains("'descr': '<f8', 'fortran_order': False"),
        "{text}"
    );
    let numbers: Vec<f64> = bytes[128..]
        .chunks_exact(8)
        .map(|x| f64::from_le_bytes(x.try_into().expect("8 bytes")))
        .collect();
    let m = numbers.len().isqrt();
    assert_eq!(m * m, numbers.len());
    assert!(text.contains(&format!("'shape': ({m}, {m})")), "{text}");
    numbers.chunks(m).map(<[f64]>::to_vec).collect()
}

/// r of a fit of one SNP on another.
fn fitted(fit: &LeastSquares, a: &Row, b: &Row) -> f64 {
    let t = fit.fit(a, b).statistic;
    if t.is_infinite() {
        return t.signum();
    }
    t / (t * t + fit.df()).sqrt()
}

fn assert_close(found: &[Vec<f64>], snps: &[Row], fit: &LeastSquares) {
    assert_eq!(found.len(), snps.len());
    for (i, (line, a)) in found.iter().zip(snps).enumerate() {
        for (j, (r, b)) in line.iter().zip(snps).enumerate() {
            let wanted = if i == j { 1.0 } else { fitted(fit, a, b) };
            assert!((r - wanted).abs() < 1e-9, "{i} {j}: {r} for {wanted}");
            assert_eq!(
                r.to_bits(),
                found[j][i].to_bits(),
                "{i} {j}: symmetric to the bit"
            );
        }
    }
}

#[test]
fn adjusted_and_raw_correlations_are_those_of_fits() {
    for name in ["linear_covariates_missing", "dosages", "error_covariance"] {
        let case = Case::open(name);
        let folder = tempfile::tempdir().expect("a folder");
        let config = format!("out = {:?}\n", folder.path().join("map").to_str().unwrap());
        fs::write(folder.path().join("study.toml"), config).unwrap();
        let (adjusted, genotypes, expression) = case.least_squares();
        let raw = LeastSquares::new(
            Model::Linear,
            genotypes.values().next().unwrap().len(),
            &[],
            None,
        );
        let snps: Vec<String> = case
            .rows("genotypes")
            .into_iter()
            .take(25)
            .map(|row| row.0)
            .collect();
        let genes: Vec<&String> = expression.keys().take(2).collect();
        for (which, fit) in [("adjusted", &adjusted), ("raw", &raw)] {
            let out = folder.path().join(which);
            let mut command = mpiqtl();
            command
                .arg("extract")
                .arg("--config")
                .arg(folder.path().join("study.toml"));
            case.add_inputs(&mut command);
            command.args(["--genes", &format!("{},{}", genes[0], genes[1])]);
            command.args(["--snps", &snps.join(","), "--ld", which, "--threads", "2"]);
            succeed(command.arg("--out").arg(&out));
            let list = Table::read(&out.join("genes.tsv"));
            let [table, ld] = ["table", "ld"].map(|name| column(&list, name));
            // Both genes have the same SNPs, so one file is enough.
            assert_eq!(list.rows[0][ld], list.rows[1][ld]);
            let pairs = Table::read(&out.join(&list.rows[1][table]));
            let rows: Vec<Row> = pairs
                .rows
                .iter()
                .map(|row| genotypes[&row[0]].clone())
                .collect();
            assert_eq!(rows.len(), snps.len());
            assert_close(&npy(&out.join(&list.rows[1][ld])), &rows, fit);
        }
    }
}

#[test]
fn text_holds_the_same_numbers_with_ids_on_both_sides() {
    let study = Study::simulate();
    for (form, out) in [("npy", "a"), ("tsv", "b")] {
        let mut command = study.command("extract");
        command.args([
            "--genes",
            "gene000002",
            "--window",
            "200000",
            "--ld",
            "--ld-format",
            form,
        ]);
        succeed(command.args(["--out", out]));
    }
    let binary = npy(&study.path().join("a/gene000002.ld.npy"));
    let text = Table::read(&study.path().join("b/gene000002.ld.tsv"));
    let pairs = Table::read(&study.path().join("b/gene000002.pairs.tsv"));
    let ids: Vec<&String> = pairs.rows.iter().map(|row| &row[0]).collect();
    assert!(ids.len() > 5);
    assert!(text.header[1..].iter().eq(ids.iter().copied()));
    assert!(text.rows.iter().map(|row| &row[0]).eq(ids));
    let numbers = text
        .rows
        .iter()
        .map(|row| row[1..].iter().map(|r| number(r)).collect::<Vec<f64>>());
    assert_eq!(numbers.collect::<Vec<_>>(), binary);
}

#[test]
fn a_constant_snp_goes_with_no_other() {
    let case = Case::open("degenerate_rows");
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!("out = {:?}\n", folder.path().join("map").to_str().unwrap());
    fs::write(folder.path().join("study.toml"), config).unwrap();
    let out = folder.path().join("ld");
    let mut command = mpiqtl();
    command
        .arg("extract")
        .arg("--config")
        .arg(folder.path().join("study.toml"));
    case.add_inputs(&mut command);
    command.args([
        "--genes",
        "gene001",
        "--snps",
        "snp0006,snp0007,snp0008,snp0009",
        "--ld",
    ]);
    succeed(command.arg("--out").arg(&out));
    let r = npy(&out.join("gene001.ld.npy"));
    let pairs = Table::read(&out.join("gene001.pairs.tsv"));
    let is_constant: Vec<bool> = pairs
        .rows
        .iter()
        .map(|row| ["snp0007", "snp0008"].contains(&row[0].as_str()))
        .collect();
    assert_eq!(is_constant.iter().filter(|&&it| it).count(), 2);
    for (i, line) in r.iter().enumerate() {
        for (j, &r) in line.iter().enumerate() {
            let is_zero = i != j && (is_constant[i] || is_constant[j]);
            assert_eq!(r == 0.0, is_zero, "{i} {j}: {r}");
            assert_eq!(r == 1.0, i == j, "{i} {j}: {r}");
        }
    }
}
