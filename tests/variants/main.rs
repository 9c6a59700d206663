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

use mpiqtl::store::GenotypeStore;
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

    /// Imports genotypes and gives what the store holds and what was said.
    fn import(&self, words: &str) -> (Content, String) {
        let output = succeed(&mut self.importing(words));
        (Content::of(&self.path("store.h5")), stderr(&output))
    }

    fn importing(&self, words: &str) -> Command {
        let mut command = mpiqtl();
        command.current_dir(self.0.path());
        command.args(["import", "genotypes", "--out", "store.h5", "--overwrite"]);
        command.args(words.split(' '));
        command
    }
}

/// All that a store holds but the time it was made at, which HDF5 keeps.
#[derive(Debug, PartialEq)]
struct Content {
    samples: Vec<String>,
    n_bytes: u64,
    /// Of every code and every ID, and the type of the codes.
    fingerprint: u64,
    /// IDs, alleles that are not counted, and those that are.
    texts: [Vec<String>; 3],
    chroms: Vec<String>,
    positions: Vec<i64>,
}

impl Content {
    fn of(path: &Path) -> Self {
        let store = GenotypeStore::open(path).expect("a store");
        let rows: Vec<u32> = (0..store.n_snps() as u32).collect();
        let mut texts: [Vec<String>; 3] = Default::default();
        let [ids, references, alternates] = &mut texts;
        let read = store
            .ids_of(&rows, |_, id| ids.push(id))
            .and_then(|()| store.references_of(&rows, |_, allele| references.push(allele)))
            .and_then(|()| store.alternates_of(&rows, |_, allele| alternates.push(allele)));
        read.expect("there are names");
        let places = store.places().expect("there are places");
        let name = |&chrom: &u32| places.chrom_names[chrom as usize].clone();
        Self {
            samples: store.samples().to_vec(),
            n_bytes: fs::metadata(path).expect("the store is there").len(),
            fingerprint: store.fingerprint().expect("the store is whole"),
            texts,
            chroms: places.chrom.iter().map(name).collect(),
            positions: places.pos,
        }
    }

    /// IDs and positions, in the order of the IDs.
    fn rows(&self) -> Vec<(String, i64)> {
        let ids = self.texts[0].iter().cloned();
        let mut rows: Vec<_> = ids.zip(self.positions.iter().copied()).collect();
        rows.sort();
        rows
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
