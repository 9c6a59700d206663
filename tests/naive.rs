//! Whole runs against a least squares that knows nothing of projections: random small studies with missing values,
//! constant and collinear rows, every pair reported.

mod support;

use std::fmt::Write;
use std::path::Path;

use support::{Lcg, Table, close, mpiqtl, number, record, succeed};

type Rows = Vec<Vec<Option<f64>>>;

struct Study {
    genotypes: Rows,
    expression: Rows,
    covariates: Rows,
}

impl Study {
    /// A study of random shape; `dosages` are decimals, else hard calls.
    fn random(seed: u64) -> Self {
        let mut random = Lcg(seed);
        let n_covariates = random.below(4) as usize;
        let n = n_covariates + 4 + random.below(40) as usize;
        let dosages = random.below(2) == 1;
        let missing = |random: &mut Lcg, value: f64| (random.below(12) > 0).then_some(value);
        let covariates: Rows = (0..n_covariates)
            .map(|_| {
                (0..n)
                    .map(|_| {
                        let value = random.noise() * 10.0;
                        missing(&mut random, value)
                    })
                    .collect()
            })
            .collect();
        let mut genotypes: Rows = (0..7)
            .map(|_| {
                let value = |random: &mut Lcg| match dosages {
                    true => random.below(2001) as f64 / 1000.0,
                    false => random.below(3) as f64,
                };
                (0..n)
                    .map(|_| {
                        let value = value(&mut random);
                        missing(&mut random, value)
                    })
                    .collect()
            })
            .collect();
        genotypes.push(vec![Some(1.0); n]);
        genotypes.push(vec![None; n]);
        let mut expression: Rows = (0..5)
            .map(|gene| {
                let scale = 10f64.powi(gene * 4 - 8);
                (0..n)
                    .map(|_| {
                        let value = (random.noise() + 5.0) * scale;
                        missing(&mut random, value)
                    })
                    .collect()
            })
            .collect();
        expression.push(vec![Some(-7.25); n]);
        if let Some(first) = covariates.first() {
            // A gene that follows from a covariate has nothing left to explain.
            let fill = mean(first);
            expression.push(
                first
                    .iter()
                    .map(|x| Some(2.0 * x.unwrap_or(fill) - 1.0))
                    .collect(),
            );
        }
        Self {
            genotypes,
            expression,
            covariates,
        }
    }

    fn write(&self, folder: &Path) {
        let parts = [
            ("genotypes", &self.genotypes),
            ("expression", &self.expression),
            ("covariates", &self.covariates),
        ];
        for (name, rows) in parts {
            let n = self.genotypes[0].len();
            let mut text =
                (0..n).fold("id".to_string(), |line, i| line + &format!("\ts{i}")) + "\n";
            for (i, row) in rows.iter().enumerate() {
                write!(text, "{name}{i}").unwrap();
                for value in row {
                    match value {
                        Some(value) => write!(text, "\t{value}").unwrap(),
                        None => text.push_str("\tNA"),
                    }
                }
                text.push('\n');
            }
            std::fs::write(folder.join(format!("{name}.tsv")), text).expect("a file");
        }
    }
}

fn mean(row: &[Option<f64>]) -> f64 {
    let present: Vec<f64> = row.iter().flatten().copied().collect();
    if present.is_empty() {
        0.0
    } else {
        present.iter().sum::<f64>() / present.len() as f64
    }
}

fn filled(row: &[Option<f64>]) -> Vec<f64> {
    let mean = mean(row);
    row.iter().map(|value| value.unwrap_or(mean)).collect()
}

/// Beta and t of the last column by Householder QR of the whole design; `None` when the column adds nothing.
fn least_squares(columns: &[Vec<f64>], y: &[f64]) -> Option<(f64, f64)> {
    let (n, k) = (y.len(), columns.len());
    let mut a: Vec<Vec<f64>> = columns.to_vec();
    a.push(y.to_vec());
    for j in 0..k {
        let norm = a[j][j..].iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm <= 1e-9 * columns[j].iter().map(|x| x * x).sum::<f64>().sqrt() {
            return None;
        }
        let mut v = a[j][j..].to_vec();
        v[0] += norm.copysign(v[0]);
        let vv: f64 = v.iter().map(|x| x * x).sum();
        for column in &mut a[j..] {
            let dot: f64 = column[j..].iter().zip(&v).map(|(x, v)| x * v).sum();
            column[j..]
                .iter_mut()
                .zip(&v)
                .for_each(|(x, v)| *x -= 2.0 * dot / vv * v);
        }
    }
    // The last row of the triangular system holds the last coefficient alone.
    let beta = a[k][k - 1] / a[k - 1][k - 1];
    let rss: f64 = a[k][k..].iter().map(|x| x * x).sum();
    let se = (rss / (n - k) as f64).sqrt() / a[k - 1][k - 1].abs();
    Some((beta, beta / se))
}

fn check(seed: u64) {
    let study = Study::random(seed);
    let folder = tempfile::tempdir().expect("a folder");
    study.write(folder.path());
    let out = folder.path().join("out");
    let mut map = mpiqtl();
    map.arg("map").arg("--out").arg(&out).args([
        "--p-all",
        "1",
        "--block-snps",
        "4",
        "--block-genes",
        "3",
    ]);
    map.arg("--genotypes")
        .arg(folder.path().join("genotypes.tsv"));
    map.arg("--expression")
        .arg(folder.path().join("expression.tsv"));
    if !study.covariates.is_empty() {
        map.arg("--covariates")
            .arg(folder.path().join("covariates.tsv"));
    }
    succeed(&mut map);
    let n = study.genotypes[0].len();
    assert_eq!(record(&out)["df"], (n - study.covariates.len() - 2) as f64);
    let table = Table::read(&out.join("all.tsv"));
    let found = table.by_pair();
    assert_eq!(found.len(), study.genotypes.len() * study.expression.len());
    for (s, snp) in study.genotypes.iter().enumerate() {
        let mut columns = vec![vec![1.0; n]];
        columns.extend(study.covariates.iter().map(|row| filled(row)));
        columns.push(filled(snp));
        for (g, gene) in study.expression.iter().enumerate() {
            let pair = (format!("genotypes{s}"), format!("expression{g}"));
            let row = found[&(pair.0.as_str(), pair.1.as_str())];
            let (beta, t) = (number(&row[0]), number(&row[1]));
            let constant_gene = g >= 5;
            match least_squares(&columns, &filled(gene)).filter(|_| !constant_gene) {
                None => assert_eq!(
                    (beta, t, number(&row[2])),
                    (0.0, 0.0, 1.0),
                    "seed {seed} {pair:?}"
                ),
                Some((wanted_beta, wanted_t)) => assert!(
                    close(beta, wanted_beta, 1e-8) && close(t, wanted_t, 1e-8),
                    "seed {seed} {pair:?}: {beta} {t}, wanted {wanted_beta} {wanted_t}"
                ),
            }
        }
    }
}

#[test]
fn every_pair_agrees_with_least_squares_on_the_raw_columns() {
    (1..=25).for_each(check);
}
