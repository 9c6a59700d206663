//! Which records of a genotype file are wanted: those whose position lies in a region. Counts what was taken and what was
//! left out, and tells a region that names nothing in the file from one that is merely empty.
//!
//! A record belongs to a region by its position alone, so that it belongs to one of two neighbouring regions and not to
//! both. `bcftools view -r` also takes a deletion that begins before the region and reaches into it, unless it is given
//! `--regions-overlap pos`.

use std::path::{Path, PathBuf};

use super::input::quoted;
use super::{FormatError, GenotypeReader, GenotypeRow};
use crate::genome::{Region, Regions, are_synonyms};

/// How the records of the regions were come by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// The file was read from its beginning to its end, for it is of a kind that has no index.
    #[default]
    Whole,
    /// So too, for it has no index beside it.
    NoIndex,
    /// So too, for this index is older than it.
    StaleIndex(PathBuf),
    /// By jumps to the places that this index gives.
    Index {
        /// The index.
        path: PathBuf,
        /// All records of the file, where the index counts them.
        n_records: Option<u64>,
    },
}

/// The regions that are wanted of a file, and what was found of them.
#[derive(Clone, Debug)]
pub struct Selection {
    regions: Regions,
    /// What is known of each region.
    found: Vec<Found>,
    last_chrom: Option<String>,
    /// The first few chromosomes of the file, for messages.
    chroms: Vec<String>,
    n_left_out: u64,
    way: Way,
}

#[derive(Clone, Debug, Default)]
struct Found {
    /// Whether the file has the region's chromosome.
    is_chrom_there: bool,
    /// A chromosome of the file whose name is another only by its prefix.
    alike: Option<String>,
    n_taken: u64,
}

impl Selection {
    /// A selection of a file of which nothing is known yet.
    pub fn new(regions: Regions) -> Self {
        Self {
            found: vec![Found::default(); regions.iter().count()],
            regions,
            last_chrom: None,
            chroms: Vec::new(),
            n_left_out: 0,
            way: Way::Whole,
        }
    }

    /// The regions.
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// How the records were come by.
    pub fn way(&self) -> &Way {
        &self.way
    }

    /// Records that lie in a region.
    pub fn n_taken(&self) -> u64 {
        self.found.iter().map(|found| found.n_taken).sum()
    }

    /// Records of the file that lie in no region; `None` if most were jumped over, and the index does not count them.
    pub fn n_left_out(&self) -> Option<u64> {
        match &self.way {
            Way::Index { n_records, .. } => n_records.map(|n| n.saturating_sub(self.n_taken())),
            _ => Some(self.n_left_out),
        }
    }

    /// The regions on chromosomes of the file in which no record lies.
    pub fn empty_regions(&self) -> Vec<String> {
        let regions = self.regions.iter().zip(&self.found);
        let empty = regions.filter(|(_, found)| found.n_taken == 0);
        empty.map(|(region, _)| region.to_string()).collect()
    }

    /// Decides about a record, and counts it.
    pub fn take(&mut self, chrom: &str, pos: i64) -> bool {
        self.know(chrom);
        let region = self.regions.find(chrom, pos);
        match region {
            Some(region) => self.found[region].n_taken += 1,
            None => self.n_left_out += 1,
        }
        region.is_some()
    }

    /// Takes note of a chromosome that the file has.
    pub(super) fn know(&mut self, chrom: &str) {
        const SHOWN: usize = 3;
        if chrom.is_empty() || self.last_chrom.as_deref() == Some(chrom) {
            return;
        }
        self.last_chrom = Some(chrom.into());
        if self.chroms.len() < SHOWN && !self.chroms.iter().any(|known| known == chrom) {
            self.chroms.push(chrom.into());
        }
        for (region, found) in self.regions.iter().zip(&mut self.found) {
            found.is_chrom_there |= region.chrom == chrom;
            if are_synonyms(&region.chrom, chrom) {
                found.alike.get_or_insert_with(|| chrom.into());
            }
        }
    }

    pub(super) fn came_by(&mut self, way: Way) {
        self.way = way;
    }

    /// Refuses regions on chromosomes that the file spells otherwise, by what is known of it so far.
    ///
    /// # Errors
    /// The first such region, and how the file spells its chromosome.
    pub(super) fn check_spelling(&self, path: &Path) -> Result<(), FormatError> {
        let mut regions = self.regions.iter().zip(&self.found);
        let is_wrong = |found: &Found| !found.is_chrom_there && found.alike.is_some();
        match regions.find(|(_, found)| is_wrong(found)) {
            Some((region, found)) => Err(self.no_such_chromosome(path, region, found)),
            None => Ok(()),
        }
    }

    /// Refuses regions on chromosomes that the file does not have, now that all of them are known.
    ///
    /// # Errors
    /// The first such region, and how the file spells its chromosome, or what it has instead.
    pub(super) fn check_chromosomes(&self, path: &Path) -> Result<(), FormatError> {
        self.check_spelling(path)?;
        let mut regions = self.regions.iter().zip(&self.found);
        match regions.find(|(_, found)| !found.is_chrom_there) {
            Some((region, found)) => Err(self.no_such_chromosome(path, region, found)),
            None => Ok(()),
        }
    }

