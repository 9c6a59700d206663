//! What a rank knows of the others while it scans: the root how far they are, what is left to hand out, and whether all
//! must stop; the others what the root tells them.

use std::ops::Range;
use std::time::Duration;

use super::REST;
use super::queue::Queue;
use crate::comm::{Counters, Order, RankLine, RootLine, State, World};
use crate::plan::Dispatcher;
use crate::run::log::{Log, grouped};
use crate::run::meter::Meter;
use crate::run::signals;

/// How long a rank may be silent: far longer than any block pair takes. Links that are cut are told by nobody else.
const SILENCE: Duration = Duration::from_secs(600);

/// The exit code of a job whose rank was lost.
const LOST: i32 = 1;

/// The main thread's sight of the other ranks.
pub enum Lookout<'w> {
    /// On the root.
    Root(Box<Desk<'w>>),
    /// On the others.
    Rank(Post<'w>),
}

/// The root's side.
pub struct Desk<'w> {
    world: &'w World,
    line: RootLine<'w>,
    dispatcher: Dispatcher,
    meter: Meter,
    log: Log,
}

/// The side of another rank.
pub struct Post<'w> {
    line: RankLine<'w>,
    has_asked: bool,
    is_told_to_stop: bool,
}

impl<'w> Lookout<'w> {
    /// A lookout before the scan, which costs `total_cost` over all ranks.
    pub fn new(world: &'w World, dispatcher: Dispatcher, total_cost: u64, log: Log) -> Self {
        if world.is_root() {
            return Self::Root(Box::new(Desk {
                world,
                line: RootLine::new(world),
                dispatcher,
                meter: Meter::new(log, "scan", total_cost),
                log,
            }));
        }
        Self::Rank(Post {
            line: RankLine::new(world),
            has_asked: false,
            is_told_to_stop: false,
        })
    }

    /// Tells or shows how far this rank is and gets it more work; whether it must leave the scan now.
    pub fn must_stop(
        &mut self,
        own: Counters,
        queue: &Queue,
        soon: &mut dyn FnMut(Range<u32>),
    ) -> bool {
        let mut add = |run: Range<usize>| queue.add(run).into_iter().for_each(&mut *soon);
        match self {
            Self::Root(desk) => {
                desk.look(own);
                while queue.is_low() {
                    match desk.dispatcher.next(0) {
                        Some(run) => {
                            log_order(desk.log, 0, &run);
                            add(run);
                        }
                        None => queue.close(),
                    }
                }
                desk.must_stop()
            }
            Self::Rank(post) => {
                while let Some(order) = post.line.order() {
                    post.has_asked = false;
                    match order {
                        Order::Work(run) => add(run.start as usize..run.end as usize),
                        Order::NoMore => queue.close(),
                        Order::Stop => post.is_told_to_stop = true,
                    }
                }
                if queue.is_low() && !post.has_asked {
                    post.has_asked = true;
                    post.line.tell(own, State::Asks);
                } else {
                    post.line.report(own);
                }
                post.is_told_to_stop || signals::is_stop_asked()
            }
        }
    }

    /// Ends this rank's part of the scan; the root waits until all have ended theirs. Whether the run is to stop.
    pub fn finish(self, own: Counters, is_done: bool) -> bool {
        let state = if is_done { State::Done } else { State::Stopped };
        match self {
            Self::Root(mut desk) => {
                desk.line.note_own(state);
                desk.look(own);
                while !desk.line.all_are(State::Done) && !desk.must_stop() {
                    std::thread::sleep(REST);
                    desk.look(own);
                }
                if !desk.line.all_are(State::Done) {
                    desk.line.stop();
                }
                desk.meter.finish();
                desk.line.any_is(State::Stopped) || !desk.line.all_are(State::Done)
            }
            Self::Rank(mut post) => {
                if !post.is_told_to_stop {
                    post.line.tell(own, state);
                }
                !is_done
            }
        }
    }

    /// Lets the others know that this rank failed.
    pub fn fail(self) {
        match self {
            Self::Root(desk) => {
                desk.line.stop();
                desk.meter.finish();
            }
            Self::Rank(mut post) => post.line.tell([0; 3], State::Failed),
        }
    }
}

/// Tells which block pairs, counted from 1, a rank is given.
pub fn log_order(log: Log, rank: usize, run: &Range<usize>) {
    log.detail(|| {
        let (first, last) = (run.start + 1, run.end);
        format!("scan    block pairs {first} to {last} go to rank {rank}")
    });
}

impl Desk<'_> {
    /// Takes in reports, answers those who ask for work, shows how far all are.
    fn look(&mut self, own: Counters) {
        let [cost, tests, hits] = self.line.update(own);
        for rank in self.line.asking() {
            let order = match self.dispatcher.next(rank) {
                Some(run) => {
                    log_order(self.log, rank, &run);
                    Order::Work(run.start as u64..run.end as u64)
                }
                None => Order::NoMore,
            };
            self.line.answer(rank, &order);
        }
        self.end_if_one_is_lost();
        self.meter.show(cost, |secs| {
            format!(
                "{} eQTLs, {:.3e} tests/s",
                grouped(hits),
                tests as f64 / secs
            )
        });
    }

    fn must_stop(&self) -> bool {
        let is_left = |state| self.line.any_is(state);
        is_left(State::Failed) || is_left(State::Stopped) || signals::is_stop_asked()
    }

    fn end_if_one_is_lost(&self) {
        if let Some((rank, silence)) = self.line.most_silent().filter(|(_, s)| *s > SILENCE) {
            crate::run::log::print_line(&format!(
                "mpiqtl: error: rank {rank} has not been heard of for {} s: its machine or the way to it is lost; run the \
                 same command again to continue",
                silence.as_secs()
            ));
            self.world.end_all(LOST);
        }
    }
}
