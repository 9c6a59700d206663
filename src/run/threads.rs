//! How many threads each rank scans with: as many as its cores bear, or as many as were asked for, if they bear them.

use std::collections::BTreeMap;

use super::error::RunError;
use crate::comm::RankCores;

/// The threads of each rank `[n_ranks]`. `wanted` `[n_ranks]` is what was asked for; `None` stands for as many as the rank
/// may use without getting in the way of the others on its machine.
///
/// # Errors
/// Where more than one thread a rank is asked for: more than the rank may use, or than all ranks on a machine together,
/// unless `oversubscribe`.
pub fn threads_of_ranks(
    ranks: &[RankCores],
    wanted: &[Option<usize>],
    oversubscribe: bool,
) -> Result<Vec<usize>, RunError> {
    let machines = Machine::of(ranks);
    let given_or_fair = |(rank, wanted): (&RankCores, &Option<usize>)| {
        let machine = &machines[rank.host.as_str()];
        let fair = rank.available.min(machine.cores() / machine.ranks).max(1);
        wanted.unwrap_or(fair)
    };
    let threads: Vec<usize> = ranks.iter().zip(wanted).map(given_or_fair).collect();
    if !oversubscribe {
        check(ranks, &threads, &machines)?;
    }
    Ok(threads)
}

/// The ranks on one machine.
#[derive(Debug, Default)]
struct Machine {
    ranks: usize,
    mask: Vec<u64>,
    /// The largest quota of any rank that has one: what is counted in time and not in cores is shared.
    quota: Option<usize>,
}

impl Machine {
    /// The machines by name.
    fn of(ranks: &[RankCores]) -> BTreeMap<&str, Self> {
        let mut machines: BTreeMap<&str, Self> = BTreeMap::new();
        for rank in ranks {
            machines.entry(&rank.host).or_default().take_in(rank);
        }
        machines
    }

    fn take_in(&mut self, rank: &RankCores) {
        self.ranks += 1;
        self.mask.resize(self.mask.len().max(rank.mask.len()), 0);
        for (all, own) in self.mask.iter_mut().zip(&rank.mask) {
            *all |= own;
        }
        if rank.available < n_cores(&rank.mask) {
            self.quota = self.quota.max(Some(rank.available));
        }
    }

    /// The cores its ranks may use together.
    fn cores(&self) -> usize {
        let cores = n_cores(&self.mask);
        self.quota.map_or(cores, |quota| cores.min(quota))
    }
}

/// The bits set in a mask.
fn n_cores(mask: &[u64]) -> usize {
    mask.iter().map(|word| word.count_ones() as usize).sum()
}

