//! Unit rows as the f32 screen multiplies them.

use crate::linalg::on_wide_registers;

/// Unit rows in f32. What is below the smallest normal f32 becomes 0: it is slow, and within the guard.
pub fn to_single(rows: &[f64]) -> Vec<f32> {
    let mut single = Vec::new();
    fill_single(rows, &mut single);
    single
}

/// [`to_single`] into room that is used again: `single` becomes the rows in f32.
pub fn fill_single(rows: &[f64], single: &mut Vec<f32>) {
    single.resize(rows.len(), 0.0);
    on_wide_registers(
        #[inline(always)]
        || {
            for (single, &x) in single.iter_mut().zip(rows) {
                let is_tiny = x.abs() < f64::from(f32::MIN_POSITIVE);
                *single = if is_tiny { 0.0 } else { x as f32 };
            }
        },
    );
}
