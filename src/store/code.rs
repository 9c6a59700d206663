//! Genotype codes: the smallest type that holds every value of a matrix without loss.
//!
//! A value with d decimals is kept as the integer `value·10^d`; dividing that integer by 10^d rounds to the very
//! double that parsing the decimal gives, so nothing is lost.

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

/// What the values seen so far need of a code type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeNeeds {
    negative: bool,
    largest: f64,
    decimals: Option<u32>,
    single: bool,
}

impl Default for CodeNeeds {
    fn default() -> Self {
        Self {
            negative: false,
            largest: 0.0,
            decimals: Some(0),
            single: true,
        }
    }
}

impl CodeNeeds {
    /// Takes in a row; NaN is missing.
    pub fn see(&mut self, row: &[f64]) {
        for &value in row.iter().filter(|value| !value.is_nan()) {
            self.negative |= value < 0.0;
            self.largest = self.largest.max(value);
            self.single &= f64::from(value as f32) == value;
            if let Some(decimals) = self.decimals {
                self.decimals = (decimals..=MAX_DECIMALS).find(|&d| is_decimal(value, d));
            }
        }
    }

    /// Takes in what other rows need.
    pub fn join(&mut self, other: &Self) {
        self.negative |= other.negative;
        self.largest = self.largest.max(other.largest);
        self.single &= other.single;
        self.decimals = self.decimals.zip(other.decimals).map(|(a, b)| a.max(b));
    }

    /// The smallest type without loss.
    pub fn code_type(&self) -> CodeType {
        match self.decimals.filter(|_| !self.negative) {
            Some(0) if self.largest <= 254.0 => CodeType::U8,
            Some(decimals) if self.largest * power_of_ten(decimals) <= 65534.0 => {
                CodeType::U16 { decimals }
            }
            _ if self.single => CodeType::F32,
            _ => CodeType::F64,
        }
    }
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
                for &value in row {
                    let code = if value.is_nan() {
                        65535
                    } else {
                        (value * scale).round() as u16
                    };
                    bytes.extend_from_slice(&code.to_le_bytes());
                }
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

fn is_decimal(value: f64, decimals: u32) -> bool {
    let scale = power_of_ten(decimals);
    (value * scale).round() / scale == value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn needs(values: &[f64]) -> CodeType {
        let mut needs = CodeNeeds::default();
        needs.see(values);
        needs.code_type()
    }

    #[test]
    fn the_smallest_type_without_loss_is_taken() {
        assert_eq!(needs(&[0.0, 1.0, 2.0, f64::NAN]), CodeType::U8);
        assert_eq!(needs(&[0.0, 255.0]), CodeType::U16 { decimals: 0 });
        assert_eq!(needs(&[0.05, 1.999]), CodeType::U16 { decimals: 3 });
        assert_eq!(needs(&[0.5, 40.1234]), CodeType::F64);
        assert_eq!(needs(&[-0.5, 1.25]), CodeType::F32);
        assert_eq!(needs(&[0.1234567]), CodeType::F64);
        assert_eq!(needs(&[f64::NAN]), CodeType::U8);
    }

    #[test]
    fn needs_of_parts_join_to_the_needs_of_the_whole() {
        let parts = [vec![0.0, 254.0], vec![0.25], vec![1.5]];
        let (mut joined, mut whole) = (CodeNeeds::default(), CodeNeeds::default());
        for part in &parts {
            let mut one = CodeNeeds::default();
            one.see(part);
            joined.join(&one);
            whole.see(part);
        }
        assert_eq!(joined, whole);
        assert_eq!(whole.code_type(), CodeType::U16 { decimals: 2 });
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back_bit_for_bit(
            integers in prop::collection::vec(0u32..20_001, 1..40),
            decimals in 0u32..6,
            missing in 0usize..40,
        ) {
            let mut row: Vec<f64> = integers
                .iter()
                .map(|i| format!("{i}e-{decimals}").parse().unwrap())
                .collect();
            if let Some(value) = row.get_mut(missing) {
                *value = f64::NAN;
            }
            let code_type = needs(&row);
            let mut bytes = Vec::new();
            code_type.encode(&row, &mut bytes);
            prop_assert_eq!(bytes.len(), row.len() * code_type.size());
            let columns: Vec<u32> = (0..row.len() as u32).rev().collect();
            let mut back = vec![0.0; row.len()];
            code_type.decode(&bytes, &columns, &mut back);
            back.reverse();
            for (a, b) in back.iter().zip(&row) {
                prop_assert!(a == b || a.is_nan() && b.is_nan(), "{} {}", a, b);
            }
        }
    }
}
