//! The scan phase on one rank: its threads scan its block pairs, and the main thread, which alone talks to MPI, keeps in
//! touch with the other ranks between its own.

mod crew;
mod lookout;
mod progress;
mod queue;

use std::time::{Duration, Instant};

use super::error::RunError;
use super::fault;
use super::log::Log;
use super::share::Share;
use crate::comm::World;
use crate::scan::{Found, Operands, Tally};
use crate::store::GenotypeStore;
use crew::{Crew, Ended};
use lookout::Lookout;

/// How long the main thread rests between two looks at the other ranks when it has no block pair left.
const REST: Duration = Duration::from_millis(20);

/// What one rank has after the scan.
pub struct Swept {
    /// What it has found.
    pub found: Found,
    /// What it counted.
    pub tally: Tally,
    /// How long its own share took.
    pub secs: f64,
}

/// Scans this rank's block pairs on so many threads and tells the root how far it is; the root shows it. Ends early, with
/// a part of what there is, if another rank fails: an agreement has to follow.
///
/// # Errors
/// If the genotypes cannot be read, or a row cannot be tested.
///
/// # Panics
/// If one of the threads does; the whole job ends then.
pub fn sweep(
    world: &World,
    (share, operands): (&Share, &Operands),
    genotypes: &GenotypeStore,
    threads: usize,
    log: Log,
) -> Result<Swept, RunError> {
    let started = Instant::now();
    let crew = Crew::new((share, operands), genotypes, (world.rank(), threads));
    let mut lookout = Lookout::new(world, share.total_cost, log);
    let scanned = fault::trip("scan", world.rank())
        .map_err(Ended::Failed)
        .and_then(|()| crew.scan(|progress| lookout.another_failed(progress)));
    let mut part = match scanned {
        Ok(part) => part,
        Err(Ended::Failed(error)) => {
            lookout.fail();
            return Err(error);
        }
        Err(Ended::Panicked(payload)) => world.panic_on(payload),
    };
    let secs = started.elapsed().as_secs_f64();
    lookout.finish(crew.progress());
    fault::spoil(world.rank(), &mut part.found);
    Ok(Swept {
        found: part.found,
        tally: part.tally,
        secs,
    })
}
