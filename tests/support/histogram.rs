//! Histograms of p-values.

use std::path::Path;

use super::{Table, close, number};

/// A bin: its edges and how many p-values fall into it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Lower edge, which does not belong to it.
    pub p_low: f64,
    /// Upper edge, which belongs to it.
    pub p_high: f64,
    /// Tests.
    pub count: f64,
}

impl Bin {
    /// The bin of three fields.
    pub fn parse(fields: &[String]) -> Self {
        assert_eq!(fields.len(), 3, "{fields:?}");
        Self {
            p_low: number(&fields[0]),
            p_high: number(&fields[1]),
            count: number(&fields[2]),
        }
    }
}

/// Reads a histogram as the program writes it.
pub fn read(path: &Path) -> Vec<Bin> {
    let table = Table::read(path);
    assert_eq!(table.header, ["p_low", "p_high", "count"]);
    table.rows.iter().map(|row| Bin::parse(row)).collect()
}

/// The same bins, and exactly as many tests in each.
pub fn check(found: &[Bin], wanted: &[Bin], what: &str) {
    assert_eq!(found.len(), wanted.len(), "bins of {what}");
    for (found, wanted) in found.iter().zip(wanted) {
        let same = close(found.p_low, wanted.p_low, 1e-12)
            && close(found.p_high, wanted.p_high, 1e-12)
            && found.count == wanted.count;
        assert!(same, "{what}: {found:?}, wanted {wanted:?}");
    }
}
