//! The line between the root and the other ranks while they scan: small messages that nobody waits for.
//!
//! A rank reports its counters now and then, and with them what it wants: more work, or that all end. The root looks for
//! reports between its own block pairs and answers with an order: more work, no more, or to stop. Both are far below the
//! size up to which MPI takes messages at once, so sending does not wait for the other side.
//!
//! ```text
//! rank -> root   at work | asks for work | done | stopped on request | failed      with cost, tests, hits so far
//! root -> rank   work first..end | no more work | stop
//! ```
//!
//! A rank that fails, or is told to stop from outside, says so and leaves the scan; the root stops the ranks that are
//! still at work, and all meet in the agreement that follows.

use std::ops::Range;
use std::time::{Duration, Instant};

use mpi::traits::*;

use super::world::World;

/// Longer than the root is busy with one block pair.
const LONG_PAIR: Duration = Duration::from_secs(60);

const REPORT_TAG: i32 = 13;
const ORDER_TAG: i32 = 14;

/// Counters of one rank: cost done, tests done, hits found.
pub type Counters = [u64; 3];

/// What a rank is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It scans.
    AtWork,
    /// It scans, and has no more to do soon.
    Asks,
    /// It has left the scan with all its work done.
    Done,
    /// It has left the scan, for it was asked to from outside.
    Stopped,
    /// It has left the scan with an error.
    Failed,
}

impl State {
    const ALL: [Self; 5] = [
        Self::AtWork,
        Self::Asks,
        Self::Done,
        Self::Stopped,
        Self::Failed,
    ];

    fn has_left(self) -> bool {
        !matches!(self, Self::AtWork | Self::Asks)
    }
}

/// What the root tells a rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Scan these too.
    Work(Range<u64>),
    /// There is nothing more to be had.
    NoMore,
    /// Leave the scan.
    Stop,
}

impl Order {
    fn to_words(&self) -> [u64; 3] {
        match self {
            Self::Work(run) => [0, run.start, run.end],
            Self::NoMore => [1, 0, 0],
            Self::Stop => [2, 0, 0],
        }
    }

    fn of_words(words: [u64; 3]) -> Self {
        match words[0] {
            0 => Self::Work(words[1]..words[2]),
            1 => Self::NoMore,
            _ => Self::Stop,
        }
    }
}

/// The end of the line at a rank other than the root.
pub struct RankLine<'w> {
    world: &'w World,
    last_sent: Instant,
    interval: Duration,
}

impl<'w> RankLine<'w> {
    /// A line on which a rank reports once in half a second, less often in large worlds.
    pub fn new(world: &'w World) -> Self {
        Self {
            world,
            last_sent: Instant::now(),
            interval: Duration::from_secs_f64((world.size() as f64 / 200.0).max(0.5)),
        }
    }

    /// Tells the root where this rank is, if it is time.
    pub fn report(&mut self, counters: Counters) {
        if self.last_sent.elapsed() >= self.interval {
            self.tell(counters, State::AtWork);
        }
    }

    /// Tells the root where this rank is, and what it is at.
    pub fn tell(&mut self, [cost, tests, hits]: Counters, state: State) {
        self.last_sent = Instant::now();
        let report = [cost, tests, hits, state as u64];
        let root = self.world.process(0);
        root.send_with_tag(&report[..], REPORT_TAG);
    }

    /// The next order of the root that has arrived.
    pub fn order(&self) -> Option<Order> {
        let root = self.world.process(0);
        root.immediate_probe_with_tag(ORDER_TAG)?;
        let mut words = [0u64; 3];
        root.receive_into_with_tag(&mut words[..], ORDER_TAG);
        Some(Order::of_words(words))
    }
}

/// The end of the line at the root: what it knows of all ranks.
pub struct RootLine<'w> {
    world: &'w World,
    ranks: Vec<(Counters, State)>,
    /// Whether each waits for an answer: it may have reported something else since it asked.
    asks: Vec<bool>,
    /// When the last report of each came in.
    heard: Vec<Instant>,
    last_look: Instant,
}

impl<'w> RootLine<'w> {
    /// A line on which every rank stands at zero.
    pub fn new(world: &'w World) -> Self {
        Self {
            world,
            ranks: vec![([0; 3], State::AtWork); world.size()],
            asks: vec![false; world.size()],
            heard: vec![Instant::now(); world.size()],
            last_look: Instant::now(),
        }
    }

