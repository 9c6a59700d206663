//! The work of a rank as its threads take it: piece after piece, in the order of the SNPs.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::plan::BlockPair;

/// How many pieces lie between one that is taken and the one whose rows are read ahead, for each thread.
const PIECES_AHEAD: usize = 2;

/// Pieces of a rank's block pairs, each taken by one thread.
pub struct Queue<'a> {
    pieces: Vec<&'a [BlockPair]>,
    next: AtomicUsize,
    ahead: usize,
}

/// A piece as a thread takes it.
#[derive(Debug, PartialEq)]
pub struct Piece<'a> {
    /// Its place in the queue.
    pub place: usize,
    /// Its block pairs.
    pub pairs: &'a [BlockPair],
    /// SNP rows that will be wanted soon; empty at the end.
    pub soon: Range<u32>,
}

impl<'a> Queue<'a> {
    /// The pieces of `pairs`, SNP block by SNP block, for so many threads. A piece is all the pairs of a SNP block, whose
    /// rows are then made ready once; only where there are fewer SNP blocks than threads each pair is a piece.
    pub fn new(pairs: &'a [BlockPair], threads: usize) -> Self {
        let blocks = pairs.chunk_by(|a, b| a.snp_block == b.snp_block);
        let mut pieces: Vec<_> = blocks.collect();
        if pieces.len() < threads {
            pieces = pairs.chunks(1).collect();
        }
        Self {
            pieces,
            next: AtomicUsize::new(0),
            ahead: PIECES_AHEAD * threads,
        }
    }

    /// The SNP rows of the pieces that are taken first, before any piece tells of rows wanted soon.
    pub fn first_rows(&self) -> impl Iterator<Item = Range<u32>> {
        (0..self.ahead).map(|place| self.rows(place))
    }

    /// The next piece; `None` when all are taken.
    pub fn take(&self) -> Option<Piece<'a>> {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        Some(Piece {
            place,
            pairs: self.pieces.get(place)?,
            soon: self.rows(place + self.ahead),
        })
    }

    /// The rows of a piece that its predecessor has not got.
    fn rows(&self, place: usize) -> Range<u32> {
        let rows = |place: usize| {
            let piece = self.pieces.get(place)?;
            piece.first().map(BlockPair::snp_rows)
        };
        let before = place.checked_sub(1).and_then(rows);
        rows(place)
            .filter(|rows| before.as_ref() != Some(rows))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pairs of so many SNP blocks with so many gene blocks each.
    fn pairs(snp_blocks: u32, gene_blocks: u32) -> Vec<BlockPair> {
        let pair = |i: u32| BlockPair {
            cost: 1,
            counts_snps: 0,
            snp_block: i / gene_blocks,
            gene_block: i % gene_blocks,
            first_snp: 10 * (i / gene_blocks),
            end_snp: 10 * (i / gene_blocks) + 10,
        };
        (0..snp_blocks * gene_blocks).map(pair).collect()
    }

    #[test]
    fn a_snp_block_is_split_only_where_threads_would_idle() {
        let pairs = pairs(3, 4);
        for (threads, wanted) in [(1, 3), (3, 3), (4, 12)] {
            assert_eq!(Queue::new(&pairs, threads).pieces.len(), wanted);
        }
    }

    proptest! {
        #[test]
        fn every_pair_is_taken_once_and_every_row_is_read_ahead_once(
            snp_blocks in 0u32..20, gene_blocks in 1u32..6, threads in 1usize..9,
        ) {
            let pairs = pairs(snp_blocks, gene_blocks);
            let queue = Queue::new(&pairs, threads);
            let mut ahead: Vec<u32> = queue.first_rows().flatten().collect();
            let mut taken = Vec::new();
            while let Some(piece) = queue.take() {
                let is_of_one_block = piece.pairs.iter().all(|pair| pair.snp_block == piece.pairs[0].snp_block);
                prop_assert!(is_of_one_block);
                taken.extend_from_slice(piece.pairs);
                ahead.extend(piece.soon);
            }
            prop_assert_eq!(queue.take(), None);
            prop_assert_eq!(taken, pairs);
            prop_assert_eq!(ahead, (0..10 * snp_blocks).collect::<Vec<_>>());
        }
    }
}
