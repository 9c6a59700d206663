//! Reading journals back: which records are whole, what is done in them, and their hits.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::batch::Batch;
use super::record::{HEAD, Head};
use crate::model::Hit;
use crate::run::error::RunError;

/// Bytes read at a time.
const AT_ONCE: usize = 1 << 20;

/// A whole record.
#[derive(Clone, Copy, Debug)]
struct Place {
    head: Head,
    /// Where its hits begin.
    hits: u64,
}

/// One journal file.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    records: Vec<Place>,
    /// Where something is that is no whole record, if it is not what was being written when the run ended.
    pub damaged_at: Option<u64>,
}

impl JournalFile {
    /// Looks through the records of `run` in a file, and asks `take` with what is done in each whole one, hits left out,
    /// whether it counts.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(
        path: &Path,
        run: u64,
        mut take: impl FnMut(Batch) -> bool,
    ) -> Result<Self, RunError> {
        let failed = cannot_be_read(path);
        let file = File::open(path).map_err(&failed)?;
        let len = file.metadata().map_err(&failed)?.len();
        let mut file = BufReader::with_capacity(AT_ONCE, file);
        let mut found = Self {
            path: path.into(),
            records: Vec::new(),
            damaged_at: None,
        };
        let mut at = 0;
        let mut head_bytes = [0; HEAD];
        // Less than a head is left of a record that was being written.
        while at + HEAD as u64 <= len {
            file.read_exact(&mut head_bytes).map_err(&failed)?;
            let Some(head) = Head::read(&head_bytes, run) else {
                // Where the next record begins is not known.
                found.damaged_at = found.damaged_at.or(Some(at));
                break;
            };
            let hits = at + HEAD as u64 + head.done_bytes();
            let end = at + HEAD as u64 + head.body_bytes();
            if end > len {
                break;
            }
            match read_body(&mut file, &head).map_err(&failed)? {
                Some(batch) => {
                    if take(batch) {
                        found.records.push(Place { head, hits });
                    }
                }
                None => {
                    found.damaged_at = found.damaged_at.or(Some(at));
                    file.seek(SeekFrom::Start(end)).map_err(&failed)?;
                }
            }
            at = end;
        }
        Ok(found)
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Hits of a class.
    pub fn n_hits(&self, class: usize) -> u64 {
        self.records
            .iter()
            .map(|place| place.head.n_hits[class])
            .sum()
    }

    /// Calls `take` with all hits of a class, some at a time.
    ///
    /// # Errors
    /// If the file cannot be read or has changed since it was opened; if `take` has an error.
    pub fn for_each_hit(
        &self,
        class: usize,
        mut take: impl FnMut(&[Hit]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        if self.n_hits(class) == 0 {
            return Ok(());
        }
        let failed = cannot_be_read(&self.path);
        let mut file = File::open(&self.path).map_err(&failed)?;
        let mut hits = Vec::new();
        for place in &self.records {
            let before: u64 = (0..class).map(|class| place.head.hit_bytes(class)).sum();
            file.seek(SeekFrom::Start(place.hits + before))
                .map_err(&failed)?;
            let mut crc = crc32fast::Hasher::new();
            let mut left = place.head.n_hits[class] as usize;
            while left > 0 {
                let count = left.min(AT_ONCE / size_of::<Hit>());
                hits.resize(count, bytemuck::Zeroable::zeroed());
                let bytes = bytemuck::cast_slice_mut::<Hit, u8>(&mut hits);
                file.read_exact(bytes).map_err(&failed)?;
                crc.update(bytes);
                take(&hits)?;
                left -= count;
            }
            if !place.head.has_hits_crc(class, crc.finalize()) {
                return Err(damaged(&self.path, place.hits));
            }
        }
        Ok(())
    }
}

/// What is done in a record whose head was just read, if all of its body is whole.
fn read_body(file: &mut impl Read, head: &Head) -> io::Result<Option<Batch>> {
    let mut done = vec![0; head.done_bytes() as usize];
    file.read_exact(&mut done)?;
    let mut is_whole = true;
    let mut piece = vec![0; AT_ONCE];
    for class in 0..3 {
        let mut crc = crc32fast::Hasher::new();
        let mut left = head.hit_bytes(class) as usize;
        while left > 0 {
            let bytes = &mut piece[..left.min(AT_ONCE)];
            file.read_exact(bytes)?;
            crc.update(bytes);
            left -= bytes.len();
        }
        is_whole &= head.has_hits_crc(class, crc.finalize());
    }
    Ok(head.read_done(&done).filter(|_| is_whole))
}

/// The error of a record that has changed or is missing in part.
pub fn damaged(path: &Path, at: u64) -> RunError {
    RunError::Output {
        path: path.into(),
        action: "the journal is damaged: what it held is lost; run the same command again to scan those block pairs again",
        source: io::Error::new(
            ErrorKind::InvalidData,
            format!("a checksum differs in the record at byte {at}"),
        ),
    }
}

fn cannot_be_read(path: &Path) -> impl Fn(io::Error) -> RunError {
    let path = path.to_path_buf();
    move |source| RunError::Output {
        path: path.clone(),
        action: "the journal cannot be read; it must be on a file system that all ranks share",
        source,
    }
}
