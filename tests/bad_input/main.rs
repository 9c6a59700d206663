//! Input that cannot be meant: one sentence that says what was found where and what was wanted, and no results.

mod calls;
mod compressed;
mod covariates;
mod damage;
mod error_covariance;
mod ids;
mod models;
mod options;
mod outputs;
mod places;
mod stores;
mod tables;

#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Table, fail, mpiqtl, record, stderr, succeed};

const FAILED: i32 = 1;
const USAGE: i32 = 2;

const GENOTYPES: &str = "\
snpid s1 s2 s3 s4 s5 s6 s7 s8
rs1 0 1 2 0 1 2 1 0
rs2 1 1 0 2 0 1 2 0
rs3 2 0 1 1 0 2 0 1
rs4 0 0 1 2 2 1 1 0
";
const SNP_LOCATIONS: &str = "\
snp chr pos
rs1 chr1 100
rs2 chr1 200
rs3 chr2 100
rs4 chr2 5000000
";
const EXPRESSION: &str = "\
geneid s1 s2 s3 s4 s5 s6 s7 s8
g1 0.1 1.3 1.9 0.2 0.8 2.2 1.1 -0.3
g2 5.5 4.1 6.3 5.2 4.9 6.1 5.7 5.0
g3 -1.2 0.4 0.3 -0.8 1.1 0.9 -0.1 0.6
";
const GENE_LOCATIONS: &str = "\
geneid chr left right
g1 chr1 50 150
g2 chr2 80 90
g3 chr1 900 990
";
const COVARIATES: &str = "\
id s1 s2 s3 s4 s5 s6 s7 s8
age 30 41 52 33 28 60 45 39
male 1 0 1 0 0 1 1 0
";
const VCF: &str = "\
##fileformat=VCFv4.2
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1 s2 s3 s4 s5 s6 s7 s8
chr1 100 rs1 A G . . . GT 0/0 0/1 1/1 0/0 0/1 1/1 0/1 0/0
chr1 200 rs2 A G . . . GT 0/1 0/1 0/0 1/1 0/0 0/1 1/1 0/0
chr2 100 rs3 A G . . . GT 1/1 0/0 0/1 0/1 0/0 1/1 0/0 0/1
";
const BED: &str = "\
#chr start end id s1 s2 s3 s4 s5 s6 s7 s8
chr1 49 150 g1 0.1 1.3 1.9 0.2 0.8 2.2 1.1 -0.3
chr2 79 90 g2 5.5 4.1 6.3 5.2 4.9 6.1 5.7 5.0
";

/// Tables are written with blanks above, for the eye.
fn tabs(text: &str) -> String {
    text.replace(' ', "\t")
}

/// A small study that is right, in a folder of its own: each test spoils one thing.
struct Study(tempfile::TempDir);

