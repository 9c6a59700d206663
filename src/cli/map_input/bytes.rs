//! Sizes of memory in configuration files.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::run::parse_bytes;

/// Bytes as a number, or as text such as "256M".
#[derive(Deserialize)]
#[serde(untagged)]
enum Size {
    Bytes(u64),
    Text(String),
}

/// A size as a configuration file has it.
pub fn bytes_of_file<'de, D: Deserializer<'de>>(file: D) -> Result<Option<u64>, D::Error> {
    match Size::deserialize(file)? {
        Size::Bytes(bytes) => Ok(Some(bytes)),
        Size::Text(text) => parse_bytes(&text).map(Some).map_err(D::Error::custom),
    }
}
