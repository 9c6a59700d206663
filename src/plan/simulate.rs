//! A run played through before it is made: the dispatcher that a run has, ranks that take their time, a root that answers
//! between two of its own block pairs. A discrete-event simulation.
//!
//! What it takes for granted: a rank of several threads is one server of their speed together, the network takes no time,
//! and nothing but the block pairs and beginning a run costs time.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, LogNormal};

use super::dispatch::Dispatcher;

/// What a simulated run meets.
#[derive(Clone, Debug)]
pub struct Conditions {
    /// How fast each rank is, as a multiple of its weight `[n_ranks]`.
    pub speeds: Vec<f64>,
    /// The standard deviation of the logarithm of the time of a block pair over what its cost says.
    pub spread: f64,
    /// What it costs, in the unit of the costs, to make the rows of a SNP block ready once more, because another rank has
    /// its first pairs.
    pub rows_again: f64,
    /// The seed of the times of the block pairs.
    pub seed: u64,
}

impl Conditions {
    /// Ranks as fast as they should be, but for one in the middle at half of its speed.
    pub fn with_one_slow(n_ranks: usize, spread: f64, rows_again: f64) -> Self {
        let mut speeds = vec![1.0; n_ranks];
        speeds[n_ranks / 2] = 0.5;
        Self {
            speeds,
            spread,
            rows_again,
            seed: 1,
        }
    }
}

/// How a simulated run went, in the time that one unit of cost takes at a weight of 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Simulated {
    /// From the start to the end of the last rank.
    pub total: f64,
    /// The same work done by all ranks to the end, without a pause.
    pub ideal: f64,
    /// The part of the ranks' time in which they do nothing, 0 to 1.
    pub idle: f64,
    /// The work that was done as a part of what there was: 1.
    pub done: f64,
}

impl Simulated {
    /// The ideal time over the total, 0 to 1.
    pub fn efficiency(&self) -> f64 {
        if self.total > 0.0 {
            self.ideal / self.total
        } else {
            1.0
        }
    }
}

/// Plays through a run over positions of these `costs` and `snp_blocks` `[n_positions]` on ranks of these `weights`
/// `[n_ranks]`; the same conditions give the same outcome.
///
/// # Panics
/// As [`Dispatcher::new`]; if there is not one speed a rank, a speed is not positive, or the spread is negative.
pub fn simulate(
    costs: &[u64],
    snp_blocks: &[u32],
    weights: &[u64],
    conditions: &Conditions,
) -> Simulated {
    assert_eq!(weights.len(), conditions.speeds.len(), "one speed a rank");
    let mut random = ChaCha8Rng::seed_from_u64(conditions.seed);
    let sd = conditions.spread;
    let factor = LogNormal::new(-sd * sd / 2.0, sd).expect("a spread of 0 or more");
    let works = costs
        .iter()
        .map(|&cost| cost as f64 * factor.sample(&mut random));
    let speed = |(&weight, speed): (&u64, &f64)| weight as f64 * speed;
    let mut run = Run {
        snp_blocks,
        works: works.collect(),
        dispatcher: Dispatcher::new(costs, snp_blocks, weights),
        ranks: weights
            .iter()
            .zip(&conditions.speeds)
            .map(speed)
            .map(Rank::new)
            .collect(),
        rows_again: conditions.rows_again,
        asking: VecDeque::new(),
        ends: BinaryHeap::new(),
        end: 0.0,
        done: 0.0,
    };
    run.play();
    run.outcome()
}

/// The root, which answers the others and itself.
const ROOT: usize = 0;

/// A rank in a simulated run.
struct Rank {
    speed: f64,
    /// Runs it has, the one it is at in front.
    runs: VecDeque<Range<usize>>,
    /// Whether it is at a piece.
    is_busy: bool,
    /// Whether a run it asked for has not come, or never will.
    has_asked: bool,
    /// What making rows ready once more adds to its next piece.
    extra: f64,
    /// How long it was busy.
    busy: f64,
}

impl Rank {
    fn new(speed: f64) -> Self {
        assert!(speed > 0.0, "a rank gets on");
        Self {
            speed,
            runs: VecDeque::new(),
            is_busy: false,
            has_asked: false,
            extra: 0.0,
            busy: 0.0,
        }
    }
}

struct Run<'a> {
    snp_blocks: &'a [u32],
    works: Vec<f64>,
    dispatcher: Dispatcher,
    ranks: Vec<Rank>,
    rows_again: f64,
    /// Ranks that wait for the root to answer.
    asking: VecDeque<usize>,
    /// When which rank ends a piece, the soonest on top.
    ends: BinaryHeap<Reverse<(Time, usize)>>,
    /// When the last piece so far ended.
    end: f64,
    /// The work done.
    done: f64,
}

