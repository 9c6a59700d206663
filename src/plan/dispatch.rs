//! Block pairs to ranks while they scan: a run for each at the start, then shorter and shorter runs as they ask.
//!
//! Guided self-scheduling (Polychronopoulos and Kuck 1987, doi 10.1109/TC.1987.5009495) behind a static part. A rank at
//! half of its supposed speed takes twice as long for what it was given at the start, so that must be less than half of
//! its share if the run is not to wait for it. How fast a rank is shows in how much of the work it has come to have when
//! it asks: one that has less than the others gets shorter runs, and none at the end, where they would be done sooner
//! without it. The constants were chosen with [`super::simulate()`]. Knows no time and no
//! MPI: what is handed out depends only on the order of the requests.

use std::ops::Range;

/// The part of the cost that is given out at the start, as a fraction; all of it where there is one rank.
const UP_FRONT: (u128, u128) = (2, 5);

/// A run handed out on request is this fraction of the rank's share of what remains.
const PORTION: u128 = 2;

/// A run that would be a part of a SNP block is the rest of it, unless that is more than so many times the cost meant: to
/// make the rows of a SNP block ready in two ranks takes time too.
const STRETCH: u128 = 2;

/// A rank that has come to less than this fraction of what the others have on average is slow: it gets nothing more when
/// the others would do all that remains in the time it takes for one block pair.
const SLOW: f64 = 2.0 / 3.0;

/// Hands out positions, which are the block pairs that are left, SNP block by SNP block, to ranks.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    /// What all positions before one cost `[n_positions + 1]`.
    before: Vec<u128>,
    /// The SNP block of each position `[n_positions]`, ascending.
    snp_blocks: Vec<u32>,
    /// The speed of each rank `[n_ranks]`.
    weights: Vec<u64>,
    /// Where the first run of each rank ends `[n_ranks]`.
    first_ends: Vec<usize>,
    /// What each rank was given costs `[n_ranks]`.
    given: Vec<u128>,
    /// The first position that is not handed out.
    next: usize,
}

impl Dispatcher {
    /// Positions of these `costs` `[n_positions]` in these `snp_blocks` `[n_positions]`, which ascend, for ranks of these
    /// speeds, `weights` `[n_ranks]`: as a rule their threads. What [`Dispatcher::first`] tells of is handed out at once.
    ///
    /// # Panics
    /// If there are no ranks, a weight is 0, or `costs` and `snp_blocks` differ in length.
    pub fn new(costs: &[u64], snp_blocks: &[u32], weights: &[u64]) -> Self {
        assert_eq!(costs.len(), snp_blocks.len(), "one SNP block a position");
        assert!(!weights.is_empty(), "a world has a rank");
        assert!(weights.iter().all(|&w| w > 0), "every rank has a speed");
        debug_assert!(snp_blocks.is_sorted(), "SNP block by SNP block");
        let mut before = vec![0];
        before.extend(costs.iter().scan(0, |sum, &cost| {
            *sum += u128::from(cost);
            Some(*sum)
        }));
        let mut dispatcher = Self {
            before,
            snp_blocks: snp_blocks.to_vec(),
            weights: weights.to_vec(),
            first_ends: Vec::with_capacity(weights.len()),
            given: vec![0; weights.len()],
            next: 0,
        };
        dispatcher.give_first_runs();
        dispatcher
    }

    /// What a rank starts with: empty only where there are more ranks than positions.
    ///
    /// # Panics
    /// If there is no such rank.
    pub fn first(&self, rank: usize) -> Range<usize> {
        let start = rank.checked_sub(1).map_or(0, |r| self.first_ends[r]);
        start..self.first_ends[rank]
    }

    /// The next run for a rank that asks; `None` when there is nothing more for it, and then there never will be. A rank
    /// asks when it begins its last piece, so that it need not wait for the answer. If every rank asks until it is told
    /// so, all positions are handed out: the fastest gets what others do not.
    ///
    /// # Panics
    /// If there is no such rank.
    pub fn next(&mut self, rank: usize) -> Option<Range<usize>> {
        if self.is_empty() {
            return None;
        }
        let (weight, speed) = (self.weights[rank], self.speed(rank));
        let left = self.total() - self.before[self.next];
        let pair = self.before[self.next + 1] - self.before[self.next];
        let time_of_pair = pair as f64 / (weight as f64 * speed);
        if speed < SLOW && time_of_pair > left as f64 / self.total_weight() as f64 {
            return None;
        }
        let share = left * u128::from(weight) / (PORTION * self.total_weight());
        Some(self.take(rank, (share as f64 * speed.min(1.0)) as u128))
    }

    /// Whether everything is handed out.
    pub fn is_empty(&self) -> bool {
        self.next == self.snp_blocks.len()
    }

