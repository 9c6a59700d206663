//! What a store is written from: rows that are asked for one by one, in genome order.

use std::borrow::Cow;

use super::code::CodeType;

/// Where a row lies; rows are ordered by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowPlace {
    /// Index into the chromosome names; -1 without a location.
    pub chrom: i32,
    /// First base, 1-based.
    pub left: i64,
    /// Last base; a SNP's only base.
    pub right: i64,
}

/// A row's text: its ID and, for SNPs, the allele that is not counted and the one that is. No field holds a tab or a
/// line feed.
pub type RowText<'a> = [&'a str; 3];

/// Rows in genome order, rows without a location last.
#[expect(
    clippy::len_without_is_empty,
    reason = "a matrix of rows is not a collection"
)]
pub trait RowSource {
    /// The number of rows.
    fn len(&self) -> usize;

    /// The smallest type that holds every value.
    fn code_type(&self) -> CodeType;

    /// Chromosome names in genome order, which [`RowPlace::chrom`] points into.
    fn chrom_names(&self) -> &[String];

    /// Where the row lies.
    fn place(&self, row: usize) -> RowPlace;

    /// One field of the row's [`RowText`].
    fn text(&self, row: usize, field: usize) -> Cow<'_, str>;

    /// Appends the row's codes in type `code_type`.
    fn encode(&self, row: usize, code_type: CodeType, bytes: &mut Vec<u8>);
}
