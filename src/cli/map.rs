//! `mpiqtl map`: the only command that starts MPI.

use std::process::ExitCode;

use super::failure::{FAILED, USAGE, print, usage};
use super::map_input::MapInput;
use crate::comm::{Failure, World, is_one_of_several};
use crate::run::{CONTINUE, MapEnd, MapFailure, listen, map};
use crate::store::tell_of_lost_pages;

/// Resolves the options, starts the world and runs.
pub fn run(input: MapInput) -> ExitCode {
    if let Err(error) = listen().and_then(|()| tell_of_lost_pages()) {
        return usage(&format!(
            "the system refuses to tell this program of signals: {error}"
        ));
    }
    let config = match input.with_file().and_then(MapInput::resolve) {
        Ok(config) => config,
        Err(message) => return refuse(|| usage(&message)),
    };
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
