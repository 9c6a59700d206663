//! Text read where it lies: the global heap of HDF5 (File Format Specification 3.0, Level 1E).
//!
//! A row of a text column is 16 bytes: the length of the text (u32), the address of a collection (u64), the number of an
//! object in it (u32). A collection is "GCOL", its version, its size, and objects: number (u16), uses (u16), 4 bytes
//! unused, size (u64), and the bytes, to a multiple of 8. Object 0 is the rest of the collection.
//!
//! HDF5 keeps no checksum of these and follows them wherever they lead: a damaged length ends the process or asks for
//! gigabytes. Here a text is taken only if everything that leads to it agrees. What is read is checked once more
//! against the checksums of the column, so a reader that went wrong would be seen.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use super::identity::OpenedFile;

/// Bytes of a row of a text column in the file.
pub const ROW_BYTES: usize = 16;

/// Bytes before the first object of a collection.
const HEADER: usize = 16;

/// Bytes before the content of an object.
const OBJECT_HEADER: usize = 16;

/// The size up to which HDF5 lets a collection grow that is not made for one large object.
const SHARED_BYTES: u64 = 1 << 16;

/// The texts of some rows of a column whose rows lie contiguous from `offset`; `None` if something in the file does not
/// agree with the rest of it, or cannot be read.
pub fn read_texts(file: &OpenedFile, offset: u64, rows: Range<usize>) -> Option<Vec<Vec<u8>>> {
    let start = (rows.start * ROW_BYTES) as u64;
    let bytes = file.read(offset.checked_add(start)?, rows.len() * ROW_BYTES)?;
    let mut collections = HashMap::new();
    let mut texts = Vec::with_capacity(rows.len());
    for row in bytes.as_chunks::<ROW_BYTES>().0 {
        let place = Place::parse(row)?;
        if place.is_empty() {
            texts.push(Vec::new());
            continue;
        }
        let collection: &Collection = match collections.entry(place.address) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Collection::read(file, &place)?),
        };
        let text = collection.object(place.object)?;
        // As HDF5 reads it, a text ends at its first zero byte.
        let text = (text.len() == place.length as usize).then(|| text.split(|&byte| byte == 0))?;
        texts.push(text.into_iter().next()?.to_vec());
    }
    Some(texts)
}

/// Where the text of a row lies.
struct Place {
    length: u32,
    address: u64,
    object: u32,
}

impl Place {
    fn parse(row: &[u8; ROW_BYTES]) -> Option<Self> {
        Some(Self {
            length: u32::from_le_bytes(row[..4].try_into().ok()?),
            address: u64::from_le_bytes(row[4..12].try_into().ok()?),
            object: u32::from_le_bytes(row[12..].try_into().ok()?),
        })
    }

    /// A text of no bytes has no place.
    fn is_empty(&self) -> bool {
        self.length == 0 && (self.address == 0 || self.address == u64::MAX)
    }
}

/// A collection of objects.
struct Collection {
    bytes: Vec<u8>,
    objects: HashMap<u32, Range<usize>>,
}

impl Collection {
    /// Reads the collection that holds an object.
    fn read(file: &OpenedFile, place: &Place) -> Option<Self> {
        let header = file.read(place.address, HEADER)?;
        let size = u64::from_le_bytes(header[8..].try_into().ok()?);
        let largest = 2 * u64::from(place.length) + SHARED_BYTES;
        if !header.starts_with(b"GCOL\x01") || !(HEADER as u64..=largest).contains(&size) {
            return None;
        }
        let bytes = file.read(place.address, size as usize)?;
        Some(Self {
            objects: objects(&bytes)?,
            bytes,
        })
    }

    fn object(&self, number: u32) -> Option<&[u8]> {
        self.objects
            .get(&number)
            .map(|range| &self.bytes[range.clone()])
    }
}

/// Where the content of each object of a collection lies.
fn objects(bytes: &[u8]) -> Option<HashMap<u32, Range<usize>>> {
    let mut objects = HashMap::new();
    let mut at = HEADER;
    while let Some(header) = bytes.get(at..at + OBJECT_HEADER) {
        let number = u16::from_le_bytes(header[..2].try_into().ok()?);
        if number == 0 {
            break;
        }
        let size = u64::from_le_bytes(header[8..].try_into().ok()?);
        let start = at + OBJECT_HEADER;
        let end = start.checked_add(usize::try_from(size).ok()?)?;
        if end > bytes.len() || objects.insert(number.into(), start..end).is_some() {
            return None;
        }
        at = end.checked_next_multiple_of(8)?;
    }
    Some(objects)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;
    use std::path::Path;

    /// A file of one collection that holds the texts, and after it the rows that lead to them.
    fn file_of(texts: &[Vec<u8>]) -> (Vec<u8>, u64) {
        let mut bytes = b"GCOL\x01\0\0\0".to_vec();
        bytes.extend([0; 8]);
        for (i, text) in texts.iter().enumerate() {
            bytes.extend([(i + 1) as u8, 0, 1, 0, 0, 0, 0, 0]);
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
        }
        bytes.resize(bytes.len() + 24, 0);
        let size = bytes.len() as u64;
        bytes[8..16].copy_from_slice(&size.to_le_bytes());
        for (i, text) in texts.iter().enumerate() {
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(0u64.to_le_bytes());
            bytes.extend((i as u32 + 1).to_le_bytes());
        }
        (bytes, size)
    }

    fn read(path: &Path, bytes: &[u8], offset: u64, rows: Range<usize>) -> Option<Vec<Vec<u8>>> {
        fs::write(path, bytes).unwrap();
        read_texts(&OpenedFile::open(path).unwrap(), offset, rows)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn texts_come_back_and_any_flipped_bit_gives_texts_or_nothing(
            texts in prop::collection::vec(prop::collection::vec(1u8..255, 1..40), 1..20),
            flip in any::<prop::sample::Index>(),
            bit in 0u8..8,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("heap");
            let (mut bytes, offset) = file_of(&texts);
            let rows = 0..texts.len();
            prop_assert_eq!(read(&path, &bytes, offset, rows.clone()), Some(texts.clone()));
            prop_assert_eq!(
                read(&path, &bytes, offset, 1.min(texts.len() - 1)..texts.len()),
                Some(texts[1.min(texts.len() - 1)..].to_vec())
            );
            let at = flip.index(bytes.len());
            bytes[at] ^= 1 << bit;
            if let Some(found) = read(&path, &bytes, offset, rows) {
                prop_assert_eq!(found.len(), texts.len());
            }
            prop_assert_eq!(read(&path, &bytes[..at], offset, 0..texts.len()), None);
        }
    }
}
