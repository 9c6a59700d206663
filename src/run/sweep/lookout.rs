//! What a rank knows of the others while it scans: the root how far they are, and all whether one of them failed.

use super::REST;
use super::progress::Progress;
use crate::comm::{ProgressBoard, ProgressReporter, World};
use crate::run::log::{Log, grouped};
use crate::run::meter::Meter;

/// The main thread's sight of the other ranks.
pub struct Lookout<'w> {
    world: &'w World,
    reporter: ProgressReporter<'w>,
    board: ProgressBoard<'w>,
    meter: Meter,
}

impl<'w> Lookout<'w> {
    /// A lookout before the scan, which costs `total_cost` over all ranks.
    pub fn new(world: &'w World, total_cost: u64, log: Log) -> Self {
        Self {
            world,
            reporter: ProgressReporter::new(world),
            board: ProgressBoard::new(world),
            meter: Meter::new(log, "scan", total_cost),
        }
    }

    /// Tells or shows how far this rank is; whether another failed, so that there is nothing more to do.
    pub fn another_failed(&mut self, own: Progress) -> bool {
        if self.world.is_root() {
            self.show(own);
            return self.board.any_failed();
        }
        self.reporter.report(own.cost, own.tests, own.hits);
        self.reporter.is_stopped()
    }

    /// Ends this rank's part of the scan; the root waits until all have ended theirs, and stops them if one failed.
    pub fn finish(mut self, own: Progress) {
        if !self.world.is_root() {
            self.reporter.finish(own.cost, own.tests, own.hits);
            return;
        }
        self.show(own);
        while !self.board.all_done() && !self.board.any_failed() {
            std::thread::sleep(REST);
            self.show(own);
        }
        if self.board.any_failed() {
            self.board.stop();
        }
        self.meter.finish();
    }

    /// Lets the others know that this rank failed.
    pub fn fail(self) {
        if self.world.is_root() {
            self.board.stop();
        } else {
            self.reporter.fail();
        }
        self.meter.finish();
    }

    fn show(&mut self, own: Progress) {
        let (cost, tests, hits) = self.board.update(own.cost, own.tests, own.hits);
        self.meter.show(cost, |secs| {
            format!(
                "{} eQTLs, {:.3e} tests/s",
                grouped(hits),
                tests as f64 / secs
            )
        });
    }
}
