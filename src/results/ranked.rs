//! Hits in the order of a table with their false discovery rates, in bounded memory, however many there are.
//!
//! Hits that fit are sorted where they are. Others are cut into buckets, each of a range of the order, by a sample of them;
//! the buckets lie one after the other in one file, each checked by a CRC-32. The false discovery rate of a hit hangs on
//! all weaker ones, so buckets are sorted from the last to the first, and taken from the first to the last.
//!
//! ```text
//! hits in no order  ->  sample  ->  buckets 0 1 2 3 ... k on the disk  ->  k ... 3 2 1 0: sort, rates  ->  0 1 2 3 ... k: take
//! ```

use std::cmp::Ordering;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use bytemuck::{Pod, Zeroable};

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

/// Buckets that cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {action}", path.display())]
pub struct RankingError {
    path: PathBuf,
    action: &'static str,
    source: io::Error,
}

/// How hits are put in order.
#[derive(Clone, Copy, Debug)]
pub struct Ranking<'a> {
    /// The order, strongest first.
    pub order: fn(&Hit, &Hit) -> Ordering,
    /// All tests of the class.
    pub n_tests: u64,
    /// Bytes of hits to hold at a time.
    pub memory: usize,
    /// The file for what does not fit; removed in the end.
    pub file: &'a Path,
}

/// Hits handed on at a time.
const BATCH: usize = 1 << 18;

/// Hits of the sample for each bucket: none is then twice as large as another but once in a very long time.
const SAMPLES: u64 = 256;

/// Buckets are planned to fill this part of the memory, for they differ in size.
const FILLING: usize = 3;

/// However little memory there is: a sample of them all is held.
const MOST_BUCKETS: u64 = 1 << 14;

/// The smallest piece of a bucket that is written.
const LEAST_PIECE: usize = 64;

impl Ranking<'_> {
    /// Calls `take` with all hits in order, some at a time.
    ///
    /// # Errors
    /// If hits or buckets cannot be read or written; if `take` has an error.
    pub fn rank<S: HitSource>(
        &self,
        source: &S,
        mut take: impl FnMut(&[RankedHit]) -> Result<(), S::Error>,
    ) -> Result<(), S::Error> {
        let fitting = self.memory / size_of::<RankedHit>();
        if source.n_hits() as usize <= fitting {
            let mut hits = Vec::with_capacity(source.n_hits() as usize);
            source.for_each(&mut |some| {
                hits.extend(some.iter().map(|&hit| RankedHit { hit, fdr: 1.0 }));
                Ok(())
            })?;
            self.sort(&mut hits, 0, 1.0);
            return hits.chunks(BATCH).try_for_each(take);
        }
        let per_bucket = (fitting / FILLING).max(1) as u64;
        let n_buckets = source.n_hits().div_ceil(per_bucket).min(MOST_BUCKETS);
        let bounds = self.bounds(source, n_buckets)?;
        let mut buckets = self.fill(source, &bounds)?;
        let mut lowest = 1.0;
        let mut end = source.n_hits();
        for bucket in (0..buckets.runs.len()).rev() {
            let mut hits = buckets.read(bucket)?;
            let first = end - hits.len() as u64;
            self.sort(&mut hits, first, lowest);
            lowest = hits.first().map_or(lowest, |first| first.fdr);
            buckets.write_back(bucket, &hits)?;
            end = first;
        }
        for bucket in 0..buckets.runs.len() {
            let hits = buckets.read(bucket)?;
            hits.chunks(BATCH).try_for_each(&mut take)?;
        }
        Ok(())
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

    /// The first hit of every bucket but the first, by a sample that is the same every time.
    fn bounds<S: HitSource>(&self, source: &S, n_buckets: u64) -> Result<Vec<Hit>, S::Error> {
        let stride = (source.n_hits() / (n_buckets * SAMPLES)).max(1);
        let mut sample = Vec::new();
        let mut place = 0u64;
        source.for_each(&mut |hits| {
            let until_next = (stride - place % stride) % stride;
            let chosen = hits
                .iter()
                .skip(until_next as usize)
                .step_by(stride as usize);
            sample.extend(chosen.copied());
            place += hits.len() as u64;
            Ok(())
        })?;
        sample.sort_unstable_by(self.order);
        let place = |bucket: u64| (sample.len() as u64 * bucket / n_buckets) as usize;
        Ok((1..n_buckets).map(|bucket| sample[place(bucket)]).collect())
    }

    /// Writes all hits to their buckets.
    fn fill<S: HitSource>(&self, source: &S, bounds: &[Hit]) -> Result<Buckets, S::Error> {
        let bucket_of = |hit: &Hit| {
            bounds.partition_point(|bound| (self.order)(bound, hit) != Ordering::Greater)
        };
        let mut sizes = vec![0u64; bounds.len() + 1];
        source.for_each(&mut |hits| {
            hits.iter().for_each(|hit| sizes[bucket_of(hit)] += 1);
            Ok(())
        })?;
        let mut buckets = Buckets::create(self.file, &sizes)?;
        let room = self.memory / size_of::<RankedHit>() / sizes.len();
        let room = room.clamp(LEAST_PIECE, BATCH);
        let mut waiting: Vec<Vec<RankedHit>> = vec![Vec::new(); sizes.len()];
        source.for_each(&mut |hits| {
            for &hit in hits {
                let bucket = bucket_of(&hit);
                waiting[bucket].push(RankedHit { hit, fdr: 1.0 });
                if waiting[bucket].len() == room {
                    buckets.append(bucket, &waiting[bucket])?;
                    waiting[bucket].clear();
                }
            }
            Ok(())
        })?;
        for (bucket, hits) in waiting.iter().enumerate() {
            buckets.append(bucket, hits)?;
        }
        Ok(buckets)
    }
}

