//! A run of Matrix eQTL on a study: what it was given, and the comparison with whatever it wrote.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::inputs::{Covariates, Files, error_covariance, table};
use crate::support::histogram::{self, Bin};
use crate::support::min_p::{Hit, MinP};
use crate::support::{Table, close, mpirun, number, real_data, record, succeed};

/// Bins of the reference's histograms.
const BINS: usize = 100;

/// Which run, and what the program is to be given for it.
pub struct Run {
    /// Folder of the study.
    pub study: &'static str,
    /// Name of the run.
    pub name: &'static str,
    /// Genotypes, expression and locations.
    pub files: &'static Files,
    /// Covariates.
    pub covariates: Covariates,
}

/// One reference run: where the inputs are and what the reference's options were.
pub struct Reference {
    run: Run,
    folder: PathBuf,
    summary: HashMap<String, String>,
    read: RefCell<BTreeSet<String>>,
}

impl Reference {
    /// The run's reference, or `None` with a message when the data are not there.
    pub fn open(run: Run) -> Option<Self> {
        let folder = real_data(run.study)?;
        let name = format!("expected/matrixeqtl.{}.summary.txt", run.name);
        let text =
            std::fs::read_to_string(folder.join(&name)).expect("the reference has a summary");
        let fields = text.lines().filter_map(|line| line.split_once(' '));
        let summary = fields
            .map(|(key, value)| (key.into(), value.trim().into()))
            .collect();
        let read = BTreeSet::from([name.replace("expected/", "")]);
        Some(Self {
            run,
            folder,
            summary,
            read: read.into(),
        })
    }

    /// The run's name.
    pub fn name(&self) -> &str {
        self.run.name
    }

    /// The study's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A number of the summary.
    pub fn number(&self, key: &str) -> f64 {
        number(&self.summary[key])
    }

