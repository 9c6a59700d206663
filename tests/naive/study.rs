//! Random small studies with whatever may go wrong in them: missing values, constant rows, rows that follow from
//! covariates, SNPs of two classes, interactions that are the SNP itself.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use crate::support::least_squares::{LeastSquares, Model, Row};
use crate::support::{Lcg, mpiqtl};

/// Raw rows, a model, and what the program is told.
pub struct Study {
    /// Rows of SNPs.
    pub genotypes: Vec<Row>,
    /// Rows of genes.
    pub expression: Vec<Row>,
    covariates: Vec<Row>,
    covariance: Option<Vec<Vec<f64>>>,
    model: Model,
    /// Whether the interaction is left to be the last covariate.
    default_interaction: bool,
    /// The order in which the samples stand in the file of the error covariance.
    order: Vec<usize>,
}

/// The model as asked for; a linear_cross draws its covariate.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Expression on dosage.
    Linear,
    /// Interaction of dosage and a covariate.
    LinearCross,
    /// Genotype classes, with declared or observed degrees of freedom.
    Anova { groups: usize, observed: bool },
}

impl Study {
    /// A study of random shape.
    pub fn random(seed: u64, kind: Kind, with_covariance: bool) -> Self {
        let mut random = Lcg(seed);
        let is_cross = matches!(kind, Kind::LinearCross);
        let n_covariates = random.below(4) as usize + usize::from(is_cross);
        let tested = match kind {
            Kind::Linear => 2,
            Kind::LinearCross => 3,
            Kind::Anova { groups, .. } => groups,
        };
        let n = n_covariates + tested + 2 + random.below(40) as usize;
        let covariates = covariates(&mut random, n_covariates, n);
        let (model, default_interaction) = match kind {
            Kind::Linear => (Model::Linear, false),
            Kind::LinearCross => {
                let interaction = random.below(n_covariates as u64) as usize;
                let is_last = interaction + 1 == n_covariates;
                let default = is_last && random.below(2) == 1;
                (Model::LinearCross { interaction }, default)
            }
            Kind::Anova { groups, observed } => (Model::Anova { groups, observed }, false),
        };
        let genotypes = match model {
            Model::Anova { groups, .. } => classes(&mut random, groups, n, covariates.first()),
            _ => dosages(&mut random, n, &covariates),
        };
        let expression = expression(&mut random, n, covariates.last());
        let covariance = with_covariance.then(|| covariance(&mut random, n));
        let mut order: Vec<usize> = (0..n).collect();
        (1..n).for_each(|i| order.swap(i, random.below(i as u64 + 1) as usize));
        Self {
            genotypes,
            expression,
            covariates,
            covariance,
            model,
            default_interaction,
            order,
        }
    }

    fn n(&self) -> usize {
        self.genotypes[0].len()
    }

    /// The least squares of the study.
    pub fn least_squares(&self) -> LeastSquares {
        let covariance = self.covariance.as_deref();
        LeastSquares::new(self.model, self.n(), &self.covariates, covariance)
    }

    /// Writes the tables, and returns `map` with them and the model, in blocks of odd sizes.
    pub fn map(&self, folder: &Path) -> Command {
        let mut command = mpiqtl();
        command
            .arg("map")
            .args(["--block-snps", "4", "--block-genes", "3"]);
        let mut add = |name: &str, rows: &[Row]| {
            let path = folder.join(format!("{name}.tsv"));
            std::fs::write(&path, self.table(name, rows)).expect("a file");
            command.arg(format!("--{name}")).arg(path);
        };
        add("genotypes", &self.genotypes);
        add("expression", &self.expression);
        if !self.covariates.is_empty() {
            add("covariates", &self.covariates);
        }
        if let Some(covariance) = &self.covariance {
            let path = folder.join("error_covariance.tsv");
            std::fs::write(&path, self.covariance_table(covariance)).expect("a file");
            command.arg("--error-covariance").arg(path);
        }
        command.args(self.model_flags());
        command
    }

    /// What is default is not given.
    fn model_flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        match self.model {
            Model::Linear => {}
            Model::LinearCross { interaction } => {
                flags.extend(["--model".into(), "linear_cross".into()]);
                if !self.default_interaction {
                    let name = format!("covariates{interaction}");
                    flags.extend(["--interaction".into(), name]);
                }
            }
            Model::Anova { groups, observed } => {
                flags.extend(["--model".into(), "anova".into()]);
                if groups != 3 {
                    flags.extend(["--anova-groups".into(), groups.to_string()]);
                }
                if observed {
                    flags.extend(["--anova-df".into(), "observed".into()]);
                }
            }
        }
        flags
    }

    fn table(&self, name: &str, rows: &[Row]) -> String {
        let header = (0..self.n()).fold("id".to_string(), |line, i| line + &format!("\ts{i}"));
        let mut text = header + "\n";
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
        text
    }

    /// Samples go by their IDs, so their order is another one here.
    fn covariance_table(&self, covariance: &[Vec<f64>]) -> String {
        let mut text = "id".to_string();
        self.order
            .iter()
            .for_each(|i| write!(text, "\ts{i}").unwrap());
        for &i in &self.order {
            write!(text, "\ns{i}").unwrap();
            for &j in &self.order {
                write!(text, "\t{}", covariance[i][j]).unwrap();
            }
        }
        text + "\n"
    }
}

