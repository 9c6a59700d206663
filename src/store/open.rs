//! Opening a store: the checks every reader makes first.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use hdf5::types::VarLenUnicode;
use hdf5::{Dataset, File, Group};

use super::code::CodeType;
use super::create::VERSION;
use super::error::StoreError;
use super::rows::Rows;
use super::strings::{TEXT_ROWS, read_text};

/// A store file that is open, and one of its groups.
pub struct OpenGroup {
    /// The file.
    pub path: PathBuf,
    file: File,
    group: Group,
    name: &'static str,
}

impl OpenGroup {
    /// Opens the group `name` of the store at `path`.
    ///
    /// # Errors
    /// A file that is missing, truncated, not a store, of another version, or without the group.
    pub fn open(path: &Path, name: &'static str) -> Result<Self, StoreError> {
        std::fs::File::open(path).map_err(|source| StoreError::Io {
            path: path.into(),
            action: "cannot be opened",
            source,
        })?;
        let file = File::open(path).map_err(|source| StoreError::Hdf5 {
            path: path.into(),
            action: "cannot be read as HDF5; it is truncated, damaged, being written, or no HDF5 file (where the \
                     file system does not lock files, set HDF5_USE_FILE_LOCKING=FALSE)"
                .into(),
            source,
        })?;
        let foreign = |found: String| StoreError::Content {
            path: path.into(),
            found,
            wanted: "a store made by 'mpiqtl import' is wanted".into(),
        };
        let format = file
            .attr("format")
            .and_then(|a| a.read_scalar::<VarLenUnicode>());
        if !format.is_ok_and(|format| format.as_str() == "mpiqtl") {
            return Err(foreign(
                "an HDF5 file without the attribute format = \"mpiqtl\"".into(),
            ));
        }
        let version = file
            .attr("version")
            .and_then(|a| a.read_scalar::<u32>())
            .unwrap_or(0);
        if version != VERSION {
            return Err(foreign(format!(
                "a store of version {version}; this program reads version {VERSION}"
            )));
        }
        let group = file.group(name).map_err(|_| StoreError::Content {
            path: path.into(),
            found: format!("a store without /{name}"),
            wanted: format!("a store made by 'mpiqtl import {name}' is wanted"),
        })?;
        Ok(Self {
            path: path.into(),
            file,
            group,
            name,
        })
    }

    /// A dataset of the group.
    ///
    /// # Errors
    /// If it is absent.
    pub fn dataset(&self, name: &str) -> Result<Dataset, StoreError> {
        self.group
            .dataset(name)
            .map_err(|source| self.damaged(&format!("/{}/{name} is missing", self.name), source))
    }

    /// A column of numbers of the group, which must have `n_rows` rows.
    ///
    /// # Errors
    /// If it is absent, cannot be read or has another length.
    pub fn column<T: hdf5::H5Type>(&self, name: &str, n_rows: usize) -> Result<Vec<T>, StoreError> {
        let values = self.dataset(name)?.read_raw::<T>().map_err(|source| {
            self.damaged(&format!("/{}/{name} cannot be read", self.name), source)
        })?;
        self.expect_rows(name, values.len(), n_rows)?;
        Ok(values)
    }

    /// A text column of the group.
    ///
    /// # Errors
    /// If it is absent or cannot be read.
    pub fn text(&self, name: &str) -> Result<Vec<String>, StoreError> {
        self.read_all(&self.dataset(name)?)
    }

    /// Checks the length of a column.
    ///
    /// # Errors
    /// If `found` is not `wanted`.
    pub fn expect_rows(&self, name: &str, found: usize, wanted: usize) -> Result<(), StoreError> {
        if found == wanted {
            return Ok(());
        }
        Err(StoreError::Content {
            path: self.path.clone(),
            found: format!("/{}/{name} has {found} rows", self.name),
            wanted: format!("{wanted} are wanted; import again"),
        })
    }

    /// The sample IDs of the file.
    ///
    /// # Errors
    /// If they are absent or cannot be read.
    fn samples(&self) -> Result<Vec<String>, StoreError> {
        let column = self
            .file
            .dataset("samples/id")
            .map_err(|source| self.damaged("/samples/id is missing", source))?;
        self.read_all(&column)
    }

    /// The rows of a matrix of the group and the samples of its columns.
    ///
    /// # Errors
    /// If the matrix has not one column a sample, or the file ends before it does.
    pub fn matrix(
        &self,
        name: &str,
        code_type: CodeType,
    ) -> Result<(Rows, Vec<String>), StoreError> {
        let samples = self.samples()?;
        let mut seen = HashSet::with_capacity(samples.len());
        if let Some(id) = samples
            .iter()
            .find(|id| id.is_empty() || !seen.insert(id.as_str()))
        {
            return Err(StoreError::Content {
                path: self.path.clone(),
                found: format!("sample ID '{id}' is empty or stands there twice"),
                wanted: "every sample needs an ID of its own; import again".into(),
            });
        }
        let rows = Rows::open(&self.path, self.dataset(name)?, code_type)?;
        if rows.n_columns() == samples.len() {
            return Ok((rows, samples));
        }
        Err(StoreError::Content {
            path: self.path.clone(),
            found: format!(
                "/{}/{name} has {} columns for {} sample IDs",
                self.name,
                rows.n_columns(),
                samples.len()
            ),
            wanted: "one column a sample is wanted; import again".into(),
        })
    }

    /// An error about something in the file that should be there and is not.
    pub fn damaged(&self, what: &str, source: hdf5::Error) -> StoreError {
        StoreError::Hdf5 {
            path: self.path.clone(),
            action: format!("{what}; the store is damaged or no mpiqtl store, import again"),
            source,
        }
    }

    fn read_all(&self, column: &Dataset) -> Result<Vec<String>, StoreError> {
        let n_rows = column.size();
        let mut all = Vec::with_capacity(n_rows);
        for start in (0..n_rows).step_by(TEXT_ROWS) {
            let part =
                read_text(column, start..(start + TEXT_ROWS).min(n_rows)).map_err(|source| {
                    self.damaged(&format!("{} cannot be read", column.name()), source)
                })?;
            all.extend(part);
        }
        Ok(all)
    }
}
