//! The output folder: what may be written there, and under which names.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::RunError;
use crate::report::remove_report;

/// The record of the run; says `"complete": true` and is written last.
pub const RECORD: &str = "run.json";

/// Every table a run may write.
const TABLES: [&str; 12] = [
    "all.tsv",
    "cis.tsv",
    "trans.tsv",
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
            return Err(RunError::Output {
                path: path.into(),
                action: "another run is writing to this folder; choose another --out",
                source: ErrorKind::WouldBlock.into(),
            });
        }
        let names = TABLES.iter().chain([&RECORD]).map(|name| path.join(name));
        if let Some(path) = names.into_iter().find(|path| path.is_dir()) {
            return Err(RunError::Output {
                path,
                action: "is a folder where a result is to be written; remove it or choose another --out",
                source: ErrorKind::IsADirectory.into(),
            });
        }
        let folder = Self {
            path: path.into(),
            _lock: lock,
        };
        if folder.is_complete() && !overwrite {
            return Err(RunError::Complete { out: path.into() });
        }
        Ok(folder)
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

    /// The folder stores are imported to on the way.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn imported(&self) -> Result<PathBuf, RunError> {
        let path = self.file("imported");
        fs::create_dir_all(&path).map_err(|source| RunError::Output {
            path: path.clone(),
            action: "cannot be written",
            source,
        })?;
        Ok(path)
    }

    fn is_complete(&self) -> bool {
        let record = fs::read(self.file(RECORD)).unwrap_or_default();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap_or_default();
        record["complete"] == true
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
