//! Why a report cannot be made.

use std::path::PathBuf;

use crate::formats::FormatError;

/// A report that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A table of the run.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A file that the system refuses.
    #[error("{}: {action}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was being done, and what to do.
        action: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// What is at the path of the report and is not replaced.
    #[error("{}: {found}", path.display())]
    There {
        /// The path.
        path: PathBuf,
        /// What is there, and what to do.
        found: &'static str,
    },
    /// A record that is none of a finished run.
    #[error("{}: {found}; the folder of a finished run is wanted, as 'mpiqtl map --out' makes it", path.display())]
    Record {
        /// The record.
        path: PathBuf,
        /// What is wrong with it.
        found: String,
    },
    /// A table that does not go with the record.
    #[error("{}: has {found} rows and run.json says {wanted}; the folder holds parts of two runs, map again", path.display())]
    Rows {
        /// The table.
        path: PathBuf,
        /// Its rows.
        found: u64,
        /// The rows it should have.
        wanted: u64,
    },
    /// Asked to stop.
    #[error("stopped on request; 'mpiqtl report' makes it at any time")]
    Stopped,
}
