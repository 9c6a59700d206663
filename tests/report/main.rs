//! Reports: their numbers are those of the run, nothing in them comes to life, and a browser shows them as meant.

mod browser;
mod elsewhere;
mod formats;
mod large;
mod numbers;
mod page;

#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{mpiqtl, stderr, succeed};
use tempfile::TempDir;

/// A simulated study as text, and a folder of output.
pub struct Study {
    folder: TempDir,
}

impl Study {
    /// A study of 300 SNPs, 60 genes and 80 samples.
    pub fn simulated() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = mpiqtl();
        command
            .current_dir(folder.path())
            .args(["simulate", "--out", "study", "--format", "text"]);
        command.args([
            "--snps",
            "300",
            "--genes",
            "60",
            "--samples",
            "80",
            "--trans",
            "0.3",
        ]);
        succeed(&mut command);
        Self { folder }
    }

    /// The path of a file of the study or the output.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `map` of the study into the folder `out`.
    pub fn map(&self, options: &str) -> Command {
        let mut command = mpiqtl();
        command.current_dir(self.folder.path()).arg("map");
        for key in [
            "genotypes",
            "expression",
            "covariates",
            "snp_locations",
            "gene_locations",
        ] {
            let file = format!("study/{key}.tsv");
            command
                .arg(format!("--{}", key.replace('_', "-")))
                .arg(file);
        }
        command.args(options.split_whitespace());
        if !options.contains("--out ") {
            command.args(["--out", "out"]);
        }
        command
    }

    /// `report` with these words.
    pub fn report(&self, words: &str) -> Command {
        let mut command = mpiqtl();
        command.current_dir(self.folder.path()).arg("report");
        command.args(words.split_whitespace());
        command
    }

    /// Maps, and gives the report.
    pub fn mapped(&self, options: &str) -> String {
        succeed(&mut self.map(options));
        self.html()
    }

    /// The report in the folder `out`.
    pub fn html(&self) -> String {
        fs::read_to_string(self.path("out/report.html")).expect("there is a report")
    }

    /// Puts other words into a file of the study.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.path(name);
        let text = fs::read_to_string(&path).expect("a file of the study");
        assert!(text.contains(from), "{name} has {from}");
        fs::write(path, text.replace(from, to)).expect("the study can be written");
    }
}

/// The section of a page with this name.
pub fn section<'a>(html: &'a str, id: &str) -> &'a str {
    let start = html.find(&format!("<section id=\"{id}\">"));
    let rest = &html[start.unwrap_or_else(|| panic!("no section {id}"))..];
    &rest[..rest.find("</section>").expect("a section ends")]
}

/// The numbers of a part of a page, as programs read them.
pub fn values(part: &str) -> Vec<f64> {
    let pieces = part.split("<data value=\"").skip(1);
    pieces
        .map(|piece| support::number(piece.split('"').next().expect("a value")))
        .collect()
}

/// The rows of the first table of a part of a page.
pub fn rows(part: &str) -> Vec<&str> {
    let body = part.split("<tbody>").nth(1).expect("a table");
    let body = body.split("</tbody>").next().expect("its end");
    body.split("<tr>").skip(1).collect()
}

/// Whether a program said this on standard error.
pub fn says(output: &Output, words: &str) -> bool {
    stderr(output).contains(words)
}

/// The names of files in a folder; none if it is not there.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry.expect("an entry")))
        .collect();
    names.sort();
    names
}
