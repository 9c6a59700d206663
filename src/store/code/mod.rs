//! Genotype codes: the smallest type that holds every value of a matrix without loss.
//!
//! A value with d decimals is kept as the integer `value·10^d`; dividing that integer by 10^d rounds to the very
//! double that parsing the decimal gives, so nothing is lost.

mod lanes;
mod needs;
#[cfg(test)]
mod tests;

pub use self::lanes::append_bytes;
use self::lanes::nearest_integer;
pub use self::needs::CodeNeeds;

/// Largest number of decimals kept in a u16 code.
pub(super) const MAX_DECIMALS: u32 = 4;

/// The type of the codes in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeType {
    /// Integers 0 to 254; 255 is missing.
    U8,
    /// Integers 0 to 65534 divided by `10^decimals`; 65535 is missing.
    U16 {
        /// Decimals of every value, 0 to 4.
        decimals: u32,
    },
    /// Single precision; NaN is missing.
    F32,
    /// Double precision; NaN is missing.
    F64,
}

impl CodeType {
    /// Bytes of one code.
    pub fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 { .. } => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// The type in words, for people.
    pub fn describe(self) -> String {
        match self {
            Self::U8 => "u8".into(),
            Self::U16 { decimals } => format!("u16 with {decimals} decimals"),
            Self::F32 => "f32".into(),
            Self::F64 => "f64".into(),
        }
    }

    /// Appends the little-endian codes of `row` to `bytes`. Every value must fit the type.
    pub fn encode(self, row: &[f64], bytes: &mut Vec<u8>) {
        match self {
            Self::U8 => bytes.extend(row.iter().map(|&v| if v.is_nan() { 255 } else { v as u8 })),
            Self::U16 { decimals } => {
                let scale = power_of_ten(decimals);
                let code = |value: f64| match value.is_nan() {
                    true => 65535,
                    false => nearest_integer(value * scale) as u16,
                };
                bytes.extend(row.iter().flat_map(|&value| code(value).to_le_bytes()));
            }
            Self::F32 => row
                .iter()
                .for_each(|&v| bytes.extend_from_slice(&(v as f32).to_le_bytes())),
            Self::F64 => row
                .iter()
                .for_each(|v| bytes.extend_from_slice(&v.to_le_bytes())),
        }
    }

    /// Decodes the codes of one row at `columns` into `values` `[n_columns]`; missing becomes NaN.
    ///
    /// # Panics
    /// If a column lies outside the row or the lengths differ.
    pub fn decode(self, bytes: &[u8], columns: &[u32], values: &mut [f64]) {
        assert_eq!(columns.len(), values.len(), "one value a column");
        match self {
            Self::U8 => pick(
                bytes.as_chunks::<1>().0,
                columns,
                values,
                |[code]| match code {
                    255 => f64::NAN,
                    code => f64::from(code),
                },
            ),
            Self::U16 { decimals } => {
                let scale = power_of_ten(decimals);
                pick(
                    bytes.as_chunks::<2>().0,
                    columns,
                    values,
                    |code| match u16::from_le_bytes(code) {
                        65535 => f64::NAN,
                        code => f64::from(code) / scale,
                    },
                )
            }
            Self::F32 => pick(bytes.as_chunks::<4>().0, columns, values, |code| {
                f64::from(f32::from_le_bytes(code))
            }),
            Self::F64 => pick(
                bytes.as_chunks::<8>().0,
                columns,
                values,
                f64::from_le_bytes,
            ),
        }
    }
}

fn pick<const N: usize>(
    codes: &[[u8; N]],
    columns: &[u32],
    values: &mut [f64],
    value: impl Fn([u8; N]) -> f64,
) {
    for (out, &column) in values.iter_mut().zip(columns) {
        *out = value(codes[column as usize]);
    }
}

fn power_of_ten(decimals: u32) -> f64 {
    10f64.powi(decimals as i32)
}
