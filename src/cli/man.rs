//! `mpiqtl man`: manual pages, made from the help.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_mangen::Man;

use super::failure::{FAILED, print_out};
use crate::run::print_line;

/// Options of `man`.
#[derive(Args, Debug)]
#[command(after_help = "To read one: mpiqtl man map | man -l -")]
pub struct ManInput {
    /// Command whose page is printed, such as map [default: the page of mpiqtl]
    #[arg(num_args = 0..=2)]
    command: Vec<String>,

    /// Write all pages into a folder, such as share/man/man1
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    out: Option<PathBuf>,
}

/// Prints a page, or writes all of them.
pub fn run(input: ManInput) -> ExitCode {
    let mut all = super::command().disable_help_subcommand(true);
    all.build();
    if let Some(folder) = &input.out {
        return match write_all(&all, folder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                print_line(&format!(
                    "mpiqtl: error: {}: manual pages cannot be written: {error}",
                    folder.display()
                ));
                ExitCode::from(FAILED)
            }
        };
    }
    let mut command = &all;
    for name in &input.command {
        match command.find_subcommand(name) {
            Some(found) => command = found,
            None => return super::failure::usage(&no_command(name, command)),
        }
    }
    print_out(&String::from_utf8_lossy(&page(command)))
}

fn no_command(name: &str, command: &Command) -> String {
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    match names.is_empty() {
        true => format!("'{}' has no commands of its own", command.get_name()),
        false => format!("'{name}' is no command; {} are", names.join(", ")),
    }
}

/// A page in the language of man: the usage in short, for its options follow, and no date, for the version tells.
fn page(command: &Command) -> Vec<u8> {
    let mut command = command.clone();
    let usage = command.render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_string();
    let mut text = Vec::new();
    Man::new(command.override_usage(usage))
        .date(" ")
        .source(concat!("mpiqtl ", env!("CARGO_PKG_VERSION")))
        .manual("mpiqtl")
        .render(&mut text)
        .expect("memory can be written");
    text
}

/// Writes the page of a command and of those below it: mpiqtl.1, mpiqtl-map.1.
fn write_all(command: &Command, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let name = Man::new(command.clone()).get_filename();
    std::fs::write(folder.join(name), page(command))?;
    let mut below = command.get_subcommands();
    below.try_for_each(|command| write_all(command, folder))
}
