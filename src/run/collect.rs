//! The gather phase: hits and counts of all ranks to the root, and the ledger that must balance.

use super::error::RunError;
use super::figures::RankFigures;
use crate::comm::World;
use crate::model::Hit;
use crate::plan::Tests;
use crate::scan::Hits;

/// What the root has from all ranks.
pub struct Gathered {
    /// Hits, rank by rank.
    pub hits: Hits,
    /// Figures `[n_ranks]`.
    pub figures: Vec<RankFigures>,
    /// Names of the machines `[n_ranks]`.
    pub hosts: Vec<Vec<u8>>,
}

/// Sends hits and figures to the root, which gets those of all ranks; the others get `None`.
pub fn gather(world: &World, hits: Hits, figures: RankFigures) -> Option<Gathered> {
    let concat = |ranks: Option<Vec<Vec<Hit>>>| ranks.map(|ranks| ranks.concat());
    let all = concat(world.gather(hits.all));
    let cis = concat(world.gather(hits.cis));
    let trans = concat(world.gather(hits.trans));
    let figures = world.gather(vec![figures]);
    let hosts = world.gather(world.host().into_bytes());
    Some(Gathered {
        hits: Hits {
            all: all?,
            cis: cis?,
            trans: trans?,
        },
        figures: figures?.concat(),
        hosts: hosts?,
    })
}

/// Checks that every test planned was made once.
///
/// # Errors
/// If the numbers differ in any class.
pub fn balance(gathered: Option<Gathered>, planned: Tests) -> Result<Option<Gathered>, RunError> {
    let Some(gathered) = gathered else {
        return Ok(None);
    };
    let made = RankFigures::tests(&gathered.figures);
    if made != planned {
        return Err(RunError::Ledger { made, planned });
    }
    Ok(Some(gathered))
}
