//! The threads of a rank: each with a scanner of its own over the shared gene side, all taking from one queue. The first
//! that fails stops the others at their next block pair.

use std::any::Any;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, Builder};
use std::time::Instant;

use super::REST;
use super::progress::Total;
use super::queue::{Piece, Queue, Taken};
use crate::comm::Counters;
use crate::linalg::set_blas_threads;
use crate::run::error::RunError;
use crate::run::fault;
use crate::run::journal::JournalWriter;
use crate::run::share::Share;
use crate::scan::{Operands, Scanner, Tally};
use crate::store::GenotypeStore;

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
    journal: &'a JournalWriter,
    rank: usize,
    threads: usize,
    queue: Queue<'a>,
    total: Total,
    stop: AtomicBool,
}

impl<'a> Crew<'a> {
    /// So many threads for the work of a rank.
    pub fn new(
        (share, operands): (&'a Share, &'a Operands),
        (genotypes, journal): (&'a GenotypeStore, &'a JournalWriter),
        (rank, threads): (usize, usize),
    ) -> Self {
        Self {
            share,
            operands,
            genotypes,
            journal,
            rank,
            threads,
            queue: Queue::new(&share.pairs, threads),
            total: Total::default(),
            stop: AtomicBool::new(false),
        }
    }

    /// How far the threads are together.
    pub fn progress(&self) -> Counters {
        self.total.now()
    }

    /// Whether nothing was left out because all were to stop.
    pub fn is_done(&self) -> bool {
        !self.is_stopped()
    }

    /// Scans a run of block pairs, and those that come to the queue, with the calling thread and `threads - 1` others.
    ///
    /// The calling thread asks `is_over` with the progress of all after each of its block pairs, and now and then while it
    /// waits for work or for the others; it may add to the queue and has to close it. A yes ends the scan early.
    ///
    /// # Errors
    /// If a thread fails or panics, after all have stopped.
    pub fn scan(
        &self,
        own: Range<usize>,
        mut is_over: impl FnMut(Counters, &Queue, &mut dyn FnMut(Range<u32>)) -> bool,
    ) -> Result<Tally, Ended> {
        let mut prefetch = |rows: Range<u32>| self.genotypes.prefetch(rows);
        self.queue.add(own).into_iter().for_each(&mut prefetch);
        let mut look = || {
            if is_over(self.progress(), &self.queue, &mut prefetch) {
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
            let tally = joined(spawned.and(own), others, look);
            let ends: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
            for end in ends {
                end.map_err(Ended::Panicked)?;
            }
            tally.map_err(|(_, error)| Ended::Failed(error))
        })
    }

    /// What one thread does, of which the first is the main one: takes pieces until there are no more or all are to stop.
    /// Calls `look` after each block pair, and while it waits for a piece.
    fn work(&self, thread: usize, mut look: impl FnMut()) -> Result<Tally, Failed> {
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
        let mut tally = Tally::default();
        while !self.is_stopped() {
            let taken = match thread {
                // It is asked for more work in between.
                0 => self.queue.try_take(),
                _ => self.queue.take().map_or(Taken::End, Taken::Piece),
            };
            match taken {
                Taken::Piece(piece) => self
                    .scan_piece(&mut scanner, &piece, &mut tally, &mut look)
                    .map_err(|error| (piece.place, error))?,
                Taken::Nothing => {
                    look();
                    if self.queue.is_low() {
                        thread::sleep(REST);
                    }
                }
                Taken::End => break,
            }
        }
        guard.0 = None;
        Ok(tally)
    }

    /// Scans the block pairs of a piece and notes each in the journal. Once it is taken its first pair is scanned whatever
    /// else happens: so of many rows that cannot be tested the first is always found, and it is the one that is told.
    fn scan_piece(
        &self,
        scanner: &mut Scanner,
        piece: &Piece,
        all: &mut Tally,
        look: &mut impl FnMut(),
    ) -> Result<(), RunError> {
        self.genotypes.prefetch(piece.soon.clone());
        let mut found = scanner.found_nothing(&piece.pairs[0].snp_rows());
        for pair in piece.pairs {
            let started = Instant::now();
            let mut tally = Tally::default();
            scanner.scan(pair, &mut found, &mut tally)?;
            fault::slow_down(self.rank, started.elapsed());
            fault::spoil(self.rank, &mut found);
            let hits = found.n_hits() as u64;
            self.journal
                .note(self.genotypes, pair, &mut found, &tally)?;
            all.absorb(&tally);
            self.total.add([tally.cost, tally.tests.total(), hits]);
            look();
            if self.is_stopped() {
                break;
            }
        }
        Ok(())
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        // Threads that wait for work end too.
        self.queue.close();
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

/// What the calling thread and all others have counted, when the last is done; of several errors the one of the earliest piece.
/// Calls `look` now and then until then.
fn joined(
    own: Result<Tally, Failed>,
    others: Receiver<Result<Tally, Failed>>,
    mut look: impl FnMut(),
) -> Result<Tally, Failed> {
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
                all.absorb(&part);
                Ok(all)
            }
            (Err(one), Err(other)) => Err(if other.0 < one.0 { other } else { one }),
            (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        };
    }
}
