//! Rows on their way into a store: kept in a file beside it until their number, order and code type are known.
//!
//! An HDF5 dataset that can be memory-mapped needs its final shape and type when it is made, and a stream tells both
//! only at its end. Rows are spooled in the smallest type of their slab and copied once, in genome order. In memory
//! stay some 40 bytes a row: where it lies, and a hash of its ID.

use std::path::Path;

use super::code::{CodeNeeds, CodeType};
use super::error::StoreError;
use super::roll::Roll;
use super::scratch::ScratchFile;
use super::slab::Slab;
use super::source::RowText;
use super::spooled::{SpooledRows, slab_rows};

/// The spool, open for writing.
pub struct Spool {
    n_columns: usize,
    values: ScratchFile,
    texts: ScratchFile,
    slab: Slab,
    slabs: Vec<(u64, CodeType)>,
    needs: CodeNeeds,
    text_starts: Vec<u64>,
    roll: Roll,
}

impl Spool {
    /// A spool for rows of `n_columns` values, in files beside `store`.
    ///
    /// # Errors
    /// If the files cannot be made.
    pub fn create(store: &Path, n_columns: usize) -> Result<Self, StoreError> {
        Ok(Self {
            n_columns,
            values: ScratchFile::create(store, "values")?,
            texts: ScratchFile::create(store, "texts")?,
            slab: Slab::default(),
            slabs: Vec::new(),
            needs: CodeNeeds::default(),
            text_starts: Vec::new(),
            roll: Roll::default(),
        })
    }

    /// The rows so far.
    pub fn roll(&self) -> &Roll {
        &self.roll
    }

    /// Adds a row; `Ok(Some(row))` when an earlier row has the same ID.
    ///
    /// # Errors
    /// If the disk is full.
    pub fn push(
        &mut self,
        text: RowText<'_>,
        place: Option<(&str, i64, i64)>,
        values: &[f64],
    ) -> Result<Option<usize>, StoreError> {
        let (texts, starts) = (&mut self.texts, &self.text_starts);
        let is_called = |row: usize| {
            let texts = texts.so_far()?;
            let known = texts[starts[row] as usize..]
                .split(|&byte| byte == b'\t')
                .next();
            Ok(known == Some(text[0].as_bytes()))
        };
        if let Some(earlier) = self.roll.push(text[0], place, is_called)? {
            return Ok(Some(earlier));
        }
        self.text_starts.push(self.texts.written());
        for (text, end) in text.into_iter().zip(["\t", "\t", "\n"]) {
            self.texts.write(text.as_bytes())?;
            self.texts.write(end.as_bytes())?;
        }
        self.slab.push(values);
        if self.slab.len() == slab_rows(self.n_columns) * self.n_columns {
            self.flush_slab()?;
        }
        Ok(None)
    }

    /// Ends writing and opens the rows for reading in genome order.
    ///
    /// # Errors
    /// If the disk is full or the files cannot be mapped.
    pub fn finish(mut self) -> Result<SpooledRows, StoreError> {
        if self.slab.len() > 0 {
            self.flush_slab()?;
        }
        let (order, places) = self.roll.into_order();
        Ok(SpooledRows {
            n_columns: self.n_columns,
            values: self.values.map()?,
            texts: self.texts.map()?,
            slabs: self.slabs,
            code_type: self.needs.code_type(),
            places,
            text_starts: self.text_starts,
            chrom_names: order.chrom_names,
            order: order.rows,
        })
    }

    fn flush_slab(&mut self) -> Result<(), StoreError> {
        let (needs, codes) = self.slab.take();
        self.needs.join(&needs);
        self.slabs.push((self.values.written(), needs.code_type()));
        self.values.write(&codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RowSource;

    #[test]
    fn rows_come_back_in_genome_order_whatever_order_they_came_in() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(&folder.path().join("s.h5"), 2).unwrap();
        type Row = (&'static str, Option<(&'static str, i64, i64)>, [f64; 2]);
        let rows: [Row; 5] = [
            ("nowhere", None, [9.0, 9.0]),
            ("c", Some(("chr10", 5, 5)), [0.0, 1.0]),
            ("b", Some(("chr2", 7, 7)), [2.0, f64::NAN]),
            ("tie", Some(("chr2", 7, 7)), [1.0, 1.0]),
            ("a", Some(("chr2", 3, 3)), [0.25, 1.0]),
        ];
        for (id, place, values) in &rows {
            assert_eq!(spool.push([id, "A", "G"], *place, values).unwrap(), None);
        }
        let rows = spool.finish().unwrap();
        let ids: Vec<_> = (0..rows.len())
            .map(|rank| rows.text(rank, 0).into_owned())
            .collect();
        assert_eq!(ids, ["a", "b", "tie", "c", "nowhere"]);
        assert_eq!(rows.chrom_names(), ["chr2", "chr10"]);
        assert_eq!(rows.place(4).chrom, -1);
        assert_eq!(rows.code_type(), CodeType::U16 { decimals: 2 });
        let mut bytes = Vec::new();
        rows.encode(0, CodeType::F64, &mut bytes);
        assert_eq!(bytes, [0.25f64.to_le_bytes(), 1f64.to_le_bytes()].concat());
        drop(rows);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_repeated_id_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(&folder.path().join("s.h5"), 1).unwrap();
        assert_eq!(spool.push(["a", "", ""], None, &[0.0]).unwrap(), None);
        assert_eq!(spool.push(["b", "", ""], None, &[0.0]).unwrap(), None);
        assert_eq!(spool.push(["a", "", ""], None, &[0.0]).unwrap(), Some(0));
    }
}
