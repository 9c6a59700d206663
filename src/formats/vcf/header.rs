//! The header of a VCF: meta lines are shown to whoever needs one, the `#CHROM` line gives the samples.

use super::super::columns::{Separator, distinct_ids};
use super::super::input::{LineReader, quoted};
use super::FormatError;

const FIXED: [&str; 9] = [
    "#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT",
];

/// Reads up to the `#CHROM` line, shows the lines before it to `look`, and gives its sample IDs.
pub(in crate::formats) fn read_samples(
    reader: &mut LineReader,
    mut look: impl FnMut(&[u8]),
) -> Result<Vec<String>, FormatError> {
    const WANTED: &str = "wanted a '#CHROM' line after the lines that start with '##'";
    loop {
        if !reader.advance_to_text()? {
            return Err(reader.file_error("this is not a VCF", WANTED));
        }
        let line = reader.line();
        if line.starts_with(b"#CHROM") {
            break;
        }
        if !line.starts_with(b"##") {
            let found = format!("this is not a VCF: the line starts {}", quoted(line));
            return Err(reader.line_error(found, WANTED));
        }
        look(line);
    }
    let header = Separator::Tab.split_header(reader, reader.line())?;
    let misnamed = header
        .iter()
        .zip(FIXED)
        .position(|(found, wanted)| *found != wanted.as_bytes());
    if let Some(column) = misnamed {
        return Err(reader.line_error(
            format!(
                "column {} of the header is {}",
                column + 1,
                quoted(header[column])
            ),
            format!("wanted '{}', the columns separated by tabs", FIXED[column]),
        ));
    }
    let ids = header.get(FIXED.len()..).unwrap_or_default();
    if ids.is_empty() {
        return Err(reader.line_error(
            "the VCF has no samples",
            "wanted a FORMAT column and sample IDs after INFO",
        ));
    }
    distinct_ids(reader, reader.number(), ids, "sample")
}

/// What a meta line of angle brackets says of `key`: of `##contig=<ID=chr1,length=5>` and `ID`, `chr1`. Quotes are left
/// away; `None` if it is not there.
pub(in crate::formats) fn value_of<'a>(line: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let start = line.iter().position(|&byte| byte == b'<')? + 1;
    let mut rest = &line[start..];
    loop {
        let equals = rest.iter().position(|&byte| byte == b'=')?;
        let (name, value) = (&rest[..equals], &rest[equals + 1..]);
        let (value, end) = match value.strip_prefix(b"\"") {
            Some(quoted) => {
                let end = end_of_quoted(quoted);
                (&quoted[..end], (equals + 3 + end).min(rest.len()))
            }
            None => {
                let end = value.iter().position(|byte| b",>".contains(byte));
                let end = end.unwrap_or(value.len());
                (&value[..end], equals + 1 + end)
            }
        };
        if name.trim_ascii() == key {
            return Some(value);
        }
        rest = rest[end..].strip_prefix(b",")?;
    }
}

/// Where a text in quotes ends; a quote behind a backslash is part of it.
fn end_of_quoted(text: &[u8]) -> usize {
    let mut is_escaped = false;
    for (i, &byte) in text.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return i,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_meta_line_is_asked_by_key() {
        let line = br#"##FORMAT=<ID=GP,Number=G,Description="three, \"IDX=9\" > of them",Type=Float,IDX=12>"#;
        let of = |key: &str| value_of(line, key.as_bytes()).map(String::from_utf8_lossy);
        assert_eq!(of("ID").unwrap(), "GP");
        assert_eq!(of("IDX").unwrap(), "12");
        assert_eq!(of("Type").unwrap(), "Float");
        assert_eq!(of("Description").unwrap(), r#"three, \"IDX=9\" > of them"#);
        assert_eq!(of("Source"), None);
        assert_eq!(
            value_of(b"##contig=<ID=HLA-A*01:01,length=3>", b"ID"),
            Some(&b"HLA-A*01:01"[..])
        );
        assert_eq!(value_of(b"##fileDate=20261121", b"ID"), None);
    }

    proptest! {
        #[test]
        fn any_meta_line_can_be_asked(line in "##[a-z]{0,3}=<?[ID=,\"\\\\<>x]{0,20}") {
            value_of(line.as_bytes(), b"ID");
        }
    }
}
