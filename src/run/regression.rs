//! What all tests have in common: the samples, the covariates, the error covariance and the model, from headers and
//! small tables alone, so that what is wrong with them is known before a large file is imported.

use std::path::Path;

use super::config::{MapConfig, ModelName};
use super::error::RunError;
use super::import::{expression_samples, genotype_samples};
use super::log::{Log, some_of};
use super::samples::{SampleMatch, match_samples};
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
        let samples = match_samples(&in_genotypes, &in_expression, &others, config.min_samples)?;
        log_samples(&samples, log);
        let covariates = table.map_or_else(Vec::new, |table| {
            used_covariates(&table, &samples.others[0])
        });
        let path = config.error_covariance.as_deref();
        let error_covariance = path
            .zip(errors)
            .map(|(path, errors)| used_covariance(path, &errors, &samples, log));
        let whitening = path
            .zip(error_covariance.as_deref())
            .map(|(path, k)| whitening(path, k, samples.ids.len()))
            .transpose()?;
        let design = Design::new(samples.ids.len(), &covariates, whitening)?;
        let interacting = match config.model {
            ModelName::LinearCross => Some(interaction(config, &covariates)?),
            _ => None,
        };
        let x = interacting.map_or_else(Vec::new, Covariate::centered);
        let interaction = interacting.map(|covariate| covariate.name.clone());
        if let Some(name) = &interaction {
            log.info(format!("model   interaction of each SNP with '{name}'"));
        }
        let kind = kind(config);
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
        RunError::Input(format!(
            "interaction '{}' is not among the covariates, which are {}; name one of them",
            config.interaction.as_deref().unwrap_or_default(),
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

fn whitening(path: &Path, k: &[f64], n: usize) -> Result<Whitening, RunError> {
    Whitening::of_covariance(n, k).map_err(|found| {
        let what = match found.smallest > 0.0 {
            true => "is too nearly singular",
            false => "is not positive definite",
        };
        RunError::Input(format!(
            "{}: {what} over the {n} samples used: its smallest eigenvalue is {:e}, its largest {:e}; add a small number \
             to the diagonal, or leave out one of samples that are the same",
            path.display(),
            found.smallest,
            found.largest
        ))
    })
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
