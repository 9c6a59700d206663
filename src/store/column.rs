//! Columns of a store, read piece by piece and checked before they are used.

use std::ops::Range;

use hdf5::Dataset;

use super::checksum::{Checksums, PIECE_ROWS, crc_of, crc_of_texts, piece_rows, pieces};
use super::error::StoreError;
use super::heap::read_texts;
use super::open::OpenGroup;
use super::strings::{no_table_text, plain_rows, read_text, table_text};

/// A column `[n_rows]` and its checksums.
pub struct Column<'a> {
    store: &'a OpenGroup,
    dataset: Dataset,
    n_rows: usize,
    /// Where the rows of a text column lie, if they are read where they lie.
    plain_rows: Option<u64>,
    /// None in a store of version 1.
    checksums: Option<Checksums>,
}

impl<'a> Column<'a> {
    /// Opens a column, by its path in the file. Its length is believed only if there are as many checksums as it needs, so
    /// that a damaged length does not make the program ask for much memory.
    ///
    /// # Errors
    /// If it or its checksums are absent, or it is no column.
    pub fn open(store: &'a OpenGroup, path: &str) -> Result<Self, StoreError> {
        let dataset = store.dataset(path)?;
        let &[n_rows] = dataset.shape().as_slice() else {
            return Err(StoreError::Content {
                path: store.path().into(),
                found: format!("{path} has {} dimensions", dataset.ndim()),
                wanted: "1 is wanted; import again".into(),
            });
        };
        Ok(Self {
            checksums: store.checksums(path, pieces(n_rows).len())?,
            plain_rows: plain_rows(store.file(), &dataset),
            store,
            dataset,
            n_rows,
        })
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// A checksum of all rows; `None` where rows have no checksums.
    pub fn checksum(&self) -> Option<u32> {
        self.checksums.as_ref().map(Checksums::of_all)
    }

    /// All rows of a column of text.
    ///
    /// # Errors
    /// If they cannot be read, or are not what was written.
    pub fn texts(&self) -> Result<Vec<String>, StoreError> {
        let mut all = Vec::with_capacity(self.n_rows);
        for piece in 0..pieces(self.n_rows).len() {
            all.extend(self.piece(piece)?);
        }
        Ok(all)
    }

    /// Reads all rows of a column of text, some at a time, for the checks they pass.
    ///
    /// # Errors
    /// If they cannot be read, or are not what was written.
    pub fn check_texts(&self) -> Result<(), StoreError> {
        (0..pieces(self.n_rows).len()).try_for_each(|piece| self.piece(piece).map(|_| ()))
    }

    /// All rows of a column of numbers.
    ///
    /// # Errors
    /// If they cannot be read, or are not what was written.
    pub fn numbers<T: hdf5::H5Type + bytemuck::Pod>(&self) -> Result<Vec<T>, StoreError> {
        let values = self
            .dataset
            .read_raw::<T>()
            .map_err(|source| self.unreadable(source))?;
        for (piece, rows) in pieces(self.n_rows).enumerate() {
            let bytes = bytemuck::cast_slice(&values[rows]);
            self.check(piece, || crc_of(bytes))?;
        }
        Ok(values)
    }

    /// Calls `take(row, text)` for every row in `rows`, which ascend, of a column of text. Pieces without such a row are
    /// not read.
    ///
    /// # Errors
    /// If they cannot be read, or are not what was written.
    pub fn texts_of(
        &self,
        rows: &[u32],
        mut take: impl FnMut(u32, String),
    ) -> Result<(), StoreError> {
        for run in rows.chunk_by(|&a, &b| piece_of(a) == piece_of(b)) {
            let piece = piece_of(run[0]);
            let mut texts = self.piece(piece)?;
            for &row in run {
                take(
                    row,
                    std::mem::take(&mut texts[row as usize - piece * PIECE_ROWS]),
                );
            }
        }
        Ok(())
    }

    /// The texts of one piece, which is read whole: there is no checksum of less.
    fn piece(&self, piece: usize) -> Result<Vec<String>, StoreError> {
        let Some(offset) = self.plain_rows else {
            let read = read_text(&self.dataset, self.rows(piece));
            let texts = read.map_err(|source| self.unreadable(source))?;
            let bytes = texts.iter().map(|text| text.as_bytes());
            self.check(piece, || crc_of_texts(bytes))?;
            return Ok(texts);
        };
        let texts = read_texts(self.store.file(), offset, self.rows(piece))
            .ok_or_else(|| self.astray(piece))?;
        self.check(piece, || crc_of_texts(texts.iter().map(Vec::as_slice)))?;
        let texts: Option<Vec<String>> = texts.iter().map(|text| table_text(text)).collect();
        texts.ok_or_else(|| self.unreadable(no_table_text(&self.dataset).into()))
    }

    fn astray(&self, piece: usize) -> StoreError {
        let (name, rows) = (self.dataset.name(), self.rows(piece));
        StoreError::Content {
            path: self.store.path().into(),
            found: format!(
                "the text of rows {} to {} of {name} is not where the rows say that it is",
                rows.start + 1,
                rows.end
            ),
            wanted: "the file is damaged or truncated, import again".into(),
        }
    }

    fn rows(&self, piece: usize) -> Range<usize> {
        piece_rows(piece, self.n_rows)
    }

    fn check(&self, piece: usize, crc: impl FnOnce() -> u32) -> Result<(), StoreError> {
        match &self.checksums {
            Some(checksums) if !checksums.matches(piece, crc()) => Err(StoreError::Damaged {
                path: self.store.path().into(),
                dataset: self.dataset.name(),
                rows: self.rows(piece),
                id: None,
            }),
            _ => Ok(()),
        }
    }

    fn unreadable(&self, source: hdf5::Error) -> StoreError {
        let what = format!("{} cannot be read", self.dataset.name());
        self.store.damaged(&what, source)
    }
}

fn piece_of(row: u32) -> usize {
    row as usize / PIECE_ROWS
}
