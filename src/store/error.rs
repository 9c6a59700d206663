//! What can be wrong with a store, and with rows on their way into one.

use std::path::PathBuf;

/// A store that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("{}: {action}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done.
        action: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The HDF5 library refused.
    #[error("{}: {action}", path.display())]
    Hdf5 {
        /// The file.
        path: PathBuf,
        /// What was being done, and what to do about it.
        action: String,
        /// The library's reason.
        source: hdf5::Error,
    },
    /// The file is HDF5 but not what is wanted.
    #[error("{}: {found}; {wanted}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
        /// What was wanted, or what to do.
        wanted: String,
    },
    /// The same ID on two rows.
    #[error(
        "{}: {what} ID '{id}' stands on rows {first} and {second}; IDs must be unique, give every {what} its own",
        path.display()
    )]
    DuplicateId {
        /// The file the rows came from.
        path: PathBuf,
        /// "SNP" or "gene".
        what: &'static str,
        /// The ID, or its beginning.
        id: String,
        /// Its first row, counted from 1.
        first: u64,
        /// Its second row, counted from 1.
        second: u64,
    },
}
