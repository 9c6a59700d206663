//! The dot product whose bits do not depend on the machine: sixteen running sums in a fixed order, no fused
//! multiply-add, a fixed tree at the end.
//!
//! Every reported number comes from here and not from a BLAS, whose sums change with tile shape, thread count and CPU.
//! Wider registers compute the same sums faster; the order of additions stays.

use super::wide::on_wide_registers;

const LANES: usize = 16;

/// `sum_k a_k·b_k`, the same bits on every CPU.
///
/// # Panics
/// If the lengths differ.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    on_wide_registers(
        #[inline(always)]
        || dots_in_lanes(a, [b])[0],
    )
}

/// `sum_k a_k^2`, the same bits on every CPU.
pub fn sum_of_squares(a: &[f64]) -> f64 {
    dot(a, a)
}

/// `sum_k a_k` in the same sixteen running sums.
#[inline(always)]
pub fn sum(a: &[f64]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    let (chunks, rest) = a.as_chunks::<LANES>();
    for x in chunks {
        for lane in 0..LANES {
            lanes[lane] += x[lane];
        }
    }
    for (lane, x) in rest.iter().enumerate() {
        lanes[lane] += x;
    }
    fold(lanes)
}

/// The dot products of one row with several; each has the bits it would have alone.
#[inline(always)]
pub(super) fn dots_in_lanes<const ROWS: usize>(a: &[f64], rows: [&[f64]; ROWS]) -> [f64; ROWS] {
    let mut lanes = [[0.0f64; LANES]; ROWS];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let n_chunks = a_chunks.len();
    let rows = rows.map(|row| {
        assert_eq!(a.len(), row.len(), "vectors of one length");
        let (chunks, rest) = row.as_chunks::<LANES>();
        (&chunks[..n_chunks], rest)
    });
    for (i, x) in a_chunks.iter().enumerate() {
        for row in 0..ROWS {
            for lane in 0..LANES {
                lanes[row][lane] += x[lane] * rows[row].0[i][lane];
            }
        }
    }
    for (lanes, (_, rest)) in lanes.iter_mut().zip(&rows) {
        for (lane, (x, y)) in a_rest.iter().zip(*rest).enumerate() {
            lanes[lane] += x * y;
        }
    }
    lanes.map(fold)
}

#[inline(always)]
fn fold(mut lanes: [f64; LANES]) -> f64 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn integers_are_summed_exactly() {
        for n in [0, 1, 15, 16, 17, 100] {
            let a: Vec<f64> = (0..n).map(f64::from).collect();
            let wanted: f64 = (0..n).map(|k| f64::from(k * k)).sum();
            assert_eq!(dot(&a, &a), wanted);
            assert_eq!(sum(&a), a.iter().sum::<f64>());
        }
    }

    proptest! {
        #[test]
        fn wide_registers_give_the_bits_of_plain_code(pairs in prop::collection::vec((-1e3f64..1e3, -1e-3f64..1e-3), 0..200)) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let plain = dots_in_lanes(&a, [&b, &a]);
            prop_assert_eq!(dot(&a, &b).to_bits(), plain[0].to_bits());
            prop_assert_eq!(sum_of_squares(&a).to_bits(), plain[1].to_bits());
        }
    }
}
