//! The rows of codes, as values or as they are.

use std::borrow::Cow;
use std::ops::Range;

use super::GenotypeStore;
use crate::store::code::CodeType;
use crate::store::error::StoreError;

impl GenotypeStore {
    /// The codes of a run of rows; an error about one names the SNP.
    pub(super) fn codes(&self, rows: Range<usize>) -> Result<Cow<'_, [u8]>, StoreError> {
        let codes = self.rows.codes(rows);
        codes.map_err(|error| self.with_name(error))
    }

    /// The values of some rows at `columns` into `values` `[n_rows x n_columns]`; missing is NaN.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    pub fn read_values(
        &self,
        rows: Range<usize>,
        columns: &[u32],
        values: &mut Vec<f64>,
    ) -> Result<(), StoreError> {
        let n_rows = rows.len();
        let codes = self.codes(rows.clone())?;
        values.resize(n_rows * columns.len(), 0.0);
        let row_bytes = self.rows.n_columns() * self.code_type().size();
        let decoded = values.chunks_exact_mut(columns.len().max(1));
        for (row, bytes) in decoded.zip(codes.chunks_exact(row_bytes.max(1))) {
            self.code_type().decode(bytes, columns, row);
        }
        self.rows.release(rows);
        Ok(())
    }

    /// The codes of some rows of hard calls at `columns` into `codes` `[n_rows x n_columns]`; 255 is missing.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    ///
    /// # Panics
    /// If the codes are not [`CodeType::U8`].
    pub fn read_codes(
        &self,
        rows: Range<usize>,
        columns: &[u32],
        codes: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        assert_eq!(self.code_type(), CodeType::U8, "hard calls");
        let all = self.codes(rows.clone())?;
        codes.clear();
        let is_every = (0..self.rows.n_columns() as u32).eq(columns.iter().copied());
        if is_every {
            codes.extend_from_slice(&all);
        } else {
            for row in all.chunks_exact(self.rows.n_columns().max(1)) {
                codes.extend(columns.iter().map(|&column| row[column as usize]));
            }
        }
        self.rows.release(rows);
        Ok(())
    }

    /// Begins to read rows that will be wanted soon, and does not wait for them. Does nothing for rows that are not read
    /// where they lie.
    ///
    /// # Panics
    /// If there are not so many rows.
    pub fn prefetch(&self, rows: Range<u32>) {
        let rows = rows.start as usize..rows.end as usize;
        assert!(rows.end <= self.n_snps(), "rows of the store");
        self.rows.prefetch(rows);
    }
}
