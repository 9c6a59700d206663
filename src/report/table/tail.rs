//! p-values below the floor that a table has, from its statistics.

use super::Figure;
use crate::stats::{Degrees, ln_p_of_r_squared, ln_two_sided_t, neg_log10_p};

/// Below this the p of a table may be its floor.
const NEAR_FLOOR: f64 = 1e-300;

/// What the statistics of a table are, so that p can be had where it is below the floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// t with so many degrees of freedom.
    T(f64),
    /// F.
    F(Degrees),
    /// F whose degrees of freedom change from SNP to SNP.
    Unknown,
}

impl Tail {
    /// -log10 of the p-value of a statistic.
    fn neg_log10_p(self, statistic: f64) -> Option<f64> {
        let ln_p = match self {
            Self::T(df) => ln_two_sided_t(statistic, df),
            Self::F(degrees) => {
                let ratio = statistic * f64::from(degrees.numerator) / degrees.residual;
                ln_p_of_r_squared(ratio / (1.0 + ratio), degrees)
            }
            Self::Unknown => return None,
        };
        Some(neg_log10_p(ln_p)).filter(|x| x.is_finite())
    }

    /// -log10 of a p-value, from its statistic where it may be at its floor.
    pub(super) fn of_p(self, p: f64, statistic: Figure) -> f64 {
        let of_p = 0.0 - p.max(f64::MIN_POSITIVE).log10();
        match p < NEAR_FLOOR {
            true => self.neg_log10_p(statistic.or_nan()).unwrap_or(of_p),
            false => of_p,
        }
    }
}
