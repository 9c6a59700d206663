//! Hits on the disk, cut into buckets by ranges of an order: the buckets lie one after the other in one file, each checked
//! by a CRC-32.

use std::cmp::Ordering;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use bytemuck::Zeroable;

use super::ranked::{BATCH, HitSource, RankedHit, RankingError};
use crate::model::Hit;

/// Hits of the sample for each bucket: none is then twice as large as another but once in a very long time.
const SAMPLES: u64 = 256;

/// Buckets are planned to fill this part of the memory, for they differ in size.
const FILLING: usize = 3;

/// However little memory there is: a sample of them all is held.
const MOST_BUCKETS: u64 = 1 << 14;

/// The smallest piece of a bucket that is written.
const LEAST_PIECE: usize = 64;

/// Buckets that are being filled.
pub struct Filler {
    order: fn(&Hit, &Hit) -> Ordering,
    /// The first hit of every bucket but the first.
    bounds: Vec<Hit>,
    buckets: Buckets,
    /// Hits that wait for the disk, bucket by bucket.
    waiting: Vec<Vec<RankedHit>>,
    /// How many of a bucket may wait.
    room: usize,
}

impl Filler {
    /// Makes buckets for all hits of a source in an order, each to be held in `memory` bytes.
    ///
    /// # Errors
    /// If hits cannot be read or the file cannot be created.
    pub fn new<S: HitSource>(
        source: &S,
        order: fn(&Hit, &Hit) -> Ordering,
        memory: usize,
        file: &Path,
    ) -> Result<Self, S::Error> {
        let fitting = memory / size_of::<RankedHit>();
        let per_bucket = (fitting / FILLING).max(1) as u64;
        let n_buckets = source.n_hits().div_ceil(per_bucket).min(MOST_BUCKETS);
        let bounds = bounds(source, order, n_buckets)?;
        let mut sizes = vec![0u64; bounds.len() + 1];
        source.for_each(&mut |hits| {
            hits.iter()
                .for_each(|hit| sizes[bucket_of(order, &bounds, hit)] += 1);
            Ok(())
        })?;
        Ok(Self {
            order,
            bounds,
            buckets: Buckets::create(file, &sizes)?,
            room: (fitting / sizes.len()).clamp(LEAST_PIECE, BATCH),
            waiting: vec![Vec::new(); sizes.len()],
        })
    }

    /// Puts a hit of the source in its bucket.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn push(&mut self, ranked: RankedHit) -> Result<(), RankingError> {
        let bucket = bucket_of(self.order, &self.bounds, &ranked.hit);
        let waiting = &mut self.waiting[bucket];
        waiting.push(ranked);
        if waiting.len() == self.room {
            self.buckets.append(bucket, waiting)?;
            waiting.clear();
        }
        Ok(())
    }

    /// The buckets, once all hits are in them.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(mut self) -> Result<Buckets, RankingError> {
        for (bucket, hits) in self.waiting.iter().enumerate() {
            self.buckets.append(bucket, hits)?;
        }
        Ok(self.buckets)
    }
}

fn bucket_of(order: fn(&Hit, &Hit) -> Ordering, bounds: &[Hit], hit: &Hit) -> usize {
    bounds.partition_point(|bound| order(bound, hit) != Ordering::Greater)
}

/// The first hit of every bucket but the first, by a sample that is the same every time.
fn bounds<S: HitSource>(
    source: &S,
    order: fn(&Hit, &Hit) -> Ordering,
    n_buckets: u64,
) -> Result<Vec<Hit>, S::Error> {
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
    sample.sort_unstable_by(order);
    let place = |bucket: u64| (sample.len() as u64 * bucket / n_buckets) as usize;
    Ok((1..n_buckets).map(|bucket| sample[place(bucket)]).collect())
}

/// Buckets in a file that goes when they do.
pub struct Buckets {
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

    /// How many there are.
    pub fn len(&self) -> usize {
        self.runs.len()
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

    /// The hits of a bucket.
    ///
    /// # Errors
    /// If the disk refuses, or they have changed.
    pub fn read(&self, bucket: usize) -> Result<Vec<RankedHit>, RankingError> {
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
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn write_back(&mut self, bucket: usize, hits: &[RankedHit]) -> Result<(), RankingError> {
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

    #[test]
    fn a_bucket_that_has_changed_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sort");
        let mut buckets = Buckets::create(&path, &[2, 1]).unwrap();
        let one = |snp| RankedHit {
            hit: Hit {
                snp,
                ..Hit::zeroed()
            },
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
