//! Checksums of what a store holds: CRC-32 (the polynomial of gzip and zlib) of each row of a matrix and of each piece of
//! a column.
//!
//! A dataset `x` has its checksums beside it, as `x_crc`. They are not checked themselves: one that is damaged makes the
//! rows it stands for seem damaged, never the other way round. Which rows a checksum stands for follows from its place,
//! so rows that are read from another place in the file do not pass either.

use std::ops::Range;

use hdf5::{Dataset, Group};
use memmap2::Mmap;

use super::error::StoreError;
use super::identity::OpenedFile;

/// Rows of a column that stand under one checksum and are read together. Few enough that one ID costs a millisecond,
/// enough that checksums are small beside a column.
pub const PIECE_ROWS: usize = 1 << 12;

/// The CRC-32 of a run of texts, each followed by a zero byte, which no text of a store holds.
pub fn crc_of_texts<'a>(texts: impl Iterator<Item = &'a [u8]>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for text in texts {
        hasher.update(text);
        hasher.update(&[0]);
    }
    hasher.finalize()
}

/// The CRC-32 of a run of bytes.
pub fn crc_of(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

/// The pieces of a column of `n_rows` rows.
pub fn pieces(n_rows: usize) -> impl ExactSizeIterator<Item = Range<usize>> {
    (0..n_rows.div_ceil(PIECE_ROWS)).map(move |piece| piece_rows(piece, n_rows))
}

/// The rows of one piece of a column of `n_rows` rows.
pub fn piece_rows(piece: usize, n_rows: usize) -> Range<usize> {
    piece * PIECE_ROWS..((piece + 1) * PIECE_ROWS).min(n_rows)
}

/// Writes the checksums of the dataset `name` beside it.
pub fn write_checksums(group: &Group, name: &str, checksums: &[u32]) -> hdf5::Result<()> {
    group
        .new_dataset::<u32>()
        .no_chunk()
        .shape(checksums.len())
        .create(checksums_of(name).as_str())?
        .write_raw(checksums)
}

/// The name of the dataset that holds the checksums of the dataset `name`.
pub fn checksums_of(name: &str) -> String {
    format!("{name}_crc")
}

/// The checksums of one dataset.
pub enum Checksums {
    /// Read where they lie: those of a matrix take 4 bytes a row, which need not stay in memory.
    Mapped(Mmap),
    /// Read at once, where they cannot be mapped or are few.
    Held(Vec<u32>),
}

impl Checksums {
    /// Opens `n` checksums.
    ///
    /// # Errors
    /// If they are not `n` or cannot be read.
    pub fn open(file: &OpenedFile, dataset: &Dataset, n: usize) -> Result<Self, StoreError> {
        if dataset.shape() != [n] {
            return Err(StoreError::Content {
                path: file.path().into(),
                found: format!("{} has the shape {:?}", dataset.name(), dataset.shape()),
                wanted: format!("{n} checksums are wanted; the file is damaged, import again"),
            });
        }
        let unreadable = |source| StoreError::Hdf5 {
            path: file.path().into(),
            action: format!(
                "{} cannot be read; the file is damaged, import again",
                dataset.name()
            ),
            source,
        };
        let is_plain = dataset.dtype().is_ok_and(|dtype| dtype.is::<u32>());
        match file.contiguous(dataset).filter(|_| is_plain) {
            Some(offset) if n > PIECE_ROWS => file.map(offset, 4 * n).map(Self::Mapped),
            _ => dataset.read_raw().map(Self::Held).map_err(unreadable),
        }
    }

    /// Whether the i-th checksum is this one.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn matches(&self, i: usize, crc: u32) -> bool {
        match self {
            Self::Mapped(map) => map[4 * i..][..4] == crc.to_le_bytes(),
            Self::Held(all) => all[i] == crc,
        }
    }

    /// The CRC-32 of all the checksums: a checksum of the whole dataset.
    pub fn of_all(&self) -> u32 {
        match self {
            Self::Mapped(map) => crc_of(map),
            Self::Held(all) => {
                let mut hasher = crc32fast::Hasher::new();
                all.iter().for_each(|crc| hasher.update(&crc.to_le_bytes()));
                hasher.finalize()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_checksum_is_that_of_gzip() {
        assert_eq!(crc_of(b"123456789"), 0xcbf4_3926);
        assert_eq!(
            crc_of_texts([&b"rs1"[..], b""].into_iter()),
            crc_of(b"rs1\0\0")
        );
    }

    proptest! {
        #[test]
        fn pieces_cover_every_row_once(n_rows in 0usize..3 * PIECE_ROWS) {
            let rows: Vec<usize> = pieces(n_rows).flatten().collect();
            prop_assert!(rows.into_iter().eq(0..n_rows));
            prop_assert!(pieces(n_rows).all(|rows| !rows.is_empty() && rows.len() <= PIECE_ROWS));
        }

        #[test]
        fn texts_that_are_parted_elsewhere_have_another_checksum(
            texts in prop::collection::vec("[a-c]{1,3}", 2..6),
        ) {
            let crc = |texts: &[String]| crc_of_texts(texts.iter().map(|text| text.as_bytes()));
            let mut parted = texts.clone();
            let first = parted[1].remove(0);
            parted[0].push(first);
            prop_assert_ne!(crc(&texts), crc(&parted));
        }
    }
}
