//! The SNPs that are imported.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::GenotypeFilters;
use crate::formats::read_snp_list;
use crate::run::error::RunError;
use crate::run::log::{Log, grouped, some_of};
use crate::store::Provenance;

/// The filters of SNPs and what each has removed.
pub struct SnpFilter {
    extract: Option<Extract>,
    missing: Option<f64>,
    maf: Option<f64>,
    n_samples: usize,
    /// Rows of the file so far.
    n_read: u64,
    removed_by_missing: u64,
    removed_by_maf: u64,
    /// The rows of the file that are left, counted from 1; empty if there is no filter.
    left: Vec<u32>,
}

/// A list of SNPs.
struct Extract {
    path: PathBuf,
    /// Each SNP, and whether it was found.
    listed: HashMap<String, bool>,
    removed: u64,
}

impl SnpFilter {
    /// Reads the list; `n_samples` is the number of samples that are imported.
    ///
    /// # Errors
    /// A list that cannot be read.
    pub fn open(filters: &GenotypeFilters, n_samples: usize) -> Result<Self, RunError> {
        let extract = filters.extract.as_ref().map(|path| {
            let listed = read_snp_list(path)?.into_iter();
            Ok::<_, RunError>(Extract {
                path: path.clone(),
                listed: listed.map(|id| (id, false)).collect(),
                removed: 0,
            })
        });
        Ok(Self {
            extract: extract.transpose()?,
            missing: filters.missing,
            maf: filters.maf,
            n_samples,
            n_read: 0,
            removed_by_missing: 0,
            removed_by_maf: 0,
            left: Vec::new(),
        })
    }

    /// Whether the next SNP of the file is in the list, if there is one.
    pub fn wants(&mut self, id: &str) -> bool {
        self.n_read += 1;
        let Some(extract) = &mut self.extract else {
            return true;
        };
        match extract.listed.get_mut(id) {
            Some(is_found) => *is_found = true,
            None => {
                extract.removed += 1;
                return false;
            }
        }
        if !self.counts_genotypes() {
            self.left.push(self.n_read as u32);
        }
        true
    }

    /// Whether a SNP that is wanted has to pass too.
    pub fn counts_genotypes(&self) -> bool {
        self.missing.is_some() || self.maf.is_some()
    }

    /// Whether its values have to be numbers of alleles.
    pub fn needs_alleles(&self) -> bool {
        self.maf.is_some()
    }

    /// Whether the SNP that was wanted last, of which so many samples are missing and the others have so many copies of
    /// the counted allele, is missing in few enough and has a minor allele that is frequent enough. Of a SNP that is
    /// missing in all samples the frequency counts as 0.
    pub fn passes(&mut self, n_missing: u64, copies: f64) -> bool {
        let share = n_missing as f64 / self.n_samples as f64;
        if self.missing.is_some_and(|most| share > most) {
            self.removed_by_missing += 1;
            return false;
        }
        if self
            .maf
            .is_some_and(|least| minor_frequency(self.n_samples as u64 - n_missing, copies) < least)
        {
            self.removed_by_maf += 1;
            return false;
        }
        self.left.push(self.n_read as u32);
        true
    }

    /// The row of the file, counted from 1, of a row of those that are left.
    pub fn row_in_file(&self, row: u64) -> u64 {
        let kept = usize::try_from(row - 1).ok().and_then(|i| self.left.get(i));
        kept.map_or(row, |&row| row.into())
    }

    fn n_removed(&self) -> u64 {
        let by_list = self.extract.as_ref().map_or(0, |extract| extract.removed);
        by_list + self.removed_by_missing + self.removed_by_maf
    }

    /// Each filter in words, and how many SNPs it removed.
    fn removals(&self) -> Vec<(String, u64)> {
        let by_list = self.extract.as_ref().map(|extract| {
            let name = extract.path.file_name().unwrap_or_default();
            (
                format!("--extract {}", name.to_string_lossy()),
                extract.removed,
            )
        });
        let missing = self
            .missing
            .map(|most| (format!("--missing {most}"), self.removed_by_missing));
        let maf = self
            .maf
            .map(|least| (format!("--maf {least}"), self.removed_by_maf));
        [by_list, missing, maf].into_iter().flatten().collect()
    }