    /// With one rank all is its first run: there is nobody to share with.
    fn give_first_runs(&mut self) {
        let (part, of) = match self.weights.len() {
            1 => (1, 1),
            _ => UP_FRONT,
        };
        for rank in 0..self.weights.len() {
            let weight = u128::from(self.weights[rank]);
            let cost = self.total() * part * weight / (of * self.total_weight());
            self.take(rank, cost);
            self.first_ends.push(self.next);
        }
    }

    /// How much a rank has come to have, for its weight, as a fraction of what all have on average.
    fn speed(&self, rank: usize) -> f64 {
        let mean = self.before[self.next] as f64 / self.total_weight() as f64;
        let own = self.given[rank] as f64 / self.weights[rank] as f64;
        if mean > 0.0 { own / mean } else { 1.0 }
    }

    /// Hands a rank a run of about so much cost, of one position at least. It ends with a SNP block unless it is a small
    /// part of one: its rows are then made ready once.
    fn take(&mut self, rank: usize, cost: u128) -> Range<usize> {
        let (start, n) = (self.next, self.snp_blocks.len());
        if start == n {
            return n..n;
        }
        let limit = self.before[start] + cost;
        let fitting = self.before.partition_point(|&before| before <= limit) - 1;
        let fitting = fitting.clamp(start + 1, n);
        self.next = self.at_block_end(start, fitting, cost);
        self.given[rank] += self.before[self.next] - self.before[start];
        start..self.next
    }

    /// Where a run that was to end at `end` ends for the sake of the SNP blocks.
    fn at_block_end(&self, start: usize, end: usize, cost: u128) -> usize {
        if end == self.snp_blocks.len() {
            return end;
        }
        let block = self.snp_blocks[end];
        let block_start = self.snp_blocks.partition_point(|&other| other < block);
        if block_start > start {
            return block_start;
        }
        let block_end = self.snp_blocks.partition_point(|&other| other <= block);
        match self.before[block_end] - self.before[start] <= STRETCH * cost {
            true => block_end,
            false => end,
        }
    }

    fn total(&self) -> u128 {
        self.before[self.snp_blocks.len()]
    }

