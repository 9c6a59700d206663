//! The scan phase on one rank: its block pairs one after the other, and the progress of all ranks on the root.

use std::time::{Duration, Instant};

use super::error::RunError;
use super::fault;
use super::log::{Log, grouped};
use super::meter::Meter;
use super::share::Share;
use crate::comm::{ProgressBoard, ProgressReporter, World};
use crate::scan::{Found, Scanner, Tally};
use crate::store::GenotypeStore;

/// How long the root rests between two looks at the progress of ranks that are still scanning.
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

/// Scans this rank's block pairs and tells the root how far it is; the root shows it. Ends early, with a part of what
/// there is, if another rank fails: an agreement has to follow.
///
/// # Errors
/// If the genotypes cannot be read, or a row cannot be tested.
pub fn sweep(
    world: &World,
    share: &Share,
    genotypes: &GenotypeStore,
    log: Log,
) -> Result<Swept, RunError> {
    let started = Instant::now();
    let mut scanner = Scanner::new(
        &share.model,
        &share.genes,
        (genotypes, &share.columns),
        &share.scan,
    );
    let mut swept = Swept {
        found: scanner.found_nothing(&share.pairs),
        tally: Tally::default(),
        secs: 0.0,
    };
    let mut lookout = Lookout::new(world, share.total_cost, log);
    let scanned = fault::trip("scan", world.rank())
        .and_then(|()| scan_all(&mut scanner, share, &mut swept, &mut lookout));
    if let Err(error) = scanned {
        lookout.fail();
        return Err(error);
    }
    swept.secs = started.elapsed().as_secs_f64();
    lookout.finish(&swept);
    fault::spoil(world.rank(), &mut swept.found);
    Ok(swept)
}

fn scan_all(
    scanner: &mut Scanner,
    share: &Share,
    swept: &mut Swept,
    lookout: &mut Lookout,
) -> Result<(), RunError> {
    for pair in &share.pairs {
        scanner.scan(pair, &mut swept.found, &mut swept.tally)?;
        if lookout.another_failed(swept) {
            break;
        }
    }
    Ok(())
}

/// What a rank knows of the others while it scans: the root how far they are, and all whether one of them failed.
struct Lookout<'w> {
    world: &'w World,
    reporter: ProgressReporter<'w>,
    board: ProgressBoard<'w>,
    meter: Meter,
}

impl<'w> Lookout<'w> {
    fn new(world: &'w World, total_cost: u64, log: Log) -> Self {
        Self {
            world,
            reporter: ProgressReporter::new(world),
            board: ProgressBoard::new(world),
            meter: Meter::new(log, "scan", total_cost),
        }
    }

    /// Tells or shows how far this rank is; whether another failed, so that there is nothing more to do.
    fn another_failed(&mut self, swept: &Swept) -> bool {
        if self.world.is_root() {
            self.show(swept);
            self.board.any_failed()
        } else {
            let (tally, n_hits) = (&swept.tally, swept.found.n_hits() as u64);
            self.reporter
                .report(tally.cost, tally.tests.total(), n_hits);
            self.reporter.is_stopped()
        }
    }

    /// Ends this rank's part of the scan; the root waits until all have ended theirs, and stops them if one failed.
    fn finish(mut self, swept: &Swept) {
        let (tally, n_hits) = (&swept.tally, swept.found.n_hits() as u64);
        if !self.world.is_root() {
            self.reporter
                .finish(tally.cost, tally.tests.total(), n_hits);
            return;
        }
        self.show(swept);
        while !self.board.all_done() && !self.board.any_failed() {
            std::thread::sleep(REST);
            self.show(swept);
        }
        if self.board.any_failed() {
            self.board.stop();
        } else {
            self.meter.finish();
        }
    }

    /// Lets the others know that this rank failed.
    fn fail(self) {
        if self.world.is_root() {
            self.board.stop();
        } else {
            self.reporter.fail();
        }
    }

    fn show(&mut self, swept: &Swept) {
        let (tally, n_hits) = (&swept.tally, swept.found.n_hits() as u64);
        let (cost, tests, hits) = self.board.update(tally.cost, tally.tests.total(), n_hits);
        self.meter.show(cost, |secs| {
            format!(
                "{} eQTLs, {:.3e} tests/s",
                grouped(hits),
                tests as f64 / secs
            )
        });
    }
}
