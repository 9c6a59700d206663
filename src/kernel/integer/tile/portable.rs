//! The tile in plain code: 16 SNPs by 6 genes, left to the compiler's own vectors.

use super::DEPTH;

const SNPS: usize = 16;
const GENES: usize = 6;

/// Sums `[6 x 16]` of `snps` `[n/4 x 16 x 4]` and `genes` `[n/4 x 6 x 4]`.
///
/// One gene after the other, as 16 sums are what the registers of any CPU hold.
pub(super) fn multiply_tile(snps: &[u8], genes: &[i8], sums: &mut [i32]) {
    let (snps, _) = snps.as_chunks::<{ SNPS * DEPTH }>();
    for (gene, sums) in sums.chunks_exact_mut(SNPS).enumerate() {
        let mut running = [0; SNPS];
        for (snps, weights) in snps.iter().zip(genes.chunks_exact(GENES * DEPTH)) {
            let weights = &weights[gene * DEPTH..][..DEPTH];
            let weights: &[i8; DEPTH] = weights.try_into().expect("four samples");
            let (snps, _) = snps.as_chunks::<DEPTH>();
            for (sum, codes) in running.iter_mut().zip(snps) {
                *sum += sum_of_products(codes, weights);
            }
        }
        sums.copy_from_slice(&running);
    }
}

/// Products of a code up to 254 and a weight fit 16 bits, where vectors are twice as long as in 32.
#[inline(always)]
fn sum_of_products(codes: &[u8; DEPTH], weights: &[i8; DEPTH]) -> i32 {
    let product = |k: usize| i32::from(i16::from(codes[k]) * i16::from(weights[k]));
    (product(0) + product(1)) + (product(2) + product(3))
}
