//! The folder of journals: begun by a run, continued by the same one, removed when the results are there.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::outcome::Outcome;
use super::reader::JournalFile;
use crate::formats::AtomicFile;
use crate::results::Ranking;
use crate::run::config::MapConfig;
use crate::run::error::RunError;

const MANIFEST: &str = "manifest.json";
const EXTENSION: &str = "journal";
const SORT: &str = "sort.tmp";

/// How long a rank of an earlier start may take to end.
const PATIENCE: Duration = Duration::from_secs(60);
const STILL_WRITTEN: &str = "a rank of an earlier start is still writing here; end it, or wait, then run the same command \
                             again";

/// The name of the folder in the output folder.
pub const JOURNAL: &str = "journal";

/// What a folder of journals belongs to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// What the run is.
    pub identity: Identity,
    /// The options of its first start, paths made absolute.
    pub config: MapConfig,
}

/// An open folder of journals.
#[derive(Debug)]
pub struct JournalFolder {
    path: PathBuf,
    run: u64,
    /// Which start of the run this is, from 1.
    pub start: u32,
}

impl JournalFolder {
    /// Opens the folder at `path` for a run, whether it begins or goes on.
    ///
    /// # Errors
    /// If the folder belongs to another run, or cannot be read or written.
    pub fn open(path: &Path, manifest: &Manifest) -> Result<Self, RunError> {
        let run = manifest.identity.number();
        fs::create_dir_all(path).map_err(failed(path, "cannot be written"))?;
        wait_for_writers(path)?;
        let earlier = Self::read_manifest(path)?;
        let differences = earlier.as_ref().map_or(String::new(), |earlier| {
            manifest.identity.differences(&earlier.identity)
        });
        if let Some(earlier) = earlier.as_ref().filter(|_| !differences.is_empty())
            && has_records(path, earlier.identity.number())?
        {
            return Err(RunError::OtherRun {
                journal: path.into(),
                differences,
            });
        }
        // Journals without a manifest are of a folder that was being removed.
        if earlier.is_none() || !differences.is_empty() {
            wait_for_writers(path)?;
            forget_files(path)?;
            write_manifest(path, manifest)?;
        }
        let starts = journals(path)?
            .into_iter()
            .filter_map(|path| start_of(&path));
        Ok(Self {
            path: path.into(),
            run,
            start: starts.max().unwrap_or(0) + 1,
        })
    }

    /// Opens the folder at `path` to read what is in it.
    ///
    /// # Errors
    /// If it holds no run.
    pub fn of_finished(path: &Path) -> Result<(Self, Manifest), RunError> {
        Self::look(path)?.ok_or_else(|| {
            RunError::Input(format!("{}: holds no journal of a run", path.display()))
        })
    }

    /// What is at `path`, if there is a journal of a run; touches nothing.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn look(path: &Path) -> Result<Option<(Self, Manifest)>, RunError> {
        let manifest = Self::read_manifest(path)?;
        Ok(manifest.map(|manifest| {
            let folder = Self {
                path: path.into(),
                run: manifest.identity.number(),
                start: 0,
            };
            (folder, manifest)
        }))
    }

    /// The manifest in a folder, if there is one.
    fn read_manifest(path: &Path) -> Result<Option<Manifest>, RunError> {
        let path = path.join(MANIFEST);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.map_err(failed(&path, "cannot be read"))?,
        };
        let manifest = serde_json::from_slice(&text).map_err(|error| {
            let action = "is damaged; give --fresh to start the run over";
            failed(&path, action)(io::Error::new(ErrorKind::InvalidData, error))
        })?;
        Ok(Some(manifest))
    }

    /// The number that marks records of this run.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// Bytes of the journals that are there.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn bytes(&self) -> Result<u64, RunError> {
        let paths = journals(&self.path)?.into_iter();
        Ok(paths
            .filter_map(|path| Some(fs::metadata(path).ok()?.len()))
            .sum())
    }

    /// Checks that the journals of all ranks of this start are seen here.
    ///
    /// # Errors
    /// If one is not.
    pub fn check_shared(&self, n_ranks: usize) -> Result<(), RunError> {
        for rank in 0..n_ranks {
            let path = journal_file(&self.path, self.start, rank);
            let action = "was made by another rank and is not seen by rank 0; --out (or --scratch) must be on a file \
                          system that all ranks share";
            fs::metadata(&path).map_err(failed(&path, action))?;
        }
        Ok(())
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file for what does not fit in memory while hits are put in order.
    pub fn sort_file(&self) -> PathBuf {
        self.path.join(SORT)
    }

    /// Adds all whole records to an outcome.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn read_into(&self, outcome: &mut Outcome) -> Result<(), RunError> {
        for path in journals(&self.path)? {
            let file = JournalFile::open(&path, self.run, |batch| outcome.take(batch))?;
            outcome.take_file(file);
        }
        Ok(())
    }

    /// Removes all that is in the folder, and the folder if nothing else is in it.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn remove(self) -> Result<(), RunError> {
        forget(&self.path)
    }
}