impl Run<'_> {
    fn play(&mut self) {
        for rank in 0..self.ranks.len() {
            let first = self.dispatcher.first(rank);
            self.give(rank, Some(first), 0.0);
        }
        while let Some(Reverse((Time(now), rank))) = self.ends.pop() {
            self.end = now;
            self.ranks[rank].is_busy = false;
            if rank == ROOT {
                self.answer(now);
            }
            self.begin(rank, now);
            if !self.ranks[ROOT].is_busy {
                self.answer(now);
            }
        }
    }

    /// The root answers all who ask.
    fn answer(&mut self, now: f64) {
        while let Some(rank) = self.asking.pop_front() {
            let run = self.dispatcher.next(rank);
            self.give(rank, run, now);
        }
    }

    /// A rank gets a run, or the word that there is none.
    fn give(&mut self, rank: usize, run: Option<Range<usize>>, now: f64) {
        let Some(run) = run.filter(|run| !run.is_empty()) else {
            return;
        };
        let is_part = run.start > 0 && self.snp_blocks[run.start - 1] == self.snp_blocks[run.start];
        let state = &mut self.ranks[rank];
        state.has_asked = false;
        state.extra += if is_part { self.rows_again } else { 0.0 };
        state.runs.push_back(run);
        self.begin(rank, now);
    }

    /// A rank begins its next piece, if it has one, and asks for more if it is the last.
    fn begin(&mut self, rank: usize, now: f64) {
        let state = &mut self.ranks[rank];
        if state.is_busy {
            return;
        }
        let Some(run) = state.runs.front_mut() else {
            return;
        };
        let block = self.snp_blocks[run.start];
        // The root looks up after each block pair, the others after all pairs of a SNP block.
        let here = match rank {
            ROOT => 1,
            _ => self.snp_blocks[run.clone()].partition_point(|&other| other == block),
        };
        let piece = run.start..run.start + here;
        run.start = piece.end;
        let work: f64 = self.works[piece].iter().sum();
        let secs = (work + std::mem::take(&mut state.extra)) / state.speed;
        if run.start == run.end {
            state.runs.pop_front();
        }
        self.done += work;
        state.is_busy = true;
        state.busy += secs;
        self.ends.push(Reverse((Time(now + secs), rank)));
        if state.runs.is_empty() && !state.has_asked {
            state.has_asked = true;
            self.asking.push_back(rank);
        }
    }

    fn outcome(&self) -> Simulated {
        let speed: f64 = self.ranks.iter().map(|rank| rank.speed).sum();
        let busy: f64 = self.ranks.iter().map(|rank| rank.busy).sum();
        let works: f64 = self.works.iter().sum();
        let all = self.end * self.ranks.len() as f64;
        Simulated {
            total: self.end,
            ideal: works / speed,
            idle: if all > 0.0 { 1.0 - busy / all } else { 0.0 },
            done: if works > 0.0 { self.done / works } else { 1.0 },
        }
    }
}

/// A moment, which can be ordered.
#[derive(PartialEq)]
struct Time(f64);

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Costs and SNP blocks of a study of equal blocks, with rows that cost as much as 520 genes to make ready.
    fn study(snp_blocks: u32, genes: &[u64]) -> (Vec<u64>, Vec<u32>) {
        let blocks = (0..snp_blocks).flat_map(|block| genes.iter().map(move |_| block));
        let costs = (0..snp_blocks).flat_map(|_| {
            let ready = |(i, genes): (usize, &u64)| 128 * (genes + if i == 0 { 520 } else { 0 });
            genes.iter().enumerate().map(ready)
        });
        (costs.collect(), blocks.collect())
    }

    fn efficiency(snp_blocks: u32, genes: &[u64], n_ranks: usize) -> f64 {
        let (costs, blocks) = study(snp_blocks, genes);
        let conditions = Conditions::with_one_slow(n_ranks, 0.07, 128.0 * 520.0);
        simulate(&costs, &blocks, &vec![1; n_ranks], &conditions).efficiency()
    }

    #[test]
    fn one_of_two_ranks_at_half_speed_costs_little() {
        for snp_blocks in [30, 300] {
            assert!(efficiency(snp_blocks, &[768, 700], 2) > 1.0 / 1.10);
        }
    }

    #[test]
    fn thousands_of_ranks_share_a_biobank_with_one_at_half_speed() {
        let genes = [768, 768, 768, 696];
        assert!(efficiency(125_000, &genes, 1024) > 0.97);
        assert!(efficiency(125_000, &genes, 8192) > 0.95);
    }

    #[test]
    fn one_rank_is_never_idle() {
        let (costs, blocks) = study(5, &[10]);
        let conditions = Conditions {
            speeds: vec![2.0],
            spread: 0.1,
            rows_again: 9.0,
            seed: 3,
        };
        let found = simulate(&costs, &blocks, &[1], &conditions);
        assert!((found.efficiency() - 1.0).abs() < 1e-12 && found.idle.abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn no_run_is_faster_than_ideal_and_all_work_is_done(
            costs in prop::collection::vec(1u64..1000, 0..200), n_ranks in 1usize..20,
            slow in 0usize..20, seed in 0u64..9,
        ) {
            let blocks: Vec<u32> = (0..costs.len()).map(|i| i as u32 / 3).collect();
            let mut conditions = Conditions::with_one_slow(n_ranks, 0.2, 0.0);
            conditions.speeds.rotate_left(slow % n_ranks);
            conditions.seed = seed;
            let found = simulate(&costs, &blocks, &vec![1; n_ranks], &conditions);
            prop_assert!(found.total >= found.ideal * (1.0 - 1e-9));
            prop_assert!((-1e-9..=1.0).contains(&found.idle));
            prop_assert_eq!(found, simulate(&costs, &blocks, &vec![1; n_ranks], &conditions));
            // What ranks were busy with, less the slow one's doubled time, is what there was to do.
            prop_assert!(found.done <= 1.0 + 1e-9 && found.done >= 1.0 - 1e-9);
        }
    }
}
