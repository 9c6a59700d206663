//! Numbers as people read them.

/// A count with groups of three: 49,232,768.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 test", "49,232,768 tests".
pub fn many(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// A number with four significant digits: plain from 0.001 to 100,000, else like `5.43e-32`; `NA` for NaN.
pub fn significant(x: f64) -> String {
    if x.is_nan() {
        return "NA".into();
    }
    if x == 0.0 || x.is_infinite() {
        return x.to_string();
    }
    if (1e-3..1e5).contains(&x.abs()) {
        let decimals = (3 - x.abs().log10().floor() as i32).max(0) as usize;
        return format!("{x:.decimals$}");
    }
    format!("{x:.3e}")
}

/// A number as somebody gave it, with no digit more than it has: 0.01, 1e-6.
pub fn shortest(x: f64) -> String {
    let size = x.abs();
    match size == 0.0 || !size.is_finite() || (1e-3..1e15).contains(&size) {
        true => x.to_string(),
        false => format!("{x:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_many_has_no_plural() {
        assert_eq!(many(1, "block pair"), "1 block pair");
        assert_eq!(many(1200, "block pair"), "1,200 block pairs");
    }

    #[test]
    fn given_numbers_are_shown_as_given() {
        let shown = [0.01, 1e-4, 193.0, 0.0, 2.5e-9].map(shortest);
        assert_eq!(shown, ["0.01", "1e-4", "193", "0", "2.5e-9"]);
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!(grouped(49_232_768), "49,232,768");
        assert_eq!([grouped(0), grouped(999)], ["0", "999"]);
    }

    #[test]
    fn four_digits_are_shown() {
        let cases = [
            (-1.110274, "-1.110"),
            (0.0012345, "0.001234"),
            (18.64755, "18.65"),
            (99_999.0, "99999"),
            (4.6039e-65, "4.604e-65"),
            (f64::NAN, "NA"),
            (0.0, "0"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (x, wanted) in cases {
            assert_eq!(significant(x), wanted);
        }
    }
}
