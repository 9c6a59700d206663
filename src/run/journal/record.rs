//! One record of a journal as bytes.
//!
//! ```text
//! head   sizes, counts, checksums of everything that follows and of itself
//! done   pairs; of each class the histogram, the runs of SNPs, their strongest tests, which genes have one and theirs
//! hits   of each class
//! ```
//!
//! Numbers are little-endian as all machines this runs on have them. Checksums are CRC-32. A record that was cut short, or
//! in which a bit has changed, is told from a whole one.

use bytemuck::{Pod, Zeroable};

use super::batch::{Batch, ClassBatch};
use crate::model::Hit;
use crate::scan::{Best, Tally};

/// What records begin with; the last letter is the version.
const MAGIC: [u8; 8] = *b"eqtlrecB";

/// Sizes, counts and checksums of a record.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Head {
    magic: [u8; 8],
    /// Tells the run: records of others are not taken.
    run: u64,
    n_pairs: u64,
    /// Hits of each class.
    pub n_hits: [u64; 3],
    n_bins: [u64; 3],
    n_snp_runs: [u64; 3],
    n_snp_bests: [u64; 3],
    /// Genes times df classes, or 0.
    n_genes: [u64; 3],
    n_gene_bests: [u64; 3],
    /// What was counted.
    pub tally: Tally,
    hits_crc: [u64; 3],
    done_crc: u64,
    crc: u64,
}

/// Bytes of a head.
pub const HEAD: usize = size_of::<Head>();

impl Head {
    fn new(run: u64, batch: &Batch, done: &[u8]) -> Self {
        let of = |count: fn(&ClassBatch) -> usize| {
            [0, 1, 2].map(|class| count(&batch.classes[class]) as u64)
        };
        let hits_crc = |class: usize| {
            let bytes: &[u8] = bytemuck::cast_slice(&batch.classes[class].hits);
            u64::from(crc32fast::hash(bytes))
        };
        let mut head = Self {
            magic: MAGIC,
            run,
            n_pairs: batch.pairs.len() as u64,
            n_hits: of(|class| class.hits.len()),
            n_bins: of(|class| class.histogram.len()),
            n_snp_runs: of(|class| class.snp_bests.len()),
            n_snp_bests: of(|class| class.snp_bests.values().map(Vec::len).sum()),
            n_genes: of(|class| class.gene_bests.len()),
            n_gene_bests: of(|class| class.genes_with_best().count()),
            tally: batch.tally,
            hits_crc: [0, 1, 2].map(hits_crc),
            done_crc: u64::from(crc32fast::hash(done)),
            crc: 0,
        };
        head.crc = head.own_crc();
        head
    }

    /// The head at the beginning of some bytes, if it is whole and of this run.
    pub fn read(bytes: &[u8; HEAD], run: u64) -> Option<Self> {
        let head: Self = bytemuck::pod_read_unaligned(bytes);
        let is_whole = head.magic == MAGIC && head.crc == head.own_crc() && head.run == run;
        is_whole.then_some(head)
    }

    fn own_crc(&self) -> u64 {
        let bytes = bytemuck::bytes_of(self);
        u64::from(crc32fast::hash(&bytes[..HEAD - size_of::<u64>()]))
    }

    /// Bytes of what is done.
    pub fn done_bytes(&self) -> u64 {
        let total = |counts: [u64; 3], bytes: usize| counts.iter().sum::<u64>() * bytes as u64;
        self.n_pairs * size_of::<[u32; 2]>() as u64
            + total(self.n_bins, size_of::<u64>())
            + total(self.n_snp_runs, size_of::<[u32; 2]>())
            + total(self.n_snp_bests, size_of::<Best>())
            + total(self.n_gene_bests, size_of::<u32>() + size_of::<Best>())
    }

    /// Bytes of the hits of a class.
    pub fn hit_bytes(&self, class: usize) -> u64 {
        self.n_hits[class] * size_of::<Hit>() as u64
    }

    /// Bytes of what follows the head.
    pub fn body_bytes(&self) -> u64 {
        self.done_bytes() + (0..3).map(|class| self.hit_bytes(class)).sum::<u64>()
    }

    /// Whether the hits of a class have this checksum.
    pub fn has_hits_crc(&self, class: usize, crc: u32) -> bool {
        self.hits_crc[class] == u64::from(crc)
    }

    /// What is done, with no hits; `None` if the bytes have changed.
    pub fn read_done(&self, bytes: &[u8]) -> Option<Batch> {
        if self.done_crc != u64::from(crc32fast::hash(bytes)) {
            return None;
        }
        let mut rest = bytes;
        let mut batch = Batch {
            pairs: take(&mut rest, self.n_pairs)?,
            tally: self.tally,
            ..Batch::default()
        };
        for (class, found) in batch.classes.iter_mut().enumerate() {
            found.histogram = take(&mut rest, self.n_bins[class])?;
            let runs: Vec<[u32; 2]> = take(&mut rest, self.n_snp_runs[class])?;
            for [first, len] in runs {
                found.snp_bests.insert(first, take(&mut rest, len.into())?);
            }
            let genes: Vec<u32> = take(&mut rest, self.n_gene_bests[class])?;
            let bests: Vec<Best> = take(&mut rest, self.n_gene_bests[class])?;
            found.gene_bests = vec![Best::NONE; usize::try_from(self.n_genes[class]).ok()?];
            for (gene, best) in genes.into_iter().zip(bests) {
                *found.gene_bests.get_mut(gene as usize)? = best;
            }
        }
        Some(batch)
    }
}

/// The next values of some bytes.
fn take<T: Pod>(rest: &mut &[u8], count: u64) -> Option<Vec<T>> {
    let len = usize::try_from(count).ok()?.checked_mul(size_of::<T>())?;
    let (bytes, others) = rest.split_at_checked(len)?;
    *rest = others;
    Some(bytemuck::pod_collect_to_vec(bytes))
}

/// The head of a batch and the bytes of what is done in it; hits follow as they are.
pub fn encode(run: u64, batch: &Batch) -> (Head, Vec<u8>) {
    let mut done: Vec<u8> = bytemuck::cast_slice(&batch.pairs).to_vec();
    for class in &batch.classes {
        done.extend_from_slice(bytemuck::cast_slice(&class.histogram));
        let runs = class.snp_bests.iter();
        let runs: Vec<[u32; 2]> = runs
            .map(|(first, run)| [*first, run.len() as u32])
            .collect();
        done.extend_from_slice(bytemuck::cast_slice(&runs));
        for run in class.snp_bests.values() {
            done.extend_from_slice(bytemuck::cast_slice(run));
        }
        let genes: Vec<u32> = class.genes_with_best().collect();
        done.extend_from_slice(bytemuck::cast_slice(&genes));
        for gene in genes {
            done.extend_from_slice(bytemuck::bytes_of(&class.gene_bests[gene as usize]));
        }
    }
    (Head::new(run, batch, &done), done)
}
