//! Numbers as text, in and out, without losing a bit.
//!
//! Reading is correctly rounded, as Rust's own parser is. Genotypes, dosages and most expression values are short
//! decimals: digits that fit 53 bits over a power of ten that f64 holds exactly, so that one division, which IEEE 754
//! rounds correctly, gives the same bits several times faster.
//!
//! Writing gives the shortest digits that read back to the same bits, and R's words for what is not a number.

use std::io::{self, Write};

/// Why a field is not a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadNumber {
    /// Nothing stands there.
    Empty,
    /// Infinite, by name or by size.
    Infinite,
    /// Some other text.
    Text,
}

impl BadNumber {
    /// What is wrong, as the end of a sentence about the field.
    pub(super) fn problem(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Infinite => "is infinite",
            Self::Text => "is not a number",
        }
    }

    /// What should stand there.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Empty => "write a number, or NA where the value is missing",
            Self::Infinite => {
                "an infinite value silently loses every test of its row; write a finite number or NA"
            }
            Self::Text => "write a number, with a point for decimals, or NA where it is missing",
        }
    }
}

/// A value as tables give it: a finite number, or NaN for `NA`, `NaN`, `nan` and `.`.
pub(super) fn parse_value(text: &[u8]) -> Result<f64, BadNumber> {
    if let Some(value) = simple_decimal(text) {
        return Ok(value);
    }
    if is_missing(text) {
        return Ok(f64::NAN);
    }
    if text.is_empty() {
        return Err(BadNumber::Empty);
    }
    let parsed = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse::<f64>().ok());
    match parsed {
        Some(value) if value.is_infinite() => Err(BadNumber::Infinite),
        Some(value) => Ok(value),
        None => Err(BadNumber::Text),
    }
}

/// Whether a field says that there is no value.
pub(super) fn is_missing(text: &[u8]) -> bool {
    matches!(text, b"NA" | b"NaN" | b"nan" | b".")
}

const POWERS_OF_TEN: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// The value of an optional minus, digits and at most one point, if digits and scale are exact in f64.
fn simple_decimal(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > POWERS_OF_TEN.len() {
        return None;
    }
    let mut mantissa = 0u64;
    let mut point = None;
    for (i, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => mantissa = mantissa * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(i),
            _ => return None,
        }
    }
    let n_digits = digits.len() - usize::from(point.is_some());
    if n_digits == 0 || mantissa > 1 << f64::MANTISSA_DIGITS {
        return None;
    }
    let n_decimals = point.map_or(0, |i| digits.len() - 1 - i);
    let value = mantissa as f64 / POWERS_OF_TEN[n_decimals];
    Some(if negative { -value } else { value })
}

/// Writes a number in the shortest form that reads back to the same bits: plain for 1e-4 <= |x| < 1e15 and 0, else
/// like `5.43e-32`; `NA` for NaN, `Inf` and `-Inf`.
///
/// # Errors
/// If `out` refuses.
pub fn write_number(out: &mut impl Write, x: f64) -> io::Result<()> {
    let size = x.abs();
    if x.is_nan() {
        out.write_all(b"NA")
    } else if x.is_infinite() {
        out.write_all(if x > 0.0 { b"Inf" } else { b"-Inf" })
    } else if size == 0.0 || (1e-4..1e15).contains(&size) {
        write!(out, "{x}")
    } else {
        write!(out, "{x:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(x: f64) -> String {
        let mut out = Vec::new();
        write_number(&mut out, x).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn missing_values_are_nan() {
        for text in ["NA", "NaN", "nan", ".", "-nan"] {
            assert!(parse_value(text.as_bytes()).unwrap().is_nan(), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_finite_number_is_refused() {
        assert_eq!(parse_value(b""), Err(BadNumber::Empty));
        for text in ["Inf", "-inf", "infinity", "1e999"] {
            assert_eq!(parse_value(text.as_bytes()), Err(BadNumber::Infinite));
        }
        for text in ["abc", "1,5", "-", "1.2.3", "0x1", " 1", "na", "\u{b5}"] {
            assert_eq!(parse_value(text.as_bytes()), Err(BadNumber::Text), "{text}");
        }
    }

    #[test]
    fn the_reason_against_infinity_is_given() {
        assert!(
            BadNumber::Infinite
                .advice()
                .contains("silently loses every test")
        );
        assert!(BadNumber::Empty.advice().contains("NA"));
    }

    #[test]
    fn short_decimals_take_the_fast_path() {
        for text in ["0", "2", "-0", "0.25", "-1.5", "1.", ".5", "123456789.1"] {
            let fast = simple_decimal(text.as_bytes()).unwrap();
            let slow: f64 = text.parse().unwrap();
            assert_eq!(fast.to_bits(), slow.to_bits(), "{text}");
        }
        assert_eq!(simple_decimal(b"9007199254740993"), None);
    }

    #[test]
    fn numbers_are_written_as_people_read_them() {
        let cases = [
            (2.0, "2"),
            (-0.125, "-0.125"),
            (0.0, "0"),
            (1e-4, "0.0001"),
            (9.9e-5, "9.9e-5"),
            (5.43e-32, "5.43e-32"),
            (1e15, "1e15"),
            (999_999_999_999_999.0, "999999999999999"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::NAN, "NA"),
            (f64::INFINITY, "Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ];
        for (x, text) in cases {
            assert_eq!(written(x), text);
        }
    }

    proptest! {
        #[test]
        fn the_fast_path_gives_the_bits_of_the_slow_one(text in "-?[0-9]{0,12}\\.?[0-9]{0,12}") {
            if let Some(fast) = simple_decimal(text.as_bytes()) {
                let slow: f64 = text.parse().unwrap();
                prop_assert_eq!(fast.to_bits(), slow.to_bits());
            } else if let Ok(slow) = text.parse::<f64>() {
                prop_assert_eq!(parse_value(text.as_bytes()).unwrap().to_bits(), slow.to_bits());
            }
        }

        #[test]
        fn written_numbers_read_back_to_the_same_bits(bits in any::<u64>(), plain in -1e6..1e6f64) {
            for x in [f64::from_bits(bits), plain] {
                if x.is_finite() {
                    prop_assert_eq!(written(x).parse::<f64>().unwrap().to_bits(), x.to_bits());
                    prop_assert_eq!(parse_value(written(x).as_bytes()).unwrap().to_bits(), x.to_bits());
                }
            }
        }
    }
}
