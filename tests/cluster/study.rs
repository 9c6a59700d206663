//! Simulated studies with a configuration, and the tables that came out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{mpiqtl, record, succeed};

/// A name that does harm if a shell ever reads it as words.
pub const CONFIG: &str = r#"my "map" of $(touch harm) it's `touch harm`; touch harm &.toml"#;

/// A study in a folder of its own.
pub struct Study(tempfile::TempDir);

impl Study {
    /// A study that is mapped in a moment.
    pub fn small() -> Self {
        Self::of_shape(
            "--snps 2000 --genes 150 --samples 120",
            "p_cis = 1e-2\np_trans = 1e-4\nblock_snps = 64\n",
        )
    }

    /// A study that takes three ranks half a minute and more.
    pub fn long() -> Self {
        Self::of_shape(
            "--snps 150000 --genes 12000 --samples 1200",
            "p_all = 1e-9\nblock_snps = 128\nengine = \"f64\"\nthreads = 1\n",
        )
    }

    fn of_shape(shape: &str, options: &str) -> Self {
        let study = Self(tempfile::tempdir().expect("a folder"));
        let words = format!("simulate {shape} --out .");
        succeed(mpiqtl().args(words.split(' ')).current_dir(study.path()));
        let inputs = "genotypes = \"genotypes.h5\"\nexpression = \"expression.h5\"\n";
        let text = format!("{inputs}covariates = \"covariates.tsv\"\nout = \"out\"\n{options}");
        fs::write(study.file(CONFIG), text).expect("the configuration is written");
        study
    }

    /// The folder it is in.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file or folder of it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// The text of a file, empty while it is not there. The launcher's words may hold NULs.
    pub fn text(&self, name: &str) -> String {
        let bytes = fs::read(self.file(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\0', "")
    }

    /// The tables of a run without any launcher.
    pub fn tables_of_one_rank(&self) -> BTreeMap<String, Vec<u8>> {
        let mut map = mpiqtl();
        map.args(["map", "--out", "alone", "--config", CONFIG]);
        succeed(map.current_dir(self.path()));
        self.tables("alone")
    }

    /// The tables of a complete run.
    pub fn tables(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let folder = self.file(out);
        assert_eq!(record(&folder)["complete"], true, "{out} is complete");
        let entries = fs::read_dir(folder).expect("the output folder is there");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let tables = paths.filter(|path| path.extension().is_some_and(|e| e == "tsv"));
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        tables
            .map(|path| (name(&path), fs::read(path).expect("a table")))
            .collect()
    }

    /// Fails unless a run gave the tables of one rank, and more than their headers.
    pub fn gave_the_bytes_of_one_rank(&self, out: &str) {
        let (found, wanted) = (self.tables(out), self.tables_of_one_rank());
        assert!(wanted.values().any(|table| table.len() > 500), "few rows");
        assert!(
            found.keys().eq(wanted.keys()),
            "{:?} and {:?}",
            found.keys(),
            wanted.keys()
        );
        for (name, bytes) in wanted {
            assert!(found[&name] == bytes, "{name} has other bytes");
        }
    }

    /// Fails if a shell has read a name as words, or a run that failed has left a record.
    pub fn is_unharmed(&self) {
        assert!(!self.file("harm").exists(), "a name was run by a shell");
    }
}
