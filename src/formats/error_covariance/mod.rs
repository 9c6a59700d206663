//! The error covariance: a square table with the sample IDs in the header and in the first column.
//!
//! Fields are separated by tabs, or by blanks if the header has no tab. The header may or may not have a field above
//! the row IDs. Rows may stand in another order than columns: the IDs say which value is whose. Every value is there,
//! and the two of a pair are equal, but for the rounding of the program that wrote them.

mod symmetry;
mod table;

use std::path::Path;

use self::table::Table;
use super::FormatError;
use super::number::write_number;

/// The covariance of the errors of samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorCovariance {
    /// The sample IDs, in the order of the header.
    pub samples: Vec<String>,
    /// `[n_samples x n_samples]`, row-major, exactly symmetric, finite, the diagonal positive.
    pub values: Vec<f64>,
    /// How far the file was from symmetric: the largest `|a_ij - a_ji| / sqrt(a_ii·a_jj)`, at most 1e-6; where it is
    /// not 0, `values` holds the means of the pairs.
    pub asymmetry: f64,
}

impl ErrorCovariance {
    /// Reads a table, plain or compressed, a row at a time.
    ///
    /// # Errors
    /// If the table is not square or not symmetric, its rows and columns have not the same IDs, once each, a value is
    /// missing or no finite number, or a variance is not positive.
    pub fn read(path: &Path) -> Result<Self, FormatError> {
        let mut table = Table::open(path)?;
        while table.reader.advance_to_text()? {
            table.read_row()?;
        }
        table.check_rows()?;
        table.order_rows();
        let asymmetry = table.make_symmetric()?;
        Ok(Self {
            samples: table.samples,
            values: table.values,
            asymmetry,
        })
    }
}

/// A number as it is written to tables.
fn number(x: f64) -> String {
    let mut text = Vec::new();
    write_number(&mut text, x).expect("memory takes all that is written");
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests;
