//! The genotypes of a .bed: two bits a sample, the first sample lowest, each row filled up to whole bytes.
//!
//! `00` is two copies of A1, `10` one, `11` none, `01` missing. A byte is four samples, so a table of 256 entries gives
//! their codes; counts are taken from 32 samples at a time by counting bits.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::Read;
use std::path::Path;

use memmap2::Mmap;

use super::super::input::io_error;
use super::super::kind;
use super::{FormatError, MAGIC, PlinkFiles};

/// Bytes before the first row.
const HEADER_BYTES: u64 = 3;

/// The third byte of a file with a row a SNP.
const BY_SNP: u8 = 1;

/// The third byte of a file with a row a sample.
const BY_SAMPLE: u8 = 0;

/// Samples of a byte.
const IN_BYTE: usize = 4;

/// Samples of a word.
const IN_WORD: usize = 32;

/// The code of a missing genotype.
const MISSING: u8 = 255;

/// The codes of the four samples of a byte: copies of A1, or missing.
const CODES: [[u8; IN_BYTE]; 256] = {
    let of_bits = [2, MISSING, 1, 0];
    let mut codes = [[0; IN_BYTE]; 256];
    let mut byte = 0;
    while byte < codes.len() {
        let mut sample = 0;
        while sample < IN_BYTE {
            codes[byte][sample] = of_bits[byte >> (2 * sample) & 3];
            sample += 1;
        }
        byte += 1;
    }
    codes
};

/// The rows of a .bed `[n_snps x n_samples]`, read where they lie.
pub struct PackedRows {
    map: Mmap,
    n_samples: usize,
    row_bytes: usize,
}

/// The genotypes of a SNP, counted over some samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlleleCount {
    /// Samples whose genotype is missing.
    pub n_missing: u64,
    /// Copies of the counted allele in the others.
    pub copies: u64,
}

/// Samples that are counted: the lower bit of each, 32 samples a word.
pub struct SampleMask {
    words: Vec<u64>,
    n_samples: u64,
}

impl SampleMask {
    /// A mask of these columns, each once.
    pub fn of(columns: impl Iterator<Item = usize>, n_samples: usize) -> Self {
        let mut words = vec![0; n_samples.div_ceil(IN_WORD)];
        columns.for_each(|column| words[column / IN_WORD] |= 1 << (2 * (column % IN_WORD)));
        let n_samples = words.iter().map(|word: &u64| u64::from(word.count_ones()));
        Self {
            n_samples: n_samples.sum(),
            words,
        }
    }
}

impl PackedRows {
    /// Maps the .bed of a set, whose size must be that of its SNPs and samples.
    ///
    /// # Errors
    /// A file that cannot be mapped, or is of another size.
    pub(super) fn open(
        files: &PlinkFiles,
        n_snps: usize,
        n_samples: usize,
    ) -> Result<Self, FormatError> {
        let path = &files.bed;
        let file = File::open(path).map_err(io_error(path, "cannot open"))?;
        let found = file
            .metadata()
            .map_err(io_error(path, "cannot open"))?
            .len();
        let row_bytes = n_samples.div_ceil(IN_BYTE);
        let wanted = HEADER_BYTES + n_snps as u64 * row_bytes as u64;
        if found != wanted {
            return Err(other_size(files, (n_snps, n_samples), found, wanted));
        }
        // SAFETY: the map is read only and of a file whose size was checked. Another program that shortens the file
        // meanwhile ends this one, which says so.
        let map = unsafe { Mmap::map(&file) }.map_err(io_error(path, "cannot be mapped"))?;
        Ok(Self {
            map,
            n_samples,
            row_bytes,
        })
    }

    /// The bytes of the file before the first row.
    pub fn header(&self) -> &[u8] {
        &self.map[..HEADER_BYTES as usize]
    }

    /// The bytes of a row as they lie in the file `[n_samples / 4, rounded up]`.
    ///
    /// # Panics
    /// If there are not so many rows.
    pub fn packed(&self, row: usize) -> &[u8] {
        &self.map[HEADER_BYTES as usize + row * self.row_bytes..][..self.row_bytes]
    }

    /// Appends the codes of a row `[n_samples]`: copies of A1, 255 for missing.
    ///
    /// # Panics
    /// If there are not so many rows.
    pub fn decode(&self, row: usize, codes: &mut Vec<u8>) {
        let start = codes.len();
        let packed = self.packed(row);
        codes.resize(start + packed.len() * IN_BYTE, 0);
        let fours = codes[start..].as_chunks_mut::<IN_BYTE>().0;
        for (four, &byte) in fours.iter_mut().zip(packed) {
            *four = CODES[byte as usize];
        }
        // The last byte may be filled up.
        codes.truncate(start + self.n_samples);
    }

    /// Counts the genotypes of a row over the samples of a mask.
    ///
    /// # Panics
    /// If there are not so many rows, or the mask is of another number of samples.
    pub fn count(&self, row: usize, mask: &SampleMask) -> AlleleCount {
        let (words, rest) = self.packed(row).as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let last = (!rest.is_empty()).then_some(&last);
        let words = words.iter().chain(last);
        assert_eq!(words.clone().count(), mask.words.len(), "a mask of the set");
        let (mut lower, mut upper, mut both) = (0, 0, 0);
        for (word, mask) in words.zip(&mask.words) {
            let word = u64::from_le_bytes(*word);
            let (low, high) = (word & mask, word >> 1 & mask);
            lower += u64::from(low.count_ones());
            upper += u64::from(high.count_ones());
            both += u64::from((low & high).count_ones());
        }
        let (n_missing, one_copy) = (lower - both, upper - both);
        let two_copies = mask.n_samples - n_missing - one_copy - both;
        AlleleCount {
            n_missing,
            copies: 2 * two_copies + one_copy,
        }
    }
}

