//! Rows of a two-dimensional dataset: memory-mapped where they lie contiguous and aligned, else read by hyperslab.
#![allow(unsafe_code)]

use std::borrow::Cow;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hdf5::Dataset;
use hdf5::dataset::Layout;
use memmap2::{Advice, Mmap, MmapOptions, UncheckedAdvice};
use ndarray::s;

use super::code::CodeType;
use super::error::StoreError;

/// Bytes whose reading is begun with one call: the system begins no more than its own read-ahead, often 128 KiB, at a
/// time, and forgets the rest.
const READ_AHEAD_BYTES: usize = 128 << 10;

/// The rows of a dataset `[n_rows x n_columns]` as little-endian codes.
pub struct Rows {
    path: PathBuf,
    n_rows: usize,
    n_columns: usize,
    code_type: CodeType,
    source: Source,
}

enum Source {
    Mapped(Mmap),
    Hyperslab(Dataset),
}

impl Rows {
    /// Opens a dataset of the file at `path`, whose codes are of `code_type`.
    ///
    /// # Errors
    /// If the dataset has not two dimensions or the file ends before it does.
    pub fn open(path: &Path, dataset: Dataset, code_type: CodeType) -> Result<Self, StoreError> {
        let shape = dataset.shape();
        let &[n_rows, n_columns] = shape.as_slice() else {
            return Err(StoreError::Content {
                path: path.into(),
                found: format!("{} has {} dimensions", dataset.name(), shape.len()),
                wanted: "2 are wanted, rows by samples".into(),
            });
        };
        let cells = n_rows.checked_mul(n_columns);
        let bytes = cells.and_then(|cells| cells.checked_mul(code_type.size()));
        let Some(bytes) = bytes.filter(|_| u32::try_from(n_rows).is_ok()) else {
            return Err(StoreError::Content {
                path: path.into(),
                found: format!("{} has {n_rows} rows x {n_columns} columns", dataset.name()),
                wanted: format!("at most {} rows are read", u32::MAX),
            });
        };
        let source = match mappable(&dataset, code_type) {
            Some(offset) if bytes > 0 => Source::Mapped(map_part(path, offset, bytes)?),
            _ => Source::Hyperslab(dataset),
        };
        Ok(Self {
            path: path.into(),
            n_rows,
            n_columns,
            code_type,
            source,
        })
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
            let size = self.n_columns * self.code_type.size();
            release_pages(map, rows.start * size..rows.end * size);
        }
    }

    /// Begins to read a run of rows that will be wanted soon, and does not wait for them. Nothing where rows are not read
    /// where they lie.
    pub fn prefetch(&self, rows: Range<usize>) {
        if let Source::Mapped(map) = &self.source {
            let size = self.n_columns * self.code_type.size();
            let bytes = rows.start * size..rows.end * size;
            for start in bytes.clone().step_by(READ_AHEAD_BYTES) {
                let length = READ_AHEAD_BYTES.min(bytes.end - start);
                // A system that does not read ahead only costs time.
                let _ = map.advise_range(Advice::WillNeed, start, length);
            }
        }
    }

    /// The codes of a run of rows, one row after the other.
    ///
    /// # Errors
    /// If the library cannot read them.
    pub fn codes(&self, rows: Range<usize>) -> Result<Cow<'_, [u8]>, StoreError> {
        let size = self.n_columns * self.code_type.size();
        match &self.source {
            Source::Mapped(map) => Ok(Cow::Borrowed(&map[rows.start * size..rows.end * size])),
            Source::Hyperslab(dataset) => {
                self.read(dataset, rows.clone())
                    .map(Cow::Owned)
                    .map_err(|source| StoreError::Hdf5 {
                        path: self.path.clone(),
                        action: format!("rows {} to {} cannot be read", rows.start + 1, rows.end),
                        source,
                    })
            }
        }
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
fn mappable(dataset: &Dataset, code_type: CodeType) -> Option<u64> {
    let dtype = dataset.dtype().ok()?;
    let same_type = match code_type {
        CodeType::U8 => dtype.is::<u8>(),
        CodeType::U16 { .. } => dtype.is::<u16>(),
        CodeType::F32 => dtype.is::<f32>(),
        CodeType::F64 => dtype.is::<f64>(),
    };
    let contiguous = dataset.layout() == Layout::Contiguous;
    let offset = dataset.offset()?;
    let aligned = offset.is_multiple_of(code_type.size() as u64);
    (same_type && contiguous && aligned && cfg!(target_endian = "little")).then_some(offset)
}

fn map_part(path: &Path, offset: u64, bytes: usize) -> Result<Mmap, StoreError> {
    let failed = |source| StoreError::Io {
        path: path.into(),
        action: "cannot be mapped",
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length < offset + bytes as u64 {
        return Err(StoreError::Content {
            path: path.into(),
            found: format!("the file has {length} bytes"),
            wanted: format!(
                "its matrix ends at byte {}; the file is truncated, copy it again",
                offset + bytes as u64
            ),
        });
    }
    // SAFETY: the map is read only and lies inside the file. This program writes a store under another name and
    // renames it; another program that writes over a store in use could change what is read or end the process.
    unsafe { MmapOptions::new().offset(offset).len(bytes).map(&file) }.map_err(failed)
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
