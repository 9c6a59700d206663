//! Least squares by Householder reflections of the whole design, column after column.
//!
//! Nothing here is shared with the projections the scan is made of, nor with its sums: what both agree on is right for
//! two reasons. Golub and Van Loan, Matrix Computations, section 5.3.

/// A column adds nothing if less than this part of its norm is left once those before it are known: the square root of
/// 2^-52, as for the rows of the scan.
const DEPENDENT: f64 = 1.490_116_119_384_765_6e-8;

/// The reflections that make a design of some columns triangular.
#[derive(Clone, Debug)]
pub struct Householder {
    n: usize,
    /// The i-th reflection acts on entries i to n.
    reflections: Vec<Vec<f64>>,
    /// The largest ratio of a column's norm to what of it is independent of those before.
    amplification: f64,
}

/// What a column adds to a design.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Added {
    /// The entry on the diagonal of R: what of the column is independent, with a sign.
    pub diagonal: f64,
}

impl Householder {
    /// The design without columns, over `n` samples.
    pub fn new(n: usize) -> Self {
        Self {
            n,
            reflections: Vec::new(),
            amplification: 1.0,
        }
    }

    /// The columns that count.
    pub fn rank(&self) -> usize {
        self.reflections.len()
    }

    /// By how much rounding of a column can grow on its way through the design.
    pub fn amplification(&self) -> f64 {
        self.amplification
    }

    /// Adds a column `[n]`; `None` if it follows from those before it.
    ///
    /// # Panics
    /// If the column has another length.
    pub fn push(&mut self, column: &[f64]) -> Option<Added> {
        self.push_beyond(DEPENDENT, column)
    }

    /// Adds a column `[n]` that is known to be independent of those before it, however little of it is; `None` if nothing
    /// is.
    ///
    /// # Panics
    /// If the column has another length.
    pub fn push_independent(&mut self, column: &[f64]) -> Option<Added> {
        self.push_beyond(0.0, column)
    }

    fn push_beyond(&mut self, part: f64, column: &[f64]) -> Option<Added> {
        let whole = norm(column);
        let mut tail = self.reflect(column).split_off(self.rank().min(self.n));
        let size = norm(&tail);
        if size <= part * whole {
            return None;
        }
        self.amplification = self.amplification.max(whole / size);
        let diagonal = if tail[0] > 0.0 { -size } else { size };
        tail[0] -= diagonal;
        let length = norm(&tail);
        tail.iter_mut().for_each(|x| *x /= length);
        self.reflections.push(tail);
        Some(Added { diagonal })
    }

    /// Q'y `[n]`: what each column of the design adds to y, then what is left of y.
    ///
    /// # Panics
    /// If y has another length.
    pub fn reflect(&self, y: &[f64]) -> Vec<f64> {
        assert_eq!(y.len(), self.n, "one value a sample");
        let mut y = y.to_vec();
        for (first, reflection) in self.reflections.iter().enumerate() {
            let tail = &mut y[first..];
            let along: f64 = tail.iter().zip(reflection).map(|(y, v)| y * v).sum();
            for (y, v) in tail.iter_mut().zip(reflection) {
                *y -= 2.0 * along * v;
            }
        }
        y
    }
}

/// The Euclidean norm, safe for tiny and huge values.
fn norm(values: &[f64]) -> f64 {
    let largest = values
        .iter()
        .fold(0.0f64, |largest, x| largest.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let squares: f64 = values.iter().map(|x| (x / largest).powi(2)).sum();
    largest * squares.sqrt()
}

/// The lower Cholesky factor of a covariance, to divide by.
#[derive(Clone, Debug)]
pub struct Cholesky {
    n: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// The factor of `k` `[n x n]`, of which the lower half is read; `None` if it is not positive definite.
    pub fn new(n: usize, k: &[f64]) -> Option<Self> {
        let mut lower = k.to_vec();
        for i in 0..n {
            for j in 0..=i {
                let known: f64 = (0..j).map(|c| lower[i * n + c] * lower[j * n + c]).sum();
                let rest = lower[i * n + j] - known;
                if i > j {
                    lower[i * n + j] = rest / lower[j * n + j];
                } else if rest > 0.0 {
                    lower[i * n + i] = rest.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Self { n, lower })
    }

    /// Solves `L x = y`.
    pub fn divide(&self, y: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = Vec::with_capacity(self.n);
        for (i, y) in y.iter().enumerate() {
            let row = &self.lower[i * self.n..][..=i];
            let known: f64 = row.iter().zip(&x).map(|(l, x)| l * x).sum();
            x.push((y - known) / row[i]);
        }
        x
    }

    /// The largest against the smallest entry on the diagonal, squared: by how much rounding can grow.
    pub fn spread(&self) -> f64 {
        let diagonal = (0..self.n).map(|i| self.lower[i * self.n + i]);
        let (least, most) = diagonal.fold((f64::INFINITY, 0.0f64), |(least, most), x| {
            (least.min(x), most.max(x))
        });
        (most / least).powi(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_straight_line_is_fitted() {
        let mut design = Householder::new(4);
        assert!(design.push(&[1.0; 4]).is_some());
        let slope = design.push(&[0.0, 1.0, 2.0, 3.0]).unwrap();
        assert!(design.push(&[5.0, 4.0, 3.0, 2.0]).is_none());
        let effects = design.reflect(&[1.0, 3.0, 5.0, 7.5]);
        assert!((effects[1] / slope.diagonal - 2.15).abs() < 1e-12);
        let rest: f64 = effects[2..].iter().map(|x| x * x).sum();
        assert!((rest - 0.075).abs() < 1e-12, "{rest}");
    }

    #[test]
    fn a_column_that_is_known_to_be_independent_counts_however_little_of_it_is() {
        let mut design = Householder::new(3);
        design.push(&[1.0; 3]);
        let column = [1e9, 1e9, 1e9 + 1.0];
        assert!(design.clone().push(&column).is_none());
        assert!(design.push_independent(&column).is_some());
        assert_eq!(design.rank(), 2);
    }

    proptest! {
        #[test]
        fn reflections_keep_the_norm(values in prop::collection::vec(-1.0f64..1.0, 40)) {
            let mut design = Householder::new(10);
            for column in values.chunks_exact(10).take(3) {
                design.push(column);
            }
            let y = &values[30..];
            prop_assert!((norm(&design.reflect(y)) - norm(y)).abs() < 1e-13);
        }

        #[test]
        fn dividing_by_the_factor_undoes_it(values in prop::collection::vec(-1.0f64..1.0, 36), y in prop::collection::vec(-1.0f64..1.0, 6)) {
            let at = |i: usize, j: usize| {
                let product: f64 = (0..6).map(|c| values[i * 6 + c] * values[j * 6 + c]).sum();
                product + f64::from(u8::from(i == j))
            };
            let k: Vec<f64> = (0..36).map(|place| at(place / 6, place % 6)).collect();
            let factor = Cholesky::new(6, &k).unwrap();
            let x = factor.divide(&y);
            for (i, y) in y.iter().enumerate() {
                let back: f64 = (0..=i).map(|j| factor.lower[i * 6 + j] * x[j]).sum();
                prop_assert!((back - y).abs() < 1e-12);
            }
            prop_assert!(factor.spread() >= 1.0);
        }
    }

    #[test]
    fn a_matrix_with_a_negative_direction_has_no_factor() {
        assert!(Cholesky::new(2, &[1.0, 2.0, 2.0, 1.0]).is_none());
    }
}
