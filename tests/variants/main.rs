//! VCF and BCF as bcftools and plink2 write them: the same store from both, regions through an index and without, and the
//! commands that are named for files that are not read.
//!
//! Without bcftools and plink2 the tests that need them say so and pass.

mod bcf;
mod foreign;
mod regions;

#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{mpiqtl, stderr, succeed};

/// Calls, dosages and probabilities of every form: several alleles, haploid, missing, half missing, left out.
const STUDY: &str = include_str!("study.vcf");

/// A folder for the files of one test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// A folder with the study as `study.vcf`, compressed as `study.vcf.gz`, and as `study.bcf`; `None` without bcftools.
    fn with_study() -> Option<Self> {
        let folder = Self::new();
        fs::write(folder.path("study.vcf"), STUDY).expect("the study can be written");
        folder.tool("bcftools view -Oz -o study.vcf.gz study.vcf")?;
        folder.tool("bcftools view -Ob -o study.bcf study.vcf")?;
        Some(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a foreign program in the folder; `None`, with a message, where it is not there.
    fn tool(&self, words: &str) -> Option<String> {
        let mut words = words.split(' ');
        let program = words.next().expect("a program");
        let mut command = Command::new(program);
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("{program} is not there: skipped");
            return None;
        }
        let output = succeed(command.args(words).current_dir(self.0.path()));
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Imports genotypes and gives the bytes of the store and what was said.
    fn import(&self, words: &str) -> (Vec<u8>, String) {
        let output = succeed(&mut self.importing(words));
        let bytes = fs::read(self.path("store.h5")).expect("there is a store");
        (bytes, stderr(&output))
    }

    fn importing(&self, words: &str) -> Command {
        let mut command = mpiqtl();
        command.current_dir(self.0.path());
        command.args(["import", "genotypes", "--out", "store.h5", "--overwrite"]);
        command.args(words.split(' '));
        command
    }
}

/// Makes a file older than all others.
fn make_old(path: &Path) {
    let file = fs::File::options()
        .write(true)
        .open(path)
        .expect("the file is there");
    file.set_modified(std::time::SystemTime::UNIX_EPOCH)
        .expect("times can be set");
}
