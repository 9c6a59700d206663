//! What all tests have in common: the samples, the covariates, the error covariance and the model, from headers and
//! small tables alone, so that what is wrong with them is known before a large file is imported.

use std::path::Path;

use super::config::{MapConfig, ModelName};
use super::error::RunError;
use super::import::{expression_samples, genotype_samples};
use super::log::{Log, some_of};
use super::samples::{SampleMatch, check_overlap, match_samples};
use crate::formats::{Covariates, ErrorCovariance};
use crate::linalg::Whitening;
use crate::model::{Covariate, Design, Model, ModelKind};

/// The regression of a run.
pub struct Regression {
    /// The samples used.
    pub samples: SampleMatch,
    /// The covariates over the samples used, as read.
    pub covariates: Vec<Covariate>,
    /// The name of the covariate SNPs interact with.
    pub interaction: Option<String>,
    /// The error covariance over the samples used `[n x n]`.
    pub error_covariance: Option<Vec<f64>>,
    /// The model.
    pub model: Model,
}

impl Regression {
    /// Matches the samples of all files and makes the model.
    ///
    /// # Errors
    /// Files that cannot be read or share too few samples; covariates or an error covariance that cannot be used.
    pub fn open(config: &MapConfig, log: Log) -> Result<Self, RunError> {
        Self::open_or(config, log, |_| Ok(()))
    }

    /// The same; calls `refused` with the samples before it fails because too few are shared.
    ///
    /// # Errors
    /// As [`Regression::open`], and those of `refused`.
    pub fn open_or(
        config: &MapConfig,
        log: Log,
        refused: impl FnOnce(&SampleMatch) -> Result<(), RunError>,
    ) -> Result<Self, RunError> {
        let in_genotypes = genotype_samples(&config.genotypes, config.genotype_field)?;
        let in_expression = expression_samples(&config.expression)?;
        let read = |path: &std::path::PathBuf| Covariates::read(path, &in_genotypes);
        let table = config.covariates.as_ref().map(read).transpose()?;
        let errors = config.error_covariance.as_deref();
        let errors = errors.map(ErrorCovariance::read).transpose()?;
        let mut others = Vec::new();
        if let Some(table) = &table {
            others.push(("covariates", table.samples.as_slice()));
        }
        if let Some(errors) = &errors {
            others.push(("error covariance", errors.samples.as_slice()));
        }
        let samples = match_samples(&in_genotypes, &in_expression, &others);
        let min = config.min_samples;
        let checked = check_overlap(&in_genotypes, &in_expression, &others, &samples, min);
        if checked.is_err() {
            refused(&samples)?;
        }
        checked?;
        log_samples(&samples, log);
        let covariates = table.map_or_else(Vec::new, |table| {
            used_covariates(&table, &samples.others[0])
        });
        let interacting = match config.model {
            ModelName::LinearCross => Some(interaction(config, &covariates)?),
            _ => None,
        };
        let kind = kind(config);
        kind.df(samples.ids.len(), covariates.len())?;
        let path = config.error_covariance.as_deref();
        let error_covariance = path
            .zip(errors)
            .map(|(path, errors)| used_covariance(path, &errors, &samples, log));
        let whitening = path
            .zip(error_covariance.as_deref())
            .map(|(path, k)| whitening(path, k, &samples.ids))
            .transpose()?;
        let design = Design::new(samples.ids.len(), &covariates, whitening)?;
        let x = interacting.map_or_else(Vec::new, Covariate::centered);
        let interaction = interacting.map(|covariate| covariate.name.clone());
        if let Some(name) = &interaction {
            log.info(format!("model   interaction of each SNP with '{name}'"));
        }
        Ok(Self {
            samples,
            covariates,
            interaction,
            error_covariance,
            model: Model::new(design, kind, x)?,
        })
    }
}

/// The kind of the model.
fn kind(config: &MapConfig) -> ModelKind {
    match config.model {
        ModelName::Linear => ModelKind::Linear,
        ModelName::LinearCross => ModelKind::LinearCross,
        ModelName::Anova => ModelKind::Anova {
            groups: config.anova_groups,
            df: config.anova_df,
        },
    }
}

