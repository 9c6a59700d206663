//! `run.json` as the report reads it. Keys that a version of the program does not write are empty.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::ReportError;

/// The record's name in the output folder.
const RECORD: &str = "run.json";

/// The record of a run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Program and version.
    pub program: String,
    /// Libraries and their versions.
    pub libraries: BTreeMap<String, String>,
    /// The command line.
    pub command: Vec<String>,
    /// When the run ended, in seconds since 1970.
    pub finished_unix_secs: u64,
    /// Every option as resolved.
    pub config: Map<String, Value>,
    /// The samples.
    pub samples: Samples,
    /// SNP rows.
    pub n_snps: u64,
    /// Gene rows.
    pub n_genes: u64,
    /// Covariates, the intercept not counted.
    pub n_covariates: u64,
    /// The type of the genotype codes.
    pub genotype_code: String,
    /// SNPs that are constant once the covariates are known.
    pub n_constant_snps: u64,
    /// Genes that are.
    pub n_constant_genes: u64,
    /// Residual degrees of freedom.
    pub df: f64,
    /// Tests by class; `None` for a class that was not tested.
    pub n_tests_all: Option<u64>,
    /// See there.
    pub n_tests_cis: Option<u64>,
    /// See there.
    pub n_tests_trans: Option<u64>,
    /// Rows of the tables by class.
    pub n_eqtls_all: Option<u64>,
    /// See there.
    pub n_eqtls_cis: Option<u64>,
    /// See there.
    pub n_eqtls_trans: Option<u64>,
    /// Tests planned and made.
    pub ledger: Ledger,
    /// The covariate SNPs interact with.
    pub interaction_covariate: Option<String>,
    /// Pairs fitted again.
    pub audit: Option<Audit>,
    /// Where the stores lie that were read.
    pub stores: BTreeMap<String, StorePlace>,
    /// Phases and their durations.
    pub phases: Vec<Phase>,
    /// Duration of the run.
    pub total_secs: f64,
    /// Speed.
    pub merit: Merit,
    /// Shards that were merged.
    pub shards: Option<u64>,
    /// Every rank of the last start.
    pub ranks: Vec<Rank>,
    /// Whether the run is complete.
    pub complete: bool,
}

/// The samples of the run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Samples {
    /// Samples used.
    pub n_used: u64,
    /// What each file had.
    pub files: Vec<SampleFile>,
}

/// The samples of one file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SampleFile {
    /// What the file is of.
    pub file: String,
    /// Its samples.
    pub n_samples: u64,
    /// Those that are missing from another file.
    pub dropped: Vec<String>,
}

/// Tests planned and made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ledger {
    /// Planned.
    pub planned: Tests,
    /// Made.
    pub made: Tests,
    /// Block pairs done.
    pub block_pairs: u64,
}

/// Tests by class.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Tests {
    /// Of one class.
    pub all: u64,
    /// Cis.
    pub cis: u64,
    /// Trans.
    pub trans: u64,
}

/// Pairs fitted again from the raw data.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Audit {
    /// eQTLs.
    pub n_eqtls: u64,
    /// Other pairs.
    pub n_others: u64,
    /// The largest difference of |r|.
    pub largest_difference: f64,
}

/// Where a store lay, and what tells it from others.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StorePlace {
    /// Its path.
    pub path: PathBuf,
    /// What tells it from others, as hexadecimal digits.
    pub fingerprint: String,
}

/// A phase and its duration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Phase {
    /// The phase.
    pub phase: String,
    /// Its duration.
    pub secs: f64,
}

/// Figures of merit.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Merit {
    /// Tests a second of the scan phase.
    pub tests_per_sec: f64,
    /// The largest peak memory of any rank.
    pub peak_rss_bytes: u64,
}

