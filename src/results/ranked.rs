//! Hits in a table's order with their false discovery rates, in bounded memory, however many there are.
//!
//! Hits that fit are sorted where they are. Others are cut into buckets on the disk, each of a range of the order by p, by
//! a sample of them. The false discovery rate of a hit hangs on all weaker ones, so buckets are sorted from the last to the
//! first, and taken from the first to the last. A table by position takes them so into a second set of buckets, each of a
//! range of positions.
//!
//! ```text
//! hits in no order  ->  sample  ->  buckets 0 1 2 3 ... k on the disk  ->  k ... 3 2 1 0: sort, rates  ->  0 1 2 3 ... k: take
//! ```

use std::cmp::Ordering;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::buckets::{Buckets, Filler};
use crate::model::Hit;
use crate::stats::{false_discovery_rate, p_value};

/// A hit with its false discovery rate.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct RankedHit {
    /// The hit.
    pub hit: Hit,
    /// Its false discovery rate.
    pub fdr: f64,
}

/// What takes some hits at a time.
pub type TakeHits<'t, E> = dyn FnMut(&[Hit]) -> Result<(), E> + 't;

/// What takes some hits at a time in the order of a table.
type TakeRanked<'t, E> = dyn FnMut(&[RankedHit]) -> Result<(), E> + 't;

/// Hits that can be gone through again and again.
pub trait HitSource {
    /// Why they cannot.
    type Error: From<RankingError>;

    /// How many there are.
    fn n_hits(&self) -> u64;

    /// Calls `take` with all of them, in no order but always the same, some at a time.
    ///
    /// # Errors
    /// If they cannot be read, or `take` has an error.
    fn for_each(&self, take: &mut TakeHits<'_, Self::Error>) -> Result<(), Self::Error>;
}

/// The order of the rows of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum RowOrder {
    /// The strongest first.
    #[default]
    P,
    /// By chromosome and position of the SNP, in the order of its row; of one SNP by gene row.
    Position,
}

impl FromStr for RowOrder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "p" => Ok(Self::P),
            "position" => Ok(Self::Position),
            other => Err(format!(
                "'{other}' is no order of rows; 'p' or 'position' is wanted"
            )),
        }
    }
}

impl TryFrom<String> for RowOrder {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// Buckets that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {action}", path.display())]
pub struct RankingError {
    pub(super) path: PathBuf,
    pub(super) action: &'static str,
    pub(super) source: io::Error,
}

/// How hits are put in order.
#[derive(Clone, Copy, Debug)]
pub struct Ranking<'a> {
    /// What strongest first means.
    pub order: fn(&Hit, &Hit) -> Ordering,
    /// The order in which they are taken.
    pub rows: RowOrder,
    /// All tests of the class.
    pub n_tests: u64,
    /// Bytes of hits to hold at a time.
    pub memory: usize,
    /// The file for what does not fit; removed in the end, as is its [`Ranking::second_file`].
    pub file: &'a Path,
}

/// Hits handed on at a time.
pub(super) const BATCH: usize = 1 << 18;

impl Ranking<'_> {
    /// The file beside `file` for what does not fit where rows are taken by position.
    pub fn second_file(file: &Path) -> PathBuf {
        file.with_extension("position.tmp")
    }

    /// How often all of so many hits are read before the first is taken.
    pub fn n_passes(&self, n_hits: u64) -> u64 {
        match self.rows {
            _ if self.fits(n_hits) => 1,
            // For a sample, for the sizes of buckets, and into them; by position the first two for either set.
            RowOrder::P => 3,
            RowOrder::Position => 5,
        }
    }

    fn fits(&self, n_hits: u64) -> bool {
        n_hits as usize <= self.memory / size_of::<RankedHit>()
    }

    /// Calls `take` with all hits in order, some at a time.
    ///
    /// # Errors
    /// If hits or buckets cannot be read or written; if `take` has an error.
    pub fn rank<S: HitSource>(
        &self,
        source: &S,
        mut take: impl FnMut(&[RankedHit]) -> Result<(), S::Error>,
    ) -> Result<(), S::Error> {
        if self.fits(source.n_hits()) {
            let mut hits = Vec::with_capacity(source.n_hits() as usize);
            source.for_each(&mut |some| {
                hits.extend(some.iter().map(|&hit| RankedHit { hit, fdr: 1.0 }));
                Ok(())
            })?;
            self.sort(&mut hits, 0, 1.0);
            if self.rows == RowOrder::Position {
                sort_by_place(&mut hits);
            }
            return hits.chunks(BATCH).try_for_each(take);
        }
        match self.rows {
            RowOrder::P => self.by_strength(source, self.memory, &mut take),
            RowOrder::Position => self.by_place(source, &mut take),
        }
    }

    /// Takes hits that do not fit, strongest first.
    fn by_strength<S: HitSource>(
        &self,
        source: &S,
        memory: usize,
        take: &mut TakeRanked<'_, S::Error>,
    ) -> Result<(), S::Error> {
        let mut filler = Filler::new(source, self.order, memory, self.file)?;
        source.for_each(&mut |hits| {
            let mut hits = hits.iter().map(|&hit| RankedHit { hit, fdr: 1.0 });
            Ok(hits.try_for_each(|ranked| filler.push(ranked))?)
        })?;
        let mut buckets = filler.finish()?;
        let mut lowest = 1.0;
        let mut end = source.n_hits();
        for bucket in (0..buckets.len()).rev() {
            let mut hits = buckets.read(bucket)?;
            let first = end - hits.len() as u64;
            self.sort(&mut hits, first, lowest);
            lowest = hits.first().map_or(lowest, |first| first.fdr);
            buckets.write_back(bucket, &hits)?;
            end = first;
        }
        take_all(&buckets, |_| {}, take)
    }

    /// Takes hits that do not fit, by position. Two sets of buckets share the memory while the second is filled.
    fn by_place<S: HitSource>(
        &self,
        source: &S,
        take: &mut TakeRanked<'_, S::Error>,
    ) -> Result<(), S::Error> {
        let memory = self.memory / 2;
        let mut filler = Filler::new(source, Hit::by_place, memory, &Self::second_file(self.file))?;
        self.by_strength(source, memory, &mut |hits| {
            Ok(hits.iter().try_for_each(|&ranked| filler.push(ranked))?)
        })?;
        take_all(&filler.finish()?, sort_by_place, take)
    }

    /// Sorts hits of which `first` come before, and gives them their rates, the next weaker one having `of_next`.
    fn sort(&self, hits: &mut [RankedHit], first: u64, of_next: f64) {
        hits.sort_unstable_by(|a, b| (self.order)(&a.hit, &b.hit));
        let mut lowest = of_next;
        for (i, ranked) in hits.iter_mut().enumerate().rev() {
            let p = p_value(ranked.hit.ln_p);
            lowest = false_discovery_rate(p, first + i as u64, self.n_tests, lowest);
            ranked.fdr = lowest;
        }
    }
}

