//! The tile in plain code: 16 SNPs by 6 genes, left to the compiler's own vectors.
//!
//! Every lane of a vector keeps the sum for one SNP and one of the four samples of a step, in 16 bits for as long as
//! these hold it, `127·code·steps < 2^15`: one step at least, for codes up to 254. Then the four lanes of a SNP are
//! added up in 32 bits.

use super::DEPTH;

const SNPS: usize = 16;
const GENES: usize = 6;
const LANES: usize = SNPS * DEPTH;
/// Lanes of the shortest vectors: two SNPs by four samples, to which the weights of a gene are repeated.
const VECTOR: usize = 2 * DEPTH;

/// Sums `[6 x 16]` of `snps` `[n/4 x 16 x 4]`, codes up to `largest_code`, and `genes` `[n/4 x 6 x 4]`.
pub(super) fn multiply_tile(snps: &[u8], genes: &[i8], largest_code: u8, sums: &mut [i32]) {
    let (snps, genes) = (snps.as_chunks().0, genes.as_chunks().0);
    let run = steps_in_16_bits(largest_code);
    sums.fill(0);
    for (snps, genes) in snps.chunks(run).zip(genes.chunks(run)) {
        for (gene, sums) in sums.chunks_exact_mut(SNPS).enumerate() {
            let words = add_in_16_bits(snps, genes, gene);
            let (words, _) = words.as_chunks::<DEPTH>();
            for (sum, words) in sums.iter_mut().zip(words) {
                *sum += words.iter().map(|&word| i32::from(word)).sum::<i32>();
            }
        }
    }
}

/// Steps of one product a lane that 16 bits hold.
fn steps_in_16_bits(largest_code: u8) -> usize {
    i16::MAX as usize / (127 * usize::from(largest_code.max(1)))
}

/// The products of one gene over a run of steps, a lane for each SNP and each of four samples.
fn add_in_16_bits(
    snps: &[[u8; LANES]],
    genes: &[[i8; GENES * DEPTH]],
    gene: usize,
) -> [i16; LANES] {
    let mut words = [0; LANES];
    for (codes, genes) in snps.iter().zip(genes) {
        let weights = &genes[gene * DEPTH..][..DEPTH];
        let [a, b, c, d] = std::array::from_fn(|sample| i16::from(weights[sample]));
        let weights = [a, b, c, d, a, b, c, d];
        let (words, _) = words.as_chunks_mut::<VECTOR>();
        for (words, codes) in words.iter_mut().zip(codes.as_chunks::<VECTOR>().0) {
            for ((word, &code), weight) in words.iter_mut().zip(codes).zip(weights) {
                *word += i16::from(code) * weight;
            }
        }
    }
    words
}
