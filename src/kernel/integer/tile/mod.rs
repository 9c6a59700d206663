//! Exact integer products of a small tile, S SNPs by G genes over all samples, in the widest instructions of this CPU.
//!
//! `sum[g, s] = sum_k snp[s, k]·gene[g, k]` of unsigned genotype codes and signed weights, both a byte. Every sum of the
//! tile stays in a register of its own while the samples stream by, [`DEPTH`] of them in one step: byte products come
//! as sums over neighbouring samples, so four samples of one SNP lie side by side, then those of the next SNP, and the
//! four of one gene are repeated against all SNPs of a register.
//!
//! The sums are exact whatever the instructions, so all of them give the same numbers. How codes and weights are made,
//! and what the sums are for, is not known here.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

/// Samples multiplied in one step.
pub const DEPTH: usize = 4;

/// The instructions integer products are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simd {
    /// Plain code, for every CPU.
    Portable,
    /// AVX2: byte products in 16-bit sums, widened before they can overflow.
    Avx2,
    /// AVX-512 F, BW and VNNI: byte products straight into 32-bit sums.
    Avx512,
}

impl Simd {
    /// The fastest instructions of this CPU.
    pub fn best() -> Self {
        let fastest_first = [Self::Avx512, Self::Avx2];
        let best = fastest_first.into_iter().find(|simd| simd.is_here());
        best.unwrap_or(Self::Portable)
    }

