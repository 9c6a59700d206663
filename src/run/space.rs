//! How much a run will write if chance alone makes its hits, and whether that fits the disk.

use std::path::Path;

use super::config::{Columns, MapConfig};
use super::error::RunError;
use super::journal::JournalFolder;
use super::log::{Log, grouped};
use super::output::OutFolder;
use super::prepare::Prepared;
use crate::formats::TableFormat;
use crate::model::Hit;
use crate::plan::Tests;
use crate::results::{RankedHit, RowOrder};

/// What a run is expected to write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Hits that chance makes: tests times the threshold.
    pub hits: f64,
    /// Bytes of journals and tables, and of the files in which hits are put in order.
    pub bytes: f64,
}

/// About how many bytes a row of a table of eQTLs takes.
pub fn row_bytes(config: &MapConfig) -> f64 {
    let text = match config.columns {
        Columns::MatrixEqtl => 80.0,
        Columns::Full => 160.0,
        Columns::EqtlCatalogue => 240.0,
    };
    match config.table_format {
        TableFormat::Tsv => text,
        TableFormat::TsvGz | TableFormat::Parquet => 0.4 * text,
    }
}

/// What so many tests are expected to find and write at the thresholds of a configuration.
pub fn expected(config: &MapConfig, tests: Tests) -> Expected {
    let classes = [
        tests.all as f64 * config.p_all,
        tests.cis as f64 * config.p_cis,
        tests.trans as f64 * config.p_trans,
    ];
    let hits: f64 = classes.iter().sum();
    let sorted = classes
        .iter()
        .map(|hits| hits * size_of::<RankedHit>() as f64);
    let largest = sorted.fold(0.0, f64::max);
    let sort_files = match config.sort {
        _ if largest <= config.hit_memory as f64 => 0.0,
        RowOrder::P => 1.0,
        RowOrder::Position => 2.0,
    };
    Expected {
        hits,
        bytes: hits * (size_of::<Hit>() as f64 + row_bytes(config)) + sort_files * largest,
    }
}

/// Tells what is expected, and stops a run that would not fit the free disk, what is journaled already not counted again.
///
/// # Errors
/// If it does not, unless forced.
pub fn check_space(
    config: &MapConfig,
    out: &OutFolder,
    journals: &JournalFolder,
    prepared: &Prepared,
    log: Log,
) -> Result<(), RunError> {
    let expected = Expected::of_run(config, prepared.plan.tests);
    log.info(format!(
        "expect  {} eQTLs by chance alone, {} with journal and tables",
        grouped(expected.hits as u64),
        readable(expected.bytes)
    ));
    expected.check(config, &[journals.path(), out.path()], journals.bytes()?)
}

impl Expected {
    /// What a run, or its shard, is expected to find and write.
    pub fn of_run(config: &MapConfig, tests: Tests) -> Self {
        let share = config.shard.map_or(1.0, |shard| 1.0 / f64::from(shard.of));
        let Self { hits, bytes } = expected(config, tests);
        Self {
            hits: hits * share,
            bytes: bytes * share,
        }
    }

    /// Checks that what is not journaled yet fits the free disk of all folders, which are there.
    ///
    /// # Errors
    /// If it does not, unless forced.
    pub fn check(
        &self,
        config: &MapConfig,
        folders: &[&Path],
        journaled: u64,
    ) -> Result<(), RunError> {
        if config.force {
            return Ok(());
        }
        let needed = self.bytes - journaled as f64;
        for folder in folders {
            if let Some(free) = free_bytes(folder).filter(|free| needed > *free) {
                return Err(RunError::Input(format!(
                    "{}: {} are free, and chance alone would make {} eQTLs of {} with journal and tables; give a lower \
                     threshold or another --out, or --force to go on all the same",
                    folder.display(),
                    readable(free),
                    grouped(self.hits as u64),
                    readable(self.bytes)
                )));
            }
        }
        Ok(())
    }
}

/// Free bytes where a folder lies; `None` if the system does not tell.
pub fn free_bytes(folder: &Path) -> Option<f64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail as f64 * disk.f_frsize as f64)
}

/// Bytes in a unit that suits them: "1000 B", "1.5 GiB". There is no part of a byte.
pub fn readable(bytes: f64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let (mut size, mut unit) = (bytes, 0);
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    let decimals = usize::from(unit > 0);
    format!("{size:.decimals$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        assert_eq!([0.0, 1000.0].map(readable), ["0 B", "1000 B"]);
        assert_eq!(readable(1.5 * 1024.0 * 1024.0), "1.5 MiB");
        assert_eq!(readable(3.0 * 1024f64.powi(3)), "3.0 GiB");
        assert_eq!(readable(5e18), "4440.9 PiB");
    }
}
