//! The way through an indexed file: from region to region, at each from the place that the index gives until the records
//! are past it.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::FormatError;
use super::bgzf_index::{BgzfIndex, VirtualOffset};
use super::compression::is_bgzf_file;
use super::kind::FileKind;
use super::selection::{Selection, Way};
use super::{bcf, vcf};
use crate::genome::Region;

/// A region and where to look for it.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    pub(super) region: Region,
    pub(super) at: VirtualOffset,
}

/// The stops that are left, and where reading is now.
pub(super) struct Route {
    file: PathBuf,
    index: PathBuf,
    ahead: VecDeque<Stop>,
    here: Option<Stop>,
    is_first_record: bool,
}

/// What a record is to the stop at which it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It may lie in the region.
    There,
    /// It and all that follow lie behind the region.
    Past,
}

impl Route {
    /// The way to the regions of `selection`, which is told what the index knows; `None` if all of the file has to be
    /// read. `endings` are those of the indexes its kind of file may have, `contigs` its chromosomes in the order of an
    /// index without names.
    ///
    /// # Errors
    /// An index that cannot be read, or a region whose chromosome is not in the file.
    pub(super) fn plan(
        file: &Path,
        endings: &[&str],
        contigs: &[String],
        selection: &mut Selection,
    ) -> Result<Option<Self>, FormatError> {
        if selection.regions().is_empty() || !is_bgzf_file(file)? {
            return Ok(None);
        }
        let mut beside = endings.iter().map(|ending| beside(file, ending));
        let Some(path) = beside.find(|path| path.exists()) else {
            selection.came_by(Way::NoIndex);
            return Ok(None);
        };
        if is_older(&path, file) {
            selection.came_by(Way::StaleIndex(path));
            return Ok(None);
        }
        let index = BgzfIndex::read(&path)?;
        let names = if contigs.is_empty() {
            &index.names
        } else {
            contigs
        };
        names.iter().for_each(|name| selection.know(name));
        selection.check_chromosomes(file)?;
        let stop = |region: &Region| {
            let chromosome = names.iter().position(|name| *name == region.chrom)?;
            let at = index.start(chromosome, region)?;
            let region = region.clone();
            Some(Stop { region, at })
        };
        let ahead = selection.regions().iter().filter_map(stop).collect();
        selection.came_by(Way::Index {
            path: path.clone(),
            n_records: index.n_records(),
        });
        Ok(Some(Self {
            file: file.into(),
            index: path,
            ahead,
            here: None,
            is_first_record: false,
        }))
    }

    /// Whether there is a region at hand whose records are not past.
    pub(super) fn is_at_a_stop(&self) -> bool {
        self.here.is_some()
    }

    /// Goes to the next region; `None` after the last.
    pub(super) fn go_on(&mut self) -> Option<Stop> {
        self.here = self.ahead.pop_front();
        self.is_first_record = true;
        self.here.clone()
    }

    /// Where a record stands that was read at the region at hand; one that is past it ends the stop.
    ///
    /// # Errors
    /// If the first record there is of another chromosome: the index does not fit the file.
    pub(super) fn place(&mut self, chrom: &str, pos: i64) -> Result<Place, FormatError> {
        let Some(stop) = &self.here else {
            return Ok(Place::Past);
        };
        let is_first = std::mem::take(&mut self.is_first_record);
        if stop.region.chrom != chrom && is_first {
            return Err(self.misleading());
        }
        if stop.region.chrom == chrom && pos <= stop.region.to {
            return Ok(Place::There);
        }
        self.here = None;
        Ok(Place::Past)
    }

    /// The error of an index that leads where no record begins.
    pub(super) fn misleading(&self) -> FormatError {
        FormatError::File {
            path: self.index.clone(),
            found: format!("the index does not fit {}", self.file.display()),
            wanted: "make it again with 'bcftools index -f', or remove it to read all of the file"
                .into(),
        }
    }
}

/// The number of records of a VCF or BCF by its index, and that; `None` without an index that is newer than the file and
/// counts every chromosome's records.
///
/// # Errors
/// A file or an index that cannot be read.
pub fn count_by_index(file: &Path, kind: FileKind) -> Result<Option<(PathBuf, u64)>, FormatError> {
    let endings: &[&str] = match kind {
        FileKind::Vcf => &vcf::INDEXES,
        FileKind::Bcf => &bcf::INDEXES,
        _ => return Ok(None),
    };
    if !is_bgzf_file(file)? {
        return Ok(None);
    }
    let mut beside = endings.iter().map(|ending| beside(file, ending));
    let Some(path) = beside.find(|path| path.exists()) else {
        return Ok(None);
    };
    if is_older(&path, file) {
        return Ok(None);
    }
    let n_records = BgzfIndex::read(&path)?.n_records();
    Ok(n_records.map(|n| (path, n)))
}

/// The path of an index: the file's, with an ending.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push(ending);
    name.into()
}

/// Whether an index was made before the file was last written; then it may lead anywhere.
fn is_older(index: &Path, file: &Path) -> bool {
    let changed = |path| fs::metadata(path).and_then(|found| found.modified());
    let changed = |path| changed(path).unwrap_or(SystemTime::UNIX_EPOCH);
    changed(index) < changed(file)
}
