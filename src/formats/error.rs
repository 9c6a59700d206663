//! What can be wrong with a file: which file, which line, what was found, what was wanted.

use std::path::PathBuf;

/// A file that cannot be read as what it was given for.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The operating system or the decompressor refused.
    #[error("{}: {action}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done, in the words "cannot open", "cannot read".
        action: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A line that does not fit.
    #[error("{}, line {line}: {found}; {wanted}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What stands there.
        found: String,
        /// What should stand there, or what to do.
        wanted: String,
    },
    /// A record of a binary file that does not fit.
    #[error("{}, record {record}: {found}; {wanted}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// The record, counted from 1.
        record: u64,
        /// What stands there.
        found: String,
        /// What should stand there, or what to do.
        wanted: String,
    },
    /// A file that is wrong as a whole.
    #[error("{}: {found}; {wanted}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
        /// What was wanted, or what to do.
        wanted: String,
    },
}