fn check(
    ranks: &[RankCores],
    threads: &[usize],
    machines: &BTreeMap<&str, Machine>,
) -> Result<(), RunError> {
    let refused = |host: &str, who: String, cores: usize, threads: usize| RunError::Threads {
        threads,
        who,
        cores,
        host: host.into(),
    };
    let mut of_machines: BTreeMap<&str, usize> = BTreeMap::new();
    for (rank, (cores, &threads)) in ranks.iter().zip(threads).enumerate() {
        if threads > 1 && threads > cores.available {
            let who = match ranks.len() {
                1 => "this process".into(),
                _ => format!("rank {rank}"),
            };
            return Err(refused(&cores.host, who, cores.available, threads));
        }
        *of_machines.entry(&cores.host).or_default() += threads;
    }
    for (rank, &threads) in ranks.iter().zip(threads) {
        let machine = &machines[rank.host.as_str()];
        if threads > 1 && of_machines[rank.host.as_str()] > machine.cores() {
            let who = format!("the {} ranks there together", machine.ranks);
            return Err(refused(&rank.host, who, machine.cores(), threads));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A rank that may run on these cores, all the time.
    fn rank(host: &str, cores: &[usize]) -> RankCores {
        let mut mask = vec![0; 2];
        cores
            .iter()
            .for_each(|core| mask[core / 64] |= 1 << (core % 64));
        RankCores {
            host: host.into(),
            mask,
            available: cores.len(),
        }
    }

    fn auto(ranks: &[RankCores]) -> Vec<usize> {
        threads_of_ranks(ranks, &vec![None; ranks.len()], false).unwrap()
    }

    fn given(ranks: &[RankCores], threads: usize) -> Result<Vec<usize>, String> {
        let wanted = vec![Some(threads); ranks.len()];
        threads_of_ranks(ranks, &wanted, false).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rank_alone_takes_what_it_may_use() {
        let eight: Vec<usize> = (60..68).collect();
        assert_eq!(auto(&[rank("a", &eight)]), [8]);
        assert_eq!(auto(&[rank("a", &[3])]), [1]);
    }

    #[test]
    fn ranks_that_are_not_bound_share_their_machine() {
        let all: Vec<usize> = (0..8).collect();
        assert_eq!(auto(&vec![rank("a", &all); 3]), [2, 2, 2]);
        assert_eq!(auto(&vec![rank("a", &all); 20]), [1; 20]);
        let two_machines = [rank("a", &all), rank("b", &all), rank("b", &all)];
        assert_eq!(auto(&two_machines), [8, 4, 4]);
    }

    #[test]
    fn bound_ranks_stay_on_their_cores() {
        assert_eq!(auto(&[rank("a", &[0]), rank("a", &[1])]), [1, 1]);
        assert_eq!(auto(&[rank("a", &[0, 1]), rank("a", &[2, 3])]), [2, 2]);
        assert_eq!(auto(&[rank("a", &[0]), rank("a", &[1, 2, 3])]), [1, 2]);
    }

    #[test]
    fn ranks_on_a_machine_share_a_quota() {
        let mut one = rank("a", &(0..64).collect::<Vec<_>>());
        one.available = 4;
        assert_eq!(auto(&[one.clone()]), [4]);
        assert_eq!(auto(&[one.clone(), one]), [2, 2]);
    }

    #[test]
    fn more_threads_than_a_rank_may_use_are_refused_with_what_to_do() {
        let error = given(&[rank("node7", &[5])], 4).unwrap_err();
        for part in [
            "threads is 4",
            "this process may use 1 core of node7",
            "--bind-to none",
            "--map-by slot:PE=4",
            "--cpus-per-task",
            "--oversubscribe",
        ] {
            assert!(error.contains(part), "'{part}' is not in {error}");
        }
        let error = given(&[rank("a", &[0, 1, 2]), rank("b", &[0, 1])], 3).unwrap_err();
        assert!(error.contains("rank 1 may use 2 cores of b"), "{error}");
    }

    #[test]
    fn more_threads_than_all_ranks_of_a_machine_may_use_are_refused() {
        let ranks = vec![rank("a", &[0, 1, 2, 3]); 3];
        let error = given(&ranks, 2).unwrap_err();
        assert!(
            error.contains("the 3 ranks there together may use 4 cores of a"),
            "{error}"
        );
        let wanted = vec![Some(2); 3];
        assert_eq!(threads_of_ranks(&ranks, &wanted, true).unwrap(), [2, 2, 2]);
    }

    #[test]
    fn one_thread_is_never_refused() {
        assert_eq!(given(&vec![rank("a", &[0]); 5], 1).unwrap(), [1; 5]);
    }

    proptest! {
        #[test]
        fn what_is_not_asked_for_is_never_refused_and_never_too_much(
            ranks in prop::collection::vec((0..3usize, prop::collection::btree_set(0..100usize, 1..9)), 1..9),
        ) {
            let ranks: Vec<RankCores> = ranks
                .iter()
                .map(|(host, cores)| rank(&host.to_string(), &cores.iter().copied().collect::<Vec<_>>()))
                .collect();
            for (rank, threads) in ranks.iter().zip(auto(&ranks)) {
                prop_assert!(threads >= 1 && threads <= rank.available);
            }
            prop_assert_eq!(auto(&ranks[..1]), [ranks[0].available]);
        }
    }
}
