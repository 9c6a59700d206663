//! The world of ranks: start, end, and moving values between the root and the others.
//!
//! Collectives are called by every rank in the same order. Worked example for three ranks, root is rank 0:
//!
//! ```text
//! broadcast   before  0: [a b]   1: []      2: []        after  0: [a b]        1: [a b]  2: [a b]
//! scatter     before  0: [a][b c][]                      after  0: [a]          1: [b c]  2: []
//! gather      before  0: [a]     1: []      2: [b c]     after  0: [a][][b c]   1: -      2: -
//! all_gather  before  0: [a]     1: []      2: [b c]     after  on every rank: [a][][b c]
//! sum         before  0: [1 2]   1: [3 4]   2: [5 6]     after  0: [9 12]       1: [9 12] 2: [9 12]
//! ```
#![allow(unsafe_code)]

use std::any::Any;
use std::io::Write;
use std::panic::resume_unwind;
use std::thread;

use bytemuck::Pod;
use mpi::Threading;
use mpi::collective::SystemOperation;
use mpi::environment::Universe;
use mpi::topology::{Communicator, Process, SimpleCommunicator};
use mpi::traits::*;

/// Messages are cut into pieces of this size, well below 2^31 bytes.
const MESSAGE_BYTES: usize = 1 << 30;

/// The exit code of a process that panicked.
const PANICKED: i32 = 101;

const GATHER_TAG: i32 = 11;
const SCATTER_TAG: i32 = 12;

/// MPI that does not start.
#[derive(Debug, thiserror::Error)]
pub enum CommError {
    /// `MPI_Init` refused, or ran before in this process.
    #[error(
        "MPI does not start; check that the mpirun used belongs to the MPI this program was built with"
    )]
    Start,
}

/// All ranks of the run.
pub struct World {
    /// `None` in a world of one that was never told of MPI.
    pub(super) comm: Option<SimpleCommunicator>,
    // Dropped last: dropping it ends MPI.
    _universe: Option<Universe>,
}

impl World {
    /// Starts MPI and makes a panic on any rank end the whole job.
    ///
    /// # Errors
    /// If MPI cannot be started.
    pub fn start() -> Result<Self, CommError> {
        let (universe, _) =
            mpi::initialize_with_threading(Threading::Funneled).ok_or(CommError::Start)?;
        let comm = universe.world();
        let world = Self {
            comm: Some(comm),
            _universe: Some(universe),
        };
        if world.size() > 1 {
            abort_on_panic(world.rank());
        }
        Ok(world)
    }

    /// A world of one rank without MPI.
    pub fn alone() -> Self {
        Self {
            comm: None,
            _universe: None,
        }
    }

    /// This rank, from 0.
    pub fn rank(&self) -> usize {
        self.comm.as_ref().map_or(0, |comm| comm.rank() as usize)
    }

    /// The number of ranks.
    pub fn size(&self) -> usize {
        self.comm.as_ref().map_or(1, |comm| comm.size() as usize)
    }

    /// Whether this is rank 0.
    pub fn is_root(&self) -> bool {
        self.rank() == 0
    }

    /// The name MPI gives this machine; without MPI the one the system has for it.
    pub fn host(&self) -> String {
        let unknown = || "unknown".to_string();
        match self.comm {
            Some(_) => mpi::environment::processor_name().unwrap_or_else(|_| unknown()),
            None => std::fs::read_to_string("/proc/sys/kernel/hostname")
                .map_or_else(|_| unknown(), |name| name.trim().to_string()),
        }
    }

    /// The MPI library in its own words, one line.
    pub fn library() -> String {
        let version = mpi::environment::library_version().unwrap_or_default();
        version
            .lines()
            .next()
            .unwrap_or("")
            .trim_end_matches('\0')
            .to_string()
    }

    /// Ends every rank of the job as a panic on the main thread does: for the panic of another thread of this rank, which
    /// has printed its message but must not call MPI.
    ///
    /// # Panics
    /// With the same payload, in a world of one.
    pub fn panic_on(&self, payload: Box<dyn Any + Send>) -> ! {
        if self.size() > 1 {
            self.end_all(PANICKED);
        }
        resume_unwind(payload)
    }

    /// Ends every rank of the job at once, without waiting for any.
    pub fn end_all(&self, code: i32) -> ! {
        if let Some(comm) = &self.comm {
            comm.abort(code);
        }
        std::process::exit(code)
    }

    /// Waits until every rank is here.
    pub fn barrier(&self) {
        if let Some(comm) = &self.comm {
            comm.barrier();
        }
    }

    /// Gives the root's `values` to every rank.
    pub fn broadcast<T: Pod>(&self, values: &mut Vec<T>) {
        self.broadcast_in_pieces(values, MESSAGE_BYTES, |_| ());
    }

