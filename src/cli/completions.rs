//! `mpiqtl completions`: what a shell needs to complete commands, options and their words.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use super::failure::print_out;

/// Below the help.
const WHERE: &str = "\
Where they go:
  bash  mpiqtl completions bash > ~/.local/share/bash-completion/completions/mpiqtl
  zsh   mpiqtl completions zsh > FOLDER/_mpiqtl, with FOLDER in fpath
  fish  mpiqtl completions fish > ~/.config/fish/completions/mpiqtl.fish";

/// Options of `completions`.
#[derive(Args, Debug)]
#[command(after_help = WHERE)]
pub struct CompletionsInput {
    /// The shell
    shell: Shell,
}

/// Prints the completions.
pub fn run(input: CompletionsInput) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(input.shell, &mut super::command(), "mpiqtl", &mut text);
    print_out(&String::from_utf8_lossy(&text))
}
