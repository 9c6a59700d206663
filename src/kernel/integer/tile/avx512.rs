//! The tile in AVX-512 VNNI: 32 SNPs by 12 genes, 24 registers of sums.
//!
//! `vpdpbusd` adds four byte products, unsigned by signed, to each of 16 sums of 32 bits, and nothing saturates: 64
//! products an instruction. A gene's four weights are repeated over a register as they are loaded.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512i, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_storeu_si512,
};

use super::DEPTH;

/// Sums of a register.
const LANES: usize = 16;
const SNPS: usize = 2 * LANES;
const GENES: usize = 12;

/// Sums `[12 x 32]` of `snps` `[n/4 x 32 x 4]` and `genes` `[n/4 x 12 x 4]`.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn multiply_tile(snps: &[u8], genes: &[i8], sums: &mut [i32]) {
    let (snps, _) = snps.as_chunks::<{ SNPS * DEPTH }>();
    let (genes, _) = genes.as_chunks::<{ GENES * DEPTH }>();
    let mut running = [[_mm512_setzero_si512(); 2]; GENES];
    for (snps, genes) in snps.iter().zip(genes) {
        let (low, high) = load_snps(snps);
        let (genes, _) = genes.as_chunks::<DEPTH>();
        for (sums, &weights) in running.iter_mut().zip(genes) {
            let weights = _mm512_set1_epi32(i32::from_ne_bytes(weights.map(|w| w as u8)));
            sums[0] = _mm512_dpbusd_epi32(sums[0], low, weights);
            sums[1] = _mm512_dpbusd_epi32(sums[1], high, weights);
        }
    }
    let (sums, _) = sums.as_chunks_mut::<LANES>();
    for (sums, &running) in sums.iter_mut().zip(running.as_flattened()) {
        // SAFETY: 16 sums are the 64 bytes of a register, which need not be aligned.
        unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), running) }
    }
}

/// The codes of one step, 16 SNPs a register.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_snps(snps: &[u8; SNPS * DEPTH]) -> (__m512i, __m512i) {
    let (low, high) = snps.split_at(LANES * DEPTH);
    // SAFETY: each half is 64 bytes, which need not be aligned.
    unsafe {
        (
            _mm512_loadu_si512(low.as_ptr().cast()),
            _mm512_loadu_si512(high.as_ptr().cast()),
        )
    }
}
