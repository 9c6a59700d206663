//! The house stands: a room uses only the rooms below it, and a foreign crate is named in one room only.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the ground up, each with the rooms it may use.
const ROOMS: [(&str, &[&str]); 16] = [
    ("disk", &[]),
    ("genome", &[]),
    ("stats", &[]),
    ("plot", &[]),
    ("linalg", &["stats"]),
    ("kernel", &["genome", "stats", "linalg"]),
    ("plan", &["genome", "stats"]),
    ("store", &["disk", "genome", "stats"]),
    ("formats", &["disk", "genome", "stats"]),
    ("comm", &["stats"]),
    ("model", &["genome", "stats", "linalg", "formats"]),
    (
        "scan",
        &[
            "genome", "stats", "linalg", "kernel", "plan", "store", "model",
        ],
    ),
    ("results", &["genome", "stats", "formats", "store", "model"]),
    ("report", &["genome", "stats", "plot", "store", "formats"]),
    (
        "run",
        &[
            "genome", "stats", "linalg", "kernel", "plan", "store", "formats", "comm", "model",
            "scan", "results", "plot", "report",
        ],
    ),
    (
        "cli",
        &["genome", "run", "report", "comm", "formats", "store"],
    ),
];

/// Foreign crates that are named in one room only.
const CRATES: [(&str, &str); 28] = [
    ("mpi", "comm"),
    ("libc", "comm"),
    ("hdf5", "store"),
    ("memmap2", "formats store"),
    ("crc32fast", "formats run results store"),
    ("signal_hook", "run store"),
    ("rustix", "run store"),
    ("ndarray", "linalg store"),
    ("blas_src", "lib.rs"),
    ("lapack", "linalg"),
    ("statrs", "stats"),
    ("clap", "cli"),
    ("clap_complete", "cli"),
    ("clap_mangen", "cli"),
    ("toml", "cli"),
    ("strsim", "cli run"),
    ("flate2", "formats"),
    ("noodles_bgzf", "formats"),
    ("noodles_core", "formats"),
    ("noodles_csi", "formats"),
    ("noodles_tabix", "formats"),
    ("parquet", "formats"),
    ("md5", "results"),
    ("indicatif", "run"),
    ("console", "run"),
    ("humantime", "run results report"),
    ("rand_chacha", "plan run"),
    ("rand_distr", "plan run"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The room a file belongs to; `lib.rs` and `main.rs` are rooms of their own.
fn room(path: &Path) -> String {
    let inside = path
        .strip_prefix(source_root())
        .expect("a source of the project");
    let first = inside.components().next().expect("a name");
    first.as_os_str().to_string_lossy().into_owned()
}

/// Lines of code with their numbers, comments left out.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The names that follow `prefix` in a line.
fn names_after<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(prefix).map(move |(at, _)| {
        let rest = &line[at + prefix.len()..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Whether a line names a crate: `name::`, not as the end of a longer path or word.
fn names_crate(line: &str, name: &str) -> bool {
    let path = format!("{name}::");
    line.match_indices(&path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn a_room_uses_only_the_rooms_below_it() {
    let mut wrong = Vec::new();
    for path in sources(&source_root()) {
        let own = room(&path);
        let Some((_, below)) = ROOMS.iter().find(|(room, _)| *room == own) else {
            assert!(
                ["lib.rs", "main.rs"].contains(&own.as_str()),
                "{own} is no room of the house"
            );
            continue;
        };
        let text = fs::read_to_string(&path).expect("a source");
        for (number, line) in code(&text) {
            for used in names_after(line, "crate::") {
                if used != own && !below.contains(&used) {
                    wrong.push(format!(
                        "{}:{number}: {own} must not use {used}: {line}",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_foreign_crate_is_named_in_its_room_only() {
    let mut wrong = Vec::new();
    for path in sources(&source_root()) {
        let own = room(&path);
        let text = fs::read_to_string(&path).expect("a source");
        for (number, line) in code(&text) {
            for (name, rooms) in CRATES {
                if names_crate(line, name) && !rooms.split(' ').any(|room| room == own) {
                    wrong.push(format!(
                        "{}:{number}: {name} belongs in {rooms}: {line}",
                        path.display()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_table_and_below_those_that_use_it() {
    for (i, (room, below)) in ROOMS.iter().enumerate() {
        assert!(source_root().join(room).is_dir(), "{room} has a folder");
        for used in *below {
            let floor = ROOMS.iter().position(|(room, _)| room == used);
            assert!(
                floor.is_some_and(|floor| floor < i),
                "{used} lies below {room}"
            );
        }
    }
}
