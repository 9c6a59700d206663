//! OpenBLAS: the block product, its threads, and the speed it reaches here.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::thread::ScopedJoinHandle;
use std::time::Instant;

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, s};

unsafe extern "C" {
    fn openblas_set_num_threads(n: c_int);
    fn openblas_get_num_threads() -> c_int;
    fn openblas_get_config() -> *const c_char;
    fn openblas_get_corename() -> *const c_char;
}

/// Sets the number of threads each BLAS call may use in this process; where OpenBLAS is built with OpenMP, each that the
/// calling thread makes.
pub fn set_blas_threads(threads: usize) {
    let threads = c_int::try_from(threads).unwrap_or(c_int::MAX);
    // SAFETY: the call takes any positive number. Beside other threads it is only made with the number that is set
    // already, which then starts and ends no threads of the library.
    unsafe { openblas_set_num_threads(threads.max(1)) }
}

/// Held while the number of threads is another one than was set.
static BORROWED_THREADS: Mutex<()> = Mutex::new(());

/// Runs `work` with one thread for each BLAS call, so that its bits do not depend on how many are set; the setting
/// comes back after it, also after a panic. Not to be nested, and not beside BLAS calls of other threads.
pub(super) fn on_one_blas_thread<R>(work: impl FnOnce() -> R) -> R {
    let _lock = BORROWED_THREADS
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    restoring_threads(|| {
        set_blas_threads(1);
        work()
    })
}

fn restoring_threads<R>(work: impl FnOnce() -> R) -> R {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            set_blas_threads(self.0);
        }
    }
    let _restore = Restore(blas_threads());
    work()
}

fn blas_threads() -> usize {
    // SAFETY: the call only reads a number of the library.
    usize::try_from(unsafe { openblas_get_num_threads() }).unwrap_or(1)
}

/// The library's own words on its version, build and the kernels chosen for this CPU.
pub fn blas_config() -> String {
    // SAFETY: both functions return pointers to NUL-terminated static strings of the library.
    let (config, core) = unsafe {
        (
            CStr::from_ptr(openblas_get_config()),
            CStr::from_ptr(openblas_get_corename()),
        )
    };
    format!(
        "{} (kernels: {})",
        config.to_string_lossy().trim(),
        core.to_string_lossy()
    )
}

/// `c = a·b'`: every row of `a` `[m x k]` times every row of `b` `[n x k]` into `c` `[m x n]`.
///
/// # Panics
/// If a slice has not the length its shape says.
pub fn multiply_rows(m: usize, n: usize, k: usize, a: &[f64], b: &[f64], c: &mut [f64]) {
    let a = ArrayView2::from_shape((m, k), a).expect("a is m x k");
    let b = ArrayView2::from_shape((n, k), b).expect("b is n x k");
    let mut c = ArrayViewMut2::from_shape((m, n), c).expect("c is m x n");
    general_mat_mul(1.0, &a, &b.t(), 0.0, &mut c);
}

/// `c = a·b'` over some columns, in f32: those columns of every row of `a` `[m x k]` times those of every row of `b`
/// `[n x k]` into `c` `[m x n]`.
///
/// Each product and each sum is rounded to f32, in an order that is not known.
///
/// # Panics
/// If a slice has not the length its shape says, or a column lies beyond k.
pub fn multiply_rows_single(
    (m, n, k): (usize, usize, usize),
    columns: Range<usize>,
    a: &[f32],
    b: &[f32],
    c: &mut [f32],
) {
    let a = ArrayView2::from_shape((m, k), a).expect("a is m x k");
    let b = ArrayView2::from_shape((n, k), b).expect("b is n x k");
    let mut c = ArrayViewMut2::from_shape((m, n), c).expect("c is m x n");
    let (a, b) = (a.slice(s![.., columns.clone()]), b.slice(s![.., columns]));
    general_mat_mul(1.0, &a, &b.t(), 0.0, &mut c);
}

/// The best rate of DGEMM over a few calls of the size the scan uses, on so many threads at once, in floating point
/// operations a second.
pub fn peak_flops(threads: usize) -> f64 {
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(peak_of_one)).collect();
        let own = peak_of_one();
        let rate = |other: ScopedJoinHandle<f64>| other.join().expect("a product of constants");
        own + others.into_iter().map(rate).sum::<f64>()
    })
}

fn peak_of_one() -> f64 {
    set_blas_threads(1);
    let (m, n, k) = (1024, 1024, 768);
    let a = vec![0.5; m * k];
    let b = vec![0.25; n * k];
    let mut c = vec![0.0; m * n];
    let mut best = f64::INFINITY;
    for _ in 0..6 {
        let start = Instant::now();
        multiply_rows(m, n, k, &a, &b, &mut c);
        best = best.min(start.elapsed().as_secs_f64());
    }
    2.0 * (m * n * k) as f64 / best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_of_rows_is_every_dot_product() {
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let b = [1.0, 0.0, -1.0, 2.0, 2.0, 2.0];
        let mut c = [f64::NAN; 4];
        multiply_rows(2, 2, 3, &a, &b, &mut c);
        assert_eq!(c, [-2.0, 12.0, -2.0, 30.0]);
    }

    #[test]
    fn a_product_over_some_columns_leaves_out_the_others() {
        let (m, n, k) = (9, 8, 20);
        let whole = |len: usize, step: usize| (0..len).map(move |i| ((i * step) % 7) as f32 - 3.0);
        let (a, b): (Vec<f32>, Vec<f32>) = (whole(m * k, 5).collect(), whole(n * k, 3).collect());
        for columns in [0..20, 3..17, 19..20, 5..5] {
            let mut c = vec![f32::NAN; m * n];
            multiply_rows_single((m, n, k), columns.clone(), &a, &b, &mut c);
            for (at, c) in c.into_iter().enumerate() {
                let (a, b) = (&a[at / n * k..][..k], &b[at % n * k..][..k]);
                let terms = a[columns.clone()].iter().zip(&b[columns.clone()]);
                assert_eq!(c, terms.map(|(x, y)| x * y).sum::<f32>());
            }
        }
    }

    #[test]
    fn the_number_of_threads_comes_back() {
        assert_eq!(on_one_blas_thread(blas_threads), 1);
        let _lock = BORROWED_THREADS
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        set_blas_threads(2);
        let panicked = std::panic::catch_unwind(|| {
            restoring_threads(|| {
                set_blas_threads(1);
                panic!("the panic that is wanted");
            })
        });
        assert!(panicked.is_err());
        assert_eq!(blas_threads(), 2);
    }

    #[test]
    fn the_library_names_itself() {
        assert!(blas_config().contains("OpenBLAS"));
    }
}
