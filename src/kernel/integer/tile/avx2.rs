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
pub(super) unsafe fn multiply_tile(snps: &[u8], genes: &[i8], largest_code: u8, sums: &mut [i32]) {
    let run = steps_in_16_bits(largest_code);
    sums.fill(0);
    let (snps, genes, sums) = (snps.as_chunks().0, genes.as_chunks().0, sums.as_mut_ptr());
    if run < SHORTEST_RUN {
        // SAFETY: the caller's; every step has its 64 codes and 24 weights.
        return unsafe { add_in_32_bits(snps, genes, sums) };
    }
    for (snps, genes) in snps.chunks(run).zip(genes.chunks(run)) {
        // SAFETY: the caller's, as above; no run is empty.
        unsafe { add_in_16_bits(snps, genes, sums) }
    }
}

/// Steps of four samples, two products a sum, that 16 bits hold.
fn steps_in_16_bits(largest_code: u8) -> usize {
    let largest_sum = 2 * 127 * usize::from(largest_code.max(1));
    i16::MAX as usize / largest_sum
}

/// Text that is repeated for each gene: its number and its two registers of sums.
macro_rules! for_each_gene {
    ($text:ident, $step:literal) => {
        concat!(
            $text!($step, 0, 0, 1),
            $text!($step, 1, 2, 3),
            $text!($step, 2, 4, 5),
            $text!($step, 3, 6, 7),
            $text!($step, 4, 8, 9),
            $text!($step, 5, 10, 11),
        )
    };
}

/// One step, so many after those that the pointers are at: the SNPs to ymm12 and ymm13, then gene by gene.
macro_rules! step {
    ($text:ident, $step:literal) => {
        concat!(
            "vmovdqu ymm12, ymmword ptr [{snps} + 64*",
            $step,
            "]\n",
            "vmovdqu ymm13, ymmword ptr [{snps} + 64*",
            $step,
            " + 32]\n",
            for_each_gene!($text, $step),
        )
    };
}

macro_rules! repeat_weights {
    ($step:literal, $gene:literal) => {
        concat!(
            "vpbroadcastd ymm14, dword ptr [{genes} + 24*",
            $step,
            " + 4*",
            $gene,
            "]\n"
        )
    };
}

/// The products of one gene become its 16-bit sums.
macro_rules! begin_words {
    ($step:literal, $gene:literal, $low:literal, $high:literal) => {
        concat!(
            repeat_weights!($step, $gene),
            "vpmaddubsw ymm",
            $low,
            ", ymm12, ymm14\n",
            "vpmaddubsw ymm",
            $high,
            ", ymm13, ymm14\n",
        )
    };
}

/// The products of one gene are added to its 16-bit sums.
macro_rules! add_words {
    ($step:literal, $gene:literal, $low:literal, $high:literal) => {
        concat!(
            repeat_weights!($step, $gene),
            "vpmaddubsw ymm15, ymm12, ymm14\n",
            "vpmaddubsw ymm14, ymm13, ymm14\n",
            "vpaddw ymm",
            $low,
            ", ymm",
            $low,
            ", ymm15\n",
            "vpaddw ymm",
            $high,
            ", ymm",
            $high,
            ", ymm14\n",
        )
    };
}

/// The 16-bit sums of one gene, in pairs, are added to its 32-bit sums in memory; ymm12 holds ones.
macro_rules! widen_words {
    ($step:literal, $gene:literal, $low:literal, $high:literal) => {
        concat!(
            "vpmaddwd ymm",
            $low,
            ", ymm",
            $low,
            ", ymm12\n",
            "vpmaddwd ymm",
            $high,
            ", ymm",
            $high,
            ", ymm12\n",
            "vpaddd ymm",
            $low,
            ", ymm",
            $low,
            ", ymmword ptr [{sums} + 64*",
            $gene,
            "]\n",
            "vpaddd ymm",
            $high,
            ", ymm",
            $high,
            ", ymmword ptr [{sums} + 64*",
            $gene,
            " + 32]\n",
            store_sums!($step, $gene, $low, $high),
        )
    };
}

