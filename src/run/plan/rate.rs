//! How many products one thread of this machine makes in a second, measured in a fraction of one.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::kernel::{DEPTH, Simd};
use crate::linalg::peak_flops;
use crate::scan::Engine;

/// How long the integer products are measured.
const WHILE: Duration = Duration::from_millis(150);

/// Samples of the tiles that are multiplied: they stay in a cache, as those of a scan do.
const SAMPLES: usize = 1024;

/// The part of the bare products' rate that a whole scan reaches, beside making rows ready: measured with 60,000 SNPs x
/// 8,000 genes x 840 samples and 8,192 x 512 x 54,000.
const IN_A_SCAN: f64 = 0.8;

/// 10^9 products and sums a second of one thread in a scan by an engine.
pub fn gmac_per_sec(engine: Engine, simd: Simd) -> f64 {
    let bare = match engine {
        Engine::I8 => tiles(simd),
        // Twice as many lanes a register.
        Engine::F32 => 2.0 * peak_flops(1) / 2e9,
        Engine::F64 => peak_flops(1) / 2e9,
    };
    IN_A_SCAN * bare
}

/// The rate of tiles of hard calls.
fn tiles(simd: Simd) -> f64 {
    let (snps, genes) = (simd.tile_snps(), simd.tile_genes());
    let samples = SAMPLES.next_multiple_of(DEPTH);
    let codes: Vec<u8> = (0..snps * samples).map(|i| (i % 3) as u8).collect();
    let weights: Vec<i8> = (-127..=127).cycle().take(genes * samples).collect();
    let mut sums = vec![0; snps * genes];
    let started = Instant::now();
    let mut products = 0u64;
    while started.elapsed() < WHILE {
        for _ in 0..64 {
            simd.multiply_tile(&codes, &weights, 2, &mut sums);
            black_box(&mut sums);
        }
        products += 64 * (snps * genes * samples) as u64;
    }
    products as f64 / started.elapsed().as_secs_f64() / 1e9
}
