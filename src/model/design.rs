//! The design: the intercept and the covariates, over the samples that are used, and rows as residuals of it.
//!
//! With an error covariance K everything is multiplied by W with `W'W = K^-1` first, the intercept too, and
//! ordinary least squares on the products is generalized least squares on the rows. Shabalin 2012, section 2.4.

use super::error::ModelError;
use super::row::fill_missing;
use crate::linalg::{Basis, Dependence, Whitening, dot, power_of_two_in, sum, sum_of_squares};

/// One covariate over the samples used, in their order; NaN is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariate {
    /// Its name in the covariate file.
    pub name: String,
    /// Its values `[n_samples]`.
    pub values: Vec<f64>,
}

impl Covariate {
    /// Its values, the missing ones filled by the mean.
    pub fn filled(&self) -> Vec<f64> {
        let mut values = self.values.clone();
        fill_missing(&mut values);
        values
    }

    /// Its filled values about their mean.
    pub fn centered(&self) -> Vec<f64> {
        let mut values = self.filled();
        let mean = sum(&values) / values.len().max(1) as f64;
        values.iter_mut().for_each(|x| *x -= mean);
        values
    }
}

/// The intercept and the covariates as an orthonormal basis; with an error covariance K, of both multiplied by W,
/// where W'W = K^-1.
#[derive(Clone, Debug)]
pub struct Design {
    basis: Basis,
    whitening: Option<Whitened>,
}

/// W, and what the intercept becomes under it.
#[derive(Clone, Debug)]
struct Whitened {
    w: Whitening,
    ones: Vec<f64>,
}

impl Whitened {
    fn new(w: Whitening) -> Self {
        let mut ones = vec![1.0; w.n()];
        w.apply(&mut ones);
        Self { w, ones }
    }
}

impl Design {
    /// The design of `n` samples and their covariates, with independent errors or with those that `whitening` makes
    /// independent; missing covariate values are filled by the mean.
    ///
    /// # Errors
    /// A constant or collinear covariate, by name.
    ///
    /// # Panics
    /// If `whitening` is of another number of samples.
    pub fn new(
        n: usize,
        covariates: &[Covariate],
        whitening: Option<Whitening>,
    ) -> Result<Self, ModelError> {
        if covariates.len() + 2 > n {
            return Err(ModelError::TooFewSamples {
                n,
                covariates: covariates.len(),
                df: n as i64 - covariates.len() as i64 - 2,
            });
        }
        let filled: Vec<Vec<f64>> = covariates.iter().map(Covariate::filled).collect();
        let whitening = whitening.map(Whitened::new);
        let basis = match &whitening {
            None => Basis::of_covariates(n, &filled),
            Some(whitened) => whitened_basis(n, filled, whitened),
        };
        let basis = basis.map_err(|dependence| named(&dependence, covariates, n))?;
        Ok(Self { basis, whitening })
    }

    /// The design of `n` samples from the rows of its basis and the factor of its whitening (empty without one), as
    /// [`Design::basis_rows`] and [`Design::whitening_factor`] gave them on another rank.
    pub fn from_parts(n: usize, basis_rows: Vec<f64>, whitening_factor: Vec<f64>) -> Self {
        let whitening = (!whitening_factor.is_empty())
            .then(|| Whitened::new(Whitening::from_factor(n, whitening_factor)));
        Self {
            basis: Basis::from_rows(n, whitening.is_none(), basis_rows),
            whitening,
        }
    }

    /// The rows of the basis, one after the other `[rank x n]`: without a whitening the intercept is not among them.
    pub fn basis_rows(&self) -> &[f64] {
        self.basis.rows()
    }

    /// The factor of the whitening; empty without one.
    pub fn whitening_factor(&self) -> &[f64] {
        self.whitening
            .as_ref()
            .map_or(&[], |whitened| whitened.w.factor())
    }

    /// The number of samples.
    pub fn n(&self) -> usize {
        self.basis.n()
    }

