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
    /// Takes in values; NaN is missing.
    pub fn see(&mut self, values: &[f64]) {
        self.negative |= !all(values, |value| value >= 0.0);
        self.single = self.single && all(values, |value| f64::from(value as f32) == value);
        self.largest = self.largest.max(largest(values));
        // What has d decimals has d + 1 too.
        self.decimals = self.decimals.and_then(|decimals| {
            (decimals..=MAX_DECIMALS).find(|&d| {
                let scale = power_of_ten(d);
                all(values, |value| {
                    nearest_integer(value * scale) / scale == value
                })
            })
        });
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

/// 1.5 * 2^52: what is added to it leaves no bits for a fraction, and its integer in the lowest bits. A rounding
/// instruction is not on every CPU this is compiled for, and a call for each value was a third of an import.
const SHIFT: f64 = 1.5 * (1u64 << 52) as f64;

/// The integer next to a number of less than 2^51; numbers beyond fit no integer code, whatever comes out here.
fn nearest_integer(value: f64) -> f64 {
    (value + SHIFT) - SHIFT
}

/// Appends the codes of a row as [`CodeType::U8`], and gives its largest value; appends nothing if a value has none.
pub fn append_bytes(row: &[f64], bytes: &mut Vec<u8>) -> Option<f64> {
    let start = bytes.len();
    bytes.resize(start + row.len(), 0);
    let (eights, rest) = row.as_chunks::<LANES>();
    let (eights_of_bytes, rest_of_bytes) = bytes[start..].as_chunks_mut::<LANES>();
    let mut last = [f64::NAN; LANES];
    last[..rest.len()].copy_from_slice(rest);
    let mut last_bytes = [0; LANES];
    let mut seen = Seen::default();
    for (values, codes) in eights.iter().zip(eights_of_bytes) {
        seen.encode(values, codes);
    }
    seen.encode(&last, &mut last_bytes);
    rest_of_bytes.copy_from_slice(&last_bytes[..rest.len()]);
    let largest = seen.largest.into_iter().fold(0.0, f64::max);
    let smallest = seen.smallest.into_iter().fold(0.0, f64::min);
    let are_codes = seen.others == [0; LANES] && smallest >= 0.0 && largest <= 254.0;
    if !are_codes {
        bytes.truncate(start);
    }
    are_codes.then_some(largest)
}

/// What was seen of every eighth value. All is as wide as a value, so that the compiler works on several side by side.
#[derive(Default)]
struct Seen {
    smallest: [f64; LANES],
    largest: [f64; LANES],
    /// Not 0 if a value is neither whole nor missing.
    others: [u64; LANES],
}

impl Seen {
    #[inline]
    fn encode(&mut self, values: &[f64; LANES], codes: &mut [u8; LANES]) {
        for i in 0..LANES {
            let value = values[i];
            let shifted = value + SHIFT;
            let is_missing = mask(value.is_nan());
            self.others[i] |= mask(shifted - SHIFT != value) & !is_missing;
            self.largest[i] = if value > self.largest[i] {
                value
            } else {
                self.largest[i]
            };
            self.smallest[i] = if value < self.smallest[i] {
                value
            } else {
                self.smallest[i]
            };
            codes[i] = (shifted.to_bits() | is_missing) as u8;
        }
    }
}

/// All bits, or none.
fn mask(is: bool) -> u64 {
    u64::from(is).wrapping_neg()
}

/// Values looked at side by side.
const LANES: usize = 8;

/// Whether all values that are not missing are of some kind. All are asked, without branches.
fn all(values: &[f64], is: impl Fn(f64) -> bool) -> bool {
    let (eights, rest) = values.as_chunks::<LANES>();
    let mut lanes = [true; LANES];
    for eight in eights {
        for (lane, &value) in lanes.iter_mut().zip(eight) {
            *lane &= is(value) | value.is_nan();
        }
    }
    let rest = rest.iter().all(|&value| is(value) | value.is_nan());
    lanes.iter().all(|&lane| lane) & rest
}

/// The largest value that is not missing, at least 0.
fn largest(values: &[f64]) -> f64 {
    let (eights, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for eight in eights {
        for (lane, &value) in lanes.iter_mut().zip(eight) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    let all = lanes.iter().chain(rest);
    all.fold(0.0, |largest, &value| value.max(largest))
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

    /// What a single value needs, by the words of the code types.
    fn fits(value: f64, code_type: CodeType) -> bool {
        match code_type {
            CodeType::U8 => (0..=254).any(|code| f64::from(code) == value),
            CodeType::U16 { decimals } => {
                let near = (value * power_of_ten(decimals)) as i64;
                (near - 1..=near + 1)
                    .filter(|code| (0..=65534).contains(code))
                    .any(|code| format!("{code}e-{decimals}").parse() == Ok(value))
            }
            CodeType::F32 => f64::from(value as f32) == value,
            CodeType::F64 => true,
        }
    }

    proptest! {
        #[test]
        fn the_type_of_any_values_is_the_first_that_all_fit(
            values in prop::collection::vec(
                prop_oneof![
                    8 => (0u32..4).prop_map(f64::from),
                    1 => Just(f64::NAN),
                    1 => (0u32..70_000, 0u32..6).prop_map(|(n, d)| format!("{n}e-{d}").parse().unwrap()),
                    1 => prop_oneof![Just(-1.0), Just(-0.0), Just(1e300), Just(254.5), Just(f64::from(0.1f32))],
                ],
                0..40,
            ),
        ) {
            let wanted = [CodeType::U8]
                .into_iter()
                .chain((0..=MAX_DECIMALS).map(|decimals| CodeType::U16 { decimals }))
                .chain([CodeType::F32, CodeType::F64])
                .find(|&code_type| values.iter().all(|&v| v.is_nan() || fits(v, code_type)));
            prop_assert_eq!(Some(needs(&values)), wanted);
        }

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
