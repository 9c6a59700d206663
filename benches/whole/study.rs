//! Simulated studies on the disk, kept for the next time if a folder is given.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::program::checked;

/// The covariates of every study.
const COVARIATES: usize = 10;

/// Written when a study is complete.
const COMPLETE: &str = "complete";

/// SNPs x genes x samples.
#[derive(Clone, Copy)]
pub struct Shape {
    pub snps: usize,
    pub genes: usize,
    pub samples: usize,
}

/// Where studies are.
pub struct Folder {
    path: PathBuf,
    /// Removes the folder in the end.
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    /// The folder in `MPIQTL_BENCH_FOLDER`, whose studies stay; else a temporary one.
    pub fn new() -> Self {
        if let Some(path) = std::env::var_os("MPIQTL_BENCH_FOLDER") {
            return Self {
                path: path.into(),
                _temporary: None,
            };
        }
        let temporary = tempfile::tempdir().expect("a folder");
        Self {
            path: temporary.path().into(),
            _temporary: Some(temporary),
        }
    }

    /// The study of a shape, simulated unless it is there.
    pub fn study(&self, shape: &Shape) -> PathBuf {
        let Shape {
            snps,
            genes,
            samples,
        } = shape;
        let study = self.path.join(format!("{snps}x{genes}x{samples}"));
        if study.join(COMPLETE).exists() {
            return study;
        }
        std::fs::create_dir_all(&study).expect("a folder");
        let numbers = [
            ("--snps", *snps),
            ("--genes", *genes),
            ("--samples", *samples),
            ("--covariates", COVARIATES),
        ];
        let mut command = Command::new(env!("CARGO_BIN_EXE_mpiqtl"));
        command.args(["simulate", "--out"]).arg(&study);
        for (flag, number) in numbers {
            command.args([flag, &number.to_string()]);
        }
        checked(&mut command);
        std::fs::write(study.join(COMPLETE), "").expect("a file");
        study
    }
}

/// The stores of a study.
pub fn stores(study: &Path) -> [PathBuf; 2] {
    ["genotypes.h5", "expression.h5"].map(|name| study.join(name))
}
