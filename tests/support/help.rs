//! What the program says of itself: commands, flags, keys.

use std::collections::BTreeSet;

use super::{mpiqtl, succeed};

/// What a command says of itself.
pub fn help(command: &[&str]) -> String {
    let output = succeed(mpiqtl().args(command).arg("--help"));
    String::from_utf8(output.stdout).expect("help is text")
}

/// The long flags a text names: `--cis-dist-bp`.
pub fn flags(text: &str) -> BTreeSet<String> {
    let pieces = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    pieces
        .filter(|piece| piece.starts_with("--") && piece.len() > 2 && !piece.ends_with('-'))
        .map(String::from)
        .collect()
}

/// The flags a command takes, `--help` not among them: its help has each at the start of a line, not further in.
pub fn flags_of(command: &[&str]) -> BTreeSet<String> {
    let help = help(command);
    let starts = help.lines().filter_map(|line| {
        let (short, long) = line.split_at_checked(6)?;
        let is_start = short.trim().is_empty() || short.ends_with(", ");
        (is_start && long.starts_with("--")).then_some(long)
    });
    let flags = starts.filter_map(|line| line.split_whitespace().next());
    flags
        .filter(|&flag| flag != "--help")
        .map(String::from)
        .collect()
}

/// Flags of `map` that are no keys: they are of a command line and not of a run.
const NO_KEYS: [&str; 4] = ["--config", "--dry-run", "--quiet", "--verbose"];

/// The keys of a configuration, which are the other flags of `map`.
pub fn keys_of_map() -> BTreeSet<String> {
    let mut keys = flags_of(&["map"]);
    for flag in NO_KEYS {
        assert!(keys.remove(flag), "map has {flag}: {keys:?}");
    }
    keys.iter()
        .map(|flag| flag[2..].replace('-', "_"))
        .collect()
}