    /// The number of covariates, without the intercept.
    pub fn n_covariates(&self) -> usize {
        self.basis.rank() - usize::from(!self.basis.is_centered())
    }

    /// What it costs to make one row ready, in products for one sample.
    pub fn row_cost(&self) -> u64 {
        // A row meets every covariate twice, in dot products of its own; W is triangular.
        let whitening = self.whitening.as_ref().map_or(0, |_| self.n() as u64 / 2);
        2 * (self.n_covariates() as u64 + 2) + whitening
    }

    /// Turns every row of `rows` `[m x n]`, none missing, into its unit residual, and appends to `norms` the norm each
    /// had before it was scaled.
    ///
    /// A row that does not vary once the design is known becomes zero, with norm 0; its correlations are all 0. A row
    /// with an infinite value, or with values whose squares overflow, has norm NaN: it cannot be tested.
    ///
    /// `beside` holds unit residuals made earlier, each `[m x n]`, orthogonal to each other row by row; they are
    /// projected out of the row in the same place too.
    pub fn unit_residuals(&self, rows: &mut [f64], beside: &[f64], norms: &mut Vec<f64>) {
        let n = self.n();
        let len = rows.len();
        assert!(len.is_multiple_of(n), "whole rows");
        let mut sizes = [Size::default(); ROWS_AT_ONCE];
        for (chunk, rows) in rows.chunks_mut(ROWS_AT_ONCE * n).enumerate() {
            for (row, size) in rows.chunks_exact_mut(n).zip(&mut sizes) {
                *size = Size::of(row);
            }
            if let Some(whitened) = &self.whitening {
                whiten(rows, &mut sizes, whitened);
            }
            for (i, (row, size)) in rows.chunks_exact_mut(n).zip(&sizes).enumerate() {
                let place = (chunk * ROWS_AT_ONCE + i) * n;
                let earlier = beside
                    .chunks_exact(len.max(1))
                    .map(|block| &block[place..][..n]);
                norms.push(self.unit_residual(row, size, earlier));
            }
        }
    }

    fn unit_residual<'r>(
        &self,
        row: &mut [f64],
        size: &Size,
        earlier: impl Iterator<Item = &'r [f64]> + Clone,
    ) -> f64 {
        if !size.squares.is_finite() {
            return f64::NAN;
        }
        let mut after = self.basis.project_out(row);
        if earlier.clone().next().is_some() {
            let before = after;
            after = subtract(row, earlier.clone());
            if after < 0.5 * before {
                // Most of the row went: what is left is orthogonal only after a second time, and twice is enough.
                self.basis.project_out(row);
                after = subtract(row, earlier);
            }
        }
        if after <= ZERO_RESIDUAL * size.squares {
            row.fill(0.0);
            return 0.0;
        }
        let norm = after.sqrt();
        let scale = norm.recip();
        row.iter_mut().for_each(|x| *x *= scale);
        norm / size.enlarged
    }
}

/// Subtracts from a row its part along each of some unit rows; returns the sum of squares that remains.
fn subtract<'r>(row: &mut [f64], units: impl Iterator<Item = &'r [f64]>) -> f64 {
    for unit in units {
        let along = dot(row, unit);
        row.iter_mut().zip(unit).for_each(|(x, u)| *x -= along * u);
    }
    sum_of_squares(row)
}

/// Rows that are made ready together: few enough to stay in the cache, enough to share what W costs to read.
const ROWS_AT_ONCE: usize = 256;

/// A row whose residual sum of squares is at most this part of its sum of squares counts as constant.
const ZERO_RESIDUAL: f64 = f64::EPSILON;

/// Squares that sum up to less have lost digits; a row of such values is enlarged first. Zero rows stay zero.
const TINY_SQUARES: f64 = 1e-230;

/// A power of two, so that enlarging by it loses no bit.
const TWO_TO_THE_600: f64 = f64::from_bits((1023 + 600) << 52);