    /// Tells what was removed, and which SNPs of the list were not found.
    ///
    /// # Errors
    /// If nothing is left.
    pub fn tell(&self, input: &Path, log: Log) -> Result<(), RunError> {
        let removals = self.removals();
        if removals.is_empty() {
            return Ok(());
        }
        self.tell_absent(input, log);
        let each = removals
            .iter()
            .map(|(filter, n)| format!("{filter} removes {}", grouped(*n)));
        let each = each.collect::<Vec<_>>().join(", ");
        let n_left = self.n_read - self.n_removed();
        if n_left == 0 {
            return Err(RunError::Input(format!(
                "{}: no SNP is left of {}: {each}; ask for less",
                input.display(),
                grouped(self.n_read)
            )));
        }
        log.info(format!(
            "filter  {each}; {} of {} SNPs are left",
            grouped(n_left),
            grouped(self.n_read)
        ));
        Ok(())
    }

    fn tell_absent(&self, input: &Path, log: Log) {
        let Some(extract) = &self.extract else {
            return;
        };
        let n_absent = extract.n_absent();
        if n_absent > 0 {
            let absent = extract.listed.iter().filter(|(_, is_found)| !**is_found);
            let mut absent: Vec<String> = absent.map(|(id, _)| id.clone()).collect();
            absent.sort_unstable();
            log.warn(format!(
                "{} of the {} SNPs of {} are not in {}: {}",
                grouped(n_absent as u64),
                grouped(extract.listed.len() as u64),
                extract.path.display(),
                input.display(),
                some_of(&absent, n_absent)
            ));
        }
    }

    /// Notes what was asked for and what it removed.
    pub fn note(&self, provenance: &mut Provenance) {
        provenance.note("snps_read", self.n_read);
        if let Some(extract) = &self.extract {
            let name = extract.path.file_name().unwrap_or_default();
            provenance.note("extract", name.to_string_lossy());
            provenance.note("extract_removed", extract.removed);
            provenance.note("extract_not_found", extract.n_absent());
        }
        if let Some(most) = self.missing {
            provenance.note("missing", most);
            provenance.note("missing_removed", self.removed_by_missing);
        }
        if let Some(least) = self.maf {
            provenance.note("maf", least);
            provenance.note("maf_removed", self.removed_by_maf);
        }
    }
}

impl Extract {
    fn n_absent(&self) -> usize {
        self.listed.values().filter(|is_found| !**is_found).count()
    }
}

/// The frequency of the rarer allele among `n` samples with `copies` of one of them; 0 without samples. Whole copies are
/// divided once, so that a frequency that is just the threshold is not below it.
fn minor_frequency(n: u64, copies: f64) -> f64 {
    let chromosomes = 2.0 * n as f64;
    match n {
        0 => 0.0,
        _ => copies.min(chromosomes - copies) / chromosomes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(maf: Option<f64>, missing: Option<f64>) -> SnpFilter {
        let filters = GenotypeFilters {
            maf,
            missing,
            ..GenotypeFilters::default()
        };
        SnpFilter::open(&filters, 100).unwrap()
    }

    #[test]
    fn a_frequency_at_the_threshold_passes() {
        for (maf, copies) in [(0.01, 2.0), (0.1, 20.0), (0.3, 60.0), (0.05, 10.0)] {
            let mut filter = filter(Some(maf), None);
            for copies in [copies, 200.0 - copies] {
                assert!(filter.passes(0, copies), "{maf} {copies}");
            }
            assert!(!filter.passes(0, copies - 1.0));
            assert!(!filter.passes(0, 201.0 - copies));
        }
    }

    #[test]
    fn a_share_of_missing_at_the_threshold_passes() {
        let mut filter = filter(Some(0.1), Some(0.05));
        assert!(filter.passes(5, 100.0));
        assert!(!filter.passes(6, 100.0));
        assert!(!filter.passes(0, 0.0));
        assert_eq!((filter.removed_by_missing, filter.removed_by_maf), (1, 1));
    }

    #[test]
    fn a_snp_that_is_missing_in_all_samples_has_no_minor_allele() {
        assert!(!filter(Some(0.01), None).passes(100, 0.0));
        assert!(filter(Some(0.0), None).passes(100, 0.0));
    }

    #[test]
    fn rows_that_are_left_are_known_by_their_place_in_the_file() {
        let mut filter = filter(Some(0.1), None);
        for copies in [0.0, 50.0, 0.0, 0.0, 70.0] {
            assert!(filter.wants("rs"));
            filter.passes(0, copies);
        }
        assert_eq!([1, 2].map(|row| filter.row_in_file(row)), [2, 5]);
        assert_eq!(SnpFilter::row_in_file(&self::filter(None, None), 7), 7);
    }
}
