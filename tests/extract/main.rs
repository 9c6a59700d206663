//! `extract` says of any pair what `map` says of it, to the last byte; the correlations of SNPs are those of the regression;
//! and what cannot be meant is refused in a sentence.

mod golden;
mod gwas_ssf;
mod ld;
mod pairs;
mod refusals;

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;

use support::{Table, mpiqtl, succeed};

/// A simulated study as text, and what the program is told of it: 400 SNPs, 30 genes, 70 samples, missing genotypes.
struct Study {
    folder: tempfile::TempDir,
}

impl Study {
    fn simulate() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let shape = "--snps 400 --genes 30 --samples 70 --covariates 3 --missing 0.03 --seed 5";
        for (format, out) in [("text", "text"), ("h5", ".")] {
            let mut command = mpiqtl();
            command.args(["simulate", "--format", format]);
            command.arg("--out").arg(folder.path().join(out));
            succeed(command.args(shape.split(' ')));
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command in the folder of the study, with its stores and covariates.
    fn command(&self, name: &str) -> Command {
        let mut command = mpiqtl();
        command.current_dir(self.path()).arg(name).args([
            "--genotypes",
            "genotypes.h5",
            "--expression",
            "expression.h5",
            "--covariates",
            "covariates.tsv",
        ]);
        command
    }

    /// Extracts with more words and returns the table.
    fn extract(&self, words: &[&str]) -> Table {
        let out = self.path().join("pairs.tsv");
        let mut command = self.command("extract");
        succeed(
            command
                .args(["--overwrite", "--out", "pairs.tsv"])
                .args(words),
        );
        Table::read(&out)
    }

    /// A table of the study as text.
    fn text(&self, name: &str) -> Table {
        Table::read(&self.path().join("text").join(name))
    }
}

/// The rows of a table without some columns.
fn rows_without(table: &Table, left_out: &[&str]) -> Vec<Vec<String>> {
    let is_kept: Vec<bool> = table
        .header
        .iter()
        .map(|column| !left_out.contains(&column.as_str()))
        .collect();
    assert_eq!(
        is_kept.iter().filter(|kept| !**kept).count(),
        left_out.len(),
        "{:?} has {left_out:?}",
        table.header
    );
    let row = |row: &Vec<String>| {
        let fields = row.iter().zip(&is_kept).filter(|(_, kept)| **kept);
        fields.map(|(field, _)| field.clone()).collect()
    };
    table.rows.iter().map(row).collect()
}

/// The place of a column.
fn column(table: &Table, name: &str) -> usize {
    let found = table.header.iter().position(|column| column == name);
    found.unwrap_or_else(|| panic!("{:?} has {name}", table.header))
}

/// The columns of `extract` that `map` has not got, and the other way round.
const OF_EXTRACT: [&str; 2] = ["ac", "an"];
const OF_MAP: [&str; 1] = ["fdr"];
