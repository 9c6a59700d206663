//! The products of a study by bare DGEMM on as many cores: blocks of a scan's size, nothing compared, nothing kept.

use std::thread;
use std::time::{Duration, Instant};

use mpiqtl::linalg::{multiply_rows, set_blas_threads};

use super::RANKS;
use super::protocol::noise;
use super::study::Shape;

/// SNPs and genes of a block.
const BLOCK: (usize, usize) = (1024, 2048);

/// How long DGEMM is measured.
pub const SECS: f64 = 10.0;

/// Seconds that all products of a study would take, from the rate over [`SECS`] on two threads at once.
pub fn extrapolated_secs(shape: &Shape) -> f64 {
    set_blas_threads(1);
    let all = (shape.snps * shape.genes * shape.samples) as f64;
    all / macs_per_sec(shape.samples)
}

/// Products added to their sums, a second, of all threads.
fn macs_per_sec(n: usize) -> f64 {
    let rates: Vec<f64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..RANKS)
            .map(|which| scope.spawn(move || rate_of_thread(n, which as u64)))
            .collect();
        let rates = threads.into_iter().map(|thread| thread.join());
        rates.map(|rate| rate.expect("a thread")).collect()
    });
    rates.iter().sum()
}

fn rate_of_thread(n: usize, which: u64) -> f64 {
    let (m, genes) = BLOCK;
    let values = |len: usize, seed: u64| -> Vec<f64> {
        let even = noise(seed).map(|x| x as f64 / (1u64 << 31) as f64 - 0.5);
        even.take(len).collect()
    };
    let (a, b) = (
        values(m * n, 2 * which + 1),
        values(genes * n, 2 * which + 2),
    );
    let mut c = vec![0.0; m * genes];
    multiply_rows(m, genes, n, &a, &b, &mut c);
    let (start, mut products) = (Instant::now(), 0usize);
    while start.elapsed() < Duration::from_secs_f64(SECS) {
        multiply_rows(m, genes, n, &a, &b, &mut c);
        products += 1;
    }
    (products * m * genes * n) as f64 / start.elapsed().as_secs_f64()
}
