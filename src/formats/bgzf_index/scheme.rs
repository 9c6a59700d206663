//! The bins of a chromosome: their numbers, and the bases they hold.

/// What a `.tbi` does not say, for it is the same in all of them.
pub(super) const TABIX: Scheme = Scheme {
    shift: 14,
    depth: 5,
};

/// How a chromosome is divided: the smallest bins have `2^shift` bp, and there are `depth` levels above them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scheme {
    pub(super) shift: u32,
    pub(super) depth: u32,
}

impl Scheme {
    /// The number of the first bin of a level, 0 being the whole chromosome.
    pub(super) fn first_bin(level: u32) -> u64 {
        ((1 << (3 * level)) - 1) / 7
    }

    /// The number under which records are counted; no records are in it.
    pub(super) fn counts_bin(self) -> u64 {
        Self::first_bin(self.depth + 1) + 1
    }

    /// The first base of a bin and that of the next one, from 0; `None` for a number that no bin has.
    pub(super) fn range(self, bin: u64) -> Option<(i64, i64)> {
        let level = (0..=self.depth).find(|&level| bin < Self::first_bin(level + 1))?;
        let bits = self.shift + 3 * (self.depth - level);
        let from = ((bin - Self::first_bin(level)) as i64) << bits;
        Some((from, from + (1 << bits)))
    }
}
