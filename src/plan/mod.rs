//! The work of a run as integers: blocks, block pairs, their costs and tests, and who does what.
//!
//! The partition depends on the data alone and the assignment on the ranks, so results cannot depend on the number of
//! ranks. No MPI here: a plan for a thousand ranks is made and tested on a laptop.

mod assign;
mod dispatch;
mod grid;
mod pairs;
mod rows;
mod simulate;

pub use assign::assign;
pub use dispatch::Dispatcher;
pub use grid::Grid;
pub use pairs::{BlockPair, Classes, Cost, Plan, Tests};
pub use rows::RowTests;
pub use simulate::{Conditions, Simulated, simulate};
