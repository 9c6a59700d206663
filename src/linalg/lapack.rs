//! LAPACK, for the few decompositions of symmetric matrices that are wanted.
//!
//! Matrices here are `[n x n]`, row-major, and only their lower triangle is read or written. LAPACK lays columns where
//! rows are laid here, so what is the lower triangle here is named the upper one ('U') to it, and `a = LL'` here is its
//! `a = U'U`.
#![allow(unsafe_code)]

use lapack::{dpocon, dpotrf, dsyev, dtrtri};

/// Replaces the lower triangle of `a` by its Cholesky factor L, `a = LL'`; false if there is none.
pub(super) fn cholesky(n: usize, a: &mut [f64]) -> bool {
    let order = order(n, a);
    let mut info = 0;
    // SAFETY: `a` holds n columns of n values.
    unsafe { dpotrf(b'U', order, a, order, &mut info) };
    assert!(info >= 0, "dpotrf was called with its own arguments");
    info == 0
}

/// Replaces the lower triangular `l` by its inverse.
///
/// # Panics
/// If a diagonal value is 0, which that of a Cholesky factor is not.
pub(super) fn invert_lower(n: usize, l: &mut [f64]) {
    let order = order(n, l);
    let mut info = 0;
    // SAFETY: `l` holds n columns of n values.
    unsafe { dtrtri(b'U', b'N', order, l, order, &mut info) };
    assert_eq!(info, 0, "a factor without zeros on its diagonal");
}

/// About one over the condition number of `LL'` in the 1-norm, from L and the 1-norm of the product.
pub(super) fn reciprocal_condition(n: usize, l: &[f64], norm: f64) -> f64 {
    let order = order(n, l);
    let (mut rcond, mut info) = (0.0, 0);
    let (mut work, mut signs) = (vec![0.0; 3 * n], vec![0; n]);
    // SAFETY: `l` holds n columns of n values; the work spaces have the 3n and n places that dpocon writes.
    unsafe {
        dpocon(
            b'U', order, l, order, norm, &mut rcond, &mut work, &mut signs, &mut info,
        );
    }
    assert_eq!(info, 0, "dpocon was called with its own arguments");
    rcond
}

/// The eigenvalues of `a`, ascending.
pub(super) fn eigenvalues(n: usize, mut a: Vec<f64>) -> Vec<f64> {
    const COLUMNS_AT_ONCE: usize = 64;
    let order = order(n, &a);
    let mut values = vec![0.0; n];
    let mut work = vec![0.0; (COLUMNS_AT_ONCE + 2) * n];
    let places = i32::try_from(work.len()).expect("a work space that LAPACK can count");
    let mut info = 0;
    // SAFETY: `a` holds n columns of n values, `values` n, and `work` as many as it is said to hold, at least 3n - 1.
    unsafe {
        dsyev(
            b'N',
            b'U',
            order,
            &mut a,
            order,
            &mut values,
            &mut work,
            places,
            &mut info,
        );
    }
    assert_eq!(info, 0, "eigenvalues of finite numbers are found");
    values
}

/// The order of a square matrix in LAPACK's integers.
fn order(n: usize, a: &[f64]) -> i32 {
    assert!(n > 0 && a.len() == n * n, "a is n x n");
    i32::try_from(n).expect("an order that LAPACK can count")
}
