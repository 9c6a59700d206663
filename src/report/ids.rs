//! IDs to rows: those of a store in its order, and any others in the order in which they are seen.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

/// Passes a number on that is a hash already.
#[derive(Default)]
struct Given(u64);

impl Hasher for Given {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only numbers are hashed");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Rows by ID. Of an ID its hash of 64 bits is kept and no letter: two of ten million IDs share one once in 400,000
/// studies.
#[derive(Default)]
pub struct Ids {
    rows: HashMap<u64, u32, BuildHasherDefault<Given>>,
    n: u32,
}

impl Ids {
    /// Adds the ID of the next row; of rows with one ID the first keeps it.
    pub fn push(&mut self, id: &[u8]) {
        self.rows.entry(hash(id)).or_insert(self.n);
        self.n += 1;
    }

    /// The row of an ID; one that is not known becomes the next row.
    pub fn row(&mut self, id: &[u8]) -> u32 {
        let next = self.n;
        let row = *self.rows.entry(hash(id)).or_insert(next);
        self.n += u32::from(row == next);
        row
    }
}

fn hash(id: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(id);
    hasher.finish()
}

/// A set of rows.
#[derive(Clone, Debug, Default)]
pub struct RowSet {
    words: Vec<u64>,
    n: u64,
}

impl RowSet {
    /// Adds a row; says whether it is new.
    pub fn insert(&mut self, row: u32) -> bool {
        let (word, bit) = (row as usize / 64, 1u64 << (row % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.n += u64::from(is_new);
        is_new
    }

    /// How many rows are in it.
    pub fn len(&self) -> u64 {
        self.n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_rows_of_their_store_and_others_come_after() {
        let mut ids = Ids::default();
        [&b"a"[..], b"b", b"a"].iter().for_each(|id| ids.push(id));
        assert_eq!([ids.row(b"b"), ids.row(b"a"), ids.row(b"x")], [1, 0, 3]);
        assert_eq!([ids.row(b"y"), ids.row(b"x")], [4, 3]);
    }

    #[test]
    fn a_set_counts_each_row_once() {
        let mut set = RowSet::default();
        assert!(set.insert(200) && set.insert(0) && !set.insert(200));
        assert_eq!(set.len(), 2);
    }
}
