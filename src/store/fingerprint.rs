//! What a fingerprint of a store is made of where there are checksums: they cover every byte of it.

use std::hash::{DefaultHasher, Hash};

use super::error::StoreError;
use super::open::OpenGroup;
use super::rows::Rows;

/// Hashes the checksums of a matrix and of the `columns` beside it; false, and nothing is hashed, in a store of version 1,
/// which has none.
///
/// # Errors
/// If the checksums cannot be read.
pub fn hash_checksums(
    group: &OpenGroup,
    rows: &Rows,
    columns: &[&str],
    hasher: &mut DefaultHasher,
) -> Result<bool, StoreError> {
    let Some(checksum) = rows.checksum() else {
        return Ok(false);
    };
    checksum.hash(hasher);
    for name in columns {
        group.column(name)?.checksum().hash(hasher);
    }
    Ok(true)
}
