//! Missing values of a row: each becomes the mean of those present, as in Matrix eQTL.

/// Replaces every NaN by the mean of the other values; a row of NaN becomes zero.
pub fn fill_missing(row: &mut [f64]) {
    // Most rows miss nothing, and this look at all values takes no branches.
    if !row.iter().fold(false, |any, value| any | value.is_nan()) {
        return;
    }
    let (mut present, mut sum) = (0u64, 0.0);
    for value in row.iter().filter(|value| !value.is_nan()) {
        present += 1;
        sum += value;
    }
    let mean = if present == 0 {
        0.0
    } else {
        sum / present as f64
    };
    for value in row.iter_mut().filter(|value| value.is_nan()) {
        *value = mean;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_become_the_mean_of_the_present_ones() {
        let mut row = [1.0, f64::NAN, 4.0, 1.0];
        fill_missing(&mut row);
        assert_eq!(row, [1.0, 2.0, 4.0, 1.0]);
    }

    #[test]
    fn a_row_without_any_value_becomes_zero() {
        let mut row = [f64::NAN; 3];
        fill_missing(&mut row);
        assert_eq!(row, [0.0; 3]);
    }
}
