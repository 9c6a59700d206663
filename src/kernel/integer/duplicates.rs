//! SNPs of a slab with the same codes, or with mirrored ones: their products with any gene are equal in size, so one of
//! them is multiplied for all.
//!
//! With c' = M - c, `D' - z'·Q = -(D - z·Q)` where z and z' are the means of the codes, as for hard calls; only rows of such
//! codes are compared. Close to each other on the genome many SNPs are in perfect linkage disequilibrium.

use std::collections::HashMap;

use super::rows::SnpRows;

/// SNPs in groups of equal rows.
#[derive(Debug, Default)]
pub(super) struct Leaders {
    /// SNPs, group by group.
    members: Vec<u32>,
    /// Where each group starts, and the end of the last.
    starts: Vec<usize>,
}

impl Leaders {
    /// Groups the SNPs of some rows that `is_wanted`; those with small codes come first, so that they share tiles.
    pub fn find(&mut self, rows: &SnpRows, is_wanted: impl Fn(usize) -> bool) {
        let mut wanted: Vec<u32> = (0..rows.len() as u32)
            .filter(|i| is_wanted(*i as usize))
            .collect();
        let largest = |i: &u32| rows.of_snp(*i as usize).map(|(row, _)| row.largest).max();
        wanted.sort_by_key(largest);
        let mut groups: Vec<Vec<u32>> = Vec::with_capacity(wanted.len());
        let mut by_hash: HashMap<u64, usize> = HashMap::with_capacity(wanted.len());
        for &i in &wanted {
            let new = groups.len();
            let (row, codes) = rows.of_snp(i as usize).next().expect("a row");
            let group = match row.is_hard_call {
                true => *by_hash.entry(hash_of_kind(codes)).or_insert(new),
                false => new,
            };
            match groups.get_mut(group) {
                Some(group) if are_alike(rows, group[0], i) => group.push(i),
                // Different rows of one hash are rare, and only cost a product.
                _ => groups.push(vec![i]),
            }
        }
        self.members = groups.concat();
        self.starts = Vec::with_capacity(groups.len() + 1);
        let mut start = 0;
        for group in &groups {
            self.starts.push(start);
            start += group.len();
        }
        self.starts.push(start);
    }

    /// The number of groups.
    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The SNPs of a group.
    pub fn members(&self, group: usize) -> &[u32] {
        &self.members[self.starts[group]..self.starts[group + 1]]
    }
}

/// The smallest and the largest code.
fn range_of(codes: &[u8]) -> (u8, u8) {
    let range = |(low, high): (u8, u8), &code: &u8| (low.min(code), high.max(code));
    codes.iter().fold((u8::MAX, 0), range)
}

/// A number that rows of the same or of mirrored codes share.
fn hash_of_kind(codes: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (low, high) = range_of(codes);
    let both = u64::from(low) + u64::from(high);
    // Of a row and its mirror image that one is hashed whose first code off the middle is the smaller.
    let off_middle = codes.iter().find(|code| 2 * u64::from(**code) != both);
    let is_mirrored = off_middle.is_some_and(|code| 2 * u64::from(*code) > both);
    // The image of a code is one too, so that it fits its byte though the sum of both ends may not.
    let image = |code: u8| (both as u8).wrapping_sub(code);
    let (words, rest) = codes.as_chunks::<8>();
    let mut hash = both;
    let mut take = |word: u64| hash = (hash.rotate_left(23) ^ word).wrapping_mul(ODD);
    for word in words {
        let word = if is_mirrored { word.map(image) } else { *word };
        take(u64::from_le_bytes(word));
    }
    for code in rest {
        take(u64::from(if is_mirrored { image(*code) } else { *code }));
    }
    hash ^ (hash >> 29)
}

/// Whether two SNPs have the same codes, or mirrored ones.
fn are_alike(rows: &SnpRows, a: u32, b: u32) -> bool {
    let codes = |i: u32| rows.of_snp(i as usize).next().expect("a row").1;
    let (a, b) = (codes(a), codes(b));
    if a == b {
        return true;
    }
    let (low, high) = range_of(a);
    let both = u16::from(low) + u16::from(high);
    range_of(b) == (low, high)
        && a.iter()
            .zip(b)
            .all(|(a, b)| u16::from(*a) + u16::from(*b) == both)
}
