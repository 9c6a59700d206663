//! The indexes of bgzf files, `.tbi` (tabix) and `.csi`: where in a file the records of a region begin.
//!
//! A chromosome is halved three times a level into bins, each record is in the smallest bin that holds it, and a bin lists
//! the stretches of the file where its records lie (SAM specification, section 5; CSIv1; the tabix index file format).
//! Records are in order, so that reading goes on from the first stretch of any bin that meets the region; a floor that is
//! kept for every window of the chromosome spares most of what lies before.
//!
//! Read by hand: noodles-tabix 0.68 and noodles-csi 0.62 make as much room as a count announces, so that one damaged count
//! ends the program, where an import refuses a damaged file with a sentence.

use std::io::{self, Read};
use std::path::Path;

use super::FormatError;
use super::compression;
use super::input::io_error;
use crate::genome::Region;

/// The most bytes of an index that are read, decompressed; whole genomes have a few million.
const MAX_BYTES: u64 = 256 << 20;

/// What a `.tbi` does not say, for it is the same in all of them.
const TABIX: Scheme = Scheme {
    shift: 14,
    depth: 5,
};

/// A place in a bgzf file: where a block begins in the file, times 2^16, plus a place in what it decompresses to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VirtualOffset(u64);

impl VirtualOffset {
    /// Where the block begins, in bytes of the file.
    pub(super) fn block(self) -> u64 {
        self.0 >> 16
    }

    /// The place in the block, in bytes of what it decompresses to.
    pub(super) fn within(self) -> u64 {
        self.0 & 0xffff
    }
}

/// How a chromosome is divided: the smallest bins have `2^shift` bp, and there are `depth` levels above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scheme {
    shift: u32,
    depth: u32,
}

impl Scheme {
    /// The number of the first bin of a level, 0 being the whole chromosome.
    fn first_bin(level: u32) -> u64 {
        ((1 << (3 * level)) - 1) / 7
    }

    /// The number under which records are counted; no records are in it.
    fn counts_bin(self) -> u64 {
        Self::first_bin(self.depth + 1) + 1
    }

