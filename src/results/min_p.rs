//! The smallest p-value of every row of one side in one class: `id min_p neg_log10_p`, the partner it is with, and the
//! number of tests it is the smallest of.

use std::path::Path;

use crate::formats::{FormatError, TableWriter};
use crate::stats::{neg_log10_p, p_value};

/// A table of smallest p-values under construction.
pub struct MinPTable {
    table: TableWriter,
}

impl MinPTable {
    /// Creates the table. `partner` is the name of the other side: gene or snp.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path, partner: &str) -> Result<Self, FormatError> {
        let header = ["id", "min_p", "neg_log10_p", partner, "n_tests"];
        let table = TableWriter::create(path, &header)?;
        Ok(Self { table })
    }

    /// Writes a row: ln of its smallest p-value and the partner, `None` where no test found anything.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn push(
        &mut self,
        id: &str,
        ln_p: f64,
        partner: Option<&str>,
        n_tests: u64,
    ) -> Result<(), FormatError> {
        self.table.text(id)?;
        self.table.number(p_value(ln_p))?;
        self.table.number(neg_log10_p(ln_p))?;
        self.table.text(partner.unwrap_or("NA"))?;
        self.table.count(n_tests)?;
        self.table.end_row()
    }

    /// Brings the table to the disk; it gets its name when it is finished.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn settle(mut self) -> Result<TableWriter, FormatError> {
        self.table.settle()?;
        Ok(self.table)
    }
}
