//! What can be wrong with a store, and with rows on their way into one.

use std::ops::Range;
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
    /// Another process makes the same store.
    #[error("{}: another process is importing to the same store; start one, and without mpirun", path.display())]
    Busy {
        /// The file that is locked meanwhile.
        path: PathBuf,
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
    /// Rows that are not those that were written.
    #[error(
        "{}: {} the checksum that was written with {}; the file is damaged, import again",
        path.display(),
        damaged_rows(dataset, rows, id.as_deref()),
        if rows.len() == 1 { "it" } else { "them" }
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The dataset, as "/genotypes/code".
        dataset: String,
        /// The rows under the checksum, counted from 0.
        rows: Range<usize>,
        /// What the row is, as "SNP 'rs1'", if there is one and it can be told.
        id: Option<String>,
    },
    /// The same ID on two rows.
    #[error(
        "{}: {what} ID '{id}' stands on rows {first} and {second}; IDs must be unique, give every {what} its own{}",
        path.display(),
        way_to_unique(what)
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

impl StoreError {
    /// The same error, which says what a damaged row is if `id(row)` knows it.
    pub(super) fn with_id(mut self, name: impl FnOnce(usize) -> Option<String>) -> Self {
        if let Self::Damaged { rows, id, .. } = &mut self {
            *id = name(rows.start);
        }
        self
    }
}

fn damaged_rows(dataset: &str, rows: &Range<usize>, id: Option<&str>) -> String {
    match (id, rows.len()) {
        (Some(id), _) => format!("{id} (row {} of {dataset}) does not have", rows.end),
        (None, 1) => format!("row {} of {dataset} does not have", rows.end),
        (None, _) => format!(
            "rows {} to {} of {dataset} do not have",
            rows.start + 1,
            rows.end
        ),
    }
}

/// How IDs of their own are given.
fn way_to_unique(what: &str) -> &'static str {
    match what {
        "SNP" => {
            r", of its place and alleles: 'bcftools annotate --set-id %CHROM\_%POS\_%REF\_%ALT', 'plink2 --set-all-var-ids @_#_$r_$a'; where these repeat too, 'bcftools norm -d exact' leaves one of each"
        }
        _ => "",
    }
}
