//! Campaigns of the tables that `map` reads whole: covariates both ways, and the error covariance.

use std::fs;
use std::path::Path;

use mpiqtl::formats::{Covariates, ErrorCovariance};
use rand::Rng;

use crate::campaign::{Outcome, Verdict, run};
use crate::inputs::{COVARIATES_ACROSS, COVARIATES_DOWN, ERROR_COVARIANCE, SAMPLES, gzip, tabs};
use crate::judge::clear;
use crate::mutation::spoil;

/// Reads a table of covariates twice and judges what came of it.
pub fn judge_covariates(folder: &Path, bytes: &[u8]) -> Verdict {
    let input = folder.join("input");
    fs::write(&input, bytes).expect("the input can be written");
    let read = || Covariates::read(&input, &SAMPLES.map(String::from));
    let table = match read() {
        Ok(table) => table,
        Err(error) => return clear(&error).map(|()| Outcome::Refused),
    };
    let rows_fit = table
        .values
        .iter()
        .all(|row| row.len() == table.samples.len());
    if !rows_fit || table.values.len() != table.names.len() || table.names.is_empty() {
        return Err("the shape is not that of the names".into());
    }
    if !table
        .samples
        .iter()
        .any(|id| SAMPLES.contains(&id.as_str()))
    {
        return Err("no sample is known".into());
    }
    if table
        .values
        .iter()
        .flatten()
        .any(|value| value.is_infinite())
    {
        return Err("a value is infinite".into());
    }
    for (what, ids) in [("names", &table.names), ("samples", &table.samples)] {
        let mut sorted = ids.clone();
        sorted.sort();
        sorted.dedup();
        let odd = |id: &String| id.is_empty() || id.contains(char::is_control);
        if sorted.len() != ids.len() || ids.iter().any(odd) {
            return Err(format!("the {what} are {ids:?}"));
        }
    }
    let again = read().map_err(|error| format!("only the first time: {error}"))?;
    if format!("{again:?}") != format!("{table:?}") {
        return Err("read otherwise the second time".into());
    }
    Ok(Outcome::Accepted)
}

/// Reads an error covariance and judges what came of it.
pub fn judge_error_covariance(folder: &Path, bytes: &[u8]) -> Verdict {
    let input = folder.join("input");
    fs::write(&input, bytes).expect("the input can be written");
    let table = match ErrorCovariance::read(&input) {
        Ok(table) => table,
        Err(error) => return clear(&error).map(|()| Outcome::Refused),
    };
    let n = table.samples.len();
    if n == 0 || table.values.len() != n * n {
        return Err("the table is not square".into());
    }
    let value = |i: usize, j: usize| table.values[i * n + j];
    let symmetric = |i: usize, j: usize| value(i, j) == value(j, i) && value(i, j).is_finite();
    let sound = |i: usize| value(i, i) > 0.0 && (0..i).all(|j| symmetric(i, j));
    if (0..n).all(sound) && (0.0..=1e-6).contains(&table.asymmetry) {
        Ok(Outcome::Accepted)
    } else {
        Err("the table is not symmetric, finite and positive on the diagonal".into())
    }
}

fn campaign(name: &str, n_cases: u64, seeds: &[&str], judge: fn(&Path, &[u8]) -> Verdict) {
    let blanks = seeds.iter().map(|text| text.as_bytes().to_vec());
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|text| tabs(text)).chain(blanks).collect();
    run(name, n_cases, |random, folder| {
        let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
        spoil(random, &mut bytes, &seeds);
        if random.random_bool(0.1) {
            bytes = gzip(&bytes);
        }
        judge(folder, &bytes)
    });
}

#[test]
fn covariates_across() {
    campaign(
        "covariates_across",
        1000,
        &[COVARIATES_ACROSS],
        judge_covariates,
    );
}

#[test]
fn covariates_down() {
    let seeds = [COVARIATES_DOWN, COVARIATES_ACROSS];
    campaign("covariates_down", 1000, &seeds, judge_covariates);
}

#[test]
fn error_covariance() {
    campaign(
        "error_covariance",
        1000,
        &[ERROR_COVARIANCE],
        judge_error_covariance,
    );
}

#[test]
fn rows_of_an_error_covariance_come_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("k");
    fs::write(&path, tabs(ERROR_COVARIANCE)).unwrap();
    let table = ErrorCovariance::read(&path).unwrap();
    let wanted = [
        [2.0, 0.5, 0.25, 0.0],
        [0.5, 1.0, 0.1, 0.0],
        [0.25, 0.1, 2.0, 0.0],
        [0.0, 0.0, 0.0, 0.03],
    ];
    assert_eq!(table.values, wanted.as_flattened());
}
