//! The options of the models: an option of one model cannot be meant with another.

use super::MapInput;
use crate::run::{AnovaDf, MAX_UNITS, ModelName};

/// Genotype classes of `anova` where none are given: 0, 1 and 2 copies of an allele.
const CLASSES: usize = 3;

/// The most genotype classes of `anova`.
const MAX_CLASSES: usize = MAX_UNITS + 1;

/// The model and what belongs to it.
#[derive(Debug, PartialEq)]
pub struct ModelOptions {
    /// The model.
    pub model: ModelName,
    /// The covariate that interacts; `None` is the last one.
    pub interaction: Option<String>,
    /// Genotype classes, at least 2.
    pub anova_groups: usize,
    /// Numerator degrees of freedom.
    pub anova_df: AnovaDf,
}

impl ModelOptions {
    /// The options of the model that is given, or of the default one.
    ///
    /// # Errors
    /// An option of another model, too few or too many classes, or an interaction without covariates.
    pub fn resolve(input: &MapInput) -> Result<Self, String> {
        let model = input.model.unwrap_or_default();
        for (key, is_given, owner) in [
            (
                "interaction",
                input.interaction.is_some(),
                ModelName::LinearCross,
            ),
            (
                "anova_groups",
                input.anova_groups.is_some(),
                ModelName::Anova,
            ),
            ("anova_df", input.anova_df.is_some(), ModelName::Anova),
        ] {
            if is_given && model != owner {
                return Err(format!(
                    "{key} is given, but the model is {}; give model {}, or leave {key} out",
                    model.name(),
                    owner.name()
                ));
            }
        }
        if model == ModelName::LinearCross && input.covariates.is_none() {
            return Err(
                "model linear_cross is given without covariates; give --covariates, the last of which interacts with \
                 the SNP unless --interaction names another"
                    .into(),
            );
        }
        let anova_groups = input.anova_groups.unwrap_or(CLASSES);
        if !(2..=MAX_CLASSES).contains(&anova_groups) {
            return Err(format!(
                "anova_groups is {anova_groups}; 2 to {MAX_CLASSES} classes of genotypes are wanted"
            ));
        }
        Ok(Self {
            model,
            interaction: input.interaction.clone(),
            anova_groups,
            anova_df: input.anova_df.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(model: Option<ModelName>) -> MapInput {
        MapInput {
            model,
            covariates: Some("covariates.tsv".into()),
            ..MapInput::default()
        }
    }

    #[test]
    fn an_option_goes_with_its_model_alone() {
        type Give = fn(&mut MapInput);
        let options: [(&str, ModelName, Give); 3] = [
            ("interaction", ModelName::LinearCross, |input| {
                input.interaction = Some("age".into());
            }),
            ("anova_groups", ModelName::Anova, |input| {
                input.anova_groups = Some(3);
            }),
            ("anova_df", ModelName::Anova, |input| {
                input.anova_df = Some(AnovaDf::Declared);
            }),
        ];
        let models = [
            None,
            Some(ModelName::Linear),
            Some(ModelName::Anova),
            Some(ModelName::LinearCross),
        ];
        for (key, owner, give) in options {
            for model in models {
                let mut input = of(model);
                give(&mut input);
                let resolved = ModelOptions::resolve(&input);
                if model == Some(owner) {
                    assert!(resolved.is_ok(), "{key} with {model:?}");
                } else {
                    let error = resolved.unwrap_err();
                    assert!(
                        error.starts_with(&format!("{key} is given, but")),
                        "{error}"
                    );
                }
            }
        }
    }

    #[test]
    fn defaults_are_those_of_matrix_eqtl() {
        let wanted = |model| ModelOptions {
            model,
            interaction: None,
            anova_groups: 3,
            anova_df: AnovaDf::Declared,
        };
        for (given, model) in [
            (None, ModelName::Linear),
            (Some(ModelName::Anova), ModelName::Anova),
            (Some(ModelName::LinearCross), ModelName::LinearCross),
        ] {
            assert_eq!(ModelOptions::resolve(&of(given)), Ok(wanted(model)));
        }
    }

    #[test]
    fn an_interaction_needs_covariates_and_anova_two_classes() {
        let mut input = of(Some(ModelName::LinearCross));
        input.covariates = None;
        let error = ModelOptions::resolve(&input).unwrap_err();
        assert!(error.contains("without covariates"), "{error}");
        for (groups, is_enough) in [(0, false), (1, false), (2, true), (16, true), (17, false)] {
            let mut input = of(Some(ModelName::Anova));
            input.anova_groups = Some(groups);
            assert_eq!(ModelOptions::resolve(&input).is_ok(), is_enough, "{groups}");
        }
    }
}
