//! The indexes of bgzf files, `.tbi` (tabix) and `.csi`: where in a file the records of a region begin.
//!
//! A chromosome is halved three times a level into bins, each record is in the smallest bin that holds it, and a bin lists
//! the stretches of the file where its records lie (SAM specification, section 5; CSIv1; the tabix index file format).
//! Records are in order, so that reading goes on from the first stretch of any bin that meets the region; a floor that is
//! kept for every window of the chromosome spares most of what lies before.

mod fields;
mod scheme;

use std::io::{self, Read};
use std::path::Path;

use self::fields::Fields;
use self::scheme::Scheme;
use super::FormatError;
use super::compression;
use super::input::io_error;
use crate::genome::Region;

/// The most bytes of an index that are read, decompressed; whole genomes have a few million.
const MAX_BYTES: u64 = 256 << 20;

/// A place in a bgzf file: where a block begins in the file, times 2^16, plus a place in what it decompresses to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::formats) struct VirtualOffset(u64);

impl VirtualOffset {
    /// Where the block begins, in bytes of the file.
    pub(in crate::formats) fn block(self) -> u64 {
        self.0 >> 16
    }

    /// The place in the block, in bytes of what it decompresses to.
    pub(in crate::formats) fn within(self) -> u64 {
        self.0 & 0xffff
    }
}

/// One bin that holds records.
struct Bin {
    number: u64,
    /// Before this no record lies that reaches into the bin; 0 in a `.tbi`.
    floor: VirtualOffset,
    /// Begin and end of every stretch.
    chunks: Vec<(VirtualOffset, VirtualOffset)>,
}

/// One chromosome.
struct Chromosome {
    bins: Vec<Bin>,
    /// Before this no record lies that reaches into the window, for every window of a `.tbi`.
    floors: Vec<VirtualOffset>,
    n_records: Option<u64>,
}

/// An index.
pub(in crate::formats) struct BgzfIndex {
    /// The names of the chromosomes; empty for BCF, whose header has them.
    pub(in crate::formats) names: Vec<String>,
    scheme: Scheme,
    chromosomes: Vec<Chromosome>,
}

impl BgzfIndex {
    /// Reads an index.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or is an index of something else than VCF or BCF.
    pub(in crate::formats) fn read(path: &Path) -> Result<Self, FormatError> {
        let source = compression::open(path)?;
        let mut input = Fields(source.text.take(MAX_BYTES));
        input.index().map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput => FormatError::File {
                path: path.into(),
                found: format!("this is no whole index of a VCF or BCF ({error})"),
                wanted:
                    "make it again with 'bcftools index -f', or remove it to read all of the file"
                        .into(),
            },
            _ => io_error(path, "cannot read")(error),
        })
    }

    /// The records of the file, if every chromosome counts its own.
    pub(in crate::formats) fn n_records(&self) -> Option<u64> {
        let with_records = self.chromosomes.iter().filter(|it| !it.bins.is_empty());
        with_records.map(|chromosome| chromosome.n_records).sum()
    }

    /// A place before which no record of the region lies, on its chromosome by its number; `None` if there is no record.
    pub(in crate::formats) fn start(
        &self,
        chromosome: usize,
        region: &Region,
    ) -> Option<VirtualOffset> {
        let chromosome = self.chromosomes.get(chromosome)?;
        let (from, last) = (region.from.max(1) - 1, region.to.max(1) - 1);
        let floor = chromosome.floor(self.scheme, from);
        let meets = |bin: &&Bin| {
            let range = self.scheme.range(bin.number);
            range.is_some_and(|(start, end)| start <= last && end > from)
        };
        let chunks = chromosome
            .bins
            .iter()
            .filter(meets)
            .flat_map(|bin| &bin.chunks);
        let ahead = chunks.filter(|(_, end)| *end > floor);
        ahead.map(|(start, _)| (*start).max(floor)).min()
    }
}

impl Chromosome {
    /// A place before which no record reaches to base `from`, counted from 0.
    fn floor(&self, scheme: Scheme, from: i64) -> VirtualOffset {
        if let Some(last) = self.floors.len().checked_sub(1) {
            let window = usize::try_from(from >> scheme.shift)
                .unwrap_or(last)
                .min(last);
            // Old programs left windows without records at 0.
            let known = self.floors[..=window]
                .iter()
                .rev()
                .find(|floor| floor.0 > 0);
            return known.copied().unwrap_or_default();
        }
        let holds = |bin: &&Bin| {
            let range = scheme.range(bin.number);
            range.is_some_and(|(start, end)| start <= from && end > from)
        };
        // The smallest bin around the base has the largest number.
        let smallest = self.bins.iter().filter(holds).max_by_key(|bin| bin.number);
        smallest.map(|bin| bin.floor).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
