//! Names of files for IDs, which may hold anything but control characters.

use super::super::error::RunError;
use crate::formats::percent_encoded;

/// The longest name without its ending; file systems take 255 bytes.
const LONGEST_BYTES: usize = 200;

/// The ID as the start of a file name: letters, digits, `_` and `-` as they are, `.` too but in front, every other byte
/// as `%` and two hexadecimal digits. Different IDs have different names, and none leads out of a folder.
///
/// # Errors
/// An ID that is too long.
pub fn file_name(id: &str) -> Result<String, RunError> {
    let name = percent_encoded(id);
    if name.len() > LONGEST_BYTES {
        let start: String = id.chars().take(40).collect();
        return Err(RunError::Input(format!(
            "gene '{start}...' has an ID too long for the name of a file; leave it out, or leave --per-gene, --ld and --gwas-ssf out"
        )));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_ids_stay_as_they_are() {
        for id in ["ENSG00000100376.7", "HLA-DRB1", "a_b"] {
            assert_eq!(file_name(id).unwrap(), id);
        }
        assert_eq!(file_name("../a b%").unwrap(), "%2E.%2Fa%20b%25");
        assert_eq!(file_name("ä").unwrap(), "%C3%A4");
        assert!(file_name(&"a".repeat(201)).is_err());
    }

    /// The ID that a name was made from.
    fn decoded(name: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = name.as_bytes();
        while let Some((&first, after)) = rest.split_first() {
            if first == b'%' {
                let digits = std::str::from_utf8(&after[..2]).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &after[2..];
            } else {
                bytes.push(first);
                rest = after;
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn a_name_is_one_plain_file_and_tells_its_id(id in "[ -~äß/.\\\\]{1,30}") {
            let name = file_name(&id).unwrap();
            prop_assert!(!name.contains(['/', '\\', ' ']) && !name.starts_with('.'), "{}", name);
            prop_assert_eq!(decoded(&name), id);
        }
    }
}
