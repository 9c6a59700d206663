//! Rows of a two-dimensional dataset: memory-mapped where they lie contiguous and aligned, else read by hyperslab.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::fs::File;
use std::ops::Range;
use std::path::PathBuf;

use hdf5::Dataset;
use memmap2::{Advice, Mmap, UncheckedAdvice};
use ndarray::s;

use super::checksum::{Checksums, crc_of};
use super::code::CodeType;
use super::error::StoreError;
use super::identity::OpenedFile;

/// Bytes whose reading is begun with one call: the system begins no more than its own read-ahead, often 128 KiB, at a
/// time, and forgets the rest.
const READ_AHEAD_BYTES: usize = 128 << 10;

/// Bytes that are checked at a time.
const CHECK_BYTES: usize = 4 << 20;

/// The rows of a dataset `[n_rows x n_columns]` as little-endian codes.
pub struct Rows {
    path: PathBuf,
    dataset: String,
    n_rows: usize,
    n_columns: usize,
    code_type: CodeType,
    source: Source,
    checksums: Option<Checksums>,
}

enum Source {
    Mapped(Mmap),
    Hyperslab(Dataset),
}

impl Rows {
    /// Opens a dataset of a file, whose codes are of `code_type`.
    ///
    /// # Errors
    /// If the dataset has not two dimensions or the file ends before it does.
    pub fn open(
        file: &OpenedFile,
        dataset: Dataset,
        code_type: CodeType,
    ) -> Result<Self, StoreError> {
        let (path, name) = (file.path(), dataset.name());
        let shape = dataset.shape();
        let &[n_rows, n_columns] = shape.as_slice() else {
            return Err(StoreError::Content {
                path: path.into(),
                found: format!("{name} has {} dimensions", shape.len()),
                wanted: "2 are wanted, rows by samples".into(),
            });
        };
        let cells = n_rows.checked_mul(n_columns);
        let bytes = cells.and_then(|cells| cells.checked_mul(code_type.size()));
        let Some(bytes) = bytes.filter(|_| u32::try_from(n_rows).is_ok()) else {
            return Err(StoreError::Content {
                path: path.into(),
                found: format!("{name} has {n_rows} rows x {n_columns} columns"),
                wanted: format!("at most {} rows are read", u32::MAX),
            });
        };
        let source = match mappable(file, &dataset, code_type) {
            Some(offset) if bytes > 0 => Source::Mapped(file.map(offset, bytes)?),
            _ => Source::Hyperslab(dataset),
        };
        Ok(Self {
            path: path.into(),
            dataset: name,
            n_rows,
            n_columns,
            code_type,
            source,
            checksums: None,
        })
    }

    /// The same rows, each checked whenever it is read against its checksum, of which there is one a row.
    pub fn checked_by(self, checksums: Option<Checksums>) -> Self {
        Self { checksums, ..self }
    }

    /// A checksum of all the rows; `None` where rows have no checksums.
    pub fn checksum(&self) -> Option<u32> {
        self.checksums.as_ref().map(Checksums::of_all)
    }

    /// The number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The number of columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The type of the codes.
    pub fn code_type(&self) -> CodeType {
        self.code_type
    }

    /// Whether the rows are read where they lie.
    pub fn is_mapped(&self) -> bool {
        matches!(self.source, Source::Mapped(_))
    }

    /// Takes the pages of a run of rows out of this process's memory; they are read again if they are asked for again.
    /// Without this a rank would seem to hold all it has ever read.
    pub fn release(&self, rows: Range<usize>) {
        if let Source::Mapped(map) = &self.source {
            let size = self.row_bytes();
            release_pages(map, rows.start * size..rows.end * size);
        }
    }

    /// Begins to read a run of rows that will be wanted soon, and does not wait for them. Nothing where rows are not read
    /// where they lie.
    pub fn prefetch(&self, rows: Range<usize>) {
        if let Source::Mapped(map) = &self.source {
            let size = self.row_bytes();
            let bytes = rows.start * size..rows.end * size;
            for start in bytes.clone().step_by(READ_AHEAD_BYTES) {
                let length = READ_AHEAD_BYTES.min(bytes.end - start);
                // A system that does not read ahead only costs time.
                let _ = map.advise_range(Advice::WillNeed, start, length);
            }
        }
    }