/// Buckets in a file that goes when they do.
struct Buckets {
    path: PathBuf,
    file: File,
    runs: Vec<Run>,
}

/// Where a bucket lies.
struct Run {
    start: u64,
    size: u64,
    filled: u64,
    crc: crc32fast::Hasher,
}

impl Buckets {
    /// Room for buckets of so many hits each.
    fn create(path: &Path, sizes: &[u64]) -> Result<Self, RankingError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .map_err(failed(path, CANNOT_WRITE))?;
        let mut start = 0;
        let runs = sizes.iter().map(|&size| {
            let run = Run {
                start,
                size,
                filled: 0,
                crc: crc32fast::Hasher::new(),
            };
            start += size;
            run
        });
        Ok(Self {
            path: path.into(),
            file,
            runs: runs.collect(),
        })
    }

    fn append(&mut self, bucket: usize, hits: &[RankedHit]) -> Result<(), RankingError> {
        let run = &mut self.runs[bucket];
        let bytes = bytemuck::cast_slice(hits);
        let at = (run.start + run.filled) * size_of::<RankedHit>() as u64;
        let written = self.file.write_all_at(bytes, at);
        written.map_err(failed(&self.path, CANNOT_WRITE))?;
        run.filled += hits.len() as u64;
        run.crc.update(bytes);
        Ok(())
    }

    fn read(&self, bucket: usize) -> Result<Vec<RankedHit>, RankingError> {
        let run = &self.runs[bucket];
        let mut hits = vec![RankedHit::zeroed(); run.size as usize];
        let bytes = bytemuck::cast_slice_mut::<RankedHit, u8>(&mut hits);
        let at = run.start * size_of::<RankedHit>() as u64;
        let read = self.file.read_exact_at(bytes, at);
        read.map_err(failed(&self.path, CANNOT_READ))?;
        if crc32fast::hash(bytes) != run.crc.clone().finalize() {
            let changed = io::Error::new(ErrorKind::InvalidData, "a checksum differs");
            return Err(failed(&self.path, CANNOT_READ)(changed));
        }
        Ok(hits)
    }

    /// Puts other hits in place of those of a bucket.
    fn write_back(&mut self, bucket: usize, hits: &[RankedHit]) -> Result<(), RankingError> {
        let run = &mut self.runs[bucket];
        run.filled = 0;
        run.crc = crc32fast::Hasher::new();
        self.append(bucket, hits)
    }
}

