//! Opening a store: the checks every reader makes first.

use std::collections::HashSet;
use std::path::Path;

use hdf5::{Dataset, File};

use super::checksum::{Checksums, checksums_of, crc_of};
use super::code::CodeType;
use super::column::Column;
use super::error::StoreError;
use super::identity::OpenedFile;
use super::rows::Rows;
use super::sides::{has_checksums, open_store};

/// A store file that is open, and one of its groups.
pub struct OpenGroup {
    opened: OpenedFile,
    file: File,
    name: &'static str,
    has_checksums: bool,
}

impl OpenGroup {
    /// Opens the group `name` of the store at `path`.
    ///
    /// # Errors
    /// A file that is missing, truncated, not a store, of another version, or without the group.
    pub fn open(path: &Path, name: &'static str) -> Result<Self, StoreError> {
        let opened = OpenedFile::open(path)?;
        let (file, version) = open_store(path)?;
        file.group(name).map_err(|_| StoreError::Content {
            path: path.into(),
            found: format!("a store without /{name}"),
            wanted: format!("a store made by 'mpiqtl import {name}' is wanted"),
        })?;
        Ok(Self {
            opened,
            file,
            name,
            has_checksums: has_checksums(version),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.opened.path()
    }

    /// The file as it was opened.
    pub fn file(&self) -> &OpenedFile {
        &self.opened
    }

    /// Says whether the file is the one that was opened, as it was then.
    ///
    /// # Errors
    /// If it was replaced, modified or removed.
    pub fn check_unchanged(&self) -> Result<(), StoreError> {
        self.opened.check_unchanged()
    }

    /// A dataset, by its path in the file.
    ///
    /// # Errors
    /// If it is absent.
    pub fn dataset(&self, path: &str) -> Result<Dataset, StoreError> {
        self.file
            .dataset(path)
            .map_err(|source| self.damaged(&format!("{path} is missing"), source))
    }

    /// Whether the group has a dataset or a group of this name.
    ///
    /// # Errors
    /// If the group cannot be read.
    pub fn has(&self, name: &str) -> Result<bool, StoreError> {
        let members = self
            .file
            .group(self.name)
            .and_then(|group| group.member_names());
        let members = members
            .map_err(|source| self.damaged(&format!("/{} cannot be listed", self.name), source))?;
        Ok(members.iter().any(|member| member == name))
    }

    /// The path of a dataset of the group.
    pub fn path_of(&self, name: &str) -> String {
        format!("/{}/{name}", self.name)
    }

    /// The `n` checksums of the dataset at `path`; none in a store of version 1.
    ///
    /// # Errors
    /// If they are absent, not `n`, or cannot be read.
    pub fn checksums(&self, path: &str, n: usize) -> Result<Option<Checksums>, StoreError> {
        if !self.has_checksums {
            return Ok(None);
        }
        let dataset = self.dataset(&checksums_of(path))?;
        Checksums::open(&self.opened, &dataset, n).map(Some)
    }

    /// A column of the group, of any length.
    ///
    /// # Errors
    /// If it is absent.
    pub fn column(&self, name: &str) -> Result<Column<'_>, StoreError> {
        Column::open(self, &self.path_of(name))
    }

    /// A column of the group, which must have `n_rows` rows.
    ///
    /// # Errors
    /// If it is absent or has another length.
    pub fn column_of(&self, name: &str, n_rows: usize) -> Result<Column<'_>, StoreError> {
        let column = self.column(name)?;
        self.expect_rows(name, column.n_rows(), n_rows)?;
        Ok(column)
    }

    /// Checks the length of a column.
    ///
    /// # Errors
    /// If `found` is not `wanted`.
    fn expect_rows(&self, name: &str, found: usize, wanted: usize) -> Result<(), StoreError> {
        if found == wanted {
            return Ok(());
        }
        Err(StoreError::Content {
            path: self.path().into(),
            found: format!("{} has {found} rows", self.path_of(name)),
            wanted: format!("{wanted} are wanted; import again"),
        })
    }

    /// The rows of a matrix of the group and the samples of its columns.
    ///
    /// # Errors
    /// If the matrix has not one column a sample, the file ends before it does, or its shape or type is not what was
    /// written.
    pub fn matrix(
        &self,
        name: &str,
        code_type: CodeType,
    ) -> Result<(Rows, Vec<String>), StoreError> {
        let path = self.path_of(name);
        let dataset = self.dataset(&path)?;
        let rows = Rows::open(&self.opened, dataset.clone(), code_type)?;
        let samples = Column::open(self, "/samples/id")?;
        if rows.n_columns() != samples.n_rows() {
            return Err(StoreError::Content {
                path: self.path().into(),
                found: format!(
                    "{path} has {} columns for {} sample IDs",
                    rows.n_columns(),
                    samples.n_rows()
                ),
                wanted: "one column a sample is wanted; import again".into(),
            });
        }
        let samples = samples.texts()?;
        self.expect_own_ids(&samples)?;
        if !self.has_checksums {
            return Ok((rows, samples));
        }
        self.expect_shape(&dataset, &rows)?;
        let checksums = self.checksums(&path, rows.n_rows())?;
        Ok((rows.checked_by(checksums), samples))
    }

    /// Checks that every sample has an ID of its own.
    fn expect_own_ids(&self, samples: &[String]) -> Result<(), StoreError> {
        let mut seen = HashSet::with_capacity(samples.len());
        let mut ids = samples.iter();
        match ids.find(|id| id.is_empty() || !seen.insert(id.as_str())) {
            None => Ok(()),
            Some(id) => Err(StoreError::Content {
                path: self.path().into(),
                found: format!("sample ID '{id}' is empty or stands there twice"),
                wanted: "every sample needs an ID of its own; import again".into(),
            }),
        }
    }

    /// Checks the shape and the type of a matrix, which decide what its bytes mean.
    fn expect_shape(&self, dataset: &Dataset, rows: &Rows) -> Result<(), StoreError> {
        let shape = describe_matrix(rows.n_rows(), rows.n_columns(), rows.code_type());
        let crc = dataset.attr("crc").and_then(|a| a.read_scalar::<u32>());
        let crc = crc.map_err(|source| {
            self.damaged(&format!("{} has no attribute crc", dataset.name()), source)
        })?;
        if crc == crc_of(shape.as_bytes()) {
            return Ok(());
        }
        Err(StoreError::Content {
            path: self.path().into(),
            found: format!(
                "{} is {shape}, which it was not when it was written",
                dataset.name()
            ),
            wanted: "the file is damaged, import again".into(),
        })
    }

    /// An error about something in the file that should be there and is not.
    pub fn damaged(&self, what: &str, source: hdf5::Error) -> StoreError {
        StoreError::Hdf5 {
            path: self.path().into(),
            action: format!("{what}; the store is damaged or no mpiqtl store, import again"),
            source,
        }
    }
}

/// The shape and type of a matrix in words, as "700 x 300 u8", whose checksum stands in the attribute `crc`.
pub fn describe_matrix(n_rows: usize, n_columns: usize, code_type: CodeType) -> String {
    format!("{n_rows} x {n_columns} {}", code_type.describe())
}
