//! The SNPs of a PLINK set: a line each, `chromosome ID cM bp A1 A2`.

use std::collections::HashMap;
use std::path::Path;

use super::super::columns::Separator;
use super::super::compression::Progress;
use super::super::input::{self, LineReader, quoted};
use super::FormatError;

/// The last position that is read, as in the other formats.
const MAX_POSITION: i64 = 1_000_000_000_000_000;

/// PLINK's code for a chromosome that is not known.
const NO_CHROMOSOME: &[u8] = b"0";

const N_COLUMNS: usize = 6;

/// The SNPs of a .bim: some 25 bytes of text and 24 bytes of numbers each.
pub struct PlinkSnps {
    /// ID, A1 and A2 of every SNP, each with a tab after it.
    texts: String,
    /// Where the text of each SNP starts.
    starts: Vec<u64>,
    /// Chromosome and position of each SNP.
    places: Vec<(Option<u32>, i64)>,
    chrom_names: Vec<String>,
    progress: Progress,
}

/// A SNP as the .bim gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlinkSnp<'a> {
    /// Its ID.
    pub id: &'a str,
    /// Its first allele (column 5), which is counted; `.` if it is not known.
    pub a1: &'a str,
    /// Its second allele (column 6); `.` if it is not known.
    pub a2: &'a str,
    /// Its chromosome, an index into the names; `None` for chromosome 0.
    pub chrom: Option<u32>,
    /// Its position, 1-based.
    pub pos: i64,
}

impl PlinkSnps {
    /// Reads a .bim.
    ///
    /// # Errors
    /// A file that cannot be read, without SNPs, or with a line that is none of a .bim.
    pub(super) fn read(path: &Path) -> Result<Self, FormatError> {
        let mut reader = input::open(path)?;
        let mut snps = Self {
            texts: String::new(),
            starts: Vec::new(),
            places: Vec::new(),
            chrom_names: Vec::new(),
            progress: reader.progress(),
        };
        let mut chroms = HashMap::new();
        while reader.advance_to_text()? {
            snps.read_line(&reader, &mut chroms)?;
        }
        if snps.len() == 0 {
            let wanted = "wanted a line a SNP: chromosome ID cM bp A1 A2";
            return Err(reader.file_error("has no SNPs", wanted));
        }
        Ok(snps)
    }

    fn read_line(
        &mut self,
        reader: &LineReader,
        chroms: &mut HashMap<Box<str>, u32>,
    ) -> Result<(), FormatError> {
        let [chrom, id, _, pos, a1, a2] = columns(reader)?;
        let place = (
            self.chromosome(reader, chrom, chroms)?,
            position(reader, id, pos)?,
        );
        self.starts.push(self.texts.len() as u64);
        self.places.push(place);
        let (a1, a2) = (allele(reader, a1)?, allele(reader, a2)?);
        match id {
            b"." => {
                let (chrom, pos) = (reader.name(chrom)?, place.1);
                self.texts.push_str(&format!("{chrom}_{pos}_{a2}_{a1}"));
            }
            id => self.texts.push_str(reader.name(id)?),
        }
        for text in ["\t", a1, "\t", a2, "\t"] {
            self.texts.push_str(text);
        }
        Ok(())
    }

    fn chromosome(
        &mut self,
        reader: &LineReader,
        field: &[u8],
        chroms: &mut HashMap<Box<str>, u32>,
    ) -> Result<Option<u32>, FormatError> {
        if field == NO_CHROMOSOME {
            return Ok(None);
        }
        let name = reader.name(field)?;
        if let Some(&index) = chroms.get(name) {
            return Ok(Some(index));
        }
        let index = self.chrom_names.len() as u32;
        self.chrom_names.push(name.into());
        chroms.insert(name.into(), index);
        Ok(Some(index))
    }

    /// The number of SNPs.
    #[expect(clippy::len_without_is_empty, reason = "there is one at least")]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// A SNP.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn snp(&self, row: usize) -> PlinkSnp<'_> {
        let mut rest = &self.texts[self.starts[row] as usize..];
        let mut field = || {
            // Of a few bytes: a search made for long texts takes longer than an import has for a SNP.
            let tab = rest.bytes().position(|byte| byte == b'\t');
            let (field, behind) = rest.split_at(tab.expect("three fields were written"));
            rest = &behind[1..];
            field
        };
        let (chrom, pos) = self.place(row);
        PlinkSnp {
            id: field(),
            a1: field(),
            a2: field(),
            chrom,
            pos,
        }
    }

    /// Chromosome and position of a SNP, as [`PlinkSnp`] has them.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn place(&self, row: usize) -> (Option<u32>, i64) {
        self.places[row]
    }

    /// The names of the chromosomes, in the order they come in the file.
    pub fn chrom_names(&self) -> &[String] {
        &self.chrom_names
    }

    /// What was read of the file: all of it.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}

/// The columns of the line; those behind the sixth are not looked at.
fn columns(reader: &LineReader) -> Result<[&[u8]; N_COLUMNS], FormatError> {
    let mut columns = [&[][..]; N_COLUMNS];
    let mut fields = Separator::Blanks.split(reader.line());
    for (i, column) in columns.iter_mut().enumerate() {
        *column = fields.next().ok_or_else(|| {
            reader.line_error(
                format!("the line has {i} columns"),
                format!("wanted {N_COLUMNS}: chromosome ID cM bp A1 A2"),
            )
        })?;
    }
    Ok(columns)
}

fn position(reader: &LineReader, id: &[u8], field: &[u8]) -> Result<i64, FormatError> {
    let text = str::from_utf8(field).ok();
    let position = text.and_then(|text| text.parse().ok());
    let position = position.filter(|pos| (0..=MAX_POSITION).contains(pos));
    position.ok_or_else(|| {
        reader.line_error(
            format!("SNP {} is at {}", quoted(id), quoted(field)),
            "wanted a whole number of base pairs from 0 (PLINK leaves out SNPs at negative ones: 'plink2 --bfile X \
             --make-bed --out Y' writes a set without them)",
        )
    })
}

/// An allele; `0`, PLINK's code for one that is not known, is the `.` of a VCF.
fn allele<'a>(reader: &'a LineReader, field: &'a [u8]) -> Result<&'a str, FormatError> {
    match field {
        b"0" => Ok("."),
        field => reader.name(field),
    }
}
