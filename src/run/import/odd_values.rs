//! Genotypes that are not from 0 to 2, and dosages that are missing where there is a call. They may well be meant, as copy numbers are; or they are a code for missing values,
//! or of another file than was meant.

use std::path::Path;

use crate::formats::{GenotypeField, GenotypeRow};
use crate::run::log::{Log, grouped};

/// Values that are no number of alleles.
#[derive(Default)]
pub struct OddValues {
    count: u64,
    first: Option<(String, f64)>,
    n_calls_alone: u64,
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
        self.n_calls_alone += row.n_calls_alone;
    }

    /// Tells of them, if there were any.
    pub fn warn(&self, input: &Path, field: GenotypeField, log: Log) {
        if self.n_calls_alone > 0 {
            log.warn(format!(
                "{}: {} genotypes have a call (GT) and no {field}; they count as missing. plink2 writes {field} so unless \
                 'vcf-dosage={field}-force' is asked for",
                input.display(),
                grouped(self.n_calls_alone)
            ));
        }
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
