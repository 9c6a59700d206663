//! Whole runs against a least squares that knows nothing of projections: random small studies with missing values,
//! constant and collinear rows, of every model, with and without an error covariance, every pair reported.
//!
//! That least squares gives Matrix eQTL's answers, as `tests/golden.rs` checks.

mod study;

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;

use study::{Kind, Study};
use support::histogram::{self, Bin};
use support::least_squares::Answer;
use support::min_p::{Hit, MinP};
use support::{Table, close, false_discovery_rates, number, record, succeed};

/// Studies of each model.
const STUDIES: u64 = 25;

/// A t or F that stands for 0.
const NOISE: f64 = 1e-10;

/// A test for each model, which takes every second study with an error covariance.
macro_rules! models {
    ($($plain:ident $whitened:ident: $kind:expr;)*) => {
        $(
            #[test]
            fn $plain() {
                (1..=STUDIES).step_by(2).for_each(|seed| check(seed, $kind, false));
            }

            #[test]
            fn $whitened() {
                (2..=STUDIES).step_by(2).for_each(|seed| check(seed, $kind, true));
            }
        )*
        const KINDS: &[Kind] = &[$($kind),*];
    };
}

models! {
    linear linear_with_error_covariance: Kind::Linear;
    linear_cross linear_cross_with_error_covariance: Kind::LinearCross;
    anova anova_with_error_covariance:
        Kind::Anova { groups: 3, observed: false };
    anova_of_observed_df anova_of_observed_df_with_error_covariance:
        Kind::Anova { groups: 3, observed: true };
    anova_of_four_groups anova_of_four_groups_with_error_covariance:
        Kind::Anova { groups: 4, observed: false };
    anova_of_four_groups_and_observed_df anova_of_four_groups_and_observed_df_with_error_covariance:
        Kind::Anova { groups: 4, observed: true };
}

/// Maps a study and compares every pair.
fn check(seed: u64, kind: Kind, with_covariance: bool) {
    let study = Study::random(seed, kind, with_covariance);
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut map = study.map(folder.path());
    succeed(map.args(["--p-all", "1", "--out"]).arg(&out));
    let fit = study.least_squares();
    assert_eq!(record(&out)["df"].as_f64(), Some(fit.df()), "seed {seed}");
    let table = Table::read(&out.join("all.tsv"));
    let found = table.by_pair();
    let n_pairs = study.genotypes.len() * study.expression.len();
    assert_eq!((found.len(), table.rows.len()), (n_pairs, n_pairs));
    for (s, snp) in study.genotypes.iter().enumerate() {
        for (g, gene) in study.expression.iter().enumerate() {
            let (snp_id, gene_id) = (format!("genotypes{s}"), format!("expression{g}"));
            let row = found[&(snp_id.as_str(), gene_id.as_str())];
            let pair = format!("seed {seed} {kind:?} {snp_id} {gene_id}");
            check_row(row, fit.fit(snp, gene), &pair);
        }
    }
    check_fdr(&table);
}

/// Beta, where there is one, the statistic and p; exactly 0 and 1 where the tested columns add nothing.
fn check_row(row: &[String], wanted: Answer, pair: &str) {
    let values: Vec<f64> = row.iter().map(|field| number(field)).collect();
    let (p, statistic) = (values[values.len() - 2], values[values.len() - 3]);
    let beta = wanted.beta.map(|_| values[0]);
    assert_eq!(values.len(), if beta.is_some() { 4 } else { 3 });
    if wanted.statistic == 0.0 {
        assert_eq!((statistic, p), (0.0, 1.0), "{pair}");
        assert_eq!(beta, wanted.beta, "{pair}");
        return;
    }
    // A lone carrier whose expression is missing is at the mean: what is left of R² is rounding noise.
    if wanted.statistic.abs() < NOISE {
        assert!(
            statistic.abs() < NOISE && close(p, 1.0, 1e-7),
            "{pair}: {row:?}"
        );
        return;
    }
    let beta_is_close = match (beta, wanted.beta) {
        (Some(beta), Some(wanted)) => close(beta, wanted, 1e-8),
        _ => true,
    };
    let is_close = beta_is_close && close(statistic, wanted.statistic, 1e-8);
    assert!(
        is_close && close(p, wanted.p, 1e-7),
        "{pair}: {row:?}, wanted {wanted:?}"
    );
}

fn column(table: &Table, from_the_end: usize) -> Vec<f64> {
    let at = table.header.len() - from_the_end;
    table.rows.iter().map(|row| number(&row[at])).collect()
}

fn check_fdr(table: &Table) {
    let (p, fdr) = (column(table, 2), column(table, 1));
    let wanted = false_discovery_rates(&p, p.len() as f64);
    let all_close = fdr.iter().zip(&wanted).all(|(a, b)| close(*a, *b, 1e-12));
    assert!(all_close, "FDR {fdr:?}, wanted {wanted:?}");
}

/// Every pair is in the table, so the histogram can be counted there and the best pairs be found there.
fn check_histogram_and_min_p(out: &Path, edges: &[f64]) {
    let table = Table::read(&out.join("all.tsv"));
    let p = column(&table, 2);
    let bins = edges.windows(2).enumerate().map(|(i, edge)| {
        // The lowest edge counts as 0, and what is above the highest is not counted.
        let low = if i == 0 { -1.0 } else { edge[0] };
        let inside = p.iter().filter(|&&p| low < p && p <= edge[1]);
        Bin {
            p_low: edge[0],
            p_high: edge[1],
            count: inside.count() as f64,
        }
    });
    let wanted: Vec<Bin> = bins.collect();
    let found = histogram::read(&out.join("histogram_all.tsv"));
    histogram::check(&found, &wanted, "all");
    let smallest = MinP::read(out, "all");
    smallest.check_sides(p.len() as f64);
    let hits = table.rows.iter().zip(&p).map(|(row, &p)| Hit {
        snp: &row[0],
        gene: &row[1],
        p,
    });
    smallest.check_hits(hits, 1.0);
}

#[test]
fn histograms_and_smallest_p_values_follow_from_the_table() {
    let tenths: Vec<f64> = (0..=10).map(|i| f64::from(i) / 10.0).collect();
    let given = vec![1e-3, 0.02, 0.3, 0.75];
    for (i, &kind) in KINDS.iter().enumerate() {
        for (with_covariance, words, edges) in [
            (false, "10", &tenths),
            (true, "0.001,0.02,0.3,0.75", &given),
        ] {
            let study = Study::random(100 + i as u64, kind, with_covariance);
            let folder = tempfile::tempdir().expect("a folder");
            let out = folder.path().join("out");
            let mut map = study.map(folder.path());
            map.args(["--p-all", "1", "--min-p", "--p-histogram", words, "--out"]);
            succeed(map.arg(&out));
            check_histogram_and_min_p(&out, edges);
        }
    }
}