    /// The codes of a run of rows, one row after the other. They are those that were written, if that can be known.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    pub fn codes(&self, rows: Range<usize>) -> Result<Cow<'_, [u8]>, StoreError> {
        let codes = match &self.source {
            Source::Mapped(map) => {
                Cow::Borrowed(&map[rows.start * self.row_bytes()..rows.end * self.row_bytes()])
            }
            Source::Hyperslab(dataset) => {
                let read = self.read(dataset, rows.clone());
                Cow::Owned(read.map_err(|source| StoreError::Hdf5 {
                    path: self.path.clone(),
                    action: format!("rows {} to {} cannot be read", rows.start + 1, rows.end),
                    source,
                })?)
            }
        };
        self.check(rows, &codes)?;
        Ok(codes)
    }

    /// Checks the codes of a run of rows.
    fn check(&self, rows: Range<usize>, codes: &[u8]) -> Result<(), StoreError> {
        let Some(checksums) = &self.checksums else {
            return Ok(());
        };
        let each = codes.chunks_exact(self.row_bytes().max(1));
        match rows
            .zip(each)
            .find(|(row, bytes)| !checksums.matches(*row, crc_of(bytes)))
        {
            None => Ok(()),
            Some((row, _)) => Err(StoreError::Damaged {
                path: self.path.clone(),
                dataset: self.dataset.clone(),
                rows: row..row + 1,
                id: None,
            }),
        }
    }

    /// Reads all rows, some at a time, for the checks they pass.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    pub fn check_all(&self) -> Result<(), StoreError> {
        let step = (CHECK_BYTES / self.row_bytes().max(1)).max(1);
        for start in (0..self.n_rows).step_by(step) {
            let rows = start..(start + step).min(self.n_rows);
            self.codes(rows.clone())?;
            self.release(rows);
        }
        Ok(())
    }

    fn row_bytes(&self) -> usize {
        self.n_columns * self.code_type.size()
    }

    fn read(&self, dataset: &Dataset, rows: Range<usize>) -> hdf5::Result<Vec<u8>> {
        let part = s![rows, ..];
        fn bytes<const N: usize, T: Copy>(
            values: ndarray::Array2<T>,
            f: impl Fn(T) -> [u8; N],
        ) -> Vec<u8> {
            values.iter().flat_map(|&value| f(value)).collect()
        }
        Ok(match self.code_type {
            CodeType::U8 => bytes(dataset.read_slice_2d::<u8, _>(part)?, u8::to_le_bytes),
            CodeType::U16 { .. } => bytes(dataset.read_slice_2d::<u16, _>(part)?, u16::to_le_bytes),
            CodeType::F32 => bytes(dataset.read_slice_2d::<f32, _>(part)?, f32::to_le_bytes),
            CodeType::F64 => bytes(dataset.read_slice_2d::<f64, _>(part)?, f64::to_le_bytes),
        })
    }
}

/// The dataset's place in the file, if its codes lie there in one piece, aligned and little-endian.
fn mappable(file: &OpenedFile, dataset: &Dataset, code_type: CodeType) -> Option<u64> {
    let dtype = dataset.dtype().ok()?;
    let same_type = match code_type {
        CodeType::U8 => dtype.is::<u8>(),
        CodeType::U16 { .. } => dtype.is::<u16>(),
        CodeType::F32 => dtype.is::<f32>(),
        CodeType::F64 => dtype.is::<f64>(),
    };
    let offset = file.contiguous(dataset)?;
    let aligned = offset.is_multiple_of(code_type.size() as u64);
    (same_type && aligned).then_some(offset)
}

/// Takes the pages of a range out of this process's memory.
pub(super) fn release_pages(map: &Mmap, bytes: Range<usize>) {
    // SAFETY: the map is read only and backed by a file, so a page that is given up is read from the file again.
    // A system that will not give up pages only costs memory.
    let _ =
        unsafe { map.unchecked_advise_range(UncheckedAdvice::DontNeed, bytes.start, bytes.len()) };
}

/// Maps a whole file of our own; an empty file is an empty map.
pub(super) fn map_file(file: &File) -> std::io::Result<Mmap> {
    // SAFETY: the map is read only, and this process, which made the file and holds its lock, does not shorten it.
    unsafe { Mmap::map(file) }
}
