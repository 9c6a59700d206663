//! Where SNPs and genes lie: Matrix eQTL's location tables `snp chr pos` and `geneid chr left right`.
//!
//! Columns are separated by tabs, or by blanks in a line without a tab; further columns are not looked at. The first
//! line is a header unless its positions are numbers. `NA` as chromosome or position says that there is no place.
//! The first row of an ID that stands there twice wins, as in Matrix eQTL; the caller is told, to warn.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use super::FormatError;
use super::columns::Separator;
use super::input::{self, LineReader, quoted};
use super::number::is_missing;
use crate::genome::{Site, Span};

/// A row that is not used, for its ID had stood there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatedId {
    /// The ID.
    pub id: Box<str>,
    /// The line of the row, counted from 1.
    pub line: u64,
}

/// The rows of a table whose ID had stood there before, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuplicateIds(Vec<RepeatedId>);

impl DuplicateIds {
    /// The number of these rows.
    pub fn n_rows(&self) -> usize {
        self.0.len()
    }

    /// The rows.
    pub fn rows(&self) -> &[RepeatedId] {
        &self.0
    }

    /// The first few of the IDs, each once, for a message.
    pub fn examples(&self) -> Vec<String> {
        const MOST: usize = 5;
        let mut examples: Vec<String> = Vec::new();
        for RepeatedId { id, .. } in &self.0 {
            if examples.len() < MOST && !examples.iter().any(|seen| **seen == **id) {
                examples.push(id.to_string());
            }
        }
        examples
    }
}

/// The places of SNPs by ID.
#[derive(Clone, Debug, Default)]
pub struct SnpLocations(Places<1>);

impl SnpLocations {
    /// Reads a table `snp chr pos`.
    ///
    /// # Errors
    /// If the file is empty, a row has fewer than three columns, or a position is not a whole number from 0.
    pub fn read(path: &Path) -> Result<Self, FormatError> {
        Places::read(path, "snp chr pos").map(Self)
    }

    /// Where the SNP lies, if the table says.
    pub fn get(&self, id: &str) -> Option<Site> {
        let (chrom, [pos]) = self.0.get(id)?;
        Some(Site {
            chrom: chrom.to_string(),
            pos,
        })
    }

    /// The IDs that stand there twice.
    pub fn duplicates(&self) -> &DuplicateIds {
        &self.0.duplicates
    }

    /// The number of IDs, with and without a place.
    pub fn n_ids(&self) -> usize {
        self.0.by_id.len()
    }
}

/// The places of genes by ID.
#[derive(Clone, Debug, Default)]
pub struct GeneLocations(Places<2>);

impl GeneLocations {
    /// Reads a table `geneid chr left right`; the two ends may be swapped.
    ///
    /// # Errors
    /// If the file is empty, a row has fewer than four columns, or a position is not a whole number from 0.
    pub fn read(path: &Path) -> Result<Self, FormatError> {
        Places::read(path, "geneid chr left right").map(Self)
    }

    /// Where the gene lies, if the table says.
    pub fn get(&self, id: &str) -> Option<Span> {
        let (chrom, [left, right]) = self.0.get(id)?;
        Some(Span::new(chrom, left, right))
    }

    /// The IDs that stand there twice.
    pub fn duplicates(&self) -> &DuplicateIds {
        &self.0.duplicates
    }

    /// The number of IDs, with and without a place.
    pub fn n_ids(&self) -> usize {
        self.0.by_id.len()
    }
}

/// `N` positions on a chromosome by ID. A table of all known SNPs has tens of millions of rows on a few dozen
/// chromosomes, so a row keeps its chromosome's number only.
#[derive(Clone, Debug, Default)]
struct Places<const N: usize> {
    by_id: HashMap<Box<str>, Option<(u32, [i64; N])>>,
    chroms: Chromosomes,
    duplicates: DuplicateIds,
}

