//! The dot product whose bits do not depend on the machine: sixteen running sums in a fixed order, no fused
//! multiply-add, a fixed tree at the end.
//!
//! Every reported number comes from here and not from a BLAS, whose sums change with tile shape, thread count and CPU.
//! Wider registers compute the same sums faster; the order of additions stays.
#![allow(unsafe_code)]

const LANES: usize = 16;

/// `sum_k a_k·b_k`, the same bits on every CPU.
///
/// # Panics
/// If the lengths differ.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "vectors of one length");
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the CPU has AVX-512F, as just asked.
            return unsafe { dot_avx512(a, b) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the CPU has AVX2, as just asked.
            return unsafe { dot_avx2(a, b) };
        }
    }
    dot_in_lanes(a, b)
}

/// `sum_k a_k^2`, the same bits on every CPU.
pub fn sum_of_squares(a: &[f64]) -> f64 {
    dot(a, a)
}

/// `sum_k a_k` in the same sixteen running sums.
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

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn dot_avx512(a: &[f64], b: &[f64]) -> f64 {
    dot_in_lanes(a, b)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn dot_avx2(a: &[f64], b: &[f64]) -> f64 {
    dot_in_lanes(a, b)
}

#[inline(always)]
fn dot_in_lanes(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    for (lane, (x, y)) in a_rest.iter().zip(b_rest).enumerate() {
        lanes[lane] += x * y;
    }
    fold(lanes)
}

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
            prop_assert_eq!(dot(&a, &b).to_bits(), dot_in_lanes(&a, &b).to_bits());
        }
    }
}
