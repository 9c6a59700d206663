//! `mpiqtl merge`: joins shards; never starts MPI.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::failure::{FAILED, print};
use crate::run::{MapFailure, merge};

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
    match merge(&input.out, input.overwrite, std::env::args().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(MapFailure(error)) => {
            if let Some(error) = error {
                print(&error, None);
            }
            ExitCode::from(FAILED)
        }
    }
}