/// One value in twelve is missing.
fn sometimes(random: &mut Lcg, value: f64) -> Option<f64> {
    (random.below(12) > 0).then_some(value)
}

/// A row of values, some of them missing.
fn row(random: &mut Lcg, n: usize, mut value: impl FnMut(&mut Lcg) -> f64) -> Row {
    (0..n)
        .map(|_| {
            let value = value(random);
            sometimes(random, value)
        })
        .collect()
}

/// The first covariate is a complete 0 or 1, so that genotypes can follow from it; the others are numbers with some
/// missing.
fn covariates(random: &mut Lcg, count: usize, n: usize) -> Vec<Row> {
    let rows = (0..count).map(|i| match i {
        0 => {
            let batch = |random: &mut Lcg| Some(random.below(2) as f64);
            let mut batch: Row = (0..n).map(|_| batch(random)).collect();
            // Both are there, twice each.
            for (i, code) in [0.0, 1.0, 0.0, 1.0].into_iter().enumerate() {
                batch[i] = Some(code);
            }
            batch
        }
        _ => row(random, n, |random| random.noise() * 10.0),
    });
    rows.collect()
}

/// SNPs for models of dosage, all decimals or all hard calls.
fn dosages(random: &mut Lcg, n: usize, covariates: &[Row]) -> Vec<Row> {
    let decimals = random.below(2) == 1;
    let mut rows: Vec<Row> = (0..7)
        .map(|_| {
            row(random, n, |random| match decimals {
                true => random.below(2001) as f64 / 1000.0,
                false => random.below(3) as f64,
            })
        })
        .collect();
    // Two classes, and two codes that are not 0 and 1.
    rows.push(row(random, n, |random| random.below(2) as f64));
    rows.push(row(random, n, |random| 1.0 + random.below(2) as f64));
    rows.push(vec![Some(1.0); n]);
    rows.push(vec![None; n]);
    if let Some(batch) = covariates.first() {
        // The batch itself: nothing is left of it, and nothing of its product with the batch.
        rows.push(batch.iter().map(|code| code.map(|x| 2.0 - x)).collect());
        // Carriers in one batch only: the product with the batch is the SNP again.
        let within = batch.iter().map(|code| {
            let carried = random.below(3) as f64;
            code.map(|x| x * carried)
        });
        rows.push(within.collect());
    }
    rows
}

/// SNPs of at most so many classes.
fn classes(random: &mut Lcg, groups: usize, n: usize, batch: Option<&Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..7)
        .map(|_| row(random, n, |random| random.below(groups as u64) as f64))
        .collect();
    // Two classes, whatever their codes, and one class that is rare.
    rows.push(row(random, n, |random| 1.0 + random.below(2) as f64));
    rows.push(row(random, n, |random| 2.0 * random.below(2) as f64));
    rows.push(row(random, n, |random| f64::from(random.below(8) == 0)));
    rows.push(vec![Some(1.0); n]);
    rows.push(vec![None; n]);
    if let Some(batch) = batch {
        // Two classes that are the batch, and a third class that is the batch.
        rows.push(batch.iter().map(|code| code.map(|x| 2.0 - x)).collect());
        let third = batch.iter().map(|code| {
            let other = random.below(2) as f64;
            code.map(|x| if x == 1.0 { 2.0 } else { other })
        });
        rows.push(third.collect());
    }
    rows
}

/// Genes of very different scales, a constant one, and one that follows from a covariate.
fn expression(random: &mut Lcg, n: usize, covariate: Option<&Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..5)
        .map(|gene| {
            let scale = 10f64.powi(gene * 4 - 8);
            row(random, n, |random| (random.noise() + 5.0) * scale)
        })
        .collect();
    rows.push(vec![Some(-7.25); n]);
    if let Some(covariate) = covariate {
        let present: Vec<f64> = covariate.iter().flatten().copied().collect();
        let mean = present.iter().sum::<f64>() / present.len() as f64;
        let follows = covariate.iter().map(|x| 2.0 * x.unwrap_or(mean) - 1.0);
        rows.push(follows.map(Some).collect());
    }
    rows
}

/// A symmetric positive definite matrix: errors of different sizes, correlated, on any scale.
fn covariance(random: &mut Lcg, n: usize) -> Vec<Vec<f64>> {
    let factor: Vec<Vec<f64>> = (0..n)
        .map(|_| (0..n).map(|_| random.noise()).collect())
        .collect();
    let size: Vec<f64> = (0..n)
        .map(|_| 0.5 + random.below(1000) as f64 / 500.0)
        .collect();
    let scale = 10f64.powi(random.below(7) as i32 - 3);
    let entry = |i: usize, j: usize| {
        let dot: f64 = factor[i].iter().zip(&factor[j]).map(|(x, y)| x * y).sum();
        let own = if i == j { 0.3 } else { 0.0 };
        scale * size[i] * size[j] * (dot / n as f64 + own)
    };
    (0..n)
        .map(|i| (0..n).map(|j| entry(i.min(j), i.max(j))).collect())
        .collect()
}