    fn total_weight(&self) -> u128 {
        self.weights.iter().map(|&weight| u128::from(weight)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every run in the order it is handed out: ranks ask in the order of `requests`, over and over, then each until there
    /// is nothing more for it.
    fn all_runs(
        dispatcher: &mut Dispatcher,
        n_ranks: usize,
        requests: &[usize],
    ) -> Vec<Range<usize>> {
        let mut runs: Vec<_> = (0..n_ranks).map(|rank| dispatcher.first(rank)).collect();
        let asked = requests.iter().map(|request| request % n_ranks);
        runs.extend(asked.filter_map(|rank| dispatcher.next(rank)));
        for rank in 0..n_ranks {
            runs.extend(std::iter::from_fn(|| dispatcher.next(rank)));
        }
        runs
    }

    fn cost(costs: &[u64], run: &Range<usize>) -> u64 {
        costs[run.clone()].iter().sum()
    }

    #[test]
    fn one_rank_has_everything_at_the_start() {
        let mut dispatcher = Dispatcher::new(&[3, 1, 2], &[0, 0, 1], &[4]);
        assert_eq!(dispatcher.first(0), 0..3);
        assert!(dispatcher.is_empty());
        assert_eq!(dispatcher.next(0), None);
    }

    #[test]
    fn a_rank_of_more_threads_gets_more() {
        let blocks: Vec<u32> = (0..100).collect();
        let mut dispatcher = Dispatcher::new(&[1; 100], &blocks, &[1, 3]);
        assert_eq!((dispatcher.first(0), dispatcher.first(1)), (0..10, 10..40));
        assert_eq!(dispatcher.next(1), Some(40..62));
        assert!(dispatcher.next(0).is_some_and(|run| run.len() < 5));
    }

    #[test]
    fn more_ranks_than_positions_leave_some_without_work() {
        let dispatcher = Dispatcher::new(&[5, 5], &[0, 1], &[1; 7]);
        let lengths: Vec<_> = (0..7).map(|rank| dispatcher.first(rank).len()).collect();
        assert_eq!(lengths, [1, 1, 0, 0, 0, 0, 0]);
        assert!(dispatcher.is_empty());
    }

    #[test]
    fn a_rank_that_falls_behind_gets_shorter_runs_and_at_the_end_none() {
        let blocks: Vec<u32> = (0..100).collect();
        let mut dispatcher = Dispatcher::new(&[1; 100], &blocks, &[1; 4]);
        let fast: Vec<_> = (0..9).map_while(|i| dispatcher.next(i % 3)).collect();
        let behind = dispatcher.next(3).expect("there is work");
        assert!(2 * behind.len() <= fast.last().expect("a run").len());
        while dispatcher.snp_blocks.len() - dispatcher.next > 3 {
            dispatcher.next(0);
        }
        assert_eq!(dispatcher.next(3), None);
        assert!(dispatcher.next(0).is_some());
    }

    #[test]
    fn no_positions_are_no_work() {
        for n_ranks in 1..3 {
            let mut dispatcher = Dispatcher::new(&[], &[], &vec![1; n_ranks]);
            assert_eq!(dispatcher.first(0), 0..0);
            assert_eq!(dispatcher.next(0), None);
        }
    }

    /// Costs with a SNP block for each of a few positions.
    fn positions() -> impl Strategy<Value = (Vec<u64>, Vec<u32>)> {
        (prop::collection::vec(0u64..1000, 0..300), 1usize..9).prop_map(|(costs, in_block)| {
            let blocks = (0..costs.len()).map(|i| (i / in_block) as u32).collect();
            (costs, blocks)
        })
    }

    proptest! {
        #[test]
        fn every_position_is_handed_out_once_in_order_whoever_asks(
            (costs, blocks) in positions(),
            weights in prop::collection::vec(1u64..9, 1..40),
            requests in prop::collection::vec(0usize..1000, 1..50),
        ) {
            let mut dispatcher = Dispatcher::new(&costs, &blocks, &weights);
            let runs = all_runs(&mut dispatcher, weights.len(), &requests);
            let positions: Vec<usize> = runs.iter().cloned().flatten().collect();
            prop_assert_eq!(positions, (0..costs.len()).collect::<Vec<_>>());
            prop_assert!(dispatcher.is_empty());
            prop_assert!(runs[weights.len()..].iter().all(|run| !run.is_empty()));
            let mut again = Dispatcher::new(&costs, &blocks, &weights);
            prop_assert_eq!(all_runs(&mut again, weights.len(), &requests), runs);
        }

        #[test]
        fn no_rank_starts_without_work_while_there_is_some(
            (costs, blocks) in positions(), weights in prop::collection::vec(1u64..9, 1..40),
        ) {
            let dispatcher = Dispatcher::new(&costs, &blocks, &weights);
            let with_work = (0..weights.len()).filter(|&rank| !dispatcher.first(rank).is_empty());
            prop_assert!(with_work.count() >= weights.len().min(costs.len().div_ceil(8)));
            let mut ended = false;
            for rank in 0..weights.len() {
                prop_assert!(!ended || dispatcher.first(rank).is_empty());
                ended = dispatcher.first(rank).end == costs.len();
            }
        }

        #[test]
        fn no_run_is_much_more_than_its_share_but_for_one_position(
            (costs, blocks) in positions(), weights in prop::collection::vec(1u64..9, 2..40),
            requests in prop::collection::vec(0usize..1000, 1..50),
        ) {
            let mut dispatcher = Dispatcher::new(&costs, &blocks, &weights);
            let total: u64 = costs.iter().sum();
            let share = |rank: usize| weights[rank] as f64 / weights.iter().sum::<u64>() as f64;
            for rank in 0..weights.len() {
                let run = dispatcher.first(rank);
                let most = 2.0 * total as f64 * share(rank) * 0.4;
                prop_assert!(run.len() <= 1 || cost(&costs, &run) as f64 <= most + 1e-6 || is_free(&costs, &run));
            }
            for request in requests {
                let rank = request % weights.len();
                let Some(run) = dispatcher.next(rank) else { break };
                let left = cost(&costs, &(run.start..costs.len()));
                let most = left as f64 * share(rank);
                prop_assert!(run.len() <= 1 || cost(&costs, &run) as f64 <= most + 1e-6 || is_free(&costs, &run));
            }
        }

        #[test]
        fn a_run_of_more_than_one_snp_block_ends_with_one(
            (costs, blocks) in positions(), weights in prop::collection::vec(1u64..9, 1..40),
        ) {
            let mut dispatcher = Dispatcher::new(&costs, &blocks, &weights);
            for run in all_runs(&mut dispatcher, weights.len(), &[0, 1, 2]) {
                let holds_two = !run.is_empty() && blocks[run.start] != blocks[run.end - 1];
                let ends_inside = run.end < costs.len() && blocks[run.end - 1] == blocks[run.end];
                prop_assert!(run.is_empty() || !(holds_two && ends_inside));
            }
        }
    }

    /// Whether all but the first position of a run cost nothing.
    fn is_free(costs: &[u64], run: &Range<usize>) -> bool {
        cost(costs, &(run.start + 1..run.end)) == 0
    }
}
