//! The command line: `map`, `merge`, `report`, `plan`, `extract`, `import`, `inspect`, `simulate`, `completions`, `man`.
//! Parses, resolves, calls the run, and turns its end into an exit code.
//!
//! Only `map` starts MPI. The only room that names clap and toml.

mod completions;
mod extract;
mod failure;
mod foreign_names;
mod import;
mod inspect;
mod man;
mod map;
mod map_input;
mod merge;
mod plan;
mod report;
mod simulate;
mod words;

pub use map_input::MapInput;

use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand};

use crate::run::{Verbosity, set_verbosity};

/// eQTL mapping for clusters: every SNP against every gene, Matrix eQTL's statistics, MPI ranks over HDF5.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 75 stopped on request: run the same command again to continue."
)]
struct Cli {
    #[command(flatten)]
    messages: Messages,
    #[command(subcommand)]
    command: Command,
}

/// How much is told on standard error.
#[derive(Args, Clone, Copy, Debug)]
struct Messages {
    /// Print nothing but errors
    ///
    /// What a run warns of is in run.json all the same. --silent is the same.
    #[arg(
        short,
        long,
        global = true,
        alias = "silent",
        conflicts_with = "verbose"
    )]
    quiet: bool,

    /// Print every option, and what each rank does
    #[arg(short, long, global = true)]
    verbose: bool,
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
    Map(Box<map::MapCommand>),
    /// Join the shards that 'map --shard' made into the tables of the whole run.
    Merge(merge::MergeInput),
    /// Tell what a run would do, need and give, from headers, IDs and places alone; starts no MPI.
    Plan(Box<plan::PlanInput>),
    /// Write every number of chosen genes and SNPs, whatever their p-values, and the LD of the SNPs; starts no MPI.
    #[command(after_help = extract::EXAMPLES, mut_args = extract::told)]
    Extract(Box<extract::ExtractInput>),
    /// Write the report of a finished run, report.html, with its plots; starts no MPI.
    Report(report::ReportInput),
    /// Convert genotypes or expression to an HDF5 store.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Tell what a store holds, and what it was made from.
    Inspect(inspect::InspectInput),
    /// Write a simulated study with planted cis and trans effects.
    Simulate(simulate::SimulateInput),
    /// Print completions of commands and options for a shell.
    Completions(completions::CompletionsInput),
    /// Print a manual page, or write all of them.
    Man(man::ManInput),
}

/// Runs the program and says how it ended.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong_words(error),
    };
    set_verbosity(cli.messages.verbosity());
    match cli.command {
        Command::Map(command) => map::run(*command),
        Command::Merge(input) => merge::run(input),
        Command::Plan(input) => plan::run(*input),
        Command::Extract(input) => extract::run(*input),
        Command::Report(input) => report::run(input),
        Command::Import(command) => import::run(command),
        Command::Inspect(input) => inspect::run(input),
        Command::Simulate(input) => simulate::run(input),
        Command::Completions(input) => completions::run(input),
        Command::Man(input) => man::run(input),
    }
}

impl Messages {
    fn verbosity(self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

/// Ends after words that make no command, or after help.
fn wrong_words(mut error: clap::Error) -> ExitCode {
    if !error.use_stderr() {
        error.exit();
    }
    translate(&mut error);
    let command = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    if command.as_deref() != Some("map") {
        error.exit();
    }
    map::refuse(|| {
        // Where not even the error can be printed, the exit code tells.
        let _ = error.print();
        ExitCode::from(failure::USAGE)
    })
}

/// Says what a flag of another program is called here.
fn translate(error: &mut clap::Error) {
    if error.kind() != ErrorKind::UnknownArgument {
        return;
    }
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else {
        return;
    };
    if let Some(ours) = foreign_names::translated(flag) {
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::SuggestedSubcommand);
        let tip = vec![StyledStr::from(ours)];
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tip));
    }
}

/// The command line as a whole.
fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }
}
