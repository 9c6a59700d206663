//! A small study in many block pairs, and what a run of it in peace gives.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{mpiqtl, succeed};

/// A simulated study in a folder of its own.
pub struct Study {
    folder: tempfile::TempDir,
    words: Vec<String>,
}

/// All there is to be kept: cis and trans, a histogram, smallest p-values, every column.
const MAP: &str = "map --genotypes genotypes.h5 --expression expression.h5 --covariates covariates.tsv --p-cis 0.1 \
                   --p-trans 0.01 --p-histogram 10 --min-p --columns full --block-snps 64 --block-genes 16";

impl Study {
    /// 600 SNPs and 40 genes: 30 block pairs.
    pub fn new() -> Self {
        Self::of_shape("--snps 600 --genes 40 --samples 50 --covariates 3", MAP)
    }

    /// A study of another shape, mapped by other words.
    pub fn of_shape(shape: &str, map: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let words = format!("simulate {shape} --out .");
        succeed(mpiqtl().args(words.split(' ')).current_dir(folder.path()));
        let words = map.split_whitespace().map(String::from).collect();
        Self { folder, words }
    }

    /// A path of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `map` to the folder `out`.
    pub fn map(&self, mut command: Command, out: &str) -> Command {
        command.current_dir(self.folder.path());
        command.args(&self.words).args(["--out", out]);
        command
    }

    /// The tables of a run in peace.
    pub fn in_peace(&self) -> Tables {
        succeed(&mut self.map(mpiqtl(), "peace"));
        tables(&self.path("peace"))
    }
}

/// The bytes of the tables of a run by name.
pub type Tables = BTreeMap<String, Vec<u8>>;

/// The tables in an output folder.
pub fn tables(out: &Path) -> Tables {
    let entries = fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let tables = entries.filter(|path| path.extension().is_some_and(|name| name == "tsv"));
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    tables
        .map(|path| (name(&path), fs::read(&path).unwrap()))
        .collect()
}

/// Checks that a folder holds a complete run with these tables and nothing else.
pub fn assert_same(out: &Path, wanted: &Tables) {
    let found = tables(out);
    let names = |tables: &Tables| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(wanted));
    for (name, bytes) in wanted {
        assert!(found[name] == *bytes, "{name} differs");
    }
    let record = fs::read_to_string(out.join("run.json")).unwrap();
    assert!(record.contains("\"complete\": true"));
    assert!(!out.join("journal").exists(), "the journal is gone");
}
