//! What tells a store from other files, and which sides it holds.

use std::path::Path;

use hdf5::File;
use hdf5::types::{FixedAscii, TypeDescriptor, VarLenUnicode};

use super::create::{FORMAT, VERSION};
use super::error::StoreError;
use super::identity::OpenedFile;

/// The layout that has no checksums, which is read all the same.
const UNCHECKED_VERSION: u32 = 1;

/// What a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSides {
    /// The version of its layout.
    pub version: u32,
    /// Whether there are genotypes.
    pub genotypes: bool,
    /// Whether there is expression.
    pub expression: bool,
}

impl StoreSides {
    /// Looks into a store.
    ///
    /// # Errors
    /// A file that is missing, truncated, not a store, of another version, or without either side.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        OpenedFile::open(path)?;
        let (file, version) = open_store(path)?;
        let members = file.member_names().map_err(|source| StoreError::Hdf5 {
            path: path.into(),
            action: "cannot be listed; the store is damaged, import again".into(),
            source,
        })?;
        let has = |name: &str| members.iter().any(|member| member == name);
        let sides = Self {
            version,
            genotypes: has("genotypes"),
            expression: has("expression"),
        };
        if sides.genotypes || sides.expression {
            return Ok(sides);
        }
        Err(StoreError::Content {
            path: path.into(),
            found: "a store without /genotypes and without /expression".into(),
            wanted: "a store made by 'mpiqtl import' is wanted".into(),
        })
    }

    /// Whether rows and columns have checksums.
    pub fn has_checksums(self) -> bool {
        has_checksums(self.version)
    }
}

/// Opens a file as HDF5, and tells the version of its layout.
pub(super) fn open_store(path: &Path) -> Result<(File, u32), StoreError> {
    let file = File::open(path).map_err(|source| StoreError::Hdf5 {
        path: path.into(),
        action: "cannot be read as HDF5; it is truncated, damaged, being written, or no HDF5 file (where the \
                 file system does not lock files, set HDF5_USE_FILE_LOCKING=FALSE)"
            .into(),
        source,
    })?;
    let version = version(path, &file)?;
    Ok((file, version))
}

/// Whether rows and columns of a version have checksums.
pub(super) fn has_checksums(version: u32) -> bool {
    version > UNCHECKED_VERSION
}

/// The layout a store says it has, if this program reads it.
fn version(path: &Path, file: &File) -> Result<u32, StoreError> {
    let foreign = |found: String| StoreError::Content {
        path: path.into(),
        found,
        wanted: "a store made by 'mpiqtl import' is wanted".into(),
    };
    if format(file).ok().flatten().as_deref() != Some(FORMAT) {
        return Err(foreign(format!(
            "an HDF5 file without the attribute format = \"{FORMAT}\""
        )));
    }
    let version = file
        .attr("version")
        .and_then(|a| a.read_scalar::<u32>())
        .unwrap_or(0);
    if [UNCHECKED_VERSION, VERSION].contains(&version) {
        return Ok(version);
    }
    Err(foreign(format!(
        "a store of version {version}; this program reads versions {UNCHECKED_VERSION} and {VERSION}"
    )))
}

/// The attribute that tells a store, which is of variable length in version 1 only: the library does not check the
/// bytes it would have to follow.
fn format(file: &File) -> hdf5::Result<Option<String>> {
    let format = file.attr("format")?;
    Ok(match format.dtype()?.to_descriptor()? {
        TypeDescriptor::FixedAscii(n) if n == FORMAT.len() => Some(
            format
                .read_scalar::<FixedAscii<{ FORMAT.len() }>>()?
                .to_string(),
        ),
        TypeDescriptor::VarLenUnicode => Some(format.read_scalar::<VarLenUnicode>()?.to_string()),
        _ => None,
    })
}
