//! What is done of a run, on the disk while it goes on: a run that ends early for whatever reason goes on from there.
//!
//! ```text
//! journal/
//!   manifest.json        what the run is, so that no other run goes on with it
//!   0001-00000.journal   what rank 0 did in the first start of the run: records, one after the other
//!   0001-00001.journal
//!   0002-00000.journal   what rank 0 did when the run was started again, on however many ranks
//! ```
//!
//! A record holds block pairs that are done and all that was found in them. Files only grow, each is written by one rank in
//! one start, and a record that was cut short or has changed is left out: its block pairs are scanned again. The tables
//! are made from the journals of all starts, so they do not hang on how often a run was stopped.

mod batch;
mod folder;
mod identity;
mod outcome;
mod reader;
mod record;
mod writer;

pub use folder::{JOURNAL, JournalFolder, Manifest, forget, journal_file};
pub use identity::Identity;
pub use outcome::{ClassOutcome, Outcome};
pub use writer::{JournalWriter, Pace};

#[cfg(test)]
mod tests;