    /// Gives the root's `values` to every rank in pieces of so many bytes, and calls `sent` after each with the bytes so
    /// far. All ranks give the same size of pieces.
    pub fn broadcast_in_pieces<T: Pod>(
        &self,
        values: &mut Vec<T>,
        piece_bytes: usize,
        mut sent: impl FnMut(u64),
    ) {
        let Some(comm) = &self.comm else { return };
        let root = comm.process_at_rank(0);
        let mut count = values.len() as u64;
        root.broadcast_into(&mut count);
        values.resize(count as usize, T::zeroed());
        let mut n_sent = 0;
        for piece in bytemuck::cast_slice_mut::<T, u8>(values).chunks_mut(piece_bytes) {
            root.broadcast_into(piece);
            n_sent += piece.len() as u64;
            sent(n_sent);
        }
    }

    /// Gives part i of the root's `parts` to rank i. Other ranks pass no parts.
    ///
    /// # Panics
    /// If the root has not one part a rank.
    pub fn scatter<T: Pod>(&self, parts: Vec<Vec<T>>) -> Vec<T> {
        if !self.is_root() {
            return self.receive(0, SCATTER_TAG);
        }
        assert_eq!(parts.len(), self.size(), "one part a rank");
        let mut own = Vec::new();
        for (rank, part) in parts.into_iter().enumerate() {
            if rank == 0 {
                own = part;
            } else {
                self.send(rank, SCATTER_TAG, &part);
            }
        }
        own
    }

    /// Collects the values of every rank on the root, rank by rank; other ranks get `None`.
    pub fn gather<T: Pod>(&self, values: Vec<T>) -> Option<Vec<Vec<T>>> {
        if !self.is_root() {
            self.send(0, GATHER_TAG, &values);
            return None;
        }
        let mut all = vec![values];
        all.extend((1..self.size()).map(|rank| self.receive(rank, GATHER_TAG)));
        Some(all)
    }

    /// Collects the values of every rank on every rank, rank by rank. For a few values a rank.
    pub fn all_gather<T: Pod>(&self, values: Vec<T>) -> Vec<Vec<T>> {
        let of_ranks = self.gather(values).unwrap_or_default();
        let mut counts: Vec<u64> = of_ranks.iter().map(|values| values.len() as u64).collect();
        let mut all = of_ranks.concat();
        self.broadcast(&mut counts);
        self.broadcast(&mut all);
        let mut rest = all.into_iter();
        let mut next = |count| rest.by_ref().take(count as usize).collect();
        counts.into_iter().map(&mut next).collect()
    }

    /// Adds up the values of every rank, place by place; all ranks get the sums.
    pub fn sum(&self, values: &[u64]) -> Vec<u64> {
        let mut sums = values.to_vec();
        if let Some(comm) = &self.comm {
            comm.all_reduce_into(values, &mut sums[..], SystemOperation::sum());
        }
        sums
    }

    /// The smallest value over all ranks; all ranks get it.
    pub fn min(&self, value: i64) -> i64 {
        let mut smallest = value;
        if let Some(comm) = &self.comm {
            comm.all_reduce_into(&value, &mut smallest, SystemOperation::min());
        }
        smallest
    }

    /// Another rank.
    ///
    /// # Panics
    /// In a world without MPI, which has no other rank.
    pub(super) fn process(&self, rank: usize) -> Process<'_> {
        let comm = self.comm.as_ref().expect("other ranks are there by MPI");
        comm.process_at_rank(rank as i32)
    }

    fn send<T: Pod>(&self, to: usize, tag: i32, values: &[T]) {
        let process = self.process(to);
        process.send_with_tag(&(values.len() as u64), tag);
        for piece in bytemuck::cast_slice::<T, u8>(values).chunks(MESSAGE_BYTES) {
            process.send_with_tag(piece, tag);
        }
    }

    fn receive<T: Pod>(&self, from: usize, tag: i32) -> Vec<T> {
        let process = self.process(from);
        let (count, _) = process.receive_with_tag::<u64>(tag);
        let mut values = vec![T::zeroed(); count as usize];
        for piece in bytemuck::cast_slice_mut::<T, u8>(&mut values).chunks_mut(MESSAGE_BYTES) {
            process.receive_into_with_tag(piece, tag);
        }
        values
    }
}

/// After rank and message of a panic are printed, ends every rank: without this the others would wait for ever. Only the
/// thread that started MPI, which is the calling one, may do so: see [`World::panic_on`] for others.
fn abort_on_panic(rank: usize) {
    let main = thread::current().id();
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // A second panic in here would end the process before the job.
        let _ = writeln!(
            std::io::stderr(),
            "mpiqtl: panic on rank {rank}, please report this:"
        );
        print(panic);
        if thread::current().id() != main {
            return;
        }
        if mpi::environment::is_initialized() && !mpi::environment::is_finalized() {
            // SAFETY: MPI is running, as just asked, and MPI_Abort may be called at any time then by its main thread.
            unsafe {
                mpi::ffi::MPI_Abort(mpi::ffi::RSMPI_COMM_WORLD, PANICKED);
            }
        }
    }));
}
