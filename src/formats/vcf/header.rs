//! The header of a VCF: meta lines are passed over, the `#CHROM` line gives the samples.

use super::super::columns::{Separator, distinct_ids};
use super::super::input::{LineReader, quoted};
use super::FormatError;

const FIXED: [&str; 9] = [
    "#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT",
];

/// Reads up to the `#CHROM` line and gives its sample IDs.
pub(super) fn read_samples(reader: &mut LineReader) -> Result<Vec<String>, FormatError> {
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
