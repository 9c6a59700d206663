//! The program as users start it, and what it says of a run.

use std::path::PathBuf;
use std::process::Command;

use super::study::stores;
use super::{RANKS, cold};

/// A way to run the program.
#[derive(Clone)]
pub struct Way {
    /// Its name.
    pub what: String,
    /// The folder of its study.
    pub study: PathBuf,
    /// Ranks.
    pub ranks: usize,
    /// Threads of a rank; `None` leaves them to the program and cores to `mpirun`.
    pub threads: Option<usize>,
    /// Flags of `map`.
    pub flags: Vec<String>,
    /// Whether the stores are not in memory when it starts.
    pub is_cold: bool,
    /// The place of the way it is compared with, and what the ratio is to be.
    pub against: Option<(usize, &'static str)>,
}

/// What one run took.
#[derive(Clone, Debug)]
pub struct Run {
    pub total_secs: f64,
    pub scan_secs: f64,
    /// The most memory of any rank.
    pub peak_bytes: f64,
    pub named_per_hit: Option<f64>,
    pub engine: String,
    /// Threads of all ranks.
    pub threads: u64,
}

impl Way {
    /// Two ranks under `mpirun`, with flags.
    pub fn new(what: &str, study: &std::path::Path, flags: &[&str]) -> Self {
        Self {
            what: what.into(),
            study: study.into(),
            ranks: RANKS,
            threads: None,
            flags: flags.iter().map(|flag| flag.to_string()).collect(),
            is_cold: false,
            against: None,
        }
    }

    /// The same, compared with the way at a place.
    pub fn against(self, place: usize, target: &'static str) -> Self {
        let against = Some((place, target));
        Self { against, ..self }
    }

    /// Runs it.
    pub fn run(&self) -> Run {
        if self.is_cold {
            stores(&self.study)
                .iter()
                .for_each(|file| cold::evict(file));
        }
        let out = self.study.join("results");
        checked(self.command().arg("--out").arg(&out));
        let text = std::fs::read_to_string(out.join("run.json")).expect("a record");
        let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        std::fs::remove_dir_all(&out).expect("results");
        let phases = record["phases"].as_array().expect("phases");
        let scan = phases.iter().find(|phase| phase["phase"] == "scan");
        let number = |value: &serde_json::Value| value.as_f64().expect("a number");
        let ranks = record["ranks"].as_array().expect("ranks");
        assert_eq!(ranks.len(), self.ranks, "ranks of one world");
        Run {
            total_secs: number(&record["total_secs"]),
            scan_secs: number(&scan.expect("a scan")["secs"]),
            peak_bytes: ranks
                .iter()
                .map(|rank| number(&rank["peak_rss_bytes"]))
                .fold(0.0, f64::max),
            named_per_hit: record["screen"]["named_per_hit"].as_f64(),
            engine: record["screen"]["engine"].as_str().unwrap_or("?").into(),
            threads: ranks
                .iter()
                .filter_map(|rank| rank["threads"].as_u64())
                .sum(),
        }
    }

    /// `mpirun` of the program, or of what `MPIQTL_BENCH_MPIRUN` says.
    fn command(&self) -> Command {
        let mpirun = std::env::var("MPIQTL_BENCH_MPIRUN").unwrap_or("mpirun".into());
        let mut words = mpirun.split_whitespace();
        let mut command = Command::new(words.next().expect("MPIQTL_BENCH_MPIRUN names a program"));
        command.args(words).args(["-n", &self.ranks.to_string()]);
        if self.threads.is_some() {
            // A rank that is bound to one core has no use for threads.
            command.args(["--bind-to", "none"]);
        }
        command.arg(env!("CARGO_BIN_EXE_mpiqtl"));
        let [genotypes, expression] = stores(&self.study);
        command.arg("map").arg("--genotypes").arg(genotypes);
        command
            .arg("--expression")
            .arg(expression)
            .arg("--covariates");
        command.arg(self.study.join("covariates.tsv"));
        if let Some(threads) = self.threads {
            command.args(["--threads", &threads.to_string()]);
        }
        command.args(["--overwrite"]).args(&self.flags);
        command
    }
}

/// Runs a command that must succeed.
///
/// # Panics
/// If it does not; with its log.
pub fn checked(command: &mut Command) {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {log}");
}
