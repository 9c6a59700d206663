//! Genotypes that are not from 0 to 2. They may well be meant, as copy numbers are; or they are a code for missing values,
//! or of another file than was meant.

use std::path::Path;

use crate::formats::GenotypeRow;
use crate::run::log::{Log, grouped};

/// Values that are no number of alleles.
#[derive(Default)]
pub struct OddValues {
    count: u64,
    first: Option<(String, f64)>,
}

impl OddValues {
    /// Takes in a row.
    pub fn look(&mut self, row: &GenotypeRow) {
        let odd = |value: &&f64| **value < 0.0 || **value > 2.0;
        let count = row.values.iter().filter(odd).count() as u64;
        if count > 0 && self.first.is_none() {
            let value = row.values.iter().find(odd).copied().unwrap_or(f64::NAN);
            self.first = Some((row.id.clone(), value));
        }
        self.count += count;
    }

    /// Tells of them, if there were any.
    pub fn warn(&self, input: &Path, log: Log) {
        if let Some((id, value)) = &self.first {
            log.warn(format!(
                "{}: {} values are not from 0 to 2 (the first: {} of '{id}'); they count as they are, missing is NA",
                input.display(),
                grouped(self.count),
                short(*value)
            ));
        }
    }
}

/// A number as people write it: -9, but 1e200.
fn short(value: f64) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map_or(text.clone(), String::from)
}