impl<const N: usize> Places<N> {
    fn read(path: &Path, columns: &str) -> Result<Self, FormatError> {
        let mut reader = input::open(path)?;
        let mut places = Self::default();
        let mut first = true;
        while reader.advance_to_text()? {
            let fields = Separator::of(reader.line()).split(reader.line());
            let fields: Vec<&[u8]> = fields.take(N + 2).collect();
            if fields.len() < N + 2 {
                return Err(reader.line_error(
                    format!("the row has {} columns", fields.len()),
                    format!("wanted {}: {columns}", N + 2),
                ));
            }
            if !(std::mem::take(&mut first) && is_header(&fields[2..])) {
                places.add(&reader, &fields)?;
            }
        }
        if reader.number() == 0 {
            return Err(reader.file_error("the file is empty", format!("wanted rows of {columns}")));
        }
        Ok(places)
    }

    fn add(&mut self, reader: &LineReader, fields: &[&[u8]]) -> Result<(), FormatError> {
        let id = reader.name(fields[0])?;
        let place = self.place(reader, id, fields)?;
        match self.by_id.entry(id.into()) {
            Entry::Occupied(_) => self.duplicates.0.push(RepeatedId {
                id: id.into(),
                line: reader.number(),
            }),
            Entry::Vacant(slot) => {
                slot.insert(place);
            }
        }
        Ok(())
    }

    fn place(
        &mut self,
        reader: &LineReader,
        id: &str,
        fields: &[&[u8]],
    ) -> Result<Option<(u32, [i64; N])>, FormatError> {
        let mut located = !is_missing(fields[1]) && !fields[1].is_empty();
        let mut positions = [0; N];
        for (position, field) in positions.iter_mut().zip(&fields[2..]) {
            if is_missing(field) {
                located = false;
                continue;
            }
            *position = parse_midpoint(field).ok_or_else(|| {
                let columns = if N == 1 { "ID chr pos" } else { "ID chr left right" };
                reader.line_error(
                    format!("{} has the position {}", quoted(id.as_bytes()), quoted(field)),
                    format!("wanted a number of base pairs from 0, or NA; the columns are {columns}, without row names"),
                )
            })?;
        }
        if !located {
            return Ok(None);
        }
        let chrom = self.chroms.number(reader.name(fields[1])?);
        Ok(Some((chrom, positions)))
    }

    fn get(&self, id: &str) -> Option<(&str, [i64; N])> {
        let (chrom, positions) = (*self.by_id.get(id)?)?;
        Some((&self.chroms.names[chrom as usize], positions))
    }
}

/// Whether the first line holds names: nothing in the columns of positions could be one.
fn is_header(positions: &[&[u8]]) -> bool {
    positions
        .iter()
        .all(|field| !is_missing(field) && parse_number(field).is_none())
}

fn parse_number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.trim().parse().ok()
}

/// A position in bp: a whole number from 0, perhaps written as R writes large ones (`1e+06`).
pub(super) fn parse_position(field: &[u8]) -> Option<i64> {
    parse_number(field).filter(|number| number.fract() == 0.0)?;
    parse_midpoint(field)
}

/// A position in bp, or a point between two bases (markers of crosses are often placed halfway between their ends),
/// which counts as the base before it.
fn parse_midpoint(field: &[u8]) -> Option<i64> {
    const LARGEST: f64 = 1e15;
    let number = parse_number(field).filter(|number| (0.0..=LARGEST).contains(number))?;
    Some(number.floor() as i64)
}

