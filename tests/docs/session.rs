//! The sessions of a page: blocks marked `console`, whose commands start with `$ ` and are followed by what they print.
//!
//! All of a page run in turn, in one folder that stands for a checkout. A command must succeed. What stands below it must
//! be printed, runs of blanks being equal to one another; a line `...` stands for any lines, and `...` inside a line for
//! any text. Where nothing stands below, nothing is compared.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::page::{Block, Page, root};
use crate::support::{mpirun_itself, succeed};

/// A command and the lines that stand below it.
struct Step {
    line: usize,
    command: String,
    printed: Vec<String>,
}

/// Runs the sessions of a page.
pub fn run(page: &Page) {
    let blocks = page.blocks();
    let sessions = blocks.iter().filter(|block| block.language == "console");
    let steps: Vec<Step> = sessions.flat_map(steps).collect();
    if steps.is_empty() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let checkout = folder.path();
    for shared in ["tests", "configs", "slurm", "scripts", "Cargo.toml"] {
        symlink(root().join(shared), checkout.join(shared)).expect("a link");
    }
    std::fs::create_dir(checkout.join("bin")).expect("a folder");
    symlink(env!("CARGO_BIN_EXE_mpiqtl"), checkout.join("bin/mpiqtl")).expect("a link");
    for step in steps {
        let output = succeed(&mut shell(&step.command, checkout));
        let found = String::from_utf8(output.stdout).expect("a session is text");
        let found: Vec<String> = found.lines().map(squeezed).collect();
        if step.printed.is_empty() {
            continue;
        }
        if let Err(missing) = compare(&step.printed, &found) {
            panic!(
                "{}, line {}: '{}' does not print\n    {missing}\nbut\n{}",
                page.name(),
                step.line,
                step.command,
                found.join("\n")
            );
        }
    }
}

/// A shell with the program in its path, and with the settings that `mpirun` needs in tests.
fn shell(command: &str, checkout: &Path) -> Command {
    let mut shell = Command::new("bash");
    for (name, value) in mpirun_itself().get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let path = std::env::var("PATH").unwrap_or_default();
    shell
        .current_dir(checkout)
        .env("PATH", format!("{}:{path}", checkout.join("bin").display()))
        .env("LC_ALL", "C")
        .env("OMPI_MCA_rmaps_base_oversubscribe", "1")
        .env("OMPI_MCA_hwloc_base_binding_policy", "none")
        .args(["-c", &format!("set -euo pipefail; exec 2>&1; {command}")]);
    shell
}

/// The commands of a block. One goes on in the next line after a backslash, or where that line starts with `> `.
fn steps(block: &Block) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (i, line) in block.lines.iter().enumerate() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                line: block.line + 1 + i,
                command: command.into(),
                printed: Vec::new(),
            });
            continue;
        }
        let step = steps.last_mut().expect("a session starts with a command");
        let goes_on = step.printed.is_empty();
        match line.strip_prefix("> ") {
            Some(more) if goes_on => step.command += &format!("\n{more}"),
            None if goes_on && step.command.ends_with('\\') => step.command += &format!("\n{line}"),
            _ => step.printed.push(squeezed(line)),
        }
    }
    steps
}

fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first line that is wanted and not there.
fn compare(wanted: &[String], found: &[String]) -> Result<(), String> {
    let Some((first, rest)) = wanted.split_first() else {
        return match found.first() {
            None => Ok(()),
            Some(more) => Err(format!("(nothing, where '{more}' comes)")),
        };
    };
    if first == "..." {
        let mut tries = (0..=found.len()).map(|at| compare(rest, &found[at..]));
        let next = rest.first().map_or(String::new(), String::clone);
        return tries.find(Result::is_ok).unwrap_or(Err(next));
    }
    match found.split_first() {
        Some((line, others)) if fits(first, line) => compare(rest, others),
        _ => Err(first.clone()),
    }
}

/// Whether a line is what is wanted, where `...` stands for any text.
fn fits(wanted: &str, found: &str) -> bool {
    let mut pieces = wanted.split("...");
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = found.strip_prefix(first) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[test]
fn a_session_that_prints_something_else_is_noticed() {
    let lines = |text: &str| text.split('|').map(String::from).collect::<Vec<_>>();
    let found = lines("a 1|b 2|c 3");
    for good in [
        "a 1|b 2|c 3",
        "...|b 2|...",
        "a ...|...|c 3",
        "...|c ...",
        "...",
        "a...1|...",
    ] {
        assert_eq!(compare(&lines(good), &found), Ok(()), "{good}");
    }
    for bad in ["a 1", "b 2|...", "...|c 3|b 2|...", "...|d", "a 1|c 3"] {
        assert!(compare(&lines(bad), &found).is_err(), "{bad}");
    }
    assert!(!fits("a ... z", "a 1") && fits("a ... z", "a b z") && !fits("a", "ab"));
}
