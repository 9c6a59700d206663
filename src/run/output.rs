//! The output folder: what may be written there, and under which names.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::config::{MapConfig, PHistogram};
use super::error::RunError;
use super::id_report::ID_REPORT;
use super::samples::SAMPLE_REPORT;
use crate::plan::Classes;
use crate::report::{PLOTS, REPORT, remove_report};

/// The record of the run; says `"complete": true` and is written last.
pub const RECORD: &str = "run.json";

/// The folder of stores that are imported on the way.
pub const IMPORTED: &str = "imported";

/// Every table a run may write, with its index.
const TABLES: [&str; 26] = [
    SAMPLE_REPORT,
    ID_REPORT,
    "all.tsv",
    "all.tsv.gz",
    "all.tsv.gz.tbi",
    "all.tsv.gz.csi",
    "all.parquet",
    "cis.tsv",
    "cis.tsv.gz",
    "cis.tsv.gz.tbi",
    "cis.tsv.gz.csi",
    "cis.parquet",
    "trans.tsv",
    "trans.tsv.gz",
    "trans.tsv.gz.tbi",
    "trans.tsv.gz.csi",
    "trans.parquet",
    "histogram_all.tsv",
    "histogram_cis.tsv",
    "histogram_trans.tsv",
    "min_p_snps_all.tsv",
    "min_p_snps_cis.tsv",
    "min_p_snps_trans.tsv",
    "min_p_genes_all.tsv",
    "min_p_genes_cis.tsv",
    "min_p_genes_trans.tsv",
];

/// The names of all results of a run, the report and its record last. An index beside a table is not among them.
pub fn names_of_results(config: &MapConfig) -> Vec<String> {
    let classes: &[&str] = match config.classes() {
        Classes::All => &["all"],
        Classes::CisTrans => &["cis", "trans"],
        Classes::CisOnly => &["cis"],
    };
    let of_classes = |start: &'static str| {
        let name = move |class| format!("{start}{class}.tsv");
        classes.iter().map(name)
    };
    let table = |class| format!("{class}.{}", config.table_format.name());
    let mut names: Vec<String> = classes.iter().map(table).collect();
    if config.p_histogram != PHistogram::default() {
        names.extend(of_classes("histogram_"));
        names.extend((classes.len() == 2).then(|| "histogram_all.tsv".into()));
    }
    if config.min_p {
        names.extend(of_classes("min_p_genes_").chain(of_classes("min_p_snps_")));
    }
    names.push(SAMPLE_REPORT.into());
    names.extend((config.classes() != Classes::All).then(|| ID_REPORT.into()));
    if config.report {
        names.extend([REPORT.into(), PLOTS.into()]);
    }
    names.push(RECORD.into());
    names
}

/// A folder that results can be written to, by this run alone.
#[derive(Debug)]
pub struct OutFolder {
    path: PathBuf,
    /// The folder itself, locked as long as the run goes on, where the file system has locks.
    _lock: File,
}