/// The products of one gene are widened and added to its 32-bit sums.
macro_rules! add_double_words {
    ($step:literal, $gene:literal, $low:literal, $high:literal) => {
        concat!(
            repeat_weights!($step, $gene),
            "vpmaddubsw ymm15, ymm12, ymm14\n",
            "vpmaddubsw ymm14, ymm13, ymm14\n",
            "vpmaddwd ymm15, ymm15, ymmword ptr [{ones}]\n",
            "vpmaddwd ymm14, ymm14, ymmword ptr [{ones}]\n",
            "vpaddd ymm",
            $low,
            ", ymm",
            $low,
            ", ymm15\n",
            "vpaddd ymm",
            $high,
            ", ymm",
            $high,
            ", ymm14\n",
        )
    };
}

/// The 32-bit sums of one gene from memory.
macro_rules! load_sums {
    ($step:literal, $gene:literal, $low:literal, $high:literal) => {
        concat!(
            "vmovdqu ymm",
            $low,
            ", ymmword ptr [{sums} + 64*",
            $gene,
            "]\n",
            "vmovdqu ymm",
            $high,
            ", ymmword ptr [{sums} + 64*",
            $gene,
            " + 32]\n",
        )
    };
}

/// The 32-bit sums of one gene to memory.
macro_rules! store_sums {
    ($step:literal, $gene:literal, $low:literal, $high:literal) => {
        concat!(
            "vmovdqu ymmword ptr [{sums} + 64*",
            $gene,
            "], ymm",
            $low,
            "\n",
            "vmovdqu ymmword ptr [{sums} + 64*",
            $gene,
            " + 32], ymm",
            $high,
            "\n",
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
    let more_steps = snps.len() - 1;
    // SAFETY: the first step is at the pointers, each of the others is passed once, and sums are 12 registers long;
    // what is written beside them is named.
    unsafe {
        asm!(
            step!(begin_words, 0),
            "add {snps}, 64",
            "add {genes}, 24",
            "test {single_steps}, {single_steps}",
            "jz 3f",
            "2:",
            step!(add_words, 0),
            "add {snps}, 64",
            "add {genes}, 24",
            "dec {single_steps}",
            "jnz 2b",
            "3:",
            "test {four_steps}, {four_steps}",
            "jz 5f",
            ".p2align 5",
            "4:",
            step!(add_words, 0),
            step!(add_words, 1),
            step!(add_words, 2),
            step!(add_words, 3),
            "add {snps}, 256",
            "add {genes}, 96",
            "dec {four_steps}",
            "jnz 4b",
            "5:",
            "vmovdqa ymm12, ymmword ptr [{ones}]",
            for_each_gene!(widen_words, 0),
            snps = inout(reg) snps.as_ptr() => _,
            genes = inout(reg) genes.as_ptr() => _,
            single_steps = inout(reg) more_steps % 4 => _,
            four_steps = inout(reg) more_steps / 4 => _,
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

/// Adds the products of all steps to `sums`, each widened at once.
///
/// # Safety
/// The CPU must have AVX2, `genes` as many steps as `snps`, and `sums` a length of 96.
#[target_feature(enable = "avx2")]
unsafe fn add_in_32_bits(
    snps: &[[u8; SNPS * DEPTH]],
    genes: &[[i8; GENES * DEPTH]],
    sums: *mut i32,
) {
    // SAFETY: each step is passed once, and sums are 12 registers long; what is written beside them is named.
    unsafe {
        asm!(
            for_each_gene!(load_sums, 0),
            "test {steps}, {steps}",
            "jz 3f",
            ".p2align 5",
            "2:",
            step!(add_double_words, 0),
            "add {snps}, 64",
            "add {genes}, 24",
            "dec {steps}",
            "jnz 2b",
            "3:",
            for_each_gene!(store_sums, 0),
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
