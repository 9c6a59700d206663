//! The scan phase on one rank: its threads scan the block pairs it is given and note them in its journal, and the main
//! thread, which alone talks to MPI, keeps in touch with the other ranks between its own.

mod crew;
mod lookout;
mod progress;
mod queue;

use std::time::{Duration, Instant};

use super::error::RunError;
use super::fault;
use super::journal::JournalWriter;
use super::log::Log;
use super::share::Share;
use crate::comm::World;
use crate::plan::Dispatcher;
use crate::scan::{Operands, Tally};
use crate::store::GenotypeStore;
use crew::{Crew, Ended};
use lookout::{Lookout, log_order};

/// How long the main thread rests between two looks at the other ranks when it has no block pair left.
const REST: Duration = Duration::from_millis(2);

/// What one rank has after the scan; what it found is in its journal.
pub struct Swept {
    /// What it counted.
    pub tally: Tally,
    /// Hits it found.
    pub hits: u64,
    /// How long its own work took.
    pub secs: f64,
    /// How much of that was writing to the journal.
    pub journal_secs: f64,
    /// Whether the run is to stop, for it was asked to from outside.
    pub is_stopped: bool,
}

/// Scans block pairs on the threads of this rank, asking the root for more when they are done; the root shows how far all
/// are. `threads` are those of every rank `[n_ranks]`. Ends early if another rank fails or the run is to stop: an
/// agreement has to follow.
///
/// # Errors
/// If the genotypes or the journal cannot be read or written, or a row cannot be tested.
///
/// # Panics
/// If one of the threads does; the whole job ends then.
pub fn sweep(
    world: &World,
    (share, operands): (&Share, &Operands),
    genotypes: &GenotypeStore,
    journal: &JournalWriter,
    threads: &[usize],
    log: Log,
) -> Result<Swept, RunError> {
    let started = Instant::now();
    let costs: Vec<u64> = share.pairs.iter().map(|pair| pair.cost).collect();
    let snp_blocks: Vec<u32> = share.pairs.iter().map(|pair| pair.snp_block).collect();
    let weights: Vec<u64> = threads.iter().map(|&threads| threads as u64).collect();
    let dispatcher = Dispatcher::new(&costs, &snp_blocks, &weights);
    let own = dispatcher.first(world.rank());
    if log.is_verbose() {
        let firsts = (0..world.size()).map(|rank| (rank, dispatcher.first(rank)));
        let firsts = firsts.filter(|(_, run)| !run.is_empty());
        firsts.for_each(|(rank, run)| log_order(log, rank, &run));
    }
    let crew = Crew::new(
        (share, operands),
        (genotypes, journal),
        (world.rank(), threads[world.rank()]),
    );
    let mut lookout = Lookout::new(world, dispatcher, costs.iter().sum(), log);
    let scanned = fault::trip("scan", world.rank())
        .map_err(Ended::Failed)
        .and_then(|()| {
            crew.scan(own, |progress, queue, soon| {
                lookout.must_stop(progress, queue, soon)
            })
        });
    // What is done is kept whatever happened.
    let written = journal.finish(genotypes);
    let tally = match scanned {
        Ok(tally) => tally,
        Err(Ended::Failed(error)) => {
            lookout.fail();
            return Err(error);
        }
        Err(Ended::Panicked(payload)) => world.panic_on(payload),
    };
    let journal_secs = match written {
        Ok(took) => took.as_secs_f64(),
        Err(error) => {
            lookout.fail();
            return Err(error);
        }
    };
    let secs = started.elapsed().as_secs_f64();
    let progress = crew.progress();
    Ok(Swept {
        tally,
        hits: progress[2],
        secs,
        journal_secs,
        is_stopped: lookout.finish(progress, crew.is_done()),
    })
}