/// How large a row was before anything was projected out of it.
#[derive(Clone, Copy, Default)]
struct Size {
    squares: f64,
    enlarged: f64,
}

impl Size {
    /// The size of a row, which is enlarged first if it is tiny.
    fn of(row: &mut [f64]) -> Self {
        let mut size = Self {
            squares: sum_of_squares(row),
            enlarged: 1.0,
        };
        if size.squares < TINY_SQUARES {
            size.enlarged = TWO_TO_THE_600;
            row.iter_mut().for_each(|x| *x *= size.enlarged);
            size.squares = sum_of_squares(row);
        }
        size
    }
}

/// Multiplies rows by W. The mean is taken out before, which the intercept would take out anyway, so that a small
/// spread on a large mean keeps its digits; the sizes become those of the rows under W with their means.
fn whiten(rows: &mut [f64], sizes: &mut [Size; ROWS_AT_ONCE], whitened: &Whitened) {
    let n = whitened.w.n();
    let mut means = [0.0; ROWS_AT_ONCE];
    for (row, mean) in rows.chunks_exact_mut(n).zip(&mut means) {
        *mean = sum(row) / n as f64;
        row.iter_mut().for_each(|x| *x -= *mean);
    }
    whitened.w.apply(rows);
    let ones = &whitened.ones;
    let ones_squared = sum_of_squares(ones);
    for ((row, mean), size) in rows.chunks_exact(n).zip(means).zip(sizes) {
        let with_mean = sum_of_squares(row) + mean * (2.0 * dot(row, ones) + mean * ones_squared);
        size.squares = if size.squares.is_finite() {
            with_mean
        } else {
            f64::NAN
        };
    }
}

/// The basis of W times the intercept and the covariates.
///
/// W takes the covariates about their means, which the intercept takes out anyway, so that a large offset costs no
/// digits; their norms are those under W with their means.
fn whitened_basis(
    n: usize,
    covariates: Vec<Vec<f64>>,
    whitened: &Whitened,
) -> Result<Basis, Dependence> {
    let mut rows = vec![whitened.ones.clone()];
    let mut norms = vec![sum_of_squares(&whitened.ones).sqrt()];
    for mut covariate in covariates {
        // The span does not change with the size of a covariate, and squares then neither vanish nor overflow.
        let largest = covariate
            .iter()
            .fold(0.0f64, |largest, x| largest.max(x.abs()));
        let scale = power_of_two_in(largest);
        covariate.iter_mut().for_each(|x| *x /= scale);
        let mut whole = covariate.clone();
        whitened.w.apply(&mut whole);
        norms.push(sum_of_squares(&whole).sqrt());
        let mean = sum(&covariate) / n as f64;
        covariate.iter_mut().for_each(|x| *x -= mean);
        whitened.w.apply(&mut covariate);
        rows.push(covariate);
    }
    // The intercept is the first row and never depends on anything: rows count from the first covariate again.
    Basis::of_rows(n, &rows, &norms).map_err(|Dependence { row, on }| Dependence {
        row: row - 1,
        on: on
            .into_iter()
            .filter_map(|row| row.checked_sub(1))
            .collect(),
    })
}

