//! `mpiqtl inspect`. Never starts MPI.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::failure::{FAILED, of_command, print};
use crate::run::{Inspection, Look};
use crate::store::tell_of_lost_pages;

/// Options of `inspect`.
#[derive(Args, Debug)]
pub struct InspectInput {
    /// Store
    #[arg(value_name = "FILE.h5")]
    store: PathBuf,
    /// Read all values too: shares of missing values, minor allele frequencies, the range of values
    #[arg(long)]
    full: bool,
    /// Read everything and compare it with its checksums; what is damaged is an error
    #[arg(long)]
    verify: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Inspects.
pub fn run(input: InspectInput) -> ExitCode {
    // Without the sentence a lost page ends the program all the same.
    let _ = tell_of_lost_pages();
    let look = Look {
        full: input.full,
        verify: input.verify,
    };
    let found = match Inspection::of(&input.store, look) {
        Ok(found) => found,
        Err(error) => return of_command(Err::<(), _>(error)),
    };
    let text = match input.json {
        true => serde_json::to_string_pretty(&found).expect("an inspection is plain data") + "\n",
        false => found.lines().join("\n") + "\n",
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        // A reader that has seen enough, such as head, is no failure.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            print(&error, None);
            ExitCode::from(FAILED)
        }
        _ => ExitCode::SUCCESS,
    }
}