impl Drop for Buckets {
    fn drop(&mut self) {
        // A file that stays is removed with the folder it is in.
        let _ = std::fs::remove_file(&self.path);
    }
}

const CANNOT_WRITE: &str = "hits cannot be put in order; is the disk full? All that was found is kept: run the same \
                            command again to continue";
const CANNOT_READ: &str = "hits that were just written cannot be read; all that was found is kept: run the same command \
                           again to continue";

fn failed(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> RankingError {
    let path = path.to_path_buf();
    move |source| RankingError {
        path,
        action,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Hits(Vec<Hit>, usize);

    impl HitSource for Hits {
        type Error = RankingError;

        fn n_hits(&self) -> u64 {
            self.0.len() as u64
        }

        fn for_each(&self, take: &mut TakeHits<'_, RankingError>) -> Result<(), RankingError> {
            self.0.chunks(self.1).try_for_each(take)
        }
    }

    fn hit(statistic: f64, snp: u32) -> Hit {
        Hit {
            snp,
            gene: snp % 3,
            beta: 0.0,
            statistic,
            ln_p: -statistic.abs(),
        }
    }

    fn ranked(hits: &Hits, memory: usize, n_tests: u64) -> Vec<RankedHit> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sort");
        let ranking = Ranking {
            order: Hit::by_statistic,
            n_tests,
            memory,
            file: &file,
        };
        let mut all = Vec::new();
        ranking
            .rank(hits, |some| {
                all.extend_from_slice(some);
                Ok(())
            })
            .unwrap();
        assert!(!file.exists(), "what did not fit is gone");
        all
    }

    proptest! {
        #[test]
        fn what_does_not_fit_comes_out_as_what_does(
            statistics in prop::collection::vec(prop_oneof![-3i32..3, -1000i32..1000], 0..2000),
            memory in 0usize..40_000,
            at_once in 1usize..300,
        ) {
            let hits = statistics.iter().zip(0..).map(|(t, snp)| hit(f64::from(*t) / 8.0, snp));
            let hits = Hits(hits.collect(), at_once);
            let n_tests = 3 * hits.0.len() as u64;
            let whole = ranked(&hits, usize::MAX, n_tests);
            let mut sorted = hits.0.clone();
            sorted.sort_unstable_by(Hit::by_statistic);
            let p: Vec<f64> = sorted.iter().map(|hit| p_value(hit.ln_p)).collect();
            let rates = crate::stats::false_discovery_rates(&p, n_tests);
            let wanted = sorted.into_iter().zip(rates).map(|(hit, fdr)| RankedHit { hit, fdr });
            prop_assert_eq!(&whole, &wanted.collect::<Vec<_>>());
            prop_assert_eq!(ranked(&hits, memory, n_tests), whole);
        }
    }

    #[test]
    fn a_bucket_that_has_changed_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sort");
        let mut buckets = Buckets::create(&path, &[2, 1]).unwrap();
        let one = |snp| RankedHit {
            hit: hit(1.0, snp),
            fdr: 1.0,
        };
        buckets.append(0, &[one(1), one(2)]).unwrap();
        buckets.append(1, &[one(3)]).unwrap();
        buckets.file.write_all_at(&[1], 41).unwrap();
        let error = buckets.read(0).unwrap_err().to_string();
        assert!(error.contains("run the same command again"), "{error}");
        assert_eq!(buckets.read(1).unwrap(), [one(3)]);
    }
}
