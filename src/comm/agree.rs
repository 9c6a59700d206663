//! The agreement step: no rank leaves a phase alone.
//!
//! Before and after for three ranks, of which two failed:
//!
//! ```text
//! before  0: Ok(a)                    1: Err(x)           2: Err(y)
//! after   0: Err(Elsewhere { 1 })     1: Err(Here(x))     2: Err(Elsewhere { 1 })
//! ```
//!
//! One rank has the message to print; all leave in good order and with the same exit code.

use super::world::World;

/// Why a phase ended for this rank.
#[derive(Debug, PartialEq)]
pub enum Failure<E> {
    /// This rank is the lowest that failed: it prints the error.
    Here(E),
    /// Another rank prints it.
    Elsewhere {
        /// The rank that does.
        rank: usize,
    },
}

impl World {
    /// Lets all ranks know whether all succeeded. Every rank calls it at the end of a phase.
    ///
    /// # Errors
    /// On every rank if any failed.
    pub fn agree<T, E>(&self, outcome: Result<T, E>) -> Result<T, Failure<E>> {
        let vote = match &outcome {
            Ok(_) => i64::MAX,
            Err(_) => self.rank() as i64,
        };
        let lowest = self.min(vote);
        match outcome {
            Ok(value) if lowest == i64::MAX => Ok(value),
            Err(error) if lowest == self.rank() as i64 => Err(Failure::Here(error)),
            _ => Err(Failure::Elsewhere {
                rank: lowest as usize,
            }),
        }
    }
}
