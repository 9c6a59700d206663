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

/// The flags a command takes, `--help` not among them: its help has each at the start of a line.
pub fn flags_of(command: &[&str]) -> BTreeSet<String> {
    let help = help(command);
    let lines = help.lines().map(str::trim_start);
    let starts = lines.filter_map(|line| line.strip_prefix("-h, ").or(Some(line)));
    starts
        .filter(|line| line.starts_with("--"))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|&flag| flag != "--help")
        .map(String::from)
        .collect()
}

/// The keys of a configuration, which are the flags of `map`.
pub fn keys_of_map() -> BTreeSet<String> {
    let mut keys = flags_of(&["map"]);
    assert!(keys.remove("--config"), "map has --config: {keys:?}");
    keys.iter()
        .map(|flag| flag[2..].replace('-', "_"))
        .collect()
}
