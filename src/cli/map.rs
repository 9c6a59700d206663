//! `mpiqtl map`: the only command that starts MPI.

use std::process::ExitCode;

use clap::Args;

use super::failure::{FAILED, USAGE, of_command, print, print_out, usage};
use super::map_input::MapInput;
use crate::comm::{Failure, World, is_one_of_several, launched_as};
use crate::run::{CONTINUE, Crowd, Log, MapConfig, MapEnd, MapFailure, dry_run, listen, map};
use crate::store::tell_of_lost_pages;

/// Options of `map`: those that may stand in a configuration file, and one that may not.
#[derive(Args, Debug)]
pub struct MapCommand {
    #[command(flatten)]
    input: MapInput,

    /// Print what would be done, and touch nothing
    ///
    /// What would be read, imported, written, replaced and continued; samples, tests, memory and time as 'mpiqtl plan' prints
    /// them, where there are stores. Starts no MPI; what 'map' would refuse before it reads a matrix is refused.
    #[arg(long)]
    dry_run: bool,
}

/// Resolves the options, starts the world and runs.
pub fn run(command: MapCommand) -> ExitCode {
    if let Err(error) = listen().and_then(|()| tell_of_lost_pages()) {
        return usage(&format!(
            "the system refuses to tell this program of signals: {error}"
        ));
    }
    let config = match command.input.with_file().and_then(MapInput::resolve) {
        Ok(config) => config,
        Err(message) => return refuse(|| usage(&message)),
    };
    if command.dry_run {
        return run_dry(&config);
    }
    let world = match config.shard {
        Some(_) => World::alone(),
        None => match World::start() {
            Ok(world) => world,
            Err(error) => {
                print(&error, None);
                return ExitCode::from(FAILED);
            }
        },
    };
    let rank = (world.size() > 1).then(|| world.rank());
    match map(&config, &world, std::env::args().collect()) {
        Ok(MapEnd::Done) => ExitCode::SUCCESS,
        Ok(MapEnd::Stopped) => ExitCode::from(CONTINUE),
        Err(MapFailure(error)) => {
            if let Some(error) = error {
                print(&error, rank);
            }
            ExitCode::from(FAILED)
        }
    }
}

/// Prints what a run would do, once however many processes a launcher has started.
fn run_dry(config: &MapConfig) -> ExitCode {
    let (rank, ranks) = launched_as(|name| std::env::var(name).ok());
    if rank > 0 {
        return ExitCode::SUCCESS;
    }
    let ranks = if config.shard.is_some() {
        1
    } else {
        ranks as usize
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let crowd = Crowd {
        ranks,
        threads: config.threads.unwrap_or((cores / ranks).max(1)),
        gmac_per_sec: None,
    };
    match dry_run(config, crowd, Log::new(true)) {
        Ok(lines) => print_out(&(lines.join("\n") + "\n")),
        Err(error) => of_command(Err::<(), _>(error)),
    }
}

/// Ends after a wrong usage. Every rank is started with the same words, so one tells what is wrong with them.
pub fn refuse(tell: impl FnOnce() -> ExitCode) -> ExitCode {
    if !is_one_of_several() {
        return tell();
    }
    let Ok(world) = World::start() else {
        return tell();
    };
    // The world ends after the words: a launcher ends the job when the first rank has left.
    match world.agree(Err::<(), ()>(())) {
        Err(Failure::Elsewhere { .. }) => ExitCode::from(USAGE),
        _ => tell(),
    }
}
