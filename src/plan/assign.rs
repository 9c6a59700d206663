//! Block pairs to ranks: contiguous runs of nearly equal cost, so that a rank reads each genotype slice once.

use std::ops::Range;

/// The run of pairs of each rank; runs may be empty when there are more ranks than pairs.
///
/// Pair i goes to the rank in whose share of the total cost the middle of its own cost falls.
///
/// # Panics
/// If there are no ranks.
pub fn assign(costs: &[u64], n_ranks: usize) -> Vec<Range<usize>> {
    assert!(n_ranks > 0, "a world has a rank");
    let total: u128 = costs.iter().map(|&cost| u128::from(cost)).sum();
    let mut runs = Vec::with_capacity(n_ranks);
    let (mut start, mut end, mut before) = (0, 0, 0u128);
    for rank in 1..=n_ranks as u128 {
        while end < costs.len() {
            let middle_twice = 2 * before + u128::from(costs[end]);
            if rank < n_ranks as u128 && middle_twice * n_ranks as u128 >= 2 * rank * total {
                break;
            }
            before += u128::from(costs[end]);
            end += 1;
        }
        runs.push(start..end);
        start = end;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_costs_are_shared_equally() {
        assert_eq!(assign(&[1; 6], 3), [0..2, 2..4, 4..6]);
    }

    #[test]
    fn more_ranks_than_pairs_leave_some_without_work() {
        let runs = assign(&[5, 5], 7);
        assert_eq!(runs.len(), 7);
        assert_eq!(runs.iter().map(|run| run.len()).sum::<usize>(), 2);
        assert!(runs.iter().all(|run| run.len() <= 1));
    }

    #[test]
    fn no_pairs_are_no_work() {
        assert_eq!(assign(&[], 2), [0..0, 0..0]);
    }

    proptest! {
        #[test]
        fn every_pair_is_done_once_and_no_rank_has_a_pair_too_much(
            costs in prop::collection::vec(0u64..1000, 0..100), n_ranks in 1usize..40,
        ) {
            let runs = assign(&costs, n_ranks);
            prop_assert_eq!(runs.len(), n_ranks);
            prop_assert_eq!(runs[0].start, 0);
            prop_assert_eq!(runs[n_ranks - 1].end, costs.len());
            prop_assert!(runs.windows(2).all(|w| w[0].end == w[1].start));
            let share = costs.iter().sum::<u64>() as f64 / n_ranks as f64;
            let largest = costs.iter().copied().max().unwrap_or(0) as f64;
            for run in runs {
                let cost: u64 = costs[run].iter().sum();
                prop_assert!(cost as f64 <= share + largest + 1.0);
            }
        }
    }
}
