//! The bytes of an index.
//!
//! Read by hand: noodles-tabix 0.68 and noodles-csi 0.62 make as much room as a count announces, so that one damaged count
//! ends the program, where an import refuses a damaged file with a sentence.

use std::io::{self, Read};

use super::scheme::{Scheme, TABIX};
use super::{BgzfIndex, Bin, Chromosome, VirtualOffset};

/// The fields of an index one after the other, little-endian.
pub(super) struct Fields<R>(pub(super) R);

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

    /// Reads an index, magic bytes and all.
    pub(super) fn index(&mut self) -> io::Result<BgzfIndex> {
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
