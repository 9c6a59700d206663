//! How the products of a block make the strengths of its tests.

use crate::linalg::on_wide_registers;

/// How the products of a SNP's unit rows with a gene make the strength of their test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// One product, whose size is the strength.
    Single,
    /// Two products: the squared partial correlation of the second given the first.
    Partial,
    /// This many products: the sum of their squares.
    SumOfSquares(usize),
}

impl Combine {
    /// Unit rows of a SNP.
    pub fn n_units(self) -> usize {
        match self {
            Self::Single => 1,
            Self::Partial => 2,
            Self::SumOfSquares(k) => k,
        }
    }

    /// Writes the strengths of a SNP with some genes `[n_genes]`, of either sign; `row(unit)` are the products of one of
    /// its unit rows with them `[n_genes]`.
    ///
    /// A partial correlation of which `1 - c1^2` is below `least_rest` is unknown: infinite. A product that is NaN
    /// makes a strength that is NaN.
    pub(super) fn strengths<'p, T: Copy + Into<f64> + 'p>(
        self,
        row: impl Fn(usize) -> &'p [T],
        least_rest: f64,
        strengths: &mut [f64],
    ) {
        on_wide_registers(
            #[inline(always)]
            || match self {
                Self::Single => sizes(strengths, row(0)),
                Self::Partial => partial_correlations(strengths, row(0), row(1), least_rest),
                Self::SumOfSquares(k) => {
                    // Two classes less one leave one product; three, the usual case, two.
                    match k {
                        1 => squares(strengths, row(0)),
                        _ => sums_of_squares(strengths, row(0), row(1)),
                    }
                    (2..k).for_each(|unit| add_squares(strengths, row(unit)));
                }
            },
        );
    }
}

#[inline(always)]
fn sizes<T: Copy + Into<f64>>(strengths: &mut [f64], c: &[T]) {
    for (strength, &c) in strengths.iter_mut().zip(c) {
        *strength = c.into();
    }
}

/// `c2^2 / (1 - c1^2)`, or infinity where the denominator is small.
#[inline(always)]
fn partial_correlations<T: Copy + Into<f64>>(
    strengths: &mut [f64],
    c1: &[T],
    c2: &[T],
    least_rest: f64,
) {
    for ((strength, &c1), &c2) in strengths.iter_mut().zip(c1).zip(c2) {
        let (c1, c2): (f64, f64) = (c1.into(), c2.into());
        let rest = 1.0 - c1 * c1;
        let partial = c2 * c2 / rest;
        *strength = if rest < least_rest {
            f64::INFINITY
        } else {
            partial
        };
    }
}

#[inline(always)]
fn squares<T: Copy + Into<f64>>(strengths: &mut [f64], c: &[T]) {
    for (strength, &c) in strengths.iter_mut().zip(c) {
        let c: f64 = c.into();
        *strength = c * c;
    }
}

#[inline(always)]
fn sums_of_squares<T: Copy + Into<f64>>(strengths: &mut [f64], c1: &[T], c2: &[T]) {
    for ((strength, &c1), &c2) in strengths.iter_mut().zip(c1).zip(c2) {
        let (c1, c2): (f64, f64) = (c1.into(), c2.into());
        *strength = c1 * c1 + c2 * c2;
    }
}

#[inline(always)]
fn add_squares<T: Copy + Into<f64>>(strengths: &mut [f64], c: &[T]) {
    for (strength, &c) in strengths.iter_mut().zip(c) {
        let c: f64 = c.into();
        *strength += c * c;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_in_either_precision_make_the_strengths_of_every_model() {
        let products = [[0.5f32, -0.25, f32::NAN, 0.875], [0.5, 0.75, 0.0, 0.125]];
        let strengths = |combine: Combine| {
            let (mut single, mut double) = ([0.0; 4], [0.0; 4]);
            combine.strengths(|unit| &products[unit], 0.5, &mut single);
            let wide = products.map(|row| row.map(f64::from));
            combine.strengths(|unit| &wide[unit], 0.5, &mut double);
            assert_eq!(single.map(f64::to_bits), double.map(f64::to_bits));
            single
        };
        let masked = |values: [f64; 4]| values[2].is_nan();
        let single = strengths(Combine::Single);
        assert!(masked(single) && single[1] == -0.25);
        let partial = strengths(Combine::Partial);
        assert!(masked(partial) && partial[3] == f64::INFINITY);
        assert_eq!(partial[..2], [0.25 / 0.75, 0.5625 / 0.9375]);
        let sums = strengths(Combine::SumOfSquares(2));
        assert!(masked(sums) && sums[1] == 0.625);
        let squares = strengths(Combine::SumOfSquares(1));
        assert!(masked(squares) && squares[0] == 0.25);
    }
}