/// The file a rank writes in one start of a run.
pub fn journal_file(folder: &Path, start: u32, rank: usize) -> PathBuf {
    folder.join(format!("{start:04}-{rank:05}.{EXTENSION}"))
}

/// Removes the journals at `path`, if there are any.
///
/// # Errors
/// If the disk refuses.
pub fn forget(path: &Path) -> Result<(), RunError> {
    if !path.is_dir() {
        return Ok(());
    }
    forget_files(path)?;
    // What else may be there is not ours.
    let _ = fs::remove_dir(path);
    Ok(())
}

/// Whether anything is done of a run.
fn has_records(path: &Path, run: u64) -> Result<bool, RunError> {
    let mut outcome = Outcome::default();
    for path in journals(path)? {
        JournalFile::open(&path, run, |batch| outcome.take(batch))?;
    }
    Ok(outcome.n_done() > 0)
}

fn forget_files(path: &Path) -> Result<(), RunError> {
    // Without it the rest is of no run, should this be cut short.
    remove_file(&path.join(MANIFEST))?;
    for path in journals(path)? {
        remove_file(&path)?;
    }
    remove_file(&path.join(SORT))?;
    remove_file(&Ranking::second_file(&path.join(SORT)))?;
    remove_file(&path.join(format!("{MANIFEST}.part")))
}

fn remove_file(path: &Path) -> Result<(), RunError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(failed(path, "cannot be removed")(source))
        }
        _ => Ok(()),
    }
}

fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), RunError> {
    let path = path.join(MANIFEST);
    let mut file = AtomicFile::create(&path)?;
    let text = serde_json::to_string_pretty(manifest).expect("a manifest is plain data");
    let written = writeln!(file, "{text}");
    written.map_err(failed(&path, "cannot be written; is the disk full?"))?;
    Ok(file.finish()?)
}

/// Waits until no rank of an earlier start writes any more: when a launcher is killed its ranks may live a little longer.
fn wait_for_writers(path: &Path) -> Result<(), RunError> {
    let started = Instant::now();
    for path in journals(path)? {
        let file = File::open(&path).map_err(failed(&path, "cannot be read"))?;
        while let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
            if started.elapsed() > PATIENCE {
                return Err(failed(&path, STILL_WRITTEN)(ErrorKind::WouldBlock.into()));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

/// The journal files of a folder, in the order of their names.
fn journals(path: &Path) -> Result<Vec<PathBuf>, RunError> {
    let entries = fs::read_dir(path).map_err(failed(path, "cannot be read"))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed(path, "cannot be read"))?.path();
        if start_of(&path).is_some() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Which start a journal file is of.
fn start_of(path: &Path) -> Option<u32> {
    let is_journal = path.extension().is_some_and(|name| name == EXTENSION);
    let name = path.file_stem()?.to_str()?;
    let (start, rank) = name.split_once('-')?;
    rank.parse::<u32>().ok()?;
    is_journal.then(|| start.parse().ok())?
}

fn failed(path: &Path, action: &'static str) -> impl Fn(io::Error) -> RunError {
    let path = path.to_path_buf();
    move |source| RunError::Output {
        path: path.clone(),
        action,
        source,
    }
}
