//! The type of the codes of a store.

use hdf5::Dataset;

use crate::store::code::{CodeType, MAX_DECIMALS};
use crate::store::error::StoreError;
use crate::store::open::OpenGroup;

/// The type of the codes: exactly one of those that are written, in this machine's byte order.
pub(super) fn code_type(group: &OpenGroup, codes: &Dataset) -> Result<CodeType, StoreError> {
    let dtype = codes
        .dtype()
        .map_err(|source| group.damaged("/genotypes/code has no type", source))?;
    if dtype.is::<u8>() {
        return Ok(CodeType::U8);
    }
    if dtype.is::<u16>() {
        let decimals = codes.attr("decimals").and_then(|a| a.read_scalar::<u32>());
        let decimals = decimals
            .map_err(|source| group.damaged("/genotypes/code has no attribute decimals", source))?;
        if decimals > MAX_DECIMALS {
            return Err(StoreError::Content {
                path: group.path().into(),
                found: format!("/genotypes/code has {decimals} decimals"),
                wanted: format!("at most {MAX_DECIMALS} are wanted; import again"),
            });
        }
        return Ok(CodeType::U16 { decimals });
    }
    if dtype.is::<f32>() {
        return Ok(CodeType::F32);
    }
    if dtype.is::<f64>() {
        return Ok(CodeType::F64);
    }
    Err(StoreError::Content {
        path: group.path().into(),
        found: format!(
            "/genotypes/code has a type of {} bytes that is no code type",
            dtype.size()
        ),
        wanted: "little-endian u8, u16, f32 or f64 is wanted; import again".into(),
    })
}
