//! `mpiqtl map`: the only command that starts MPI.

use std::process::ExitCode;

use super::failure::{FAILED, print, usage};
use super::map_input::MapInput;
use crate::comm::World;
use crate::run::{MapFailure, map};

/// Resolves the options, starts the world and runs.
pub fn run(input: MapInput) -> ExitCode {
    let config = match input.with_file().and_then(MapInput::resolve) {
        Ok(config) => config,
        Err(message) => return usage(&message),
    };
    let world = match World::start() {
        Ok(world) => world,
        Err(error) => {
            print(&error, None);
            return ExitCode::from(FAILED);
        }
    };
    let rank = (world.size() > 1).then(|| world.rank());
    match map(&config, &world, std::env::args().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(MapFailure::Agreed(error)) => {
            if let Some(error) = error {
                print(&error, rank);
            }
            ExitCode::from(FAILED)
        }
        Err(MapFailure::Alone(error)) => {
            print(&error, rank);
            if world.size() > 1 {
                world.abort(FAILED.into());
            }
            ExitCode::from(FAILED)
        }
    }
}
