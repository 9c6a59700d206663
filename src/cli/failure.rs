//! How the program ends: what it was asked to print on standard output; when something is wrong, one message and one
//! exit code.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use crate::run::{RunError, print_line};

/// A run that failed.
pub const FAILED: u8 = 1;

/// A command line or configuration that cannot be meant.
pub const USAGE: u8 = 2;

/// Prints an error with its causes on one line.
pub fn print(error: &dyn Error, rank: Option<usize>) {
    let mut line = match rank {
        Some(rank) => format!("mpiqtl: error on rank {rank}: {error}"),
        None => format!("mpiqtl: error: {error}"),
    };
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(&format!(": {error}"));
        cause = error.source();
    }
    print_line(&line);
}

/// Prints what was asked for on standard output. Whoever reads it may have had enough, as `head` has.
pub fn print_out(text: &str) -> ExitCode {
    let mut out = std::io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            print(&error, None);
            ExitCode::from(FAILED)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Prints a wrong usage and gives its exit code.
pub fn usage(message: &str) -> ExitCode {
    print_line(&format!("mpiqtl: error: {message}"));
    ExitCode::from(USAGE)
}

/// The exit code of a command that runs in one process.
pub fn of_command<T>(outcome: Result<T, RunError>) -> ExitCode {
    match outcome {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            print(&error, None);
            ExitCode::from(FAILED)
        }
    }
}