    /// Whether this CPU has these instructions.
    pub fn is_here(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vnni")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// SNPs in a tile: S.
    pub fn tile_snps(self) -> usize {
        match self {
            Self::Portable | Self::Avx2 => 16,
            Self::Avx512 => 32,
        }
    }

    /// Genes in a tile: G.
    pub fn tile_genes(self) -> usize {
        match self {
            Self::Portable | Self::Avx2 => 6,
            Self::Avx512 => 12,
        }
    }

    /// The largest genotype code whose products are exact: for AVX2 the two products of a 16-bit sum must fit it.
    pub fn largest_code(self) -> u8 {
        match self {
            Self::Avx2 => 127,
            Self::Portable | Self::Avx512 => 254,
        }
    }

    /// Multiplies the S SNPs of a tile by its G genes: `sums[g·S + s] = sum_k snps(s, k)·genes(g, k)`, overwritten.
    ///
    /// `snps` `[n/4 x S x 4]` are codes of 0 to `largest_code`, `genes` `[n/4 x G x 4]` weights of -127 to 127, both
    /// filled up to a multiple of [`DEPTH`] samples with zeros; `sums` is `[G x S]`. The smaller `largest_code`, the
    /// faster AVX2: 16-bit sums last longer. `largest_code·127·n` must be below 2^31.
    ///
    /// Sums are wrong, without a word in release builds, if a code or a weight is beyond its bound.
    ///
    /// # Panics
    /// If a slice has not the length its shape says, if `largest_code` is beyond [`Simd::largest_code`] or too large for
    /// so many samples, or if this CPU lacks the instructions.
    #[allow(unsafe_code)]
    pub fn multiply_tile(self, snps: &[u8], genes: &[i8], largest_code: u8, sums: &mut [i32]) {
        let (tile_snps, tile_genes) = (self.tile_snps(), self.tile_genes());
        let steps = snps.len() / (tile_snps * DEPTH);
        assert_eq!(snps.len(), steps * tile_snps * DEPTH, "whole steps of SNPs");
        assert_eq!(genes.len(), steps * tile_genes * DEPTH, "as many of genes");
        assert_eq!(sums.len(), tile_snps * tile_genes, "a sum a pair");
        assert!(
            largest_code <= self.largest_code(),
            "{self:?} multiplies codes up to {}",
            self.largest_code()
        );
        let largest_sum = u64::from(largest_code) * 127 * (steps * DEPTH) as u64;
        assert!(largest_sum < 1 << 31, "sums fit 32 bits");
        assert!(self.is_here(), "this CPU has {self:?}");
        debug_assert!(snps.iter().all(|&code| code <= largest_code));
        debug_assert!(genes.iter().all(|&weight| weight != i8::MIN));
        match self {
            Self::Portable => portable::multiply_tile(snps, genes, largest_code, sums),
            // SAFETY: the CPU has AVX2; there are 64 codes and 24 weights a step and 96 sums, as just asserted.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { avx2::multiply_tile(snps, genes, largest_code, sums) },
            // SAFETY: the CPU has AVX-512 F, BW and VNNI, as just asserted.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { avx512::multiply_tile(snps, genes, sums) },
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("no other CPU has {self:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Simd; 3] = [Simd::Portable, Simd::Avx2, Simd::Avx512];

    fn all_here() -> impl Iterator<Item = Simd> {
        ALL.into_iter().filter(|simd| simd.is_here())
    }

    /// Codes and weights of a tile as the kernels want them, and the sums in 64 bits.
    struct Tile {
        snps: Vec<u8>,
        genes: Vec<i8>,
        sums: Vec<i64>,
    }

    impl Tile {
        /// Of `n` samples, from the code of each SNP and the weight of each gene at each sample.
        fn new(
            simd: Simd,
            n: usize,
            code: impl Fn(usize, usize) -> u8,
            weight: impl Fn(usize, usize) -> i8,
        ) -> Self {
            let (tile_snps, tile_genes) = (simd.tile_snps(), simd.tile_genes());
            let padded = n.next_multiple_of(DEPTH);
            let place = |row: usize, sample: usize, rows: usize| {
                (sample / DEPTH * rows + row) * DEPTH + sample % DEPTH
            };
            let mut tile = Self {
                snps: vec![0; padded * tile_snps],
                genes: vec![0; padded * tile_genes],
                sums: vec![0; tile_snps * tile_genes],
            };
            for k in 0..n {
                for s in 0..tile_snps {
                    tile.snps[place(s, k, tile_snps)] = code(s, k);
                }
                for g in 0..tile_genes {
                    tile.genes[place(g, k, tile_genes)] = weight(g, k);
                }
            }
            for (pair, sum) in tile.sums.iter_mut().enumerate() {
                let (g, s) = (pair / tile_snps, pair % tile_snps);
                let product = |k| i64::from(code(s, k)) * i64::from(weight(g, k));
                *sum = (0..n).map(product).sum();
            }
            tile
        }

        fn check(&self, simd: Simd, largest_code: u8) {
            let mut sums = vec![i32::MIN; self.sums.len()];
            simd.multiply_tile(&self.snps, &self.genes, largest_code, &mut sums);
            let sums: Vec<i64> = sums.into_iter().map(i64::from).collect();
            assert_eq!(sums, self.sums, "{simd:?}, codes up to {largest_code}");
        }
    }

    /// A number that depends on both, for rows that differ.
    fn scatter(seed: u64, row: usize, sample: usize) -> u64 {
        let mut x = seed ^ ((row as u64) << 40) ^ sample as u64;
        for factor in [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93] {
            x = (x ^ (x >> 32)).wrapping_mul(factor);
        }
        x >> 32
    }

    /// Every code for which 16-bit sums last for another number of steps than for the next one, and its neighbours.
    fn codes_around_limits(simd: Simd) -> Vec<u8> {
        let steps = |code: u32| 32767 / (2 * 127 * code);
        let largest = u32::from(simd.largest_code());
        let around = |code: u32| [code - 1, code, code + 1, code + 2];
        let limits = (1..largest).filter(|&code| steps(code) != steps(code + 1));
        let mut codes: Vec<u32> = limits.flat_map(around).collect();
        codes.extend([1, 2, 16, 100, 126, 127, 128, 200, 253, 254]);
        codes.retain(|&code| (1..=largest).contains(&code));
        codes.sort_unstable();
        codes.dedup();
        codes.into_iter().map(|code| code as u8).collect()
    }

    #[test]
    fn sums_of_the_largest_codes_and_weights_are_exact() {
        for simd in all_here() {
            for code in codes_around_limits(simd) {
                for n in [4, 8, 12, 840, 5000] {
                    // All the same sign, so that every narrow sum grows as fast as it can.
                    Tile::new(simd, n, |_, _| code, |_, _| 127).check(simd, code);
                    Tile::new(simd, n, |_, _| code, |_, _| -127).check(simd, code);
                    let by_gene = |g: usize, _: usize| [127, -127][g % 2];
                    Tile::new(simd, n, |_, _| code, by_gene).check(simd, code);
                }
            }
        }
    }

    #[test]
    fn sums_near_the_end_of_32_bits_are_exact() {
        for simd in all_here() {
            let code = simd.largest_code();
            let n = (i32::MAX as usize / (127 * usize::from(code))) / DEPTH * DEPTH;
            Tile::new(simd, n, |_, _| code, |_, _| 127).check(simd, code);
            Tile::new(simd, n, |_, _| code, |_, _| -127).check(simd, code);
        }
    }

    #[test]
    fn zeros_and_no_samples_sum_to_zero() {
        for simd in all_here() {
            Tile::new(simd, 840, |_, _| 0, |_, _| -127).check(simd, 0);
            Tile::new(simd, 840, |_, _| 2, |_, _| 0).check(simd, 2);
            let zero_row = |s: usize, _: usize| if s == 3 { 0 } else { 2 };
            Tile::new(simd, 840, zero_row, |_, _| 127).check(simd, 2);
            for code in [0, 2, 127] {
                Tile::new(simd, 0, |_, _| 0, |_, _| 0).check(simd, code);
            }
        }
    }

    #[test]
    fn sums_stay_within_their_slices() {
        for simd in all_here() {
            for code in [2, 16, 127] {
                let tile = Tile::new(simd, 12, |_, _| code, |_, _| 127);
                let mut sums = vec![-7; tile.sums.len() + 32];
                let inner = 16..16 + tile.sums.len();
                simd.multiply_tile(&tile.snps, &tile.genes, code, &mut sums[inner.clone()]);
                assert!(sums[..inner.start].iter().all(|&sum| sum == -7));
                assert!(sums[inner.end..].iter().all(|&sum| sum == -7));
            }
        }
    }

    #[test]
    fn what_would_not_be_exact_is_refused() {
        let refused = |simd: Simd, n: usize, code: u8, missing: usize| {
            let snps = vec![0; n * simd.tile_snps()];
            let genes = vec![0; n * simd.tile_genes()];
            let mut sums = vec![0; simd.tile_snps() * simd.tile_genes() - missing];
            let multiply = || simd.multiply_tile(&snps, &genes, code, &mut sums);
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(multiply)).is_err()
        };
        for simd in all_here() {
            assert!(!refused(simd, 8, 2, 0));
            assert!(refused(simd, 8, 2, 1), "one sum too few");
            assert!(refused(simd, 6, 2, 0), "half a step");
            let too_large = simd.largest_code() + 1;
            assert!(refused(simd, 8, too_large, 0), "too large a code");
        }
        assert!(
            refused(Simd::Portable, 70_000, 254, 0),
            "sums beyond 32 bits"
        );
    }

    proptest! {
        #[test]
        fn sums_are_those_of_64_bits(
            n in prop_oneof![0usize..40, 200usize..300, Just(840)],
            largest in 1u8..=254,
            extreme in any::<bool>(),
            seed in any::<u64>(),
        ) {
            for simd in all_here() {
                let largest = largest.min(simd.largest_code());
                let any_code = |s, k| (scatter(seed, s, k) % (u64::from(largest) + 1)) as u8;
                let any_weight = |g, k| (scatter(!seed, g, k) % 255) as i16 - 127;
                let code = |s, k| if extreme && any_code(s, k) > 0 { largest } else { any_code(s, k) };
                let weight = |g, k| {
                    let weight = any_weight(g, k) as i8;
                    if extreme { 127 * weight.signum() } else { weight }
                };
                Tile::new(simd, n, code, weight).check(simd, largest);
            }
        }
    }
}