/// One rank.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rank {
    /// Its number.
    pub rank: u64,
    /// Its machine.
    pub host: String,
    /// Its threads.
    pub threads: u64,
    /// Block pairs it did.
    pub block_pairs: u64,
    /// Tests it made.
    pub tests: u64,
    /// eQTLs it found.
    pub eqtls: u64,
    /// Seconds of its scan.
    pub scan_secs: f64,
    /// Peak memory.
    pub peak_rss_bytes: u64,
}

/// One class of tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// all, cis or trans.
    pub name: &'static str,
    /// Its tests.
    pub n_tests: u64,
    /// Rows of its table.
    pub n_eqtls: u64,
    /// The threshold of its p-values.
    pub threshold: f64,
}

impl Record {
    /// Reads the record of the finished run in a folder.
    ///
    /// # Errors
    /// If there is none, it is damaged, or the run is not complete.
    pub fn read(out: &Path) -> Result<Self, ReportError> {
        let path = out.join(RECORD);
        let text = fs::read(&path).map_err(|source| ReportError::Io {
            path: path.clone(),
            action: "cannot be read; the folder of a finished run is wanted, as 'mpiqtl map --out' makes it",
            source,
        })?;
        let wrong = |found: String| ReportError::Record {
            path: path.clone(),
            found,
        };
        let record: Self = serde_json::from_slice(&text)
            .map_err(|error| wrong(format!("is no record of a run: {error}")))?;
        match record.complete {
            true => Ok(record),
            false => Err(wrong("does not say that the run is complete".into())),
        }
    }

    /// The classes that were tested.
    pub fn classes(&self) -> Vec<Class> {
        let class = |name, n_tests: Option<u64>, n_eqtls: Option<u64>| {
            Some(Class {
                name,
                n_tests: n_tests?,
                n_eqtls: n_eqtls?,
                threshold: self.number(&format!("p_{name}")).unwrap_or(f64::NAN),
            })
        };
        let cis = class("cis", self.n_tests_cis, self.n_eqtls_cis);
        let trans = class("trans", self.n_tests_trans, self.n_eqtls_trans);
        match (cis, trans) {
            (None, None) => class("all", self.n_tests_all, self.n_eqtls_all)
                .into_iter()
                .collect(),
            (cis, trans) => cis.into_iter().chain(trans).collect(),
        }
    }

    /// An option that is a number.
    pub fn number(&self, key: &str) -> Option<f64> {
        self.config.get(key)?.as_f64()
    }

    /// Whether an option is on; one that an older run did not know is not.
    pub fn is_on(&self, key: &str) -> bool {
        self.config.get(key).and_then(Value::as_bool) == Some(true)
    }

    /// An option that is a word; empty if it is none.
    pub fn word(&self, key: &str) -> &str {
        self.config
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> Record {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn classes_are_those_that_were_tested() {
        let both = record(
            r#"{"n_tests_all": 9, "n_tests_cis": 4, "n_tests_trans": 5, "n_eqtls_all": 3, "n_eqtls_cis": 2,
                "n_eqtls_trans": 1, "config": {"p_cis": 0.1, "p_trans": 0.01}}"#,
        );
        let found: Vec<_> = both
            .classes()
            .into_iter()
            .map(|c| (c.name, c.n_tests, c.n_eqtls, c.threshold))
            .collect();
        assert_eq!(found, [("cis", 4, 2, 0.1), ("trans", 5, 1, 0.01)]);
        let one = record(
            r#"{"n_tests_all": 9, "n_eqtls_all": 3, "n_tests_cis": null, "config": {"p_all": 1.0}}"#,
        );
        assert_eq!(one.classes().len(), 1);
        assert_eq!(one.classes()[0].name, "all");
    }

    #[test]
    fn a_folder_without_a_finished_run_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let message = || Record::read(folder.path()).unwrap_err().to_string();
        assert!(
            message().contains("run.json: cannot be read"),
            "{}",
            message()
        );
        for (text, wanted) in [
            ("{", "is no record"),
            ("{\"complete\": false}", "does not say"),
        ] {
            fs::write(folder.path().join(RECORD), text).unwrap();
            assert!(message().contains(wanted), "{}", message());
        }
    }
}
