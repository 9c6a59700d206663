//! `mpiqtl report`: the page about a finished run. Never starts MPI.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::failure::{FAILED, print};
use crate::run::{Log, print_line, watched_report};
use crate::store::tell_of_lost_pages;

/// Options of `report`.
#[derive(Args, Clone, Debug)]
pub struct ReportInput {
    /// The output folder of the run
    #[arg(value_name = "OUTDIR")]
    run: PathBuf,

    /// File to write; the pictures go to the folder plots beside it [default: report.html in OUTDIR]
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
}

/// Writes the report.
pub fn run(input: ReportInput) -> ExitCode {
    // Where the system refuses, a store that loses pages meanwhile ends the program without words.
    let _ = tell_of_lost_pages();
    match watched_report(&input.run, input.out.as_deref(), Log::new(true), || false) {
        Ok(path) => {
            print_line(&format!("report  {}", path.display()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            print(&error, None);
            ExitCode::from(FAILED)
        }
    }
}