/// Checks the first bytes of a .bed.
pub(in super::super) fn check_magic(path: &Path) -> Result<(), FormatError> {
    let mut head = Vec::new();
    let file = File::open(path).map_err(io_error(path, "cannot open"))?;
    let read = file.take(HEADER_BYTES).read_to_end(&mut head);
    read.map_err(io_error(path, "cannot read"))?;
    let refuse = |found: &str, wanted: String| {
        Err(FormatError::File {
            path: path.into(),
            found: found.into(),
            wanted,
        })
    };
    let [first, second, how] = head[..] else {
        let wanted = "wanted 3 and the genotypes; the file is truncated, copy it again";
        return refuse(&format!("has {} bytes", head.len()), wanted.into());
    };
    match how {
        _ if [first, second] != MAGIC => {
            refuse("is not a PLINK bed file", "wanted the first bytes 6c 1b 01".into())
        }
        BY_SNP => Ok(()),
        BY_SAMPLE => refuse(
            "this is a PLINK bed file with a row a sample",
            "a row a SNP is wanted; convert it with 'plink2 --bfile X --make-bed --out Y', X being the name without .bed"
                .into(),
        ),
        _ => {
            let (found, wanted) = kind::pgen(path);
            refuse(found, wanted)
        }
    }
}

fn other_size(
    files: &PlinkFiles,
    (n_snps, n_samples): (usize, usize),
    found: u64,
    wanted: u64,
) -> FormatError {
    let plural = |n: u64| if n == 1 { "" } else { "s" };
    let reason = match found.checked_sub(wanted) {
        None => "it is truncated".into(),
        Some(more) => format!("it has {more} byte{} more than that", plural(more)),
    };
    FormatError::File {
        path: files.bed.clone(),
        found: format!("has {found} byte{}", plural(found)),
        wanted: format!(
            "{n_snps} SNP{} of {} by {n_samples} sample{} of {} take {wanted} bytes; {reason}, or the three are not of \
             one set",
            plural(n_snps as u64),
            files.bim.display(),
            plural(n_samples as u64),
            files.fam.display(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    /// The code of one sample, by the table of the format's description.
    fn code(bytes: &[u8], sample: usize) -> u8 {
        let bit = |i: usize| bytes[i / 8] >> (i % 8) & 1;
        match (bit(2 * sample + 1), bit(2 * sample)) {
            (0, 0) => 2,
            (1, 0) => 1,
            (1, 1) => 0,
            _ => MISSING,
        }
    }

    fn rows_of(bytes: &[u8], n_snps: usize, n_samples: usize) -> PackedRows {
        let folder = tempfile::tempdir().unwrap();
        let bed = folder.path().join("x.bed");
        fs::write(&bed, [&[0x6c, 0x1b, 1], bytes].concat()).unwrap();
        let files = PlinkFiles::of(&bed);
        PackedRows::open(&files, n_snps, n_samples).unwrap()
    }

    proptest! {
        #[test]
        fn codes_and_counts_are_those_of_each_sample(
            n_samples in prop_oneof![1usize..10, 10usize..140],
            n_snps in 1usize..4,
            seed in prop::collection::vec(any::<u8>(), 3 * 35),
            chosen in prop::collection::vec(any::<bool>(), 140),
        ) {
            // What fills the last byte of a row up may be anything.
            let bytes = &seed[..n_snps * n_samples.div_ceil(IN_BYTE)];
            let rows = rows_of(bytes, n_snps, n_samples);
            let columns: Vec<usize> = (0..n_samples).filter(|&i| chosen[i]).collect();
            let mask = SampleMask::of(columns.iter().copied(), n_samples);
            for row in 0..n_snps {
                let wanted: Vec<u8> = (0..n_samples).map(|i| code(rows.packed(row), i)).collect();
                let mut codes = vec![7];
                rows.decode(row, &mut codes);
                prop_assert_eq!(&codes[1..], &wanted[..]);
                let mut count = AlleleCount::default();
                for &column in &columns {
                    match wanted[column] {
                        MISSING => count.n_missing += 1,
                        code => count.copies += u64::from(code),
                    }
                }
                prop_assert_eq!(rows.count(row, &mask), count);
            }
        }
    }

    #[test]
    fn all_four_codes_of_one_to_nine_samples() {
        for n_samples in 1..=9usize {
            let row_bytes = n_samples.div_ceil(IN_BYTE);
            let row = |bits: u8| [bits, bits.rotate_left(2), bits.rotate_left(4)];
            let bytes: Vec<u8> = (0..=255)
                .flat_map(|bits| row(bits).into_iter().take(row_bytes))
                .collect();
            let rows = rows_of(&bytes, 256, n_samples);
            for bits in 0..=255 {
                let mut codes = Vec::new();
                rows.decode(bits.into(), &mut codes);
                let wanted = (0..n_samples).map(|i| code(&row(bits), i));
                assert!(codes.into_iter().eq(wanted), "{bits} {n_samples}");
            }
        }
    }
}
