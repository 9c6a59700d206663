//! Single precision floats as the decimals they stand for.

use std::io::{Cursor, Write};

/// The shortest decimal that rounds to `x` in single precision, in double precision: 0.1, where `f64::from` gives
/// 0.10000000149011612. It is what the VCF had that the BCF was made from, if that had up to seven digits.
pub(super) fn as_written(x: f32) -> f64 {
    const SCALE: f64 = 1e4;
    const FEW_DIGITS: f64 = 1e6;
    // Two decimals of up to six digits never round to the same float, so one that does is the shortest.
    let scaled = (f64::from(x) * SCALE).round();
    let short = scaled / SCALE;
    if scaled.abs() < FEW_DIGITS && short as f32 == x {
        return short;
    }
    if !x.is_finite() {
        return f64::from(x);
    }
    // The longest is a sign, a point and some 50 digits.
    let mut text = Cursor::new([0; 128]);
    write!(text, "{x:e}").expect("there is room for every float");
    let n_bytes = text.position() as usize;
    let digits = std::str::from_utf8(&text.get_ref()[..n_bytes]).expect("digits are text");
    digits.parse().expect("a number that was written is one")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_float_is_the_decimal_it_was_written_as() {
        for text in [
            "0",
            "1",
            "2",
            "0.1",
            "1.05",
            "0.0001",
            "1.9999",
            "0.333333",
            "1.23457e-05",
            "1e30",
            "-0.5",
        ] {
            let float: f32 = text.parse().unwrap();
            let wanted: f64 = text.parse().unwrap();
            assert_eq!(as_written(float).to_bits(), wanted.to_bits(), "{text}");
        }
        assert!(as_written(f32::NAN).is_nan());
        assert!(as_written(f32::INFINITY).is_infinite());
    }

    proptest! {
        #[test]
        fn every_decimal_of_six_digits_comes_back(digits in 0u32..1_000_000, n_decimals in 0i32..9) {
            let text = format!("{digits}e-{n_decimals}");
            let float: f32 = text.parse().unwrap();
            prop_assert_eq!(as_written(float).to_bits(), text.parse::<f64>().unwrap().to_bits());
        }

        #[test]
        fn the_shortest_decimal_rounds_to_the_float(bits in any::<u32>()) {
            let x = f32::from_bits(bits);
            if x.is_finite() {
                prop_assert_eq!(as_written(x) as f32, x);
                prop_assert_eq!(as_written(x).to_bits(), format!("{x:?}").parse::<f64>().unwrap().to_bits());
            }
        }
    }
}
