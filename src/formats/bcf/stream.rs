//! The records of a BCF one after the other, as bytes: the part that all samples share, and then the samples' own.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use crate::formats::FormatError;
use crate::formats::bgzf_index::VirtualOffset;
use crate::formats::compression::{self, Progress, Source, damaged};
use crate::formats::input::io_error;
use crate::genome::Region;

/// The longest part of a record, or header, that is read: a hundred bytes for each of a million samples.
const MAX_PART_BYTES: u64 = 128 << 20;

/// A BCF file read record by record.
pub(super) struct Stream {
    path: PathBuf,
    source: Source,
    /// Of the current record, the part that all samples share.
    pub(super) shared: Vec<u8>,
    /// Of the current record, the fields of the samples.
    pub(super) samples: Vec<u8>,
    n_samples_bytes: u64,
    /// The current record, counted from 1.
    number: u64,
    /// Where reading began, if not at the first record, so that records cannot be counted.
    began_at: Option<String>,
}

impl Stream {
    /// Opens a file at its beginning.
    pub(super) fn open(path: &Path) -> Result<Self, FormatError> {
        Ok(Self::over(path, compression::open(path)?, None))
    }

    /// Opens a file at the place its index gives for `region`; `None` if there is no such place.
    pub(super) fn open_at(
        path: &Path,
        at: VirtualOffset,
        region: &Region,
    ) -> Result<Option<Self>, FormatError> {
        let source = compression::open_at(path, at)?;
        Ok(source.map(|source| Self::over(path, source, Some(region.to_string()))))
    }

    fn over(path: &Path, source: Source, began_at: Option<String>) -> Self {
        Self {
            path: path.into(),
            source,
            shared: Vec::new(),
            samples: Vec::new(),
            n_samples_bytes: 0,
            number: 0,
            began_at,
        }
    }

    pub(super) fn progress(&self) -> Progress {
        self.source.progress.clone()
    }

    /// Reads the text of the header and the magic bytes before it.
    pub(super) fn header_text(&mut self) -> Result<Vec<u8>, FormatError> {
        let mut start = [0; 9];
        let read = self.source.text.read_exact(&mut start);
        read.map_err(|error| self.broken("in the header", error))?;
        let [b'B', b'C', b'F', 2, 1 | 2, a, b, c, d] = start else {
            return Err(FormatError::File {
                path: self.path.clone(),
                found: "this is not a BCF of version 2.1 or 2.2".into(),
                wanted: "make one with 'bcftools view -Ob'".into(),
            });
        };
        let n_bytes = u64::from(u32::from_le_bytes([a, b, c, d]));
        let mut text = Vec::new();
        self.read_part(n_bytes, &mut text, "in the header")?;
        Ok(text)
    }

    /// Reads the shared part of the next record; false at the end of the file.
    pub(super) fn advance(&mut self) -> Result<bool, FormatError> {
        let start = self.source.text.fill_buf();
        let start = start.map(<[u8]>::is_empty);
        if start.map_err(|error| self.broken("after record", error))? {
            return Ok(false);
        }
        self.number += 1;
        let mut lengths = [0; 8];
        let read = self.source.text.read_exact(&mut lengths);
        read.map_err(|error| self.broken("in record", error))?;
        let [a, b, c, d, e, f, g, h] = lengths;
        let n_shared = u64::from(u32::from_le_bytes([a, b, c, d]));
        self.n_samples_bytes = u64::from(u32::from_le_bytes([e, f, g, h]));
        let mut shared = std::mem::take(&mut self.shared);
        self.read_part(n_shared, &mut shared, "in record")?;
        self.shared = shared;
        self.samples.clear();
        Ok(true)
    }

    /// Reads what the samples of the current record have.
    pub(super) fn read_samples(&mut self) -> Result<(), FormatError> {
        let mut samples = std::mem::take(&mut self.samples);
        self.read_part(self.n_samples_bytes, &mut samples, "in record")?;
        self.samples = samples;
        Ok(())
    }

    /// Passes over what the samples of the current record have.
    pub(super) fn skip_samples(&mut self) -> Result<(), FormatError> {
        let wanted = self.n_samples_bytes;
        let skipped = io::copy(&mut self.source.text.by_ref().take(wanted), &mut io::sink());
        match skipped.map_err(|error| self.broken("in record", error))? {
            n_bytes if n_bytes == wanted => Ok(()),
            _ => Err(self.broken("in record", io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// Reads so many bytes; room is made for bytes that come, not for those that are announced.
    fn read_part(
        &mut self,
        n_bytes: u64,
        part: &mut Vec<u8>,
        place: &'static str,
    ) -> Result<(), FormatError> {
        if n_bytes > MAX_PART_BYTES {
            let found = format!("a part of {n_bytes} bytes is announced");
            let wanted = format!("at most {MAX_PART_BYTES} are read; the file may be damaged");
            return Err(self.error(found, wanted));
        }
        part.clear();
        let read = self.source.text.by_ref().take(n_bytes).read_to_end(part);
        match read.map_err(|error| self.broken(place, error))? {
            n_read if n_read as u64 == n_bytes => Ok(()),
            _ => Err(self.broken(place, io::ErrorKind::UnexpectedEof.into())),
        }
    }

    /// An error at the current record.
    pub(super) fn error(&self, found: impl Into<String>, wanted: impl Into<String>) -> FormatError {
        let (path, found, wanted) = (self.path.clone(), found.into(), wanted.into());
        match &self.began_at {
            Some(region) => FormatError::File {
                path,
                found: format!("record {} that was read for {region}: {found}", self.number),
                wanted,
            },
            None => FormatError::Record {
                path,
                record: self.number,
                found,
                wanted,
            },
        }
    }

    fn broken(&self, place: &'static str, error: io::Error) -> FormatError {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        let place = match place {
            "in the header" => place.to_string(),
            place => format!("{place} {}", self.number),
        };
        match error.kind() {
            UnexpectedEof => damaged(&self.path, &format!("the file ends {place}")),
            InvalidData | InvalidInput => damaged(
                &self.path,
                &format!("decompression stopped {place} ({error})"),
            ),
            _ => io_error(&self.path, "cannot read")(error),
        }
    }
}