    /// Refuses regions that name nothing, now that the file is read.
    ///
    /// # Errors
    /// A region whose chromosome the file does not have, or no record in any region.
    pub fn check(&self, path: &Path) -> Result<(), FormatError> {
        self.check_chromosomes(path)?;
        if self.n_taken() > 0 {
            return Ok(());
        }
        Err(FormatError::File {
            path: path.into(),
            found: format!("no record lies in {}", self.regions),
            wanted: "a record lies where its position does, and the first base is 1".into(),
        })
    }

    fn no_such_chromosome(&self, path: &Path, region: &Region, found: &Found) -> FormatError {
        let wanted = match &found.alike {
            Some(alike) => {
                let chrom = alike.clone();
                let meant = Region {
                    chrom,
                    ..region.clone()
                };
                format!(
                    "the file says {}: ask for --region {meant}",
                    quoted(alike.as_bytes())
                )
            }
            None if self.chroms.is_empty() => "it has no records at all".into(),
            None => {
                let names = self.chroms.iter().map(|name| quoted(name.as_bytes()));
                let names: Vec<String> = names.collect();
                format!(
                    "the first chromosomes of the file are {}; names are compared as they are written",
                    names.join(", ")
                )
            }
        };
        FormatError::File {
            path: path.into(),
            found: format!(
                "no record is on chromosome {}",
                quoted(region.chrom.as_bytes())
            ),
            wanted,
        }
    }
}

/// The rows of any genotype file that lie in regions; rows without a place lie in none.
pub struct SelectedGenotypes {
    inner: Box<dyn GenotypeReader>,
    selection: Selection,
}

impl SelectedGenotypes {
    /// The rows of `inner` that lie in `regions`.
    pub fn new(inner: Box<dyn GenotypeReader>, regions: Regions) -> Self {
        Self {
            inner,
            selection: Selection::new(regions),
        }
    }
}

impl GenotypeReader for SelectedGenotypes {
    fn samples(&self) -> &[String] {
        self.inner.samples()
    }

    fn read_row(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        while self.inner.read_row(row)? {
            match &row.site {
                Some(site) if self.selection.take(&site.chrom, site.pos) => return Ok(true),
                Some(_) => {}
                None => self.selection.n_left_out += 1,
            }
        }
        Ok(false)
    }

    fn selection(&self) -> Option<&Selection> {
        Some(&self.selection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(text: &str) -> Selection {
        Selection::new(text.parse().unwrap())
    }

    #[test]
    fn what_is_taken_and_left_out_is_counted() {
        let mut selection = selection("1:10-20,2");
        let taken = [("1", 9), ("1", 10), ("1", 20), ("1", 21), ("2", 5)];
        let taken = taken.map(|(chrom, pos)| selection.take(chrom, pos));
        assert_eq!(taken, [false, true, true, false, true]);
        assert_eq!((selection.n_taken(), selection.n_left_out()), (3, Some(2)));
        assert!(selection.check(Path::new("x")).is_ok());
        assert!(selection.empty_regions().is_empty());
    }

    #[test]
    fn what_an_index_jumps_over_is_counted_by_the_index() {
        let mut selection = selection("1:10-20");
        let way = |n_records| Way::Index {
            path: "x.tbi".into(),
            n_records,
        };
        selection.take("1", 15);
        selection.came_by(way(Some(100)));
        assert_eq!(selection.n_left_out(), Some(99));
        selection.came_by(way(None));
        assert_eq!(selection.n_left_out(), None);
    }

    #[test]
    fn a_chromosome_that_is_spelled_otherwise_is_named() {
        let mut selection = selection("22:5-6,chr1");
        selection.know("chr22");
        let message = selection
            .check_spelling(Path::new("x.vcf"))
            .unwrap_err()
            .to_string();
        assert_eq!(
            message,
            "x.vcf: no record is on chromosome '22'; the file says 'chr22': ask for --region chr22:5-6"
        );
        selection.know("22");
        assert!(selection.check_spelling(Path::new("x.vcf")).is_ok());
        let message = selection
            .check_chromosomes(Path::new("x.vcf"))
            .unwrap_err()
            .to_string();
        assert!(
            message
                .contains("chromosome 'chr1'; the first chromosomes of the file are 'chr22', '22'")
        );
    }

    #[test]
    fn regions_in_which_nothing_lies_are_told() {
        let mut selection = selection("1:10-20,2");
        selection.take("1", 5);
        selection.take("2", 5);
        assert_eq!(selection.empty_regions(), ["1:10-20"]);
        let mut selection = self::selection("1:10-20");
        selection.take("1", 5);
        let message = selection.check(Path::new("x")).unwrap_err().to_string();
        assert!(message.contains("no record lies in 1:10-20"));
    }
}