    /// The first base of a bin and that of the next one, from 0; `None` for a number that no bin has.
    fn range(self, bin: u64) -> Option<(i64, i64)> {
        let level = (0..=self.depth).find(|&level| bin < Self::first_bin(level + 1))?;
        let bits = self.shift + 3 * (self.depth - level);
        let from = ((bin - Self::first_bin(level)) as i64) << bits;
        Some((from, from + (1 << bits)))
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
pub(super) struct BgzfIndex {
    /// The names of the chromosomes; empty for BCF, whose header has them.
    pub(super) names: Vec<String>,
    scheme: Scheme,
    chromosomes: Vec<Chromosome>,
}

impl BgzfIndex {
    /// Reads an index.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or is an index of something else than VCF or BCF.
    pub(super) fn read(path: &Path) -> Result<Self, FormatError> {
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
    pub(super) fn n_records(&self) -> Option<u64> {
        let with_records = self.chromosomes.iter().filter(|it| !it.bins.is_empty());
        with_records.map(|chromosome| chromosome.n_records).sum()
    }

    /// A place before which no record of the region lies, on its chromosome by its number; `None` if there is no record.
    pub(super) fn start(&self, chromosome: usize, region: &Region) -> Option<VirtualOffset> {
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

/// The fields of an index one after the other, little-endian.
struct Fields<R>(R);

impl<R: Read> Fields<R> {
    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn number(&mut self) -> io::Result<i32> {
        self.bytes().map(i32::from_le_bytes)
    }

    fn count(&mut self) -> io::Result<u32> {
        let count = self.number()?;
        count.try_into().map_err(|_| invalid("a negative count"))
    }

    fn offset(&mut self) -> io::Result<VirtualOffset> {
        self.bytes().map(u64::from_le_bytes).map(VirtualOffset)
    }

    fn index(&mut self) -> io::Result<BgzfIndex> {
        let (is_tabix, scheme, names, n_chromosomes);
        match &self.bytes::<4>()? {
            b"TBI\x01" => {
                (is_tabix, scheme) = (true, TABIX);
                n_chromosomes = self.count()?;
                names = self.names()?;
            }
            b"CSI\x01" => {
                is_tabix = false;
                scheme = self.scheme()?;
                names = self.names_in_csi()?;
                n_chromosomes = self.count()?;
            }
            _ => return Err(invalid("it does not begin as a .tbi or .csi does")),
        }
        let mut chromosomes = Vec::new();
        for _ in 0..n_chromosomes {
            chromosomes.push(self.chromosome(scheme, is_tabix)?);
        }
        Ok(BgzfIndex {
            names,
            scheme,
            chromosomes,
        })
    }

    fn scheme(&mut self) -> io::Result<Scheme> {
        const MOST_BITS: u32 = 60;
        let (shift, depth) = (self.count()?, self.count()?);
        // More levels than this have more bins than 32 bits count.
        if depth > 9 || shift > MOST_BITS - 3 * depth {
            return Err(invalid("it divides chromosomes in a way that cannot be"));
        }
        Ok(Scheme { shift, depth })
    }

    /// The names in the header that a `.csi` of text files has; none where there is no header, as for BCF.
    fn names_in_csi(&mut self) -> io::Result<Vec<String>> {
        let mut header = Vec::new();
        let n_bytes = u64::from(self.count()?);
        if self.0.by_ref().take(n_bytes).read_to_end(&mut header)? as u64 != n_bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match header.is_empty() {
            true => Ok(Vec::new()),
            false => Fields(&header[..]).names(),
        }
    }

    /// The header of an index of a text file: which columns are meant, and the names of the chromosomes.
    fn names(&mut self) -> io::Result<Vec<String>> {
        const FROM_ZERO: i32 = 0x10000;
        let mut columns = [0; 6];
        for column in &mut columns {
            *column = self.number()?;
        }
        let [format, chrom, begin, ..] = columns;
        if format & FROM_ZERO != 0 || chrom != 1 || begin != 2 {
            return Err(invalid("it is of another format"));
        }
        let n_bytes = u64::from(self.count()?);
        let mut text = Vec::new();
        if self.0.by_ref().take(n_bytes).read_to_end(&mut text)? as u64 != n_bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = String::from_utf8(text).map_err(|_| invalid("a name is not UTF-8 text"))?;
        Ok(text.split_terminator('\0').map(String::from).collect())
    }

    fn chromosome(&mut self, scheme: Scheme, is_tabix: bool) -> io::Result<Chromosome> {
        let (mut bins, mut n_records) = (Vec::new(), None);
        for _ in 0..self.count()? {
            let number = u64::from(self.bytes().map(u32::from_le_bytes)?);
            let floor = match is_tabix {
                true => VirtualOffset::default(),
                false => self.offset()?,
            };
            let mut chunks = Vec::new();
            for _ in 0..self.count()? {
                chunks.push((self.offset()?, self.offset()?));
            }
            if number != scheme.counts_bin() {
                bins.push(Bin {
                    number,
                    floor,
                    chunks,
                });
            } else if let [_, (placed, unplaced)] = chunks[..] {
                n_records = placed.0.checked_add(unplaced.0);
            }
        }
        let mut floors = Vec::new();
        if is_tabix {
            for _ in 0..self.count()? {
                floors.push(self.offset()?);
            }
        }
        Ok(Chromosome {
            bins,
            floors,
            n_records,
        })
    }
}

fn invalid(problem: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn region(from: i64, to: i64) -> Region {
        let chrom = "1".into();
        Region { chrom, from, to }
    }

    /// A chromosome whose bins each begin where they are told.
    fn index(scheme: Scheme, bins: &[(u64, u64, u64)]) -> BgzfIndex {
        let bin = |&(number, floor, start): &(u64, u64, u64)| Bin {
            number,
            floor: VirtualOffset(floor),
            chunks: vec![(VirtualOffset(start), VirtualOffset(start + 50))],
        };
        BgzfIndex {
            names: Vec::new(),
            scheme,
            chromosomes: vec![Chromosome {
                bins: bins.iter().map(bin).collect(),
                floors: Vec::new(),
                n_records: None,
            }],
        }
    }

    #[test]
    fn bins_are_numbered_as_the_specification_has_them() {
        assert_eq!(TABIX.counts_bin(), 37450);
        assert_eq!(TABIX.range(0), Some((0, 1 << 29)));
        assert_eq!(TABIX.range(1), Some((0, 1 << 26)));
        assert_eq!(TABIX.range(4681), Some((0, 1 << 14)));
        assert_eq!(TABIX.range(4682), Some((1 << 14, 2 << 14)));
        assert_eq!(TABIX.range(37449), None);
    }

    #[test]
    fn reading_starts_at_the_first_stretch_of_a_bin_that_meets_the_region() {
        let index = index(
            TABIX,
            &[(4681, 100, 100), (4682, 300, 300), (0, 0, 250), (9, 0, 20)],
        );
        assert_eq!(index.start(0, &region(1, 5)), Some(VirtualOffset(100)));
        // The floor of the second window spares what lies before it: 250 to 300 is over, 300 begins.
        assert_eq!(
            index.start(0, &region(16_385, 16_385)),
            Some(VirtualOffset(300))
        );
        assert_eq!(
            index.start(0, &region(16_384, 16_385)),
            Some(VirtualOffset(100))
        );
        assert_eq!(index.start(1, &region(1, 5)), None);
        // Beyond every bin but that of the whole chromosome.
        assert_eq!(
            index.start(0, &region(400_000_000, i64::MAX)),
            Some(VirtualOffset(250))
        );
        assert_eq!(index.start(0, &region(1 << 40, i64::MAX)), None);
    }

    proptest! {
        #[test]
        fn a_base_is_in_one_bin_of_every_level(shift in 4u32..20, depth in 0u32..7, base in 0i64..1 << 30) {
            let scheme = Scheme { shift, depth };
            let base = base % (1 << (shift + 3 * depth));
            for level in 0..=depth {
                let bins = Scheme::first_bin(level)..Scheme::first_bin(level + 1);
                let bits = shift + 3 * (depth - level);
                let bin = bins.start + (base as u64 >> bits);
                prop_assert!(bins.contains(&bin));
                let (from, end) = scheme.range(bin).unwrap();
                prop_assert!(from <= base && base < end);
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), tabix: bool) {
            let magic: &[u8] = if tabix { b"TBI\x01" } else { b"CSI\x01" };
            let whole = [magic, &bytes].concat();
            if let Ok(index) = Fields(&whole[..]).index() {
                for chromosome in 0..index.chromosomes.len() {
                    index.start(chromosome, &region(1, i64::MAX));
                    index.start(chromosome, &region(0, 0));
                }
                index.n_records();
            }
        }
    }
}
