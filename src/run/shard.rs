//! What a shard is of a run: its folder, its block pairs, when it is done.

use std::path::{Path, PathBuf};

use super::config::{MapConfig, Shard};
use super::error::RunError;
use super::journal::Outcome;
use super::log::{Log, grouped};
use crate::formats::FileKind;
use crate::plan::{BlockPair, Plan, assign};

/// The folder of shards in the output folder.
pub const SHARDS: &str = "shards";

/// The folder a shard has for itself.
pub fn shard_folder(out: &Path, shard: Shard) -> PathBuf {
    out.join(SHARDS)
        .join(format!("{}-of-{}", shard.number, shard.of))
}

/// The block pairs of a shard: runs of nearly the same cost.
pub fn shard_pairs(plan: &Plan, shard: Shard) -> &[BlockPair] {
    let runs = assign(&plan.costs(), shard.of as usize);
    &plan.pairs[runs[shard.number as usize - 1].clone()]
}

/// Checks that the inputs of a shard are stores: shards would import the same files again, each for itself.
///
/// # Errors
/// If one of them is none.
pub fn check_stores(config: &MapConfig, shard: Shard) -> Result<(), RunError> {
    let inputs = [
        (&config.genotypes, "genotypes"),
        (&config.expression, "expression"),
    ];
    for (input, what) in inputs {
        if FileKind::of(input)? != FileKind::Store {
            return Err(RunError::Input(format!(
                "{}: shard {shard} takes a store, so that not every shard imports this file; make it once with 'mpiqtl \
                 import {what}'",
                input.display()
            )));
        }
    }
    Ok(())
}

/// Checks that a shard is whole: its journal is its result.
///
/// # Errors
/// If block pairs are missing.
pub fn finish_shard(
    shard: Shard,
    outcome: &Outcome,
    plan: &Plan,
    log: Log,
) -> Result<(), RunError> {
    outcome.check(shard_pairs(plan, shard), outcome.tally.tests)?;
    log.info(format!(
        "shard   {shard} is done: {} tests, {} eQTLs; 'mpiqtl merge' makes the tables when all are",
        grouped(outcome.tally.tests.total()),
        grouped(outcome.n_hits().iter().sum())
    ));
    Ok(())
}