/// Chromosome names by number, in the order they were first met.
#[derive(Clone, Debug, Default)]
struct Chromosomes {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Chromosomes {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_string());
        self.numbers.insert(name.to_string(), number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::NamedTempFile;

    fn file(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn snps(text: &str) -> Result<SnpLocations, FormatError> {
        SnpLocations::read(file(text).path())
    }

    fn genes(text: &str) -> Result<GeneLocations, FormatError> {
        GeneLocations::read(file(text).path())
    }

    fn site(chrom: &str, pos: i64) -> Option<Site> {
        Some(Site {
            chrom: chrom.into(),
            pos,
        })
    }

    #[test]
    fn a_header_is_skipped_and_its_absence_noticed() {
        let with = snps("snp\tchr\tpos\na\t1\t10\n").unwrap();
        let without = snps("a\t1\t10\nb\t2\t20\n").unwrap();
        assert_eq!(with.n_ids(), 1);
        assert_eq!(with.get("a"), site("1", 10));
        assert_eq!(without.n_ids(), 2);
        assert_eq!(without.get("a"), site("1", 10));
        assert_eq!(without.get("c"), None);
    }

    #[test]
    fn positions_may_be_written_as_r_writes_them() {
        let table =
            snps("a chr1 1e6\nm chr1 7.5\nb  chr2 12345.0\nc chr2 0\nd X 1e+05 more\n").unwrap();
        assert_eq!(table.get("a"), site("chr1", 1_000_000));
        assert_eq!(table.get("m"), site("chr1", 7));
        assert_eq!(table.get("b"), site("chr2", 12345));
        assert_eq!(table.get("c"), site("chr2", 0));
        assert_eq!(table.get("d"), site("X", 100_000));
    }

    #[test]
    fn na_is_no_place() {
        let table = snps("a\t1\tNA\nb\tNA\t7\nc\t1\t8\n").unwrap();
        assert_eq!(table.get("a"), None);
        assert_eq!(table.get("b"), None);
        assert_eq!(table.n_ids(), 3);
        assert_eq!(genes("g\t1\t5\tNA\n").unwrap().get("g"), None);
    }

    #[test]
    fn a_position_that_is_none_is_an_error() {
        for bad in ["-5", "x", "1e99", "nan1", ""] {
            let message = snps(&format!("snp\tchr\tpos\na\t1\t{bad}\n"))
                .unwrap_err()
                .to_string();
            assert!(
                message.contains(&format!("line 2: 'a' has the position '{bad}'")),
                "{message}"
            );
            assert!(message.contains("wanted a number of base pairs from 0, or NA"));
        }
        assert!(genes("g\t1\t5\tx\n").is_err());
    }

    #[test]
    fn the_first_row_of_an_id_wins() {
        let mut text = String::from("a\t1\t10\n");
        for i in 0..7 {
            text.push_str(&format!("a\t2\t{i}\nb{i}\t3\tNA\nb{i}\t3\t5\n"));
        }
        let table = snps(&text).unwrap();
        assert_eq!(table.get("a"), site("1", 10));
        assert_eq!(table.get("b0"), None);
        let duplicates = table.duplicates();
        assert_eq!(duplicates.n_rows(), 14);
        assert_eq!(duplicates.examples(), ["a", "b0", "b1", "b2", "b3"]);
        let lines: Vec<u64> = duplicates.rows().iter().map(|row| row.line).collect();
        assert_eq!(lines[..4], [2, 4, 5, 7]);
    }

    #[test]
    fn the_ends_of_a_gene_may_be_swapped() {
        let table = genes("geneid\tchr\ts1\ts2\ng\tchr1\t20\t10\n").unwrap();
        assert_eq!(table.get("g"), Some(Span::new("chr1", 10, 20)));
        assert_eq!(table.n_ids(), 1);
        assert_eq!(table.duplicates().n_rows(), 0);
    }

    #[test]
    fn a_short_row_names_the_columns() {
        let message = genes("geneid\tchr\tleft\tright\ng\tchr1\t20\n")
            .unwrap_err()
            .to_string();
        assert!(message.contains("line 2: the row has 3 columns; wanted 4: geneid chr left right"));
    }

    #[test]
    fn an_empty_table_is_refused() {
        let message = snps("").unwrap_err().to_string();
        assert!(message.contains("the file is empty; wanted rows of snp chr pos"));
    }
}
