//! ANOVA: expression on genotype class, additive and dominant effects together.
//!
//! Each class but the most frequent one has an indicator; their residuals, made orthonormal one after the other, are
//! the unit residuals e_1 ... e_k of the SNP, and `R^2 = sum_i <g*, e_i>^2`,
//! `F = (R^2 / k) / ((1 - R^2) / df)`. A missing genotype is in the most frequent class. Shabalin 2012, section 2.2.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::design::Design;
use super::error::RowProblem;
use super::tested::{Estimate, Snps};
use crate::stats::{Degrees, f_from_r_squared, ln_p_of_r_squared};

/// The numerator degrees of freedom of a SNP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum AnovaDf {
    /// The number of declared classes less one for every SNP, as Matrix eQTL.
    #[default]
    Declared,
    /// What the classes a SNP has can explain, as R's `anova(lm)`.
    Observed,
}

impl FromStr for AnovaDf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "declared" => Ok(Self::Declared),
            "observed" => Ok(Self::Observed),
            other => Err(format!("'{other}' is neither 'declared' nor 'observed'")),
        }
    }
}

impl TryFrom<String> for AnovaDf {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// The classes of one row, by ascending code.
#[derive(Clone, Debug, Default)]
struct Classes {
    classes: Vec<Class>,
}

#[derive(Clone, Copy, Debug)]
struct Class {
    code: f64,
    /// Samples in it.
    count: usize,
    /// The last of them.
    last: usize,
}

impl Classes {
    /// Counts the classes of a row; NaN is missing. Each class is found by its first sample and counted in one sweep
    /// over the row, which is several times faster than to look up the class of every sample.
    fn count(&mut self, row: &[f64], groups: usize) -> Result<(), Problem> {
        self.classes.clear();
        let mut left = row.iter().filter(|code| !code.is_nan()).count();
        let mut start = 0;
        while left > 0 {
            let is_new =
                |code: &f64| !code.is_nan() && self.classes.iter().all(|class| class.code != *code);
            let new = row[start..].iter().position(is_new);
            let column = start + new.expect("a class that was not counted yet");
            let code = row[column];
            if code.is_infinite() {
                return Err(Problem::Infinite);
            }
            if code.fract() != 0.0 {
                return Err(Problem::NotWhole { column, code });
            }
            if self.classes.len() == groups {
                return Err(Problem::TooMany { column, code });
            }
            let class = Class {
                code,
                count: row.iter().filter(|other| **other == code).count(),
                last: row
                    .iter()
                    .rposition(|other| *other == code)
                    .unwrap_or(column),
            };
            left -= class.count;
            start = column + 1;
            self.classes.push(class);
        }
        self.classes.sort_by(|a, b| a.code.total_cmp(&b.code));
        Ok(())
    }

    /// The codes of the classes that get an indicator: all but the most frequent.
    ///
    /// Where several are most frequent it is the one that gets there first, in the order of the samples. It matters
    /// only for rows with missing genotypes; Matrix eQTL's choice there changes with its slices.
    fn kept(&self) -> impl Iterator<Item = f64> + '_ {
        let by_count = |a: &&Class, b: &&Class| a.count.cmp(&b.count).then(b.last.cmp(&a.last));
        let modal = self.classes.iter().max_by(by_count).map(|class| class.code);
        let codes = self.classes.iter().map(|class| class.code);
        codes.filter(move |&code| Some(code) != modal)
    }
}

enum Problem {
    Infinite,
    NotWhole { column: usize, code: f64 },
    TooMany { column: usize, code: f64 },
}

/// Rows of genotype codes, NaN missing, as unit residuals of the indicators of at most `groups` classes.
pub(super) fn prepare(
    design: &Design,
    groups: usize,
    df: AnovaDf,
    snps: &mut Snps,
) -> Result<(), RowProblem> {
    let n = design.n();
    let m = snps.units.len() / n;
    encode(n, groups, snps)?;
    let mut norms = Vec::with_capacity(m);
    let mut ranks = vec![0u8; m];
    for i in 0..groups - 1 {
        let (earlier, rest) = snps.units.split_at_mut(i * m * n);
        norms.clear();
        design.unit_residuals(&mut rest[..m * n], earlier, &mut norms);
        for (rank, norm) in ranks.iter_mut().zip(&norms) {
            *rank += u8::from(*norm > 0.0);
        }
    }
    // R^2 has no scale: a SNP is constant, or it is not.
    snps.norms
        .extend(ranks.iter().map(|&rank| f64::from(rank.min(1))));
    let class = |rank: u8| match df {
        AnovaDf::Declared => 0,
        AnovaDf::Observed => rank.saturating_sub(1),
    };
    snps.df_classes.extend(ranks.into_iter().map(class));
    Ok(())
}

/// Replaces codes `[m x n]` by indicators `[(groups - 1) x m x n]`.
fn encode(n: usize, groups: usize, snps: &mut Snps) -> Result<(), RowProblem> {
    let len = snps.units.len();
    std::mem::swap(&mut snps.units, &mut snps.codes);
    let codes = &snps.codes;
    snps.units.clear();
    snps.units.resize((groups - 1) * len, 0.0);
    let mut classes = Classes::default();
    for (row, codes) in codes.chunks_exact(n).enumerate() {
        classes
            .count(codes, groups)
            .map_err(|problem| match problem {
                Problem::Infinite => RowProblem::Infinite { row },
                Problem::NotWhole { column, code } => RowProblem::NotWhole { row, column, code },
                Problem::TooMany { column, code } => RowProblem::TooManyClasses {
                    row,
                    column,
                    code,
                    groups,
                },
            })?;
        for (i, class) in classes.kept().enumerate() {
            let indicator = &mut snps.units[i * len + row * n..][..n];
            for (x, code) in indicator.iter_mut().zip(codes) {
                *x = f64::from(u8::from(*code == class));
            }
        }
    }
    Ok(())
}

/// The number of classes of a row, missing ones not counted.
pub(super) fn n_classes(row: &[f64], groups: usize) -> usize {
    let mut classes = Classes::default();
    match classes.count(row, groups) {
        Ok(()) => classes.classes.len(),
        Err(_) => groups,
    }
}

/// R^2 from the products of the gene with e_1 ... e_k.
pub(super) fn r_squared(dots: &[f64]) -> f64 {
    dots.iter().map(|d| d * d).sum::<f64>().min(1.0)
}

/// The estimate of a pair: F and its p-value. There is no single effect, so beta is NaN.
pub(super) fn estimate(dots: &[f64], degrees: Degrees) -> Estimate {
    let r_squared = r_squared(dots);
    Estimate {
        beta: f64::NAN,
        statistic: f_from_r_squared(r_squared, degrees),
        ln_p: ln_p_of_r_squared(r_squared, degrees),
    }
}
