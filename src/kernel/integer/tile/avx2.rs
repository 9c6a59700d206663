//! The tile in AVX2: 16 SNPs by 6 genes, 12 registers of sums.
//!
//! `vpmaddubsw` multiplies bytes, unsigned by signed, and adds two neighbouring products into 16 bits: exact up to codes
//! of 127, as 2·127·127 < 2^15. Adding these in 16 bits takes one more instruction for 32 products, in 32 bits two, so
//! 16-bit sums run as long as they cannot overflow, `2·127·code·steps < 2^15`, and are then added to those of 32 bits:
//! after 64 steps for codes up to 2, after 8 for codes up to 16. Where they would last for fewer than three steps, every
//! product is widened at once.
//!
//! A step takes 24 vector instructions, 12 of them multiplications: the least that four vector units, two of which
//! multiply, need for it is six cycles, with no unit ever idle.
//!
//! Twelve sums, two registers of SNPs, one of weights and one product are all 16 registers there are. Compilers keep
//! more products at hand than that and spill sums, at two thirds of the speed: hence assembly.
#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::_mm256_zeroupper;

use super::DEPTH;

const SNPS: usize = 16;
const GENES: usize = 6;
/// Shorter runs in 16 bits cost more for their widening than they spare.
const SHORTEST_RUN: usize = 3;

/// A register whose 16 words are 1: the sum of the products by it is that of two neighbours, in 32 bits.
#[repr(align(32))]
struct Words([i16; 16]);
static ONES: Words = Words([1; 16]);

/// Sums `[6 x 16]` of `snps` `[n/4 x 16 x 4]`, codes up to `largest_code`, and `genes` `[n/4 x 6 x 4]`.
///
/// # Safety
/// The CPU must have AVX2, `genes` as many steps as `snps`, and `sums` a length of 96.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn multiply_tile(snps: &[u8], genes: &[i8], largest_code: u8, sums: &mut [i32]) {
    let run = steps_in_16_bits(largest_code);
    let (snps, genes) = (snps.as_chunks().0, genes.as_chunks().0);
    if run < SHORTEST_RUN {
        // SAFETY: the caller's; every step has its 64 codes and 24 weights.
        unsafe { sum_in_32_bits(snps, genes, sums.as_mut_ptr()) }
    } else {
        sums.fill(0);
        for (snps, genes) in snps.chunks(run).zip(genes.chunks(run)) {
            // SAFETY: the caller's, as above; no run is empty.
            unsafe { add_in_16_bits(snps, genes, sums.as_mut_ptr()) }
        }
    }
    // The compiler does not look into assembly: left as they are, the upper halves slow all plain vector code after it.
    _mm256_zeroupper();
}

/// Steps of four samples, two products a sum, that 16 bits hold.
fn steps_in_16_bits(largest_code: u8) -> usize {
    let largest_sum = 2 * 127 * usize::from(largest_code.max(1));
    i16::MAX as usize / largest_sum
}

/// Text that is repeated for each gene, with its number and its two registers of sums.
macro_rules! for_each_gene {
    ($text:ident) => {
        concat!(
            $text!(0, "ymm0", "ymm1"),
            $text!(1, "ymm2", "ymm3"),
            $text!(2, "ymm4", "ymm5"),
            $text!(3, "ymm6", "ymm7"),
            $text!(4, "ymm8", "ymm9"),
            $text!(5, "ymm10", "ymm11"),
        )
    };
}

/// One step: the SNPs to ymm12 and ymm13, then what `$text` makes of them gene by gene, and on to the next.
#[rustfmt::skip]
macro_rules! step {
    ($text:ident) => {
        concat!(
            "vmovdqu ymm12, ymmword ptr [{snps}]\n",
            "vmovdqu ymm13, ymmword ptr [{snps} + 32]\n",
            for_each_gene!($text),
            "add {snps}, 64\n",
            "add {genes}, 24\n",
        )
    };
}

/// The products of one gene, its weights repeated over ymm14, become its 16-bit sums.
#[rustfmt::skip]
macro_rules! begin_words {
    ($gene:literal, $low:literal, $high:literal) => {
        concat!(
            "vpbroadcastd ymm14, dword ptr [{genes} + 4*", $gene, "]\n",
            "vpmaddubsw ", $low, ", ymm12, ymm14\n",
            "vpmaddubsw ", $high, ", ymm13, ymm14\n",
        )
    };
}

/// The products of one gene are added to its 16-bit sums.
#[rustfmt::skip]
macro_rules! add_words {
    ($gene:literal, $low:literal, $high:literal) => {
        concat!(
            begin_words!($gene, "ymm15", "ymm14"),
            "vpaddw ", $low, ", ", $low, ", ymm15\n",
            "vpaddw ", $high, ", ", $high, ", ymm14\n",
        )
    };
}

