//! The examples of `docs/examples`, run on a simulated study and checked against fits by `lm()` of R and by numpy from the
//! study's text. Where R, pandas or susieR are not there the tests say so and pass.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Table, mpiqtl, succeed};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A study of 120 samples with missing genotypes and two genes extracted, one with a planted cis effect.
struct Loci {
    folder: tempfile::TempDir,
    gene: String,
}

impl Loci {
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let run = |words: &str| {
            let mut command = mpiqtl();
            succeed(command.current_dir(folder.path()).args(words.split(' ')));
        };
        let shape = "--snps 600 --genes 40 --samples 120 --covariates 4 --missing 0.02 --seed 3";
        run(&format!("simulate {shape} --out stores"));
        run(&format!("simulate {shape} --out text --format text"));
        let truth = Table::read(&folder.path().join("stores/truth.tsv"));
        let planted = truth.rows.iter().find(|row| row[2] == "cis");
        let gene = planted.expect("a planted cis effect")[1].clone();
        let other = if gene == "gene000001" {
            "gene000002"
        } else {
            "gene000001"
        };
        let config = "genotypes = \"stores/genotypes.h5\"\nexpression = \"stores/expression.h5\"\n\
                      covariates = \"stores/covariates.tsv\"\nout = \"results\"\n";
        fs::write(folder.path().join("study.toml"), config).expect("the folder can be written");
        let extract = format!("extract --config study.toml --genes {gene},{other}");
        run(&format!("{extract} --out pairs.tsv"));
        run(&format!("{extract} --ld --out loci"));
        Self { folder, gene }
    }

    /// Runs a program in the folder of the study and returns what it prints.
    fn run(&self, program: &str, words: &[&str]) -> String {
        let mut command = Command::new(program);
        let output = succeed(command.current_dir(self.folder.path()).args(words));
        String::from_utf8(output.stdout).expect("text")
    }
}

/// The path of an example or of a check, as a word.
fn script(path: &str) -> String {
    root(path).to_str().expect("a plain path").into()
}

fn works(program: &str, words: &[&str]) -> bool {
    let output = Command::new(program).args(words).output();
    output.is_ok_and(|output| output.status.success())
}

#[test]
fn what_r_makes_of_the_tables_is_what_lm_says() {
    if !works("Rscript", &["-e", "1"]) {
        eprintln!("skipped: no Rscript; scripts/setup --tests installs it");
        return;
    }
    let loci = Loci::make();
    let example = |name: &str| script(&format!("docs/examples/{name}"));
    loci.run("Rscript", &[&example("leads.R"), "pairs.tsv", "leads.tsv"]);
    let said = loci.run(
        "Rscript",
        &[&example("coloc.R"), "loci", &loci.gene, "dataset.rds"],
    );
    assert!(said.contains("SNPs of"), "{said}");
    let has_susie = works("Rscript", &["-e", "library(susieR)"]);
    if has_susie {
        let said = loci.run(
            "Rscript",
            &[&example("susie.R"), "loci", &loci.gene, "pips.tsv"],
        );
        assert!(said.contains("credible sets among"), "{said}");
    } else {
        eprintln!("skipped in part: no susieR; scripts/setup --tests installs it");
    }
    let pips = if has_susie { "pips.tsv" } else { "NA" };
    let check = script("tests/examples/check.R");
    let words = ["text", "loci", "leads.tsv", &loci.gene, "dataset.rds", pips];
    let words: Vec<&str> = [check.as_str()].into_iter().chain(words).collect();
    let said = loci.run("Rscript", &words);
    assert!(said.ends_with("checked\n"), "{said}");
}

#[test]
fn what_python_makes_of_the_tables_is_what_numpy_says() {
    let pythons = ["python3", "/usr/bin/python3"];
    let Some(python) = pythons
        .into_iter()
        .find(|python| works(python, &["-c", "import numpy, pandas"]))
    else {
        eprintln!("skipped: no Python with pandas; scripts/setup --tests installs it");
        return;
    };
    let loci = Loci::make();
    let example = |name: &str| script(&format!("docs/examples/{name}"));
    loci.run(python, &[&example("leads.py"), "pairs.tsv", "leads.tsv"]);
    loci.run(python, &[&example("smr.py"), "loci", "smr"]);
    let genes = Table::read(&loci.folder.path().join("loci/genes.tsv"));
    let row = genes.rows.iter().find(|row| row[0] == loci.gene);
    let chromosome = &row.expect("the gene")[1];
    let eigenmt = example("eigenmt.py");
    loci.run(
        python,
        &[
            &eigenmt,
            "loci",
            "text/genotypes.tsv",
            chromosome,
            "eigenmt",
        ],
    );
    let check = script("tests/examples/check.py");
    let words = [
        &check,
        "text",
        "loci",
        "leads.tsv",
        "smr",
        "eigenmt",
        chromosome,
    ];
    assert!(loci.run(python, &words).ends_with("checked\n"));
}

/// A Python with pandas and pyarrow: `MPIQTL_PYTHON`, the one that `scripts/setup --tests` makes, or one of the system.
#[cfg(feature = "parquet")]
fn python_with_pyarrow() -> Option<String> {
    let target = Path::new(env!("CARGO_BIN_EXE_mpiqtl")).ancestors().nth(2);
    let own = target
        .expect("a folder of targets")
        .join("test-tools/bin/python");
    let mut pythons: Vec<String> = std::env::var("MPIQTL_PYTHON").into_iter().collect();
    pythons.push(own.to_str().expect("a plain path").into());
    pythons.extend(["python3", "/usr/bin/python3"].map(String::from));
    pythons
        .into_iter()
        .find(|python| works(python, &["-c", "import pandas, pyarrow"]))
}

#[cfg(feature = "parquet")]
#[test]
fn what_python_makes_of_parquet_is_what_the_text_says() {
    let Some(python) = python_with_pyarrow() else {
        eprintln!("skipped: no Python with pandas and pyarrow; scripts/setup --tests installs it");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let run = |program: &str, words: &str| {
        let mut command = match program {
            "mpiqtl" => mpiqtl(),
            program => Command::new(program),
        };
        let output = succeed(command.current_dir(folder.path()).args(words.split(' ')));
        String::from_utf8(output.stdout).expect("text")
    };
    // More pairs than a row group holds.
    run(
        "mpiqtl",
        "simulate --snps 4000 --genes 60 --samples 60 --trans 0.5 --seed 3 --out study",
    );
    for format in ["tsv", "parquet"] {
        let map = format!(
            "map --genotypes study/genotypes.h5 --expression study/expression.h5 --p-cis 1 --p-trans 1 --columns full \
             --report false --table-format {format} --out {format}"
        );
        run("mpiqtl", &map);
    }
    let example = script("docs/examples/parquet.py");
    let said = run(&python, &format!("{example} parquet 1e-3 joined.tsv"));
    fs::write(folder.path().join("said.txt"), said).expect("the folder can be written");
    let check = script("tests/examples/check_parquet.py");
    let said = run(
        &python,
        &format!("{check} tsv parquet 1e-3 joined.tsv said.txt"),
    );
    assert_eq!(said, "checked\n");
}

#[test]
fn the_page_names_every_example() {
    let page = fs::read_to_string(root("docs/examples/README.md")).expect("the page");
    for entry in fs::read_dir(root("docs/examples")).expect("the examples") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_str().expect("a plain name");
        assert!(name == "README.md" || page.contains(name), "{name}");
    }
}