fn sort_by_place(hits: &mut [RankedHit]) {
    hits.sort_unstable_by(|a, b| Hit::by_place(&a.hit, &b.hit));
}

/// Takes the hits of all buckets in turn, those of each once they are put in order.
fn take_all<E: From<RankingError>>(
    buckets: &Buckets,
    sort: impl Fn(&mut [RankedHit]),
    take: &mut TakeRanked<'_, E>,
) -> Result<(), E> {
    for bucket in 0..buckets.len() {
        let mut hits = buckets.read(bucket)?;
        sort(&mut hits);
        hits.chunks(BATCH).try_for_each(&mut *take)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    use proptest::prelude::*;

    /// Hits, how many are taken at once, and how many were taken so far.
    struct Hits(Vec<Hit>, usize, Cell<u64>);

    impl HitSource for Hits {
        type Error = RankingError;

        fn n_hits(&self) -> u64 {
            self.0.len() as u64
        }

        fn for_each(&self, take: &mut TakeHits<'_, RankingError>) -> Result<(), RankingError> {
            self.0.chunks(self.1).try_for_each(|hits| {
                self.2.set(self.2.get() + hits.len() as u64);
                take(hits)
            })
        }
    }

    fn hit(statistic: f64, row: u32) -> Hit {
        Hit {
            snp: row / 4,
            gene: row % 4,
            beta: 0.0,
            statistic,
            ln_p: -statistic.abs(),
        }
    }

    fn ranked(hits: &Hits, memory: usize, n_tests: u64, rows: RowOrder) -> Vec<RankedHit> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sort");
        let ranking = Ranking {
            order: Hit::by_statistic,
            rows,
            n_tests,
            memory,
            file: &file,
        };
        let mut all = Vec::new();
        hits.2.set(0);
        ranking
            .rank(hits, |some| {
                all.extend_from_slice(some);
                Ok(())
            })
            .unwrap();
        let n_read = ranking.n_passes(hits.n_hits()) * hits.n_hits();
        assert_eq!(hits.2.get(), n_read, "as often read as is told beforehand");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 0, "what did not fit is gone");
        all
    }

    proptest! {
        #[test]
        fn what_does_not_fit_comes_out_as_what_does(
            statistics in prop::collection::vec(prop_oneof![-3i32..3, -1000i32..1000], 0..2000),
            memory in 0usize..40_000,
            at_once in 1usize..300,
        ) {
            // Several genes of a SNP, which come in no order.
            let rows = (0..).map(|i: u32| i.wrapping_mul(7919) % 2003);
            let hits = statistics.iter().zip(rows).map(|(t, row)| hit(f64::from(*t) / 8.0, row));
            let hits = Hits(hits.collect(), at_once, Cell::new(0));
            let n_tests = 3 * hits.0.len() as u64;
            let whole = ranked(&hits, usize::MAX, n_tests, RowOrder::P);
            let mut sorted = hits.0.clone();
            sorted.sort_unstable_by(Hit::by_statistic);
            let p: Vec<f64> = sorted.iter().map(|hit| p_value(hit.ln_p)).collect();
            let rates = crate::stats::false_discovery_rates(&p, n_tests);
            let wanted = sorted.into_iter().zip(rates).map(|(hit, fdr)| RankedHit { hit, fdr });
            prop_assert_eq!(&whole, &wanted.collect::<Vec<_>>());
            prop_assert_eq!(&ranked(&hits, memory, n_tests, RowOrder::P), &whole);
            // The same hits with the same rates by position, whether they fit or not.
            let mut placed = whole;
            placed.sort_by_key(|ranked| (ranked.hit.snp, ranked.hit.gene));
            for memory in [memory, usize::MAX] {
                prop_assert_eq!(&ranked(&hits, memory, n_tests, RowOrder::Position), &placed);
            }
        }
    }
}
