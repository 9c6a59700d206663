//! Distances in bp.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// A whole number of bp, also as R writes it: 1e6.
pub fn parse_bp(text: &str) -> Result<i64, String> {
    let number = text.parse().unwrap_or(f64::NAN);
    whole_bp(number)
        .ok_or_else(|| format!("'{text}' is no whole number of bp, such as 1000000 or 1e6"))
}

/// The same, as a configuration file has it.
pub fn bp_of_file<'de, D: Deserializer<'de>>(file: D) -> Result<Option<i64>, D::Error> {
    let number = f64::deserialize(file)?;
    let wrong = || D::Error::custom(format!("{number} is no whole number of bp"));
    whole_bp(number).ok_or_else(wrong).map(Some)
}

fn whole_bp(number: f64) -> Option<i64> {
    let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
    is_whole.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_may_be_written_as_r_writes_it() {
        assert_eq!(parse_bp("1e6"), Ok(1_000_000));
        assert_eq!(parse_bp("1000000"), Ok(1_000_000));
        for wrong in ["1.5", "far", "1e30", ""] {
            assert!(parse_bp(wrong).is_err(), "{wrong}");
        }
    }
}
