//! The ways a study can be screened, and what a run of one writes.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use mpiqtl::kernel::Simd;
use serde_json::Value;

use crate::support::{record, succeed};

/// An engine and the instructions it is to use, in the words of the flags.
pub type Way = (&'static str, &'static str);

/// What every other way is compared with.
pub const DOUBLE: Way = ("f64", "auto");

/// Integers with every set of instructions this CPU has.
pub fn integers() -> Vec<Way> {
    let all = [
        (Simd::Portable, "portable"),
        (Simd::Avx2, "avx2"),
        (Simd::Avx512, "avx512"),
    ];
    let here = all.into_iter().filter(|(simd, _)| simd.is_here());
    here.map(|(_, word)| ("i8", word)).collect()
}

/// Every way but [`DOUBLE`] and `auto`, which is one of the others.
pub fn others() -> Vec<Way> {
    [integers(), vec![("f32", "auto")]].concat()
}

/// What a run wrote.
pub struct Written {
    /// Every table, by name.
    files: BTreeMap<String, Vec<u8>>,
    /// The record.
    pub record: Value,
}

/// Runs `map`, which is to write to `out`, in a way.
pub fn run(mut map: Command, out: &Path, (engine, simd): Way) -> Written {
    succeed(map.args(["--engine", engine, "--simd", simd]));
    let entries = std::fs::read_dir(out).expect("the output folder");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let files = files
        .filter(|path| path.extension().is_some_and(|kind| kind == "tsv"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            let bytes = std::fs::read(&path).expect("a file");
            (name.into_owned(), bytes)
        });
    Written {
        files: files.collect(),
        record: record(out),
    }
}

/// Numbers of the record that no engine changes.
const COUNTS: [&str; 8] = [
    "n_tests_all",
    "n_tests_cis",
    "n_tests_trans",
    "n_eqtls_all",
    "n_eqtls_cis",
    "n_eqtls_trans",
    "n_constant_snps",
    "n_constant_genes",
];

impl Written {
    /// Fails with the names of files and counts that differ.
    pub fn assert_same(&self, wanted: &Self, how: &str) {
        let names = |written: &Self| written.files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(wanted), "{how}: the files written");
        for (name, bytes) in &self.files {
            assert!(*bytes == wanted.files[name], "{how}: {name} differs");
        }
        for key in COUNTS {
            let (found, wanted) = (self.record.get(key), wanted.record.get(key));
            assert!(wanted.is_some(), "the record has no {key}");
            assert_eq!(found, wanted, "{how}: {key}");
        }
    }

    /// The engine that screened.
    pub fn engine(&self) -> &str {
        self.record["screen"]["engine"].as_str().expect("a word")
    }

    /// A number about the screen.
    pub fn of_screen(&self, key: &str) -> f64 {
        let value = &self.record["screen"][key];
        value
            .as_f64()
            .unwrap_or_else(|| panic!("{key} of the screen is {value}"))
    }

    /// Rows of all tables together, those about samples and IDs apart.
    pub fn n_rows(&self) -> usize {
        let rows = |bytes: &Vec<u8>| bytes.iter().filter(|byte| **byte == b'\n').count() - 1;
        let tables = self
            .files
            .iter()
            .filter(|(name, _)| !name.contains("report"));
        tables.map(|(_, bytes)| rows(bytes)).sum()
    }
}

/// Runs the `map` that `command(out)` makes in every way, with one thread and with two in turn, and compares what they
/// write. Returns what integers wrote, by instructions.
pub fn check_all(how: &str, command: impl Fn(&Path) -> Command) -> Vec<Written> {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |way: Way, threads: &str| {
        let out = folder.path().join(format!("{}_{}_{threads}", way.0, way.1));
        let mut map = command(&out);
        map.args(["--threads", threads, "--oversubscribe"]);
        run(map, &out, way)
    };
    let wanted = of(DOUBLE, "1");
    assert_eq!(wanted.engine(), "f64");
    let mut by_integers = Vec::new();
    for (way, threads) in others().into_iter().zip(["2", "1"].into_iter().cycle()) {
        let found = of(way, threads);
        found.assert_same(&wanted, &format!("{how}, {way:?}, {threads} threads"));
        if way.0 == "i8" {
            by_integers.push(found);
        }
    }
    by_integers
}
