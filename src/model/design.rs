//! The design: the intercept and the covariates, over the samples that are used.
//!
//! With an error covariance K everything is multiplied by W with `W'W = K^-1` first, the intercept too, and
//! ordinary least squares on the products is generalized least squares on the rows. Shabalin 2012, section 2.4.

use super::covariate::Covariate;
use super::error::ModelError;
use super::kind::ModelKind;
use crate::linalg::{Basis, Dependence, Whitening, power_of_two_in, sum, sum_of_squares};

/// The intercept and the covariates as an orthonormal basis; with an error covariance K, of both multiplied by W,
/// where W'W = K^-1.
#[derive(Clone, Debug)]
pub struct Design {
    pub(super) basis: Basis,
    pub(super) whitening: Option<Whitened>,
}

/// Reading a row, rounding and packing it takes about as long as so many products of the integer screen, with 0, 10 or 30
/// covariates.
const READING: u64 = 450;

/// What it costs to make one row ready against so many covariates, in products for one sample.
pub fn row_cost(n_covariates: usize) -> u64 {
    // A row meets every covariate twice, in dot products of its own.
    READING + 2 * (n_covariates as u64 + 2)
}

/// W, and what the intercept becomes under it.
#[derive(Clone, Debug)]
pub(super) struct Whitened {
    pub(super) w: Whitening,
    pub(super) ones: Vec<f64>,
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
            // Without room for the covariates, no model has room for what it tests.
            ModelKind::Linear.df(n, covariates.len())?;
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
        row_cost(self.n_covariates()) + self.whitening_cost()
    }

    fn whitening_cost(&self) -> u64 {
        // W is triangular.
        self.whitening.as_ref().map_or(0, |_| self.n() as u64 / 2)
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

/// Small designs for tests.
#[cfg(test)]
pub(super) mod samples {
    use super::*;

    pub fn covariate(name: &str, values: &[f64]) -> Covariate {
        Covariate {
            name: name.into(),
            values: values.to_vec(),
        }
    }

    pub fn age_and_pc(n: usize) -> [Covariate; 2] {
        let wave =
            |f: f64| -> Vec<f64> { (0..n).map(|k| (f * k as f64).sin() * 3.0 + f).collect() };
        [covariate("age", &wave(0.7)), covariate("pc", &wave(1.9))]
    }

    /// A covariance whose inverse has few numbers: neighbours depend on each other.
    pub fn covariance(n: usize) -> Vec<f64> {
        let at = |i: usize, j: usize| {
            0.6f64.powi(i.abs_diff(j) as i32) * (1.0 + i.min(j) as f64 / n as f64)
        };
        (0..n * n).map(|place| at(place / n, place % n)).collect()
    }

    pub fn whitened(n: usize, covariates: &[Covariate]) -> Result<Design, ModelError> {
        let whitening = Whitening::of_covariance(n, &covariance(n)).unwrap();
        Design::new(n, covariates, Some(whitening))
    }
}

#[cfg(test)]
mod tests {
    use super::samples::*;
    use super::*;

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
                model: "linear".into(),
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
}
