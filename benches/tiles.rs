//! Speed of the integer tiles, one line a size, instructions and largest code: `cargo bench --bench tiles`.
//!
//! The loops are those of a scan on one thread: the gene tiles of a block of 2,048 genes, for each the SNP tiles of a
//! slab that stays in the second-level cache. A MAC is one product added to its sum. The peak is 64 of them a cycle, the
//! most that AVX2 or one VNNI unit makes of bytes; the clock is that of a chain of dependent additions, measured before
//! every repeat. SGEMM and DGEMM multiply the same shape. Each figure is the median of several repeats.

use std::hint::black_box;
use std::time::Instant;

use mpiqtl::kernel::{DEPTH, Simd};
use mpiqtl::linalg::{blas_config, multiply_rows, set_blas_threads};
use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

const REPEATS: usize = 9;
const GENES: usize = 2048;
const SLAB_SNPS: usize = 1024;
const SLAB_BYTES: usize = 800 << 10;
const PEAK_MACS_PER_CYCLE: f64 = 64.0;

/// Numbers that look random and are the same in every run.
fn noise(len: usize) -> impl Iterator<Item = u64> {
    let mut state = 1u64;
    (0..len).map(move |_| {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        state >> 33
    })
}

fn secs(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Cycles a second: additions and exclusive ors that wait for each other take one cycle each.
fn clock_hz() -> f64 {
    const LINKS: usize = 1 << 21;
    let (addend, mask) = (black_box(0x9e37_79b9_7f4a_7c15u64), black_box(0x5555u64));
    let mut x = black_box(1u64);
    let secs = secs(|| {
        for _ in 0..LINKS {
            x = x.wrapping_add(addend) ^ mask;
        }
        x = black_box(x);
    });
    2.0 * LINKS as f64 / secs
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Measures `work`, which makes products of `snps` x 2,048 x `n`, and prints its line.
fn measure(what: &str, code: &str, snps: usize, n: usize, mut work: impl FnMut()) {
    let macs = (snps * GENES * n) as f64;
    work();
    let (mut rates, mut shares, mut clocks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        let clock = clock_hz();
        let rate = macs / secs(&mut work);
        rates.push(rate);
        shares.push(rate / (clock * PEAK_MACS_PER_CYCLE));
        clocks.push(clock);
    }
    println!(
        "{what:<10} {code:>5} {snps:>6} {GENES:>6} {n:>6} {:>10.1} {:>8.1} {:>8.2}",
        median(rates) / 1e9,
        100.0 * median(shares),
        median(clocks) / 1e9,
    );
}

/// SNPs of a slab for `n` samples, in whole tiles of any instructions.
fn slab_snps(n: usize) -> usize {
    (SLAB_BYTES / n).min(SLAB_SNPS) / 32 * 32
}

fn tiles(simd: Simd, code: u8, n: usize) {
    let (tile_snps, tile_genes) = (simd.tile_snps(), simd.tile_genes());
    let (snps, steps) = (slab_snps(n), n.div_ceil(DEPTH));
    let genes = GENES.next_multiple_of(tile_genes);
    let codes: Vec<u8> = noise(snps * steps * DEPTH)
        .map(|x| (x % (u64::from(code) + 1)) as u8)
        .collect();
    let weights: Vec<i8> = noise(genes * steps * DEPTH)
        .map(|x| (x % 255) as i16 as i8)
        .map(|weight| weight.max(-127))
        .collect();
    let mut sums = vec![0; tile_snps * tile_genes];
    measure(&format!("{simd:?}"), &code.to_string(), snps, n, || {
        for genes in weights.chunks_exact(tile_genes * steps * DEPTH) {
            for snps in codes.chunks_exact(tile_snps * steps * DEPTH) {
                simd.multiply_tile(snps, genes, code, &mut sums);
                black_box(&mut sums);
            }
        }
    });
}

/// `c = a·b'` in single precision.
fn multiply_rows_f32(m: usize, n: usize, k: usize, a: &[f32], b: &[f32], c: &mut [f32]) {
    let a = ArrayView2::from_shape((m, k), a).expect("a is m x k");
    let b = ArrayView2::from_shape((n, k), b).expect("b is n x k");
    let mut c = ArrayViewMut2::from_shape((m, n), c).expect("c is m x n");
    general_mat_mul(1.0, &a, &b.t(), 0.0, &mut c);
}

fn blas(n: usize) {
    let snps = slab_snps(n);
    let a: Vec<f64> = noise(snps * n).map(|x| (x % 3) as f64).collect();
    let b: Vec<f64> = noise(GENES * n).map(|x| x as f64 / 2e9 - 0.5).collect();
    let mut c = vec![0.0; snps * GENES];
    let single = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<f32>>();
    let (a32, b32, mut c32) = (single(&a), single(&b), single(&c));
    measure("SGEMM", "", snps, n, || {
        multiply_rows_f32(snps, GENES, n, &a32, &b32, &mut c32);
    });
    measure("DGEMM", "", snps, n, || {
        multiply_rows(snps, GENES, n, &a, &b, &mut c);
    });
}

fn main() {
    set_blas_threads(1);
    println!("{}", blas_config());
    println!(
        "{:<10} {:>5} {:>6} {:>6} {:>6} {:>10} {:>8} {:>8}",
        "what", "code", "snps", "genes", "n", "GMAC/s", "% peak", "GHz"
    );
    for n in [358, 840, 5000] {
        for simd in [Simd::Avx512, Simd::Avx2, Simd::Portable] {
            for code in [2, 16, simd.largest_code()] {
                if simd.is_here() {
                    tiles(simd, code, n);
                }
            }
        }
        blas(n);
    }
}