/// The products of one gene are widened and added to its 32-bit sums.
#[rustfmt::skip]
macro_rules! add_double_words {
    ($gene:literal, $low:literal, $high:literal) => {
        concat!(
            begin_words!($gene, "ymm15", "ymm14"),
            "vpmaddwd ymm15, ymm15, ymmword ptr [{ones}]\n",
            "vpmaddwd ymm14, ymm14, ymmword ptr [{ones}]\n",
            "vpaddd ", $low, ", ", $low, ", ymm15\n",
            "vpaddd ", $high, ", ", $high, ", ymm14\n",
        )
    };
}

/// The 16-bit sums of one gene, widened, are added to its 32-bit sums in memory.
#[rustfmt::skip]
macro_rules! widen_words {
    ($gene:literal, $low:literal, $high:literal) => {
        concat!(
            "vpmaddwd ", $low, ", ", $low, ", ymmword ptr [{ones}]\n",
            "vpmaddwd ", $high, ", ", $high, ", ymmword ptr [{ones}]\n",
            "vpaddd ", $low, ", ", $low, ", ymmword ptr [{sums} + 64*", $gene, "]\n",
            "vpaddd ", $high, ", ", $high, ", ymmword ptr [{sums} + 64*", $gene, " + 32]\n",
            store_sums!($gene, $low, $high),
        )
    };
}

/// The 32-bit sums of one gene are zero.
#[rustfmt::skip]
macro_rules! clear_sums {
    ($gene:literal, $low:literal, $high:literal) => {
        concat!(
            "vpxor ", $low, ", ", $low, ", ", $low, "\n",
            "vpxor ", $high, ", ", $high, ", ", $high, "\n",
        )
    };
}

/// The 32-bit sums of one gene to memory.
#[rustfmt::skip]
macro_rules! store_sums {
    ($gene:literal, $low:literal, $high:literal) => {
        concat!(
            "vmovdqu ymmword ptr [{sums} + 64*", $gene, "], ", $low, "\n",
            "vmovdqu ymmword ptr [{sums} + 64*", $gene, " + 32], ", $high, "\n",
        )
    };
}

/// Adds the products of a run of steps to `sums` by way of 16-bit sums, which the caller knows to hold them.
///
/// # Safety
/// The CPU must have AVX2, `genes` as many steps as `snps` and one at least, and `sums` a length of 96.
#[target_feature(enable = "avx2")]
unsafe fn add_in_16_bits(
    snps: &[[u8; SNPS * DEPTH]],
    genes: &[[i8; GENES * DEPTH]],
    sums: *mut i32,
) {
    // SAFETY: the first step is at the pointers, each of the others is passed once, and sums are 12 registers long;
    // what is written beside them is named.
    unsafe {
        asm!(
            step!(begin_words),
            "test {more_steps}, {more_steps}",
            "jz 3f",
            ".p2align 5",
            "2:",
            step!(add_words),
            "dec {more_steps}",
            "jnz 2b",
            "3:",
            for_each_gene!(widen_words),
            snps = inout(reg) snps.as_ptr() => _,
            genes = inout(reg) genes.as_ptr() => _,
            more_steps = inout(reg) snps.len() - 1 => _,
            sums = in(reg) sums,
            ones = in(reg) ONES.0.as_ptr(),
            out("ymm0") _, out("ymm1") _, out("ymm2") _, out("ymm3") _,
            out("ymm4") _, out("ymm5") _, out("ymm6") _, out("ymm7") _,
            out("ymm8") _, out("ymm9") _, out("ymm10") _, out("ymm11") _,
            out("ymm12") _, out("ymm13") _, out("ymm14") _, out("ymm15") _,
            options(nostack),
        );
    }
}

/// Writes the sums of the products of all steps to `sums`, each product widened at once.
///
/// # Safety
/// The CPU must have AVX2, `genes` as many steps as `snps`, and `sums` a length of 96.
#[target_feature(enable = "avx2")]
unsafe fn sum_in_32_bits(
    snps: &[[u8; SNPS * DEPTH]],
    genes: &[[i8; GENES * DEPTH]],
    sums: *mut i32,
) {
    // SAFETY: each step is passed once, and sums are 12 registers long; what is written beside them is named.
    unsafe {
        asm!(
            for_each_gene!(clear_sums),
            "test {steps}, {steps}",
            "jz 3f",
            ".p2align 5",
            "2:",
            step!(add_double_words),
            "dec {steps}",
            "jnz 2b",
            "3:",
            for_each_gene!(store_sums),
            snps = inout(reg) snps.as_ptr() => _,
            genes = inout(reg) genes.as_ptr() => _,
            steps = inout(reg) snps.len() => _,
            sums = in(reg) sums,
            ones = in(reg) ONES.0.as_ptr(),
            out("ymm0") _, out("ymm1") _, out("ymm2") _, out("ymm3") _,
            out("ymm4") _, out("ymm5") _, out("ymm6") _, out("ymm7") _,
            out("ymm8") _, out("ymm9") _, out("ymm10") _, out("ymm11") _,
            out("ymm12") _, out("ymm13") _, out("ymm14") _, out("ymm15") _,
            options(nostack),
        );
    }
}
