//! What values need of a code type, as they come.

use super::lanes::{all, largest, nearest_integer};
use super::{CodeType, MAX_DECIMALS, power_of_ten};

/// What the values seen so far need of a code type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeNeeds {
    negative: bool,
    largest: f64,
    decimals: Option<u32>,
    single: bool,
}

impl Default for CodeNeeds {
    fn default() -> Self {
        Self {
            negative: false,
            largest: 0.0,
            decimals: Some(0),
            single: true,
        }
    }
}

impl CodeNeeds {
    /// Takes in values; NaN is missing.
    pub fn see(&mut self, values: &[f64]) {
        self.negative |= !all(values, |value| value >= 0.0);
        self.single = self.single && all(values, |value| f64::from(value as f32) == value);
        self.largest = self.largest.max(largest(values));
        // What has d decimals has d + 1 too.
        self.decimals = self.decimals.and_then(|decimals| {
            (decimals..=MAX_DECIMALS).find(|&d| {
                let scale = power_of_ten(d);
                all(values, |value| {
                    nearest_integer(value * scale) / scale == value
                })
            })
        });
    }

    /// Takes in what other rows need.
    pub fn join(&mut self, other: &Self) {
        self.negative |= other.negative;
        self.largest = self.largest.max(other.largest);
        self.single &= other.single;
        self.decimals = self.decimals.zip(other.decimals).map(|(a, b)| a.max(b));
    }

    /// The smallest type without loss.
    pub fn code_type(&self) -> CodeType {
        match self.decimals.filter(|_| !self.negative) {
            Some(0) if self.largest <= 254.0 => CodeType::U8,
            Some(decimals) if self.largest * power_of_ten(decimals) <= 65534.0 => {
                CodeType::U16 { decimals }
            }
            _ if self.single => CodeType::F32,
            _ => CodeType::F64,
        }
    }
}
