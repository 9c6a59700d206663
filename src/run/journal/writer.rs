//! The journal of one rank while it scans: block pairs are noted as they are done, and brought to the disk together.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::batch::Batch;
use super::record::encode;
use crate::plan::BlockPair;
use crate::run::error::RunError;
use crate::scan::{Best, Found, Tally};
use crate::store::GenotypeStore;

/// Writing takes at most one part in so many of the time.
const PART_OF_TIME: u32 = 50;

/// Hits are brought to the disk when they fill so much of the memory they may take: a vector that grows holds twice what
/// is in it, and a copy for a moment.
const PART_OF_MEMORY: usize = 4;

/// How much a rank may lose, and hold.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest that a finished block pair waits for the disk.
    pub pause: Duration,
    /// Bytes of hits that wait.
    pub hit_memory: usize,
}

/// The journal of one rank; its threads share it.
pub struct JournalWriter {
    path: PathBuf,
    run: u64,
    pace: Pace,
    state: Mutex<State>,
}

struct State {
    file: File,
    batch: Batch,
    /// The strongest tests of the genes, by class, in the records that are written.
    gene_bests: [Vec<Best>; 3],
    last: Instant,
    /// Whether a record could not be written.
    has_failed: bool,
    /// Time the last record took to write.
    took: Duration,
    secs: Duration,
}

impl JournalWriter {
    /// A new file at `path` for the records of a run.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn create(path: &Path, run: u64, pace: Pace) -> Result<Self, RunError> {
        let file = OpenOptions::new().append(true).create_new(true).open(path);
        let file = file.map_err(|source| RunError::Output {
            path: path.into(),
            action: "the journal cannot be made on this rank; --out (or --scratch) must be on a file system that all \
                     ranks can write to",
            source,
        })?;
        // A later start waits for it; a file system without locks has none to wait for.
        let _ = file.try_lock();
        Ok(Self {
            path: path.into(),
            run,
            pace,
            state: Mutex::new(State {
                file,
                batch: Batch::default(),
                gene_bests: Default::default(),
                last: Instant::now(),
                has_failed: false,
                took: Duration::ZERO,
                secs: Duration::ZERO,
            }),
        })
    }

    /// Takes over what was found in a block pair that is done, and brings all to the disk if it is time.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn note(
        &self,
        genotypes: &GenotypeStore,
        pair: &BlockPair,
        found: &mut Found,
        tally: &Tally,
    ) -> Result<(), RunError> {
        let mut state = self.state();
        state.batch.take(pair, found, tally);
        let is_full = state.batch.hit_bytes() >= self.pace.hit_memory / PART_OF_MEMORY;
        let pause = self.pace.pause.max(state.took * PART_OF_TIME);
        if is_full || state.last.elapsed() >= pause {
            self.write(genotypes, &mut state)?;
        }
        Ok(())
    }

    /// Brings to the disk what is left. Returns how long all writing took.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(&self, genotypes: &GenotypeStore) -> Result<Duration, RunError> {
        let mut state = self.state();
        self.write(genotypes, &mut state)?;
        Ok(state.secs)
    }

    /// A thread that panicked while it held the lock ends the whole job, so what it left is of no matter.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rows of a store that has changed may be of another study: what was found in them is dropped.
    fn write(&self, genotypes: &GenotypeStore, state: &mut State) -> Result<(), RunError> {
        // After a record that was torn nothing more could be read.
        if state.has_failed || state.batch.pairs.is_empty() {
            return Ok(());
        }
        let started = Instant::now();
        let mut batch = std::mem::take(&mut state.batch);
        state.has_failed = true;
        genotypes.check_unchanged()?;
        for (class, known) in batch.classes.iter_mut().zip(&mut state.gene_bests) {
            class.keep_stronger(known);
        }
        append(&mut state.file, self.run, &batch).map_err(|source| RunError::Output {
            path: self.path.clone(),
            action: "the journal cannot be written; is the disk full? What was written before is kept: run the same \
                     command again to continue",
            source,
        })?;
        state.has_failed = false;
        state.last = Instant::now();
        state.took = started.elapsed();
        state.secs += state.took;
        Ok(())
    }
}

/// Appends a record and waits until it is on the disk.
pub(super) fn append(file: &mut File, run: u64, batch: &Batch) -> io::Result<()> {
    let (head, done) = encode(run, batch);
    file.write_all(bytemuck::bytes_of(&head))?;
    file.write_all(&done)?;
    for class in &batch.classes {
        file.write_all(bytemuck::cast_slice(&class.hits))?;
    }
    file.sync_data()
}
