//! Which field of the samples of a VCF or BCF is read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What of a VCF or BCF is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GenotypeField {
    /// Hard calls.
    #[default]
    #[serde(rename = "GT")]
    Gt,
    /// Dosages.
    #[serde(rename = "DS")]
    Ds,
    /// Dosages from the probabilities of the genotypes.
    #[serde(rename = "GP")]
    Gp,
}

impl GenotypeField {
    /// The field's name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gt => "GT",
            Self::Ds => "DS",
            Self::Gp => "GP",
        }
    }
}

impl fmt::Display for GenotypeField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is neither GT nor DS nor GP.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a genotype field; wanted GT, DS or GP")]
pub struct UnknownGenotypeField(String);

impl FromStr for GenotypeField {
    type Err = UnknownGenotypeField;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "GT" => Ok(Self::Gt),
            "DS" => Ok(Self::Ds),
            "GP" => Ok(Self::Gp),
            other => Err(UnknownGenotypeField(other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error as ValueError, StrDeserializer};

    #[test]
    fn a_field_has_one_name_everywhere() {
        for field in [GenotypeField::Gt, GenotypeField::Ds, GenotypeField::Gp] {
            let word: StrDeserializer<'_, ValueError> = field.name().into_deserializer();
            assert_eq!(GenotypeField::deserialize(word), Ok(field));
            assert_eq!(field.to_string().parse(), Ok(field));
        }
    }

    #[test]
    fn another_word_is_refused() {
        let error = "GL".parse::<GenotypeField>().unwrap_err();
        assert!(
            error
                .to_string()
                .contains("'GL' is not a genotype field; wanted GT, DS or GP")
        );
    }
}
