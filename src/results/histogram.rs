//! The histogram of p-values of one class: `p_low p_high count`.

use std::path::Path;

use crate::formats::{FormatError, TableWriter};

/// Writes the counts `[n_bins]` of the tests whose p-value lies between the edges `[n_bins + 1]`, above the lower one
/// and up to the upper one; the lowest edge counts as 0. The table is on the disk then and gets its name when it is
/// finished.
///
/// # Errors
/// If the file cannot be written; nothing is left of it then.
pub fn write_histogram(
    path: &Path,
    edges: &[f64],
    counts: &[u64],
) -> Result<TableWriter, FormatError> {
    let mut table = TableWriter::create(path, &["p_low", "p_high", "count"])?;
    for (edge, count) in edges.windows(2).zip(counts) {
        table.number(edge[0])?;
        table.number(edge[1])?;
        table.count(*count)?;
        table.end_row()?;
    }
    table.settle()?;
    Ok(table)
}
