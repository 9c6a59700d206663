//! `report.html`: what a run did and found, from the files it left, on one page that needs nothing else.
//!
//! ```text
//! run.json                    what was run, counts, times
//! {all,cis,trans}.tsv         or .tsv.gz, .parquet; read once: p-values in bins, strongest eQTLs, cells of a map; the
//!                             memory is bounded
//! histogram_*.tsv             p-values of all tests
//! the stores run.json names   places of SNPs and genes; expression by genotype of a few eQTLs
//! ```
//!
//! A report can be made at any time and elsewhere. Where a file it would like is gone, it says in a sentence what it
//! lacks. Knows nothing of MPI, nor of how a run is made.

mod error;
mod field;
mod figures;
mod genome;
mod groups;
mod histogram;
mod hotspots;
mod ids;
mod page;
mod places;
mod record;
mod strengths;
mod table;
mod tally;
mod top;
mod write;

use std::path::{Path, PathBuf};

pub use error::ReportError;
pub use write::{PLOTS, REPORT, remove_report};

use groups::Grouped;
use histogram::Histogram;
use page::{Boxes, ClassContent, Content, page};
use places::{Places, Stores};
use record::Record;
use tally::Tally;

/// Gets the rows that are read so far, at first 0, and the rows of all tables, and says whether to go on.
pub type Watch<'w> = dyn FnMut(u64, u64) -> bool + 'w;

/// Makes the report of the finished run in the folder `out`, as `report.html` there or as `file`, with the pictures as
/// SVG files in a folder `plots` beside it. Gives the path of the report. `watch` is asked now and then whether to go on.
///
/// # Errors
/// If the folder holds no finished run, a table is missing or damaged, something else than a report is at its path, or it
/// cannot be written; nothing is left half-written. Without the stores of the run there is a report that says so.
pub fn write_report(
    out: &Path,
    file: Option<&Path>,
    watch: &mut Watch,
) -> Result<PathBuf, ReportError> {
    let record = Record::read(out)?;
    let path = file.map_or_else(|| out.join(REPORT), Path::to_path_buf);
    write::check(&path)?;
    let stores = Stores::open(&record, out);
    let found = stores.as_ref().map_err(Clone::clone).and_then(Places::of);
    let no_places = match &found {
        Ok(places) if places.has_places() => None,
        Ok(_) => Some("the run was given none".into()),
        Err(why) => Some(why.clone()),
    };
    let mut places = found.unwrap_or_default();
    let mut classes = Vec::new();
    let n_rows: u64 = record.classes().iter().map(|class| class.n_eqtls).sum();
    let mut n_before = 0;
    if !watch(0, n_rows) {
        return Err(ReportError::Stopped);
    }
    for class in record.classes() {
        let go_on = &mut |row| watch(n_before + row, n_rows);
        let tally = Tally::read(out, &class, &record, &mut places, go_on)?;
        n_before += class.n_eqtls;
        let histogram = Histogram::read(
            &out.join(format!("histogram_{}.tsv", class.name)),
            class.n_tests,
        )?;
        classes.push(ClassContent {
            boxes: boxes(&tally, &stores),
            tally,
            histogram,
        });
    }
    let content = Content {
        record,
        classes,
        places,
        no_places,
    };
    let (html, pictures) = page(&content);
    write::write(&path, &html, &pictures)?;
    Ok(path)
}

/// Expression by genotype of the strongest eQTLs of a class.
fn boxes(tally: &Tally, stores: &Result<Stores, String>) -> Boxes {
    let stores = stores.as_ref().map_err(Clone::clone)?;
    let hits = tally.top.hits().iter();
    let read: Result<Vec<Option<Grouped>>, _> =
        hits.map(|hit| Grouped::read(hit, stores)).collect();
    read.map_err(|error| error.to_string())
}