/// The covariate SNPs interact with: the one that is named, else the last.
fn interaction<'c>(
    config: &MapConfig,
    covariates: &'c [Covariate],
) -> Result<&'c Covariate, RunError> {
    let names: Vec<String> = covariates.iter().map(|c| c.name.clone()).collect();
    let found = match &config.interaction {
        Some(name) => covariates.iter().find(|covariate| covariate.name == *name),
        None => covariates.last(),
    };
    found.ok_or_else(|| {
        let wanted = config.interaction.as_deref().unwrap_or_default();
        let meant = names.iter().find(|name| name.eq_ignore_ascii_case(wanted));
        let hint = meant.map_or("name one of them".into(), |name| {
            format!("did you mean '{name}'?")
        });
        RunError::Input(format!(
            "{}: interaction '{wanted}' is not among the covariates, which are {}; {hint}",
            config
                .covariates
                .as_deref()
                .unwrap_or(Path::new(""))
                .display(),
            some_of(&names, names.len())
        ))
    })
}

/// The error covariance of the samples used, in their order.
fn used_covariance(
    path: &Path,
    errors: &ErrorCovariance,
    samples: &SampleMatch,
    log: Log,
) -> Vec<f64> {
    if errors.asymmetry > 0.0 {
        log.warn(format!(
            "{}: is not quite symmetric (by {:.1e} of the variances); values across the diagonal are averaged",
            path.display(),
            errors.asymmetry
        ));
    }
    let n = errors.samples.len();
    let places = samples.others.last().expect("its samples are matched");
    let row = |&i: &u32| {
        places
            .iter()
            .map(move |&j| errors.values[i as usize * n + j as usize])
    };
    places.iter().flat_map(row).collect()
}

fn whitening(path: &Path, k: &[f64], samples: &[String]) -> Result<Whitening, RunError> {
    let n = samples.len();
    Whitening::of_covariance(n, k).map_err(|found| {
        let advice = match strongest_pair(n, k) {
            Some((a, b, r)) if r.abs() > 1.0 - SAME => format!(
                "samples '{}' and '{}' have the correlation {}, leave one of them out or correct it",
                samples[a],
                samples[b],
                short(r)
            ),
            _ => "add a small number to the diagonal, or correct it".into(),
        };
        let what = match found.smallest > 0.0 {
            true => "is too nearly singular",
            false => "is not positive definite",
        };
        RunError::Input(format!(
            "{}: {what} over the {n} samples used: its smallest eigenvalue is {}, its largest {}; {advice}",
            path.display(),
            short(found.smallest),
            short(found.largest)
        ))
    })
}

/// A number with the digits that matter to people: 0.5, but -1.3e-17.
fn short(x: f64) -> String {
    match x.abs() {
        0.001..1e6 => format!("{}", (x * 1e6).round() / 1e6),
        _ if x == 0.0 => "0".into(),
        _ => format!("{x:.1e}"),
    }
}

/// Samples whose correlation is as near to 1 or -1 are the same, but for rounding.
const SAME: f64 = 1e-9;

/// The two samples of the largest correlation, in size, and that.
fn strongest_pair(n: usize, k: &[f64]) -> Option<(usize, usize, f64)> {
    let sd = |i: usize| k[i * n + i].sqrt();
    let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (j, i)));
    pairs
        .map(|(j, i)| (j, i, k[i * n + j] / sd(i) / sd(j)))
        .max_by(|(.., a), (.., b)| a.abs().total_cmp(&b.abs()))
}

fn log_samples(samples: &SampleMatch, log: Log) {
    log.info(format!(
        "samples {} in all files, matched by ID",
        samples.ids.len()
    ));
    for file in samples.files.iter().filter(|file| !file.dropped.is_empty()) {
        log.warn(format!(
            "{} of {} samples in {} are not in every other file and are left out: {}",
            file.dropped.len(),
            file.n_samples,
            file.file,
            some_of(&file.dropped, file.dropped.len())
        ));
    }
}

fn used_covariates(table: &Covariates, places: &[u32]) -> Vec<Covariate> {
    let rows = table.names.iter().zip(&table.values);
    rows.map(|(name, values)| Covariate {
        name: name.clone(),
        values: places.iter().map(|&i| values[i as usize]).collect(),
    })
    .collect()
}
