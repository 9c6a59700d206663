//! The header of a BCF: that of a VCF, in which every contig and every ID of FILTER, INFO and FORMAT has a number.
//!
//! The number stands in the line as `IDX`. Where it does not, contigs count from 0 in their order, and so do the IDs of
//! the other three together, `PASS` being 0 whether it is there or not.

use std::collections::HashMap;
use std::io::Cursor;
use std::path::Path;

use super::stream::Stream;
use crate::formats::FormatError;
use crate::formats::compression::{Progress, Source};
use crate::formats::input::LineReader;
use crate::formats::vcf::{read_samples, value_of};

/// The largest number of a contig or ID that is taken for one; records of larger ones are refused.
const MAX_INDEX: usize = 1 << 22;

/// What records refer to.
pub(super) struct Header {
    pub(super) samples: Vec<String>,
    /// The names of the chromosomes, by their number; empty where a number has no name.
    pub(super) contigs: Vec<String>,
    /// The numbers of IDs.
    ids: HashMap<Vec<u8>, usize>,
}

impl Header {
    pub(super) fn read(path: &Path, stream: &mut Stream) -> Result<Self, FormatError> {
        let mut text = stream.header_text()?;
        while text.last() == Some(&0) {
            text.pop();
        }
        let source = Source {
            text: Box::new(Cursor::new(text)),
            compressed: false,
            progress: Progress::default(),
        };
        let mut lines = LineReader::over(path, source, None);
        let mut header = Self {
            samples: Vec::new(),
            contigs: Vec::new(),
            ids: HashMap::from([(b"PASS".to_vec(), 0)]),
        };
        let mut n_ids = 1;
        header.samples = read_samples(&mut lines, |line| header.take_note(line, &mut n_ids))?;
        Ok(header)
    }

    /// Takes note of what a meta line numbers.
    fn take_note(&mut self, line: &[u8], n_ids: &mut usize) {
        let Some(id) = value_of(line, b"ID") else {
            return;
        };
        let index = value_of(line, b"IDX").and_then(|text| std::str::from_utf8(text).ok());
        let index = index.and_then(|text| text.parse::<usize>().ok());
        let index = index.filter(|&index| index < MAX_INDEX);
        if line.starts_with(b"##contig=") {
            let index = index.unwrap_or(self.contigs.len());
            if index >= self.contigs.len() {
                self.contigs.resize(index + 1, String::new());
            }
            self.contigs[index] = String::from_utf8_lossy(id).into_owned();
        } else if [&b"##FILTER="[..], b"##INFO=", b"##FORMAT="]
            .iter()
            .any(|kind| line.starts_with(kind))
            && !self.ids.contains_key(id)
        {
            let index = index.unwrap_or(*n_ids);
            self.ids.insert(id.to_vec(), index);
            *n_ids = (*n_ids).max(index + 1);
        }
    }

    /// The number of an ID; `None` if the header does not have it.
    pub(super) fn index_of(&self, id: &str) -> Option<usize> {
        self.ids.get(id.as_bytes()).copied()
    }
}
