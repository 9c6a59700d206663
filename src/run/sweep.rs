//! The scan phase on one rank: its block pairs one after the other, and the progress of all ranks on the root.

use std::time::{Duration, Instant};

use super::error::RunError;
use super::fault;
use super::log::{Log, grouped};
use super::meter::Meter;
use super::share::Share;
use crate::comm::{ProgressBoard, ProgressReporter, World};
use crate::scan::{Found, Operands, Scanner, Tally};
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

/// Scans this rank's block pairs and tells the root how far it is; the root shows it.
///
/// # Errors
/// If the genotypes cannot be read.
pub fn sweep(
    world: &World,
    share: &Share,
    operands: &Operands,
    genotypes: &GenotypeStore,
    log: Log,
) -> Result<Swept, RunError> {
    let started = Instant::now();
    fault::trip("scan", world.rank())?;
    let mut scanner = Scanner::new(
        &share.model,
        (&share.genes, operands),
        (genotypes, &share.columns),
        &share.scan,
    );
    let mut found = scanner.found_nothing(&share.pairs);
    let mut tally = Tally::default();
    let mut reporter = ProgressReporter::new(world);
    let mut board = ProgressBoard::new(world);
    let mut meter = Meter::new(log, "scan", share.total_cost);
    let mut show = |tally: &Tally, n_hits: usize| {
        let (cost, tests, hits) = board.update(tally.cost, tally.tests.total(), n_hits as u64);
        meter.show(cost, |secs| {
            format!(
                "{} eQTLs, {:.3e} tests/s",
                grouped(hits),
                tests as f64 / secs
            )
        });
        board.all_done()
    };
    for pair in &share.pairs {
        scanner.scan(pair, &mut found, &mut tally)?;
        if world.is_root() {
            show(&tally, found.n_hits());
        } else {
            reporter.report(tally.cost, tally.tests.total(), found.n_hits() as u64);
        }
    }
    let secs = started.elapsed().as_secs_f64();
    if world.is_root() {
        while !show(&tally, found.n_hits()) {
            std::thread::sleep(REST);
        }
        meter.finish();
    } else {
        reporter.finish(tally.cost, tally.tests.total(), found.n_hits() as u64);
    }
    fault::spoil(world.rank(), &mut found);
    Ok(Swept { found, tally, secs })
}
