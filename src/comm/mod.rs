//! MPI: the world, and the few collectives a run is made of. The only room that names the mpi crate.
//!
//! Everything travels as bytes, cut below MPI's 32-bit counts. Nothing here knows of genes. A program started without
//! a launcher is a world of size 1 and takes the same path.

mod agree;
mod cores;
mod launcher;
mod line;
mod world;

pub use agree::Failure;
pub use cores::RankCores;
pub use launcher::{LauncherError, check_world_size, is_one_of_several, launched_as};
pub use line::{Counters, Order, RankLine, RootLine, State};
pub use world::{CommError, World};
