//! The command line: `map`, `plan`, `merge`, `report`, `import`, `simulate`. Parses, resolves, calls the run, and turns its end into an exit code.
//!
//! Only `map` starts MPI. The only room that names clap and toml.

mod failure;
mod import;
mod map;
mod map_input;
mod merge;
mod plan;
mod report;
mod simulate;

pub use map_input::MapInput;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// eQTL mapping for clusters: every SNP against every gene, Matrix eQTL's statistics, MPI ranks over HDF5.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 75 stopped on request: run the same command again to continue."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Shown below the flags of `map`.
const MAP_EXAMPLES: &str = "\
Starts as one rank, or as many as mpirun or srun start:
  mpiqtl map --genotypes g.vcf.gz --expression e.bed.gz --p-cis 1e-4 --p-trans 1e-6 --out results
  mpirun -n 8 mpiqtl map --config study.toml
  srun --mpi=pmix -n 64 mpiqtl map --config study.toml --out results";

#[derive(Debug, Subcommand)]
enum Command {
    /// Test SNPs against genes and write tables of eQTLs with their false discovery rates.
    #[command(after_help = MAP_EXAMPLES)]
    Map(Box<map_input::MapInput>),
    /// Join the shards that 'map --shard' made into the tables of the whole run.
    Merge(merge::MergeInput),
    /// Tell what a run would do, need and give, from headers and IDs alone; starts no MPI.
    Plan(Box<plan::PlanInput>),
    /// Write the report of a finished run, report.html, with its plots; starts no MPI.
    Report(report::ReportInput),
    /// Convert genotypes or expression to an HDF5 store.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Write a simulated study with planted cis and trans effects.
    Simulate(simulate::SimulateInput),
}

/// Runs the program and says how it ended.
pub fn main() -> ExitCode {
    match Cli::try_parse().map(|cli| cli.command) {
        Ok(Command::Map(input)) => map::run(*input),
        Ok(Command::Merge(input)) => merge::run(input),
        Ok(Command::Plan(input)) => plan::run(*input),
        Ok(Command::Report(input)) => report::run(input),
        Ok(Command::Import(command)) => import::run(command),
        Ok(Command::Simulate(input)) => simulate::run(input),
        Err(error)
            if error.use_stderr() && std::env::args().nth(1).is_some_and(|word| word == "map") =>
        {
            map::refuse(|| {
                // Where not even the error can be printed, the exit code tells.
                let _ = error.print();
                ExitCode::from(failure::USAGE)
            })
        }
        Err(error) => error.exit(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
