//! `mpiqtl merge`: joins shards; never starts MPI.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::failure::of_command;
use crate::run::merge;

/// Options of `merge`.
#[derive(Args, Clone, Debug)]
pub struct MergeInput {
    /// The output folder the shards were given
    #[arg(value_name = "OUT")]
    out: PathBuf,

    /// Replace the results of a complete run there
    #[arg(long)]
    overwrite: bool,
}

/// Joins the shards.
pub fn run(input: MergeInput) -> ExitCode {
    let command = std::env::args().collect();
    of_command(merge(&input.out, input.overwrite, command))
}
