//! A matrix as NumPy keeps it (`.npy`, version 1.0): a line of text that tells type and shape, then the numbers, row by
//! row. `numpy.load` reads it, and so does R's `readBin` after the first [`HEADER_BYTES`] bytes.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::FormatError;
use super::atomic::AtomicFile;
use super::input::io_error;

/// Where the numbers start.
pub const HEADER_BYTES: usize = 128;

/// A matrix under construction, complete or absent.
#[derive(Debug)]
pub struct NpyWriter {
    path: PathBuf,
    file: AtomicFile,
}

impl NpyWriter {
    /// Creates a matrix of `n_rows x n_columns` numbers in double precision.
    ///
    /// # Errors
    /// If the file cannot be created or written.
    pub fn create(path: &Path, n_rows: usize, n_columns: usize) -> Result<Self, FormatError> {
        let mut file = AtomicFile::create(path)?;
        file.write_all(&header(n_rows, n_columns))
            .map_err(io_error(path, "cannot write"))?;
        Ok(Self {
            path: path.into(),
            file,
        })
    }

    /// Writes the next numbers, row by row.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn numbers(&mut self, numbers: &[f64]) -> Result<(), FormatError> {
        let written = numbers
            .iter()
            .try_for_each(|x| self.file.write_all(&x.to_le_bytes()));
        written.map_err(io_error(&self.path, "cannot write"))
    }

    /// Puts the matrix on the disk under its name.
    ///
    /// # Errors
    /// If the disk refuses; then there is no matrix.
    pub fn finish(self) -> Result<(), FormatError> {
        self.file.finish()
    }
}

/// What stands before the numbers: spaces fill it up to [`HEADER_BYTES`].
fn header(n_rows: usize, n_columns: usize) -> Vec<u8> {
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend(((HEADER_BYTES - header.len() - 2) as u16).to_le_bytes());
    let shape =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({n_rows}, {n_columns}), }}");
    header.extend(shape.as_bytes());
    header.resize(HEADER_BYTES - 1, b' ');
    header.push(b'\n');
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_what_follows_and_has_one_length() {
        for (rows, columns) in [(0, 0), (2, 3), (usize::MAX, usize::MAX)] {
            let header = header(rows, columns);
            assert_eq!(header.len(), HEADER_BYTES);
            let text = String::from_utf8_lossy(&header[10..]).into_owned();
            assert!(
                text.contains(&format!("'shape': ({rows}, {columns})")),
                "{text}"
            );
            assert!(text.ends_with(" \n"), "{text:?}");
            assert_eq!(u16::from_le_bytes([header[8], header[9]]), 118);
        }
    }

    #[test]
    fn numbers_stand_row_by_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.npy");
        let mut matrix = NpyWriter::create(&path, 2, 2).unwrap();
        matrix.numbers(&[1.0, 0.25]).unwrap();
        matrix.numbers(&[0.25, 1.0]).unwrap();
        assert!(!path.exists());
        matrix.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let numbers = bytes[HEADER_BYTES..].as_chunks::<8>().0;
        let numbers: Vec<f64> = numbers.iter().map(|x| f64::from_le_bytes(*x)).collect();
        assert_eq!(numbers, [1.0, 0.25, 0.25, 1.0]);
    }
}
