//! The options that are one of a few words.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The regression model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum ModelName {
    /// Expression on dosage, covariates partialled out.
    #[default]
    Linear,
    /// Expression on genotype classes, covariates partialled out.
    Anova,
    /// Expression on dosage, a covariate, and their product, which is what is tested.
    LinearCross,
}

impl ModelName {
    /// The word for it in options and `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Anova => "anova",
            Self::LinearCross => "linear_cross",
        }
    }
}

/// The columns of the tables of eQTLs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum Columns {
    /// Exactly those of Matrix eQTL.
    #[default]
    MatrixEqtl,
    /// Places, alleles and standard errors too.
    Full,
    /// Those of the eQTL Catalogue.
    EqtlCatalogue,
}

/// How block products are screened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum EngineName {
    /// Whichever is likely to be the fastest.
    #[default]
    Auto,
    /// Double precision.
    F64,
    /// Single precision.
    F32,
    /// Integers.
    I8,
}

/// The instructions of the integer screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum SimdName {
    /// The best this CPU has.
    #[default]
    Auto,
    /// AVX-512 with VNNI.
    Avx512,
    /// AVX2.
    Avx2,
    /// Those every CPU has.
    Portable,
}

impl FromStr for EngineName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "f64" => Ok(Self::F64),
            "f32" => Ok(Self::F32),
            "i8" => Ok(Self::I8),
            other => Err(format!(
                "'{other}' is no engine; 'auto', 'i8', 'f32' or 'f64' is wanted"
            )),
        }
    }
}

impl FromStr for SimdName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "avx512" => Ok(Self::Avx512),
            "avx2" => Ok(Self::Avx2),
            "portable" => Ok(Self::Portable),
            other => Err(format!(
                "'{other}' is none of 'auto', 'avx512', 'avx2' and 'portable'"
            )),
        }
    }
}

impl TryFrom<String> for EngineName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl TryFrom<String> for SimdName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for ModelName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Linear, Self::Anova, Self::LinearCross];
        if let Some(model) = all.into_iter().find(|model| model.name() == text) {
            return Ok(model);
        }
        // modelLINEAR_CROSS of Matrix eQTL is linear_cross here.
        let plain = text.to_ascii_lowercase().replace('-', "_");
        let plain = plain.strip_prefix("model").unwrap_or(&plain);
        let meant = all.into_iter().find(|model| model.name() == plain);
        let hint = meant.map_or(String::new(), |model| {
            format!("; did you mean '{}'?", model.name())
        });
        Err(format!(
            "'{text}' is no model; 'linear', 'anova' or 'linear_cross' is wanted{hint}"
        ))
    }
}

impl FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "matrix_eqtl" => Ok(Self::MatrixEqtl),
            "full" => Ok(Self::Full),
            "eqtl_catalogue" => Ok(Self::EqtlCatalogue),
            other => Err(format!(
                "'{other}' is none of 'matrix_eqtl', 'full' and 'eqtl_catalogue'"
            )),
        }
    }
}

impl TryFrom<String> for ModelName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl TryFrom<String> for Columns {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json, to_value};

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        for model in [ModelName::Linear, ModelName::Anova, ModelName::LinearCross] {
            assert_eq!(to_value(model).unwrap(), json!(model.name()));
            assert_eq!(from_value::<ModelName>(json!(model.name())).unwrap(), model);
        }
        for columns in [Columns::MatrixEqtl, Columns::Full, Columns::EqtlCatalogue] {
            let written = to_value(columns).unwrap();
            assert_eq!(from_value::<Columns>(written).unwrap(), columns);
        }
    }

    #[test]
    fn a_wrong_model_is_told_all_three_and_the_one_that_may_be_meant() {
        for (text, meant) in [
            ("modelLINEAR", "linear"),
            ("modelANOVA", "anova"),
            ("modelLINEAR_CROSS", "linear_cross"),
            ("ANOVA", "anova"),
            ("linear-cross", "linear_cross"),
        ] {
            let error = text.parse::<ModelName>().unwrap_err();
            let wanted = format!(
                "'{text}' is no model; 'linear', 'anova' or 'linear_cross' is wanted; did you mean '{meant}'?"
            );
            assert_eq!(error, wanted);
        }
        let error = "logistic".parse::<ModelName>().unwrap_err();
        assert!(error.ends_with("'linear_cross' is wanted"), "{error}");
    }
}
