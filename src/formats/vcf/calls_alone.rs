//! Samples that have a call where the dosage is missing: plink2 writes no dosage where it is a whole number, unless it is
//! told to.

use super::FormatError;
use super::field::GenotypeField;

/// How many values `[n_samples]` of a field other than GT are missing though there is a call. `read_calls` reads these; it
/// is asked only if values are missing, and fails where the record has no calls.
pub(in crate::formats) fn count_calls_alone(
    field: GenotypeField,
    values: &[f64],
    read_calls: impl FnOnce(&mut Vec<f64>) -> Result<(), FormatError>,
) -> u64 {
    if field == GenotypeField::Gt || !values.iter().any(|value| value.is_nan()) {
        return 0;
    }
    let mut calls = Vec::new();
    if read_calls(&mut calls).is_err() {
        return 0;
    }
    let pairs = values.iter().zip(&calls);
    pairs
        .filter(|(value, call)| value.is_nan() && !call.is_nan())
        .count() as u64
}