    /// Notes the root's own counters and takes in what has arrived; returns the sums over all ranks.
    pub fn update(&mut self, own: Counters) -> Counters {
        self.ranks[0].0 = own;
        // Who does not listen hears nobody: a root that was held up begins to wait anew.
        if self.last_look.elapsed() > LONG_PAIR {
            self.heard.fill(Instant::now());
        }
        self.last_look = Instant::now();
        while let Some((from, report)) = self.receive() {
            self.note(from, report);
        }
        let total = |place: usize| self.ranks.iter().map(|(counters, _)| counters[place]).sum();
        [total(0), total(1), total(2)]
    }

    fn note(&mut self, from: usize, [cost, tests, hits, state]: [u64; 4]) {
        let state = State::ALL.get(state as usize).copied();
        let state = state.unwrap_or(State::Failed);
        self.ranks[from] = ([cost, tests, hits], state);
        self.asks[from] = !state.has_left() && (self.asks[from] || state == State::Asks);
        self.heard[from] = Instant::now();
    }

    fn receive(&self) -> Option<(usize, [u64; 4])> {
        let comm = self.world.comm.as_ref()?;
        let status = comm.any_process().immediate_probe_with_tag(REPORT_TAG)?;
        let from = status.source_rank() as usize;
        let mut report = [0u64; 4];
        let process = self.world.process(from);
        process.receive_into_with_tag(&mut report[..], REPORT_TAG);
        Some((from, report))
    }

    /// Notes what the root itself is at.
    pub fn note_own(&mut self, state: State) {
        self.ranks[0].1 = state;
    }

    /// The ranks that ask for work.
    pub fn asking(&self) -> Vec<usize> {
        let ranks = self.asks.iter().enumerate();
        ranks
            .filter(|(_, asks)| **asks)
            .map(|(rank, _)| rank)
            .collect()
    }

    /// Answers a rank that asks for work.
    pub fn answer(&mut self, rank: usize, order: &Order) {
        self.asks[rank] = false;
        self.send(rank, order);
    }

    /// Whether every rank is in this state.
    pub fn all_are(&self, wanted: State) -> bool {
        self.ranks.iter().all(|(_, state)| *state == wanted)
    }

    /// Whether any rank is in this state.
    pub fn any_is(&self, wanted: State) -> bool {
        self.ranks.iter().any(|(_, state)| *state == wanted)
    }

    /// The rank at work that has been silent for longest, and for how long.
    pub fn most_silent(&self) -> Option<(usize, Duration)> {
        let ranks = self.ranks.iter().zip(&self.heard).enumerate().skip(1);
        let at_work = ranks.filter(|(_, ((_, state), _))| !state.has_left());
        let silences = at_work.map(|(rank, (_, heard))| (rank, heard.elapsed()));
        silences.max_by_key(|(_, silence)| *silence)
    }

    /// Tells every rank that has not left the scan to do so.
    pub fn stop(&self) {
        let others = self.ranks.iter().enumerate().skip(1);
        for (rank, _) in others.filter(|(_, (_, state))| !state.has_left()) {
            self.send(rank, &Order::Stop);
        }
    }

    fn send(&self, rank: usize, order: &Order) {
        let process = self.world.process(rank);
        process.send_with_tag(&order.to_words()[..], ORDER_TAG);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_and_states_travel_as_words() {
        for order in [Order::Work(3..9), Order::NoMore, Order::Stop] {
            assert_eq!(Order::of_words(order.to_words()), order);
        }
        for (word, state) in State::ALL.into_iter().enumerate() {
            assert_eq!(state as usize, word);
        }
    }

    #[test]
    fn who_has_asked_waits_for_an_answer_whatever_it_reports_meanwhile() {
        let world = World::alone();
        let mut line = RootLine::new(&world);
        line.note(0, [1, 1, 1, State::Asks as u64]);
        line.note(0, [2, 2, 2, State::AtWork as u64]);
        assert_eq!(line.asking(), [0]);
        line.note(0, [3, 3, 3, State::Stopped as u64]);
        assert!(line.asking().is_empty() && line.any_is(State::Stopped));
    }

    #[test]
    fn a_world_of_one_has_nobody_to_wait_for() {
        let world = World::alone();
        let mut line = RootLine::new(&world);
        assert_eq!(line.update([1, 2, 3]), [1, 2, 3]);
        line.note_own(State::Done);
        assert!(line.all_are(State::Done) && line.asking().is_empty());
        assert_eq!(line.most_silent(), None);
        line.stop();
    }
}
