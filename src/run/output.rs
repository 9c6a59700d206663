//! The output folder: what may be written there, and under which names.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::RunError;

/// The record of the run; says `"complete": true` and is written last.
pub const RECORD: &str = "run.json";

/// Every table a run may write.
const TABLES: [&str; 3] = ["all.tsv", "cis.tsv", "trans.tsv"];

/// A folder that results can be written to.
#[derive(Clone, Debug)]
pub struct OutFolder {
    path: PathBuf,
}

impl OutFolder {
    /// Makes the folder if need be and checks that it can be written; touches no earlier results.
    ///
    /// # Errors
    /// If it cannot be written, or holds a complete run and `overwrite` is not given.
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
        let folder = Self { path: path.into() };
        if folder.is_complete() && !overwrite {
            return Err(RunError::Complete { out: path.into() });
        }
        Ok(folder)
    }

    /// Removes the record and the tables of an earlier run, the record first.
    ///
    /// # Errors
    /// If one of them cannot be removed.
    pub fn clear(&self) -> Result<(), RunError> {
        for name in std::iter::once(RECORD).chain(TABLES) {
            let path = self.file(name);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    let action = "an earlier result cannot be removed";
                    return Err(RunError::Output {
                        path,
                        action,
                        source,
                    });
                }
                _ => {}
            }
        }
        Ok(())
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
        out.clear().unwrap();
        assert!(!folder.path().join(RECORD).exists());
    }

    #[test]
    fn an_incomplete_run_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(RECORD), "{\"compl").unwrap();
        assert!(OutFolder::open(folder.path(), false).is_ok());
    }
}