impl OutFolder {
    /// Makes the folder if need be and checks that it can be written; touches no earlier results.
    ///
    /// # Errors
    /// If it cannot be written, another run is writing to it, or it holds a complete run and `overwrite` is not given.
    pub fn open(path: &Path, overwrite: bool) -> Result<Self, RunError> {
        let failed = |source| RunError::Output {
            path: path.into(),
            action: "cannot be written; choose another --out",
            source,
        };
        fs::create_dir_all(path).map_err(failed)?;
        let probe = path.join(format!(".probe.{}", std::process::id()));
        fs::write(&probe, b"")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(failed)?;
        let lock = File::open(path).map_err(failed)?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            return Err(in_use(path));
        }
        check_names(path, overwrite)?;
        Ok(Self {
            path: path.into(),
            _lock: lock,
        })
    }

    /// The results that a run would replace in the folder at `path`, which need not be there. Touches nothing.
    ///
    /// # Errors
    /// Where [`OutFolder::open`] has one, as far as can be told without writing.
    pub fn look(path: &Path, overwrite: bool) -> Result<Vec<&'static str>, RunError> {
        let there = nearest(path);
        if !there.is_dir() || rustix::fs::access(there, Access::WRITE_OK | Access::EXEC_OK).is_err()
        {
            return Err(RunError::Output {
                path: path.into(),
                action: "cannot be written; choose another --out",
                source: match there.is_dir() {
                    true => ErrorKind::PermissionDenied.into(),
                    false => ErrorKind::NotADirectory.into(),
                },
            });
        }
        if Self::is_in_use(path) {
            return Err(in_use(path));
        }
        check_names(path, overwrite)?;
        let names = TABLES.iter().chain([&REPORT, &RECORD]).copied();
        Ok(names.filter(|name| path.join(name).exists()).collect())
    }

    /// Removes the record of an earlier run, whose tables are about to be replaced, and its report.
    ///
    /// # Errors
    /// If they cannot be removed.
    pub fn forget_record(&self) -> Result<(), RunError> {
        self.remove(RECORD)?;
        Ok(remove_report(&self.path)?)
    }

    /// Removes the tables of an earlier run that are not among `kept`, unfinished ones of a run that was killed too.
    ///
    /// # Errors
    /// If one of them cannot be removed.
    pub fn remove_tables_but(&self, kept: &[String]) -> Result<(), RunError> {
        let others = TABLES
            .iter()
            .filter(|name| kept.iter().all(|kept| kept != *name));
        others.copied().try_for_each(|name| {
            // Whatever else has that name is none of ours.
            let _ = fs::remove_file(self.file(&format!("{name}.part")));
            self.remove(name)
        })
    }

    fn remove(&self, name: &str) -> Result<(), RunError> {
        let path = self.file(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                let action = "an earlier result cannot be removed";
                Err(RunError::Output {
                    path,
                    action,
                    source,
                })
            }
            _ => Ok(()),
        }
    }

    /// Brings the names of the results to the disk.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn settle(&self) -> Result<(), RunError> {
        self._lock.sync_all().map_err(|source| RunError::Output {
            path: self.path.clone(),
            action: "cannot be written",
            source,
        })
    }

    /// Whether it holds the results of a complete run.
    pub fn is_complete(&self) -> bool {
        is_complete(&self.path)
    }

    /// Whether a run is writing to the folder at `path`.
    pub fn is_in_use(path: &Path) -> bool {
        let lock = File::open(path).map(|folder| folder.try_lock());
        matches!(lock, Ok(Err(TryLockError::WouldBlock)))
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder that stores are imported to on the way, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn imported(&self) -> Result<PathBuf, RunError> {
        let path = self.file(IMPORTED);
        fs::create_dir_all(&path).map_err(|source| RunError::Output {
            path: path.clone(),
            action: "cannot be written",
            source,
        })?;
        Ok(path)
    }
}

/// The folder itself, or the nearest one above it that is there.
pub fn nearest(path: &Path) -> &Path {
    let mut above = path.ancestors().filter(|path| path.exists());
    above.next().unwrap_or(Path::new("."))
}

/// Checks that nothing stands where results are to be written, unless they may be replaced.
fn check_names(path: &Path, overwrite: bool) -> Result<(), RunError> {
    let names = TABLES.iter().chain([&RECORD]).map(|name| path.join(name));
    if let Some(path) = names.into_iter().find(|path| path.is_dir()) {
        return Err(RunError::Output {
            path,
            action: "is a folder where a result is to be written; remove it or choose another --out",
            source: ErrorKind::IsADirectory.into(),
        });
    }
    if is_complete(path) && !overwrite {
        return Err(RunError::Complete { out: path.into() });
    }
    Ok(())
}

fn is_complete(path: &Path) -> bool {
    let record = fs::read(path.join(RECORD)).unwrap_or_default();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap_or_default();
    record["complete"] == true
}

fn in_use(path: &Path) -> RunError {
    RunError::Output {
        path: path.into(),
        action: "another run is writing to this folder; choose another --out",
        source: ErrorKind::WouldBlock.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_run_is_only_replaced_on_request() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(RECORD), "{\"complete\": true}").unwrap();
        let error = OutFolder::open(folder.path(), false)
            .unwrap_err()
            .to_string();
        assert!(error.contains("--overwrite"), "{error}");
        let out = OutFolder::open(folder.path(), true).unwrap();
        assert!(folder.path().join(RECORD).exists());
        fs::write(folder.path().join("all.tsv"), "").unwrap();
        fs::write(folder.path().join("cis.tsv"), "").unwrap();
        out.forget_record().unwrap();
        out.remove_tables_but(&["cis.tsv".into()]).unwrap();
        drop(out);
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(left, ["cis.tsv"]);
    }

    #[test]
    fn two_runs_do_not_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = OutFolder::open(folder.path(), true).unwrap();
        let error = OutFolder::open(folder.path(), true)
            .unwrap_err()
            .to_string();
        assert!(error.contains("another run"), "{error}");
        drop(first);
        assert!(OutFolder::open(folder.path(), true).is_ok());
    }

    #[test]
    fn an_incomplete_run_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(RECORD), "{\"compl").unwrap();
        assert!(OutFolder::open(folder.path(), false).is_ok());
    }
}
