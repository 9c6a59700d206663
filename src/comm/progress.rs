//! Progress of all ranks, shown by the root: small messages that nobody waits for.
//!
//! A rank sends its counters now and then and once when it is done; the root looks for messages between its own
//! blocks, and after its own share until every rank has said it is done. Messages are far below the size up to which
//! MPI takes them at once, so sending does not wait for the root.
//!
//! A rank that fails tells the root, and the root tells the ranks that are still at work, which look for that between
//! their blocks: all meet in the agreement that follows, and one of them has the message to print.

use std::time::{Duration, Instant};

use mpi::traits::*;

use super::world::World;

const PROGRESS_TAG: i32 = 13;
const STOP_TAG: i32 = 14;

/// Counters of one rank: cost done, tests done, hits found, and one of the states below.
type Counters = [u64; 4];

const AT_WORK: u64 = 0;
const DONE: u64 = 1;
const FAILED: u64 = 2;

/// The sender on ranks other than the root.
pub struct ProgressReporter<'w> {
    world: &'w World,
    last_sent: Instant,
    interval: Duration,
}

impl<'w> ProgressReporter<'w> {
    /// A reporter that sends at most once a second, less often in large worlds.
    pub fn new(world: &'w World) -> Self {
        Self {
            world,
            last_sent: Instant::now(),
            interval: Duration::from_secs_f64((world.size() as f64 / 200.0).max(0.5)),
        }
    }

    /// Tells the root where this rank is, if it is time.
    pub fn report(&mut self, cost: u64, tests: u64, hits: u64) {
        if self.last_sent.elapsed() >= self.interval {
            self.last_sent = Instant::now();
            self.send([cost, tests, hits, AT_WORK]);
        }
    }

    /// Tells the root that this rank is done.
    pub fn finish(self, cost: u64, tests: u64, hits: u64) {
        self.send([cost, tests, hits, DONE]);
    }

    /// Tells the root that this rank has failed.
    pub fn fail(self) {
        self.send([0, 0, 0, FAILED]);
    }

    /// Whether the root has told this rank to stop, for another has failed. True once.
    pub fn is_stopped(&self) -> bool {
        let root = self.world.comm.process_at_rank(0);
        let is_told = root.immediate_probe_with_tag(STOP_TAG).is_some();
        if is_told {
            root.receive_with_tag::<u64>(STOP_TAG);
        }
        is_told
    }

    fn send(&self, counters: Counters) {
        self.world
            .comm
            .process_at_rank(0)
            .send_with_tag(&counters[..], PROGRESS_TAG);
    }
}

/// The root's view of all ranks.
pub struct ProgressBoard<'w> {
    world: &'w World,
    ranks: Vec<Counters>,
}

impl<'w> ProgressBoard<'w> {
    /// A board on which every rank stands at zero.
    pub fn new(world: &'w World) -> Self {
        Self {
            world,
            ranks: vec![[0; 4]; world.size()],
        }
    }

    /// Notes the root's own counters and takes in what has arrived; returns cost, tests and hits over all ranks.
    pub fn update(&mut self, cost: u64, tests: u64, hits: u64) -> (u64, u64, u64) {
        self.ranks[0] = [cost, tests, hits, DONE];
        let any = self.world.comm.any_process();
        while let Some(status) = any.immediate_probe_with_tag(PROGRESS_TAG) {
            let from = status.source_rank();
            let mut counters: Counters = [0; 4];
            self.world
                .comm
                .process_at_rank(from)
                .receive_into_with_tag(&mut counters[..], PROGRESS_TAG);
            self.ranks[from as usize] = counters;
        }
        let total = |place: usize| self.ranks.iter().map(|counters| counters[place]).sum();
        (total(0), total(1), total(2))
    }

    /// Whether every rank has said that it is done.
    pub fn all_done(&self) -> bool {
        self.ranks.iter().all(|counters| counters[3] == DONE)
    }

    /// Whether a rank has said that it failed.
    pub fn any_failed(&self) -> bool {
        self.ranks.iter().any(|counters| counters[3] == FAILED)
    }

    /// Tells every rank that is still at work to stop.
    pub fn stop(&self) {
        let others = self.ranks.iter().enumerate().skip(1);
        for (rank, _) in others.filter(|(_, counters)| counters[3] == AT_WORK) {
            let process = self.world.comm.process_at_rank(rank as i32);
            process.send_with_tag(&FAILED, STOP_TAG);
        }
    }
}
