//! Values looked at several at a time, as every value of an import is.
//!
//! Written without branches and over arrays of one width, so that the compiler takes the processor's wide registers.

/// Values looked at side by side.
const LANES: usize = 8;

/// 1.5 * 2^52: what is added to it leaves no bits for a fraction, and its integer in the lowest bits. A rounding
/// instruction is not on every CPU this is compiled for, and a call for each value was a third of an import.
const SHIFT: f64 = 1.5 * (1u64 << 52) as f64;

/// The integer next to a number of less than 2^51; numbers beyond fit no integer code, whatever comes out here.
pub(super) fn nearest_integer(value: f64) -> f64 {
    (value + SHIFT) - SHIFT
}

/// Appends the codes of a row as [`CodeType::U8`](super::CodeType::U8), and gives its largest value; appends nothing if a value has none.
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

/// Whether all values that are not missing are of some kind. All are asked, without branches.
pub(super) fn all(values: &[f64], is: impl Fn(f64) -> bool) -> bool {
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
pub(super) fn largest(values: &[f64]) -> f64 {
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
