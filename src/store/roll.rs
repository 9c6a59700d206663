//! The roll of rows: who they are and where they lie, taken down as they come in, until their order is known.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use super::error::StoreError;
use super::order::{GenomeOrder, genome_order};
use super::source::RowPlace;

/// Rows as they come in; some 40 bytes each. Of an ID its hash is kept.
#[derive(Default)]
pub struct Roll {
    places: Vec<RowPlace>,
    chrom_names: Vec<String>,
    chrom_indices: HashMap<String, i32>,
    seen: HashMap<u64, u32>,
    hasher: RandomState,
}

impl Roll {
    /// The number of rows so far.
    #[expect(
        clippy::len_without_is_empty,
        reason = "rows that come in are not a collection"
    )]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Adds a row with its chromosome, first and last base; `Ok(Some(row))` when an earlier row has the same ID. Equal
    /// hashes are settled by `is_called(row)`, whether an earlier row has that ID.
    ///
    /// # Errors
    /// Those of `is_called`.
    pub fn push<E>(
        &mut self,
        id: &str,
        place: Option<(&str, i64, i64)>,
        is_called: impl FnOnce(usize) -> Result<bool, E>,
    ) -> Result<Option<usize>, E> {
        let row = self.places.len() as u32;
        if let Some(earlier) = self.seen.insert(self.hasher.hash_one(id), row)
            && is_called(earlier as usize)?
        {
            return Ok(Some(earlier as usize));
        }
        let place = match place {
            Some((chrom, left, right)) => RowPlace {
                chrom: self.chrom_index(chrom),
                left,
                right,
            },
            None => RowPlace {
                chrom: -1,
                left: 0,
                right: 0,
            },
        };
        self.places.push(place);
        Ok(None)
    }

    /// The order of the rows in the genome, and the places of the rows as they came in.
    pub fn into_order(mut self) -> (GenomeOrder, Vec<RowPlace>) {
        let order = genome_order(&self.chrom_names, &mut self.places);
        (order, self.places)
    }

    /// The error of a row of `source` that is the next one and has the ID of an earlier row; `what` is a "SNP" or a "gene".
    pub fn repeated(
        &self,
        source: &Path,
        what: &'static str,
        id: &str,
        earlier: usize,
    ) -> StoreError {
        StoreError::DuplicateId {
            path: source.into(),
            what,
            id: shown(id),
            first: earlier as u64 + 1,
            second: self.len() as u64 + 1,
        }
    }

    fn chrom_index(&mut self, name: &str) -> i32 {
        if let Some(&index) = self.chrom_indices.get(name) {
            return index;
        }
        let index = self.chrom_names.len() as i32;
        self.chrom_names.push(name.to_string());
        self.chrom_indices.insert(name.to_string(), index);
        index
    }
}

/// An ID for a message: its beginning if it is long.
fn shown(id: &str) -> String {
    const LONGEST: usize = 40;
    match id.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &id[..end]),
        None => id.to_string(),
    }
}