    /// The classes that were reported, with the numbers of tests and eQTLs.
    pub fn classes(&self) -> Vec<(&'static str, f64, f64)> {
        let of = |class: &'static str| {
            let words: Vec<&str> = self.summary.get(class)?.split(' ').collect();
            assert_eq!((words[0], words[2]), ("ntests", "neqtls"));
            Some((class, number(words[1]), number(words[3])))
        };
        ["all", "cis", "trans"].into_iter().filter_map(of).collect()
    }

    /// The threshold of a class.
    pub fn threshold(&self, class: &str) -> f64 {
        match class {
            "cis" => self.number("pvOutputThreshold.cis"),
            _ => self.number("pvOutputThreshold"),
        }
    }

    /// A table of results of the reference, which counts as read.
    fn expected(&self, kind: &str) -> Table {
        let name = format!("matrixeqtl.{}.{kind}.tsv", self.run.name);
        let there = self.folder.join("expected").join(&name).exists();
        let name_there = if there {
            name.clone()
        } else {
            format!("{name}.gz")
        };
        self.read.borrow_mut().insert(name_there);
        table(&self.folder, &format!("expected/{name}"))
    }

    fn has(&self, kind: &str) -> bool {
        let name = format!("expected/matrixeqtl.{}.{kind}.tsv.gz", self.run.name);
        self.folder.join(name).exists()
    }

    /// The reference's eQTLs: class, SNP, gene, beta, statistic, p and FDR.
    pub fn hits(&self) -> Table {
        let hits = self.expected("hits");
        let header = ["part", "snps", "gene", "beta", "statistic", "pvalue", "FDR"];
        assert_eq!(hits.header, header);
        hits
    }

    /// `map` on two ranks with this model and otherwise the reference's options; files that must be made are made in
    /// `made`.
    pub fn map(&self, model: &str, out: &Path, made: &Path) -> Command {
        let mut command = mpirun(2);
        command.arg("map").arg("--out").arg(out);
        let files = self.run.files;
        let file = |name| crate::inputs::file(&self.folder, name);
        command
            .arg("--genotypes")
            .arg(files.genotypes(&self.folder));
        command.arg("--expression").arg(file(files.expression));
        if let Some(covariates) = self.run.covariates.file(&self.folder, made) {
            command.arg("--covariates").arg(covariates);
        }
        if self.summary["errorCovariance"] == "TRUE" {
            let covariance = error_covariance(&self.folder, &self.summary["note"], files, made);
            command.arg("--error-covariance").arg(covariance);
        }
        command.args(["--model", model]);
        let p = &self.summary["pvOutputThreshold"];
        if self.threshold("cis") == 0.0 {
            command.args(["--p-all", p]);
            return command;
        }
        command.args([
            "--p-trans",
            p,
            "--p-cis",
            &self.summary["pvOutputThreshold.cis"],
        ]);
        command.args(["--cis-dist-bp", &self.summary["cisDist"]]);
        if let Some((snps, genes)) = files.locations {
            command.arg("--snp-locations").arg(file(snps));
            command.arg("--gene-locations").arg(file(genes));
        }
        command
    }

    fn model(&self) -> &'static str {
        match self.summary["model"].as_str() {
            "LINEAR" => "linear",
            "ANOVA" => "anova",
            "CROSS" => "linear_cross",
            other => panic!("{other} is no model"),
        }
    }

    /// Runs with the reference's options and compares everything there is to compare.
    pub fn check(&self) {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("out");
        let mut map = self.map(self.model(), &out, folder.path());
        succeed(map.args(["--p-histogram", &BINS.to_string(), "--min-p"]));
        self.check_counts(&out);
        let hits = self.hits();
        for (class, _, _) in self.classes() {
            let wanted = hits.rows.iter().filter(|row| row[0] == class);
            self.check_rows(&Table::read(&out.join(format!("{class}.tsv"))), wanted);
        }
        self.check_histograms(&out);
        self.check_min_p(&out, &hits);
        self.all_is_read();
    }

    /// df, tests and eQTLs.
    fn check_counts(&self, out: &Path) {
        let record = record(out);
        assert_eq!(record["df"].as_f64(), Some(self.number("dfFull")));
        for (class, n_tests, n_eqtls) in self.classes() {
            let found = |what: &str| record[format!("n_{what}_{class}")].as_f64();
            assert_eq!(found("tests"), Some(n_tests), "tests of {class}");
            assert_eq!(found("eqtls"), Some(n_eqtls), "eQTLs of {class}");
        }
    }

    fn check_rows<'a>(&self, found: &Table, wanted: impl Iterator<Item = &'a Vec<String>>) {
        // Beta and t of a good fit are as right as r is; p amplifies by about df.
        const TOLERANCES: [f64; 4] = [1e-9, 1e-9, 1e-7, 1e-7];
        // An analysis of variance has no beta, in which the reference has NA.
        let first = if self.model() == "anova" { 1 } else { 0 };
        let names = match first {
            1 => &["SNP", "gene", "F-test", "p-value", "FDR"][..],
            _ => &["SNP", "gene", "beta", "t-stat", "p-value", "FDR"],
        };
        assert_eq!(found.header, names);
        let by_pair = found.by_pair();
        let mut n_wanted = 0;
        for wanted in wanted {
            n_wanted += 1;
            let pair = (wanted[1].as_str(), wanted[2].as_str());
            let row = by_pair
                .get(&pair)
                .unwrap_or_else(|| panic!("{pair:?} is missing"));
            for (i, tolerance) in TOLERANCES.into_iter().enumerate().skip(first) {
                let (found, wanted_value) = (number(&row[i - first]), number(&wanted[3 + i]));
                assert!(
                    close(found, wanted_value, tolerance),
                    "{pair:?}: {row:?}, wanted {wanted:?}"
                );
            }
        }
        assert_eq!((found.rows.len(), by_pair.len()), (n_wanted, n_wanted));
    }

    /// The reference has no histogram of all tests where it has those of cis and trans, whose sum it is.
    fn check_histograms(&self, out: &Path) {
        let expected = self.expected("hist");
        assert_eq!(expected.header, ["part", "lo", "hi", "count"]);
        let found = |class: &str| histogram::read(&out.join(format!("histogram_{class}.tsv")));
        let mut sum: Vec<Bin> = Vec::new();
        for (class, n_tests, _) in self.classes() {
            let rows = expected.rows.iter().filter(|row| row[0] == class);
            let wanted: Vec<Bin> = rows.map(|row| Bin::parse(&row[1..])).collect();
            assert_eq!(wanted.len(), BINS);
            histogram::check(&found(class), &wanted, class);
            assert_eq!(wanted.iter().map(|bin| bin.count).sum::<f64>(), n_tests);
            if sum.is_empty() {
                sum = wanted;
            } else {
                let bins = sum.iter_mut().zip(&wanted);
                bins.for_each(|(sum, bin)| sum.count += bin.count);
            }
        }
        histogram::check(&found("all"), &sum, "all");
    }

    /// Every gene's smallest p-value, and every SNP's where the reference has them.
    fn check_min_p(&self, out: &Path, hits: &Table) {
        let tables = ["gene", "snp"]
            .map(|side| (side, format!("minpv_{side}")))
            .map(|(side, kind)| self.has(&kind).then(|| (side, self.expected(&kind))));
        assert!(tables[0].is_some(), "the reference has those of genes");
        for (class, n_tests, _) in self.classes() {
            let found = MinP::read(out, class);
            for (side, table) in tables.iter().flatten() {
                assert_eq!(table.header, ["part", *side, "minp"]);
                let rows = table.rows.iter().filter(|row| row[0] == class);
                let wanted: HashMap<String, f64> =
                    rows.map(|row| (row[1].clone(), number(&row[2]))).collect();
                match *side {
                    "gene" => found.check_genes(&wanted),
                    _ => found.check_snps(&wanted),
                }
            }
            found.check_sides(n_tests);
            let rows = hits.rows.iter().filter(|row| row[0] == class);
            let hits = rows.map(|row| Hit {
                snp: &row[1],
                gene: &row[2],
                p: number(&row[5]),
            });
            found.check_hits(hits, self.threshold(class));
        }
    }

    /// Fails if a file of the reference's results was not read.
    fn all_is_read(&self) {
        let start = format!("matrixeqtl.{}.", self.run.name);
        let there = std::fs::read_dir(self.folder.join("expected")).expect("the results");
        let names: BTreeSet<String> = there
            .map(|entry| entry.expect("an entry").file_name().into_string())
            .map(|name| name.expect("a plain name"))
            .filter(|name| name.starts_with(&start))
            .collect();
        assert_eq!(
            *self.read.borrow(),
            names,
            "results, and those that were read"
        );
    }
}
