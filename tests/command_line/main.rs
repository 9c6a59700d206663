//! How the program feels: what it says where, what it would do, how it helps.

mod dry_run;
mod help;
mod messages;
mod shells;

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{mpiqtl, succeed};

/// A small simulated study in a folder of its own.
struct Study(tempfile::TempDir);

impl Study {
    /// A study as stores (h5), text or VCF and BED (vcf).
    fn new(format: &str) -> Self {
        let study = Self(tempfile::tempdir().expect("a folder"));
        let shape = "simulate --snps 400 --genes 20 --samples 40 --covariates 2 --out .";
        succeed(study.command(shape).args(["--format", format]));
        study
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program in the folder, with words told by blanks.
    fn command(&self, words: &str) -> Command {
        let mut command = mpiqtl();
        command.current_dir(self.0.path()).args(words.split(' '));
        command
    }
}

/// `map` of a study as stores.
const MAP_STORES: &str = "map --genotypes genotypes.h5 --expression expression.h5 --covariates covariates.tsv --out out \
                          --one-rank --threads 1";