impl Study {
    fn new() -> Self {
        let study = Self(tempfile::tempdir().unwrap());
        study.write("genotypes.tsv", tabs(GENOTYPES));
        study.write("snp_locations.tsv", tabs(SNP_LOCATIONS));
        study.write("expression.tsv", tabs(EXPRESSION));
        study.write("gene_locations.tsv", tabs(GENE_LOCATIONS));
        study.write("covariates.tsv", tabs(COVARIATES));
        study.write("genotypes.vcf", tabs(VCF));
        study.write("expression.bed", tabs(BED));
        study
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Replaces `old`, which must be there, in a file.
    fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(&tabs(old)), "{name} has no '{old}'");
        self.write(name, text.replacen(&tabs(old), &tabs(new), 1));
    }

    fn command(&self, words: &str) -> Command {
        let mut command = mpiqtl();
        command.current_dir(self.0.path()).args(words.split(' '));
        command
    }

    /// `map` of the given genotypes and expression, all pairs.
    fn map_all(&self, genotypes: &str, expression: &str) -> Command {
        let inputs = format!("map --genotypes {genotypes} --expression {expression}");
        self.command(&format!("{inputs} --p-all 1 --out out"))
    }

    /// `map` of the text files, with everything: locations, covariates, cis and trans.
    fn map(&self) -> Command {
        self.map_with("--p-cis 1 --p-trans 1 --out out")
    }

    /// `map` of the text files with other thresholds or another output folder.
    fn map_with(&self, words: &str) -> Command {
        self.command(&format!(
            "map --genotypes genotypes.tsv --snp-locations snp_locations.tsv --expression expression.tsv \
             --gene-locations gene_locations.tsv --covariates covariates.tsv {words}"
        ))
    }

    /// Makes the stores `genotypes.h5` and `expression.h5`.
    fn import(&self) {
        let genotypes = "genotypes.tsv --snp-locations snp_locations.tsv --out genotypes.h5";
        succeed(&mut self.command(&format!("import genotypes {genotypes}")));
        let expression = "expression.tsv --gene-locations gene_locations.tsv --out expression.h5";
        succeed(&mut self.command(&format!("import expression {expression}")));
    }

    /// Runs a command that must fail with one sentence that has all these parts, and leave no results.
    fn refuses(&self, command: &mut Command, parts: &[&str]) -> String {
        let message = one_sentence(&fail(command, FAILED));
        for part in parts {
            assert!(message.contains(part), "'{part}' is not in\n{message}");
        }
        no_results(&self.path("out"));
        no_unfinished_files(self.0.path());
        message
    }

    /// Runs a command that must be refused before anything is opened.
    fn refuses_usage(&self, command: &mut Command, parts: &[&str]) {
        let said = fail(command, USAGE);
        for part in parts {
            assert!(said.contains(part), "'{part}' is not in\n{said}");
        }
        assert_eq!(said.matches("error:").count(), 1, "{said}");
        assert!(!self.path("out").exists());
    }
}

/// The one line that tells of the error.
fn one_sentence(said: &str) -> String {
    // The options that are shown first have one with error in its name.
    let tells = |line: &&str| line.contains("error") && !line.starts_with("config ");
    let errors: Vec<&str> = said.lines().filter(tells).collect();
    assert_eq!(errors.len(), 1, "one line of error is wanted\n{said}");
    let last = said.trim_end().lines().last();
    assert_eq!(
        last,
        Some(errors[0]),
        "nothing comes after the error\n{said}"
    );
    assert!(errors[0].starts_with("mpiqtl: error: "), "{said}");
    assert!(errors[0].len() < 500, "too long to be read\n{said}");
    errors[0].to_string()
}

/// No table and no record stands in the output folder, under any name; why samples were refused may.
fn no_results(out: &Path) {
    for entry in fs::read_dir(out).into_iter().flatten() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let is_result = name.ends_with(".tsv") && name != "sample_report.tsv";
        assert!(!is_result, "{name} was left");
        assert_ne!(name, "run.json");
    }
}

/// Nothing half-written is left, and every store that is left can be opened.
fn no_unfinished_files(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            no_unfinished_files(&path);
        }
        assert!(
            !name.ends_with(".part") && !name.starts_with(".probe"),
            "{name} was left"
        );
        if name.ends_with(".h5") && folder.ends_with("imported") {
            hdf5::File::open(&path).expect("a store is whole or absent");
        }
    }
}

/// The warnings of a run.
fn warnings(said: &str) -> Vec<&str> {
    said.lines()
        .filter(|line| line.starts_with("warning: "))
        .collect()
}

#[test]
fn the_study_that_is_spoiled_below_is_right_before() {
    let study = Study::new();
    let said = stderr(&succeed(&mut study.map()));
    assert!(warnings(&said).is_empty(), "{said}");
    assert_eq!(record(&study.path("out"))["n_tests_all"], 12);
    assert_eq!(Table::read(&study.path("out/cis.tsv")).rows.len(), 5);
    assert_eq!(Table::read(&study.path("out/trans.tsv")).rows.len(), 7);
    succeed(
        study
            .map_all("genotypes.vcf", "expression.bed")
            .arg("--overwrite"),
    );
    assert_eq!(Table::read(&study.path("out/all.tsv")).rows.len(), 6);
}
