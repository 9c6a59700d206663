//! The work of a rank as its threads take it: piece after piece, in the order of the SNPs. More may come while they scan.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::plan::BlockPair;

/// How many pieces lie between one that is taken and the one whose rows are read ahead, for each thread.
const PIECES_AHEAD: usize = 2;

/// Pieces of the block pairs given to a rank, each taken by one thread.
pub struct Queue<'a> {
    /// The block pairs of all ranks.
    pairs: &'a [BlockPair],
    threads: usize,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Positions of the pairs of each piece.
    pieces: VecDeque<Range<usize>>,
    /// Whether more may come.
    is_open: bool,
}

/// A piece as a thread takes it.
#[derive(Debug, PartialEq)]
pub struct Piece<'a> {
    /// The position of its first pair.
    pub place: usize,
    /// Its block pairs.
    pub pairs: &'a [BlockPair],
    /// SNP rows that will be wanted soon; empty at the end.
    pub soon: Range<u32>,
}

/// What there is to take.
#[derive(Debug, PartialEq)]
pub enum Taken<'a> {
    /// A piece.
    Piece(Piece<'a>),
    /// Nothing now; more may come.
    Nothing,
    /// Nothing any more.
    End,
}

impl<'a> Queue<'a> {
    /// A queue of none of the block pairs yet, SNP block by SNP block, for so many threads.
    pub fn new(pairs: &'a [BlockPair], threads: usize) -> Self {
        Self {
            pairs,
            threads,
            state: Mutex::new(State {
                pieces: VecDeque::new(),
                is_open: true,
            }),
            changed: Condvar::new(),
        }
    }

    /// Adds a run of pairs. A piece is all its pairs of a SNP block, whose rows are then made ready once; only where there
    /// are fewer SNP blocks than threads each pair is a piece.
    ///
    /// Returns rows that should be read ahead, for no piece that is taken will tell of them.
    pub fn add(&self, run: Range<usize>) -> Vec<Range<u32>> {
        let mut state = self.state();
        let before = state.pieces.len();
        let blocks = self.pairs[run.clone()].chunk_by(|a, b| a.snp_block == b.snp_block);
        let lens: Vec<usize> = blocks.map(<[_]>::len).collect();
        let lens = match lens.len() < self.threads {
            true => vec![1; run.len()],
            false => lens,
        };
        let mut start = run.start;
        for len in lens {
            state.pieces.push_back(start..start + len);
            start += len;
        }
        self.changed.notify_all();
        let soon = before..state.pieces.len().min(self.ahead());
        soon.map(|place| self.rows(&state, place)).collect()
    }

    /// Tells that no more will come.
    pub fn close(&self) {
        self.state().is_open = false;
        self.changed.notify_all();
    }

    /// Whether more is wanted soon, and may come.
    pub fn is_low(&self) -> bool {
        let state = self.state();
        state.is_open && state.pieces.len() < self.threads
    }

    /// The next piece, if there is one.
    pub fn try_take(&self) -> Taken<'a> {
        let mut state = self.state();
        match self.pop(&mut state) {
            Some(piece) => Taken::Piece(piece),
            None if state.is_open => Taken::Nothing,
            None => Taken::End,
        }
    }

    /// The next piece, waiting for it; `None` when there will be none.
    pub fn take(&self) -> Option<Piece<'a>> {
        let mut state = self.state();
        loop {
            match self.pop(&mut state) {
                None if state.is_open => {
                    let woken = self.changed.wait(state);
                    state = woken.unwrap_or_else(PoisonError::into_inner);
                }
                piece => return piece,
            }
        }
    }

    fn pop(&self, state: &mut State) -> Option<Piece<'a>> {
        let run = state.pieces.pop_front()?;
        let soon = match state.pieces.len() >= self.ahead() {
            true => self.rows(state, self.ahead() - 1),
            false => 0..0,
        };
        Some(Piece {
            place: run.start,
            pairs: &self.pairs[run],
            soon,
        })
    }

    /// The rows of a piece that its predecessor has not got.
    fn rows(&self, state: &State, place: usize) -> Range<u32> {
        let rows = |place: usize| {
            let piece = state.pieces.get(place)?;
            Some(self.pairs[piece.start].snp_rows())
        };
        let before = place.checked_sub(1).and_then(rows);
        rows(place)
            .filter(|rows| before.as_ref() != Some(rows))
            .unwrap_or_default()
    }

    fn ahead(&self) -> usize {
        PIECES_AHEAD * self.threads
    }

    /// No thread panics while it holds the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
            let queue = Queue::new(&pairs, threads);
            queue.add(0..12);
            queue.close();
            assert_eq!(std::iter::from_fn(|| queue.take()).count(), wanted);
        }
    }

    #[test]
    fn a_thread_waits_until_there_is_more_or_never_will_be() {
        let pairs = pairs(2, 1);
        let queue = Queue::new(&pairs, 1);
        assert_eq!(queue.try_take(), Taken::Nothing);
        assert!(queue.is_low());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| [queue.take(), queue.take()].map(|piece| piece.is_some()));
            queue.add(0..1);
            queue.close();
            assert_eq!(waiting.join().unwrap(), [true, false]);
        });
        assert_eq!(queue.try_take(), Taken::End);
        assert!(!queue.is_low());
    }

    proptest! {
        #[test]
        fn every_pair_is_taken_once_and_its_rows_are_read_ahead(
            snp_blocks in 0u32..20, gene_blocks in 1u32..6, threads in 1usize..9, parts in 1usize..4,
        ) {
            let pairs = pairs(snp_blocks, gene_blocks);
            let queue = Queue::new(&pairs, threads);
            let (mut ahead, mut taken) = (Vec::new(), Vec::new());
            for part in 0..parts {
                let run = pairs.len() * part / parts..pairs.len() * (part + 1) / parts;
                ahead.extend(queue.add(run).into_iter().flatten());
                while let Taken::Piece(piece) = queue.try_take() {
                    let is_of_one_block = piece.pairs.iter().all(|pair| pair.snp_block == piece.pairs[0].snp_block);
                    prop_assert!(is_of_one_block);
                    taken.extend_from_slice(piece.pairs);
                    ahead.extend(piece.soon);
                }
            }
            prop_assert_eq!(taken, pairs);
            ahead.dedup();
            ahead.sort_unstable();
            ahead.dedup();
            prop_assert_eq!(ahead, (0..10 * snp_blocks).collect::<Vec<_>>());
        }
    }
}
