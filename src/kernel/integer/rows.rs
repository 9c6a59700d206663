//! The SNP side as integers: a row of codes for every unit row, and how far it can be off.

use crate::linalg::{on_wide_registers, sum_of_squares};

/// A row `t·(c - z)` of integer codes c that stands for a unit row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    /// The step t.
    pub step: f64,
    /// The zero point z.
    pub zero: f64,
    /// At least the norm of the row about m.
    pub size: f64,
    /// At least the norm of what the codes leave, and rounding.
    pub remainder: f64,
    /// The largest code; 0 for a row of zeros.
    pub largest: u8,
    /// Whether the codes are genotypes and z their mean, so that equal codes make equal tests.
    pub is_hard_call: bool,
}

/// The rows of a slab as integers.
#[derive(Clone, Debug, Default)]
pub struct SnpRows {
    n: usize,
    n_units: usize,
    rows: Vec<Row>,
    codes: Vec<u8>,
    left: Vec<f64>,
}

impl SnpRows {
    /// Room for `m` SNPs of `n_units` rows of `n` samples.
    pub fn resize(&mut self, n: usize, n_units: usize, m: usize) {
        (self.n, self.n_units) = (n, n_units);
        self.rows.resize(n_units * m, Row::default());
        self.codes.resize(n_units * m * n, 0);
    }

    /// The number of SNPs.
    pub fn len(&self) -> usize {
        self.rows.len() / self.n_units.max(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Unit rows of a SNP.
    pub fn n_units(&self) -> usize {
        self.n_units
    }

    /// The number of samples.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Writes the i-th SNP as codes up to `largest` of its unit rows `[n_units][n]`.
    pub fn set_units<'u>(&mut self, i: usize, units: impl Iterator<Item = &'u [f64]>, largest: u8) {
        let m = self.len();
        for (unit, row) in units.enumerate() {
            let place = unit * m + i;
            let codes = &mut self.codes[place * self.n..][..self.n];
            self.rows[place] = quantize(row, largest, codes, &mut self.left);
        }
    }

    /// The i-th row of SNPs of one unit row each, with its codes, to be written.
    pub(super) fn single_mut(&mut self, i: usize) -> (&mut Row, &mut [u8]) {
        (&mut self.rows[i], &mut self.codes[i * self.n..][..self.n])
    }

    /// The unit rows of the i-th SNP with their codes `[n]`.
    pub fn of_snp(&self, i: usize) -> impl Iterator<Item = (&Row, &[u8])> {
        let m = self.len();
        (0..self.n_units).map(move |unit| {
            let place = unit * m + i;
            (&self.rows[place], &self.codes[place * self.n..][..self.n])
        })
    }
}

/// Rounds a unit row to codes up to `largest`; `left` is room for what that leaves.
fn quantize(row: &[f64], largest: u8, codes: &mut [u8], left: &mut Vec<f64>) -> Row {
    left.resize(row.len(), 0.0);
    on_wide_registers(
        #[inline(always)]
        || {
            let (mut low, mut high) = (0.0f64, 0.0f64);
            for &x in row {
                low = if x < low { x } else { low };
                high = if x > high { x } else { high };
            }
            if low == high {
                codes.fill(0);
                return Row {
                    step: 1.0,
                    ..Row::default()
                };
            }
            let step = ((high - low) / f64::from(largest)).max(f64::MIN_POSITIVE);
            let (inverse, zero) = (1.0 / step, -low / step);
            for ((code, left), x) in codes.iter_mut().zip(left.iter_mut()).zip(row) {
                let whole = (x * inverse + (zero + 0.5)) as i32;
                *code = whole as u8;
                *left = x - step * (f64::from(whole) - zero);
            }
            let remainder = sum_of_squares(left).sqrt() * (1.0 + 1e-9) + 1e-13;
            Row {
                step,
                zero,
                size: sum_of_squares(row).sqrt() * (1.0 + 1e-9),
                remainder: remainder + rounding(step * zero, row.len()),
                largest,
                is_hard_call: false,
            }
        },
    )
}

/// What rounding adds to a remainder. The screen makes D - z·Q in f32, and both parts can be larger than it by `t·z·|1|`
/// times the size of the weights; the decided product is a sum of n rounded terms.
pub(super) fn rounding(offset: f64, n: usize) -> f64 {
    let n = n as f64;
    4.0 * f64::from(f32::EPSILON) * offset * n.sqrt() + 4.0 * (n + 8.0) * f64::EPSILON
}