fn named(dependence: &Dependence, covariates: &[Covariate], n: usize) -> ModelError {
    let name = covariates[dependence.row].name.clone();
    if dependence.on.is_empty() {
        return ModelError::Constant { name, n };
    }
    let on = dependence
        .on
        .iter()
        .map(|&row| covariates[row].name.clone());
    ModelError::Collinear {
        name,
        on: on.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covariate(name: &str, values: &[f64]) -> Covariate {
        Covariate {
            name: name.into(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_collinear_covariate_is_named() {
        let male = covariate("male", &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        let age = covariate("age", &[30.0, 41.0, 52.0, 33.0, 28.0, 60.0]);
        let female = covariate("female", &[0.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
        let error = Design::new(6, &[male, age, female], None)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "covariate 'female' is a linear combination of 'male' and the intercept; leave one of them out"
        );
    }

    #[test]
    fn more_covariates_than_samples_allow_is_an_error() {
        let rows: Vec<Covariate> = (0..3)
            .map(|i| covariate(&i.to_string(), &[0.0; 4]))
            .collect();
        let error = Design::new(4, &rows, None).map(|_| ()).unwrap_err();
        assert_eq!(
            error,
            ModelError::TooFewSamples {
                n: 4,
                covariates: 3,
                df: -1
            }
        );
    }

    #[test]
    fn a_covariate_that_is_constant_once_filled_is_named() {
        let row = covariate("batch", &[1.0, f64::NAN, 1.0, 1.0]);
        let error = Design::new(4, &[row], None).map(|_| ()).unwrap_err();
        assert_eq!(
            error,
            ModelError::Constant {
                name: "batch".into(),
                n: 4
            }
        );
    }

    fn age_and_pc(n: usize) -> [Covariate; 2] {
        let wave =
            |f: f64| -> Vec<f64> { (0..n).map(|k| (f * k as f64).sin() * 3.0 + f).collect() };
        [covariate("age", &wave(0.7)), covariate("pc", &wave(1.9))]
    }

    fn unit_residual(design: &Design, row: &mut [f64]) -> f64 {
        let mut norms = Vec::new();
        design.unit_residuals(row, &[], &mut norms);
        norms[0]
    }

    /// A covariance whose inverse has few numbers: neighbours depend on each other.
    fn covariance(n: usize) -> Vec<f64> {
        let at = |i: usize, j: usize| {
            0.6f64.powi(i.abs_diff(j) as i32) * (1.0 + i.min(j) as f64 / n as f64)
        };
        (0..n * n).map(|place| at(place / n, place % n)).collect()
    }

    fn whitened(n: usize, covariates: &[Covariate]) -> Result<Design, ModelError> {
        let whitening = Whitening::of_covariance(n, &covariance(n)).unwrap();
        Design::new(n, covariates, Some(whitening))
    }

    #[test]
    fn a_row_that_follows_from_the_design_is_constant() {
        let n = 25;
        for design in [
            Design::new(n, &age_and_pc(n), None),
            whitened(n, &age_and_pc(n)),
        ] {
            let design = design.unwrap();
            assert_eq!((design.n(), design.n_covariates()), (n, 2));
            let age = age_and_pc(n)[0].values.clone();
            // What rounding leaves is no residual: scaled to norm 1 it would make hits out of nothing.
            let mut row: Vec<f64> = age.iter().map(|x| 0.1 * x + 1.0 / 3.0).collect();
            assert_eq!(unit_residual(&design, &mut row), 0.0);
            assert_eq!(row, [0.0; 25]);
            assert_eq!(unit_residual(&design, &mut [3.1; 25]), 0.0);
        }
    }

    #[test]
    fn collinear_covariates_are_named_under_an_error_covariance_too() {
        let [age, pc] = age_and_pc(20);
        let both: Vec<f64> = age
            .values
            .iter()
            .zip(&pc.values)
            .map(|(a, p)| 2.0 * a - p + 5.0)
            .collect();
        let error = whitened(20, &[age, pc, covariate("both", &both)])
            .map(|_| ())
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "covariate 'both' is a linear combination of 'age', 'pc' and the intercept; leave one of them out"
        );
        let error = whitened(20, &[covariate("batch", &[7.0; 20])])
            .map(|_| ())
            .unwrap_err();
        assert!(matches!(error, ModelError::Constant { .. }), "{error}");
    }

    #[test]
    fn the_offset_of_a_covariate_does_not_matter() {
        let n = 25;
        let mut plain: Vec<f64> = (0..n).map(|k| ((k * k) % 17) as f64).collect();
        let row = plain.clone();
        for with_errors in [false, true] {
            // Whole numbers and a mean that is one too lose nothing to the offset.
            let design_of = |offset: f64| {
                let age = (0..n).map(|k| offset + ((7 * k) % n) as f64);
                let age = covariate("age", &age.collect::<Vec<f64>>());
                match with_errors {
                    false => Design::new(n, &[age], None),
                    true => whitened(n, &[age]),
                }
            };
            plain.copy_from_slice(&row);
            let norm = unit_residual(&design_of(0.0).unwrap(), &mut plain);
            for offset in [1950.0, 1e6, 1e9] {
                let mut found = row.clone();
                let other = unit_residual(&design_of(offset).unwrap(), &mut found);
                assert!((other / norm - 1.0).abs() < 1e-14, "{offset}");
                let largest = found.iter().zip(&plain).map(|(a, b)| (a - b).abs());
                assert!(largest.fold(0.0, f64::max) < 1e-14, "{offset}");
            }
            assert!(matches!(design_of(1e13), Err(ModelError::Constant { .. })));
        }
    }

    #[test]
    fn the_bits_of_a_row_do_not_depend_on_those_beside_it() {
        let n = 30;
        let rows: Vec<f64> = (0..150 * n).map(|k| ((k * k) % 17) as f64).collect();
        for design in [
            Design::new(n, &age_and_pc(n), None),
            whitened(n, &age_and_pc(n)),
        ] {
            let design = design.unwrap();
            let (mut together, mut norms) = (rows.clone(), Vec::new());
            design.unit_residuals(&mut together, &[], &mut norms);
            for (i, row) in rows.chunks_exact(n).enumerate() {
                let mut alone = row.to_vec();
                assert_eq!(
                    unit_residual(&design, &mut alone).to_bits(),
                    norms[i].to_bits()
                );
                assert_eq!(alone, together[i * n..][..n]);
            }
        }
    }

    #[test]
    fn another_rank_makes_the_same_design_of_the_parts() {
        let n = 30;
        let mut row: Vec<f64> = (0..n).map(|k| ((k * k) % 17) as f64).collect();
        for design in [
            Design::new(n, &age_and_pc(n), None),
            whitened(n, &age_and_pc(n)),
        ] {
            let design = design.unwrap();
            let (rows, factor) = (
                design.basis_rows().to_vec(),
                design.whitening_factor().to_vec(),
            );
            let other = Design::from_parts(n, rows, factor);
            assert_eq!(other.n_covariates(), 2);
            let mut again = row.clone();
            let norms = (
                unit_residual(&design, &mut row),
                unit_residual(&other, &mut again),
            );
            assert_eq!(norms.0, norms.1);
            assert_eq!(row, again);
        }
    }

    #[test]
    fn tiny_values_keep_their_digits() {
        for design in [Design::new(20, &[], None), whitened(20, &[])] {
            let design = design.unwrap();
            let plain: Vec<f64> = (0..20).map(|k| f64::from(k * k % 7) + 0.3).collect();
            let mut wanted = plain.clone();
            let norm = unit_residual(&design, &mut wanted);
            for exponent in [-110, -125, -155, -162, -200, -280] {
                let scale = 10f64.powi(exponent);
                let mut row: Vec<f64> = plain.iter().map(|x| x * scale).collect();
                let found = unit_residual(&design, &mut row);
                assert!((found / scale / norm - 1.0).abs() < 1e-12, "1e{exponent}");
                assert!(
                    row.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-14),
                    "1e{exponent}"
                );
            }
        }
    }

    #[test]
    fn a_row_that_cannot_be_squared_has_no_norm() {
        for design in [Design::new(4, &[], None), whitened(4, &[])] {
            for huge in [1e200, f64::INFINITY, f64::NEG_INFINITY] {
                let norm = unit_residual(design.as_ref().unwrap(), &mut [1.0, 2.0, huge, 3.0]);
                assert!(norm.is_nan());
            }
        }
    }
}
