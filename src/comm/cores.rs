//! The cores that ranks may use: what the launcher and the system leave them.
#![allow(unsafe_code)]

use std::thread::available_parallelism;

use super::world::World;

/// The cores of one rank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RankCores {
    /// The name of its machine.
    pub host: String,
    /// The cores it may run on, a bit each, from core 0 on.
    pub mask: Vec<u64>,
    /// How many cores' worth of time it may use: at most as many as it may run on, fewer under a quota.
    pub available: usize,
}

impl RankCores {
    /// The cores of this process on a machine of this name.
    fn of_this_process(host: String) -> Self {
        let available = available_parallelism().map_or(1, usize::from);
        Self {
            host,
            mask: affinity_mask().unwrap_or_else(|| first_cores(available)),
            available,
        }
    }
}

fn first_cores(n: usize) -> Vec<u64> {
    let mut mask = vec![0; n.div_ceil(64)];
    (0..n).for_each(|core| mask[core / 64] |= 1 << (core % 64));
    mask
}

/// The affinity mask of this process; `None` if the system does not tell.
#[cfg(target_os = "linux")]
fn affinity_mask() -> Option<Vec<u64>> {
    // The call refuses a mask that is shorter than the kernel's own.
    for words in [16, 64, 256, 1024] {
        let mut mask = vec![0u64; words];
        // SAFETY: the pointer is to `size_of_val(mask)` bytes, which live through the call, and any bits are a mask. Words
        // of 64 bits are what the kernel writes on every 64-bit machine.
        let status =
            unsafe { libc::sched_getaffinity(0, size_of_val(&mask[..]), mask.as_mut_ptr().cast()) };
        if status == 0 {
            let used = mask.iter().rposition(|&word| word != 0)?;
            mask.truncate(used + 1);
            return Some(mask);
        }
    }
    None
}

#[cfg(not(target_os = "linux"))]
fn affinity_mask() -> Option<Vec<u64>> {
    None
}

impl World {
    /// The cores of every rank, rank by rank, on every rank.
    pub fn all_cores(&self) -> Vec<RankCores> {
        let own = RankCores::of_this_process(self.host());
        let hosts = self.all_gather(own.host.into_bytes());
        let masks = self.all_gather(own.mask);
        let available = self.all_gather(vec![own.available as u64]).concat();
        let ranks = hosts.into_iter().zip(masks).zip(available);
        ranks
            .map(|((host, mask), available)| RankCores {
                host: String::from_utf8_lossy(&host).into_owned(),
                mask,
                available: available as usize,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(mask: &[u64]) -> usize {
        mask.iter().map(|word| word.count_ones() as usize).sum()
    }

    #[test]
    fn masks_have_a_bit_a_core() {
        assert_eq!(count(&first_cores(70)), 70);
        assert_eq!(first_cores(65), [u64::MAX, 1]);
    }

    #[test]
    fn this_process_may_use_no_more_cores_than_it_may_run_on() {
        let own = RankCores::of_this_process("here".into());
        assert!((1..=count(&own.mask)).contains(&own.available), "{own:?}");
    }
}
