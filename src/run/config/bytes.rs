//! Sizes of memory as people write them.

/// Bytes from "256M", "1.5G", "64KiB" or a plain number; K, M, G and T are powers of 1,024.
///
/// # Errors
/// If it is no size.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("'{text}' is no size; bytes, or such as 256M or 2G, are wanted");
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: f64 = digits.trim().parse().map_err(|_| wrong())?;
    let shift = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err(wrong()),
    };
    let bytes = number * (1u64 << shift) as f64;
    if bytes.is_finite() && (0.0..1e18).contains(&bytes) {
        return Ok(bytes as u64);
    }
    Err(wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!(parse_bytes("256M"), Ok(256 << 20));
        assert_eq!(parse_bytes("1.5GiB"), Ok(3 << 29));
        assert_eq!(parse_bytes("1000"), Ok(1000));
        for wrong in ["", "M", "-1M", "1X", "1e30", "nan"] {
            assert!(parse_bytes(wrong).is_err(), "{wrong}");
        }
    }
}
