//! The threads of a rank: each with a scanner of its own over the shared gene side, all taking from one queue. The first
//! that fails stops the others at their next block pair.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, Builder};

use super::REST;
use super::progress::{Progress, Total};
use super::queue::{Piece, Queue};
use crate::linalg::set_blas_threads;
use crate::run::error::RunError;
use crate::run::fault;
use crate::run::share::Share;
use crate::scan::{Found, Operands, Scanner, Tally};
use crate::store::GenotypeStore;

/// What threads have found and counted.
pub struct Part {
    /// What was found.
    pub found: Found,
    /// What was counted.
    pub tally: Tally,
}

/// Why a rank's threads ended too early.
pub enum Ended {
    /// The error of the earliest piece that had one.
    Failed(RunError),
    /// A thread panicked, with this payload; its message is printed.
    Panicked(Box<dyn Any + Send>),
}

/// An error, and the place of the piece it came up in.
type Failed = (usize, RunError);

/// The threads of a rank and what they share.
pub struct Crew<'a> {
    share: &'a Share,
    operands: &'a Operands,
    genotypes: &'a GenotypeStore,
    rank: usize,
    threads: usize,
    queue: Queue<'a>,
    total: Total,
    stop: AtomicBool,
}

impl<'a> Crew<'a> {
    /// So many threads for the share of a rank.
    pub fn new(
        (share, operands): (&'a Share, &'a Operands),
        genotypes: &'a GenotypeStore,
        (rank, threads): (usize, usize),
    ) -> Self {
        Self {
            share,
            operands,
            genotypes,
            rank,
            threads,
            queue: Queue::new(&share.pairs, threads),
            total: Total::default(),
            stop: AtomicBool::new(false),
        }
    }

    /// How far the threads are together.
    pub fn progress(&self) -> Progress {
        self.total.now()
    }

    /// Scans with the calling thread and `threads - 1` others. The calling thread asks `is_over` with the progress of all
    /// after each of its block pairs, and now and then while it waits for the others; a yes ends the scan early.
    ///
    /// # Errors
    /// If a thread fails or panics, after all have stopped.
    pub fn scan(&self, mut is_over: impl FnMut(Progress) -> bool) -> Result<Part, Ended> {
        for rows in self.queue.first_rows() {
            self.genotypes.prefetch(rows);
        }
        let mut look = || {
            if is_over(self.progress()) {
                self.stop();
            }
        };
        thread::scope(|scope| {
            let (sender, others) = channel();
            let mut workers = Vec::new();
            let mut spawned = Ok(());
            for thread in 1..self.threads {
                let sender = sender.clone();
                // The main thread hears until every sender is gone.
                let work = move || drop(sender.send(self.work(thread, || {})));
                match Builder::new()
                    .name(format!("scan {thread}"))
                    .spawn_scoped(scope, work)
                {
                    Ok(worker) => workers.push(worker),
                    Err(source) => {
                        self.stop();
                        let threads = self.threads;
                        spawned = Err((0, RunError::Thread { threads, source }));
                        break;
                    }
                }
            }
            drop(sender);
            let own = self.work(0, &mut look);
            let part = joined(spawned.and(own), others, look);
            let ends: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
            for end in ends {
                end.map_err(Ended::Panicked)?;
            }
            part.map_err(|(_, error)| Ended::Failed(error))
        })
    }

    /// What one thread does, of which the first is the main one: takes pieces until none is left or all are to stop. Calls
    /// `after_pair` after each block pair.
    fn work(&self, thread: usize, mut after_pair: impl FnMut()) -> Result<Part, Failed> {
        let mut guard = StopUnlessDone(Some(self));
        if thread > 0 {
            fault::trip("thread", self.rank).map_err(|error| (0, error))?;
        }
        // Some builds of OpenBLAS keep this number thread by thread.
        set_blas_threads(1);
        let share = self.share;
        let mut scanner = Scanner::new(
            &share.model,
            (&share.genes, self.operands),
            (self.genotypes, &share.columns),
            &share.scan,
        );
        let mut part = Part {
            found: scanner.found_nothing(&share.pairs),
            tally: Tally::default(),
        };
        while !self.is_stopped()
            && let Some(piece) = self.queue.take()
        {
            self.scan_piece(&mut scanner, &piece, &mut part, &mut after_pair)
                .map_err(|error| (piece.place, error))?;
        }
        guard.0 = None;
        Ok(part)
    }

    /// Scans the block pairs of a piece. Once it is taken its first pair is scanned whatever else happens: so of many rows
    /// that cannot be tested the first is always found, and it is the one that is told.
    fn scan_piece(
        &self,
        scanner: &mut Scanner,
        piece: &Piece,
        part: &mut Part,
        after_pair: &mut impl FnMut(),
    ) -> Result<(), RunError> {
        self.genotypes.prefetch(piece.soon.clone());
        for pair in piece.pairs {
            let before = Progress::of(&part.found, &part.tally);
            scanner.scan(pair, &mut part.found, &mut part.tally)?;
            let after = Progress::of(&part.found, &part.tally);
            self.total.add(before, after);
            after_pair();
            if self.is_stopped() {
                break;
            }
        }
        Ok(())
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Stops the crew when a thread ends by an error or a panic.
struct StopUnlessDone<'c, 'a>(Option<&'c Crew<'a>>);

impl Drop for StopUnlessDone<'_, '_> {
    fn drop(&mut self) {
        if let Some(crew) = self.0 {
            crew.stop();
        }
    }
}

/// What the calling thread and all others have, when the last is done; of several errors the one of the earliest piece.
/// Calls `look` now and then until then.
fn joined(
    own: Result<Part, Failed>,
    others: Receiver<Result<Part, Failed>>,
    mut look: impl FnMut(),
) -> Result<Part, Failed> {
    let mut outcome = own;
    loop {
        let part = match others.recv_timeout(REST) {
            Ok(part) => part,
            Err(RecvTimeoutError::Timeout) => {
                look();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return outcome,
        };
        outcome = match (outcome, part) {
            (Ok(mut all), Ok(part)) => {
                all.found.absorb(part.found);
                all.tally.absorb(&part.tally);
                Ok(all)
            }
            (Err(one), Err(other)) => Err(if other.0 < one.0 { other } else { one }),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        };
    }
}
