//! What the tests of whole behaviours share: running the program alone and under mpirun, reading its tables.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod golden;
pub mod help;
pub mod histogram;
pub mod least_squares;
pub mod min_p;
pub mod tails;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    /// Where the jobs of a test keep Open MPI's session folders; goes with the thread of the test.
    static SESSIONS: tempfile::TempDir = tempfile::tempdir().expect("a temporary folder");
}

/// The program under test.
pub fn mpiqtl() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpiqtl"));
    clear_launcher(&mut command);
    keep_session_apart(&mut command);
    command
}

/// The program under a real mpirun with this many ranks, more than there are cores if need be.
pub fn mpirun(ranks: usize) -> Command {
    let mut command = mpirun_itself();
    command
        .args(["-n", &ranks.to_string()])
        .arg(env!("CARGO_BIN_EXE_mpiqtl"));
    command
}

/// mpirun, ready to be told what to start.
pub fn mpirun_itself() -> Command {
    let mut command = Command::new("mpirun");
    clear_launcher(&mut command);
    keep_session_apart(&mut command);
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1");
    command.env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    command.args(["--oversubscribe", "--bind-to", "none"]);
    command
}

/// Tests may themselves run inside a Slurm job.
fn clear_launcher(command: &mut Command) {
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("SLURM_") || name.starts_with("PMI"))
    {
        command.env_remove(name);
    }
}

/// Gives a job a folder of its own for its session.
///
/// All jobs of a user on a machine share one session folder otherwise. The last to leave removes it, and a job that
/// starts between making it and making its own folder in it fails in `MPI_Init` with exit code 1. A world of one counts
/// as a job, and its daemon cleans up after the program has ended, so even tests in turn get in each other's way.
fn keep_session_apart(command: &mut Command) {
    static JOBS: AtomicUsize = AtomicUsize::new(0);
    let job = JOBS.fetch_add(1, Ordering::Relaxed).to_string();
    let folder = SESSIONS.with(|sessions| sessions.path().join(job));
    command.env("OMPI_MCA_orte_tmpdir_base", folder);
}

/// A tool in a folder of targets that `scripts/setup --tests` installs to, or one in the path; `None`, with a message,
/// without.
pub fn installed(folder: &str, name: &str) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_BIN_EXE_mpiqtl")).ancestors().nth(2);
    let own = target.expect("a folder of targets").join(folder);
    let own = own.join("bin").join(name);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let others = std::env::split_paths(&path).map(|folder| folder.join(name));
    let found = std::iter::once(own)
        .chain(others)
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: no {name}; scripts/setup --tests installs what can be had");
    }
    found
}

/// Runs to the end and fails the test with the program's words if it fails.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        stderr(&output)
    );
    output
}

/// Runs to the end, expects this exit code, and returns what was said on standard error.
pub fn fail(command: &mut Command, code: i32) -> String {
    let output = command.output().expect("the program starts");
    assert_eq!(
        output.status.code(),
        Some(code),
        "{command:?}\n{}",
        stderr(&output)
    );
    stderr(&output)
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A table with a header, tab separated.
#[derive(Debug)]
pub struct Table {
    /// Column names.
    pub header: Vec<String>,
    /// Rows of fields.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a table.
    pub fn read(path: &Path) -> Self {
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Self::parse(&text)
    }

    /// Parses a table.
    pub fn parse(text: &str) -> Self {
        let fields = |line: &str| line.split('\t').map(String::from).collect::<Vec<_>>();
        let mut lines = text.lines();
        let header = fields(lines.next().expect("a header"));
        Self {
            header,
            rows: lines.map(fields).collect(),
        }
    }

    /// The rows by SNP and gene.
    pub fn by_pair(&self) -> HashMap<(&str, &str), &[String]> {
        let pairs = self
            .rows
            .iter()
            .map(|row| ((row[0].as_str(), row[1].as_str()), &row[2..]));
        pairs.collect()
    }
}

/// A key-value table as Matrix eQTL's counts come.
pub fn counts(path: &Path) -> HashMap<String, f64> {
    let rows = Table::read(path).rows.into_iter();
    rows.map(|row| (row[0].clone(), row[1].parse().expect("a number")))
        .collect()
}

/// `run.json` of an output folder.
pub fn record(out: &Path) -> serde_json::Value {
    let text = std::fs::read(out.join("run.json")).expect("the run wrote its record");
    serde_json::from_slice(&text).expect("the record is JSON")
}

/// Whether `found` is `wanted` to this relative tolerance.
pub fn close(found: f64, wanted: f64, relative: f64) -> bool {
    found == wanted || (found - wanted).abs() <= relative * wanted.abs()
}

/// A number of a table; R writes Inf where Rust writes inf.
pub fn number(field: &str) -> f64 {
    field
        .parse()
        .unwrap_or_else(|_| panic!("'{field}' is no number"))
}

/// The false discovery rates of the smallest p-values of `n_tests` (Benjamini and Hochberg 1995), in the order given.
pub fn false_discovery_rates(p_values: &[f64], n_tests: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut rates = vec![0.0; p_values.len()];
    let mut smallest = 1.0f64;
    for (rank, &i) in order.iter().enumerate().rev() {
        smallest = smallest.min(p_values[i] * n_tests / (rank + 1) as f64);
        rates[i] = smallest;
    }
    rates
}

/// The folder of real data with reference results, or `None` with a message when it is not there.
pub fn real_data(study: &str) -> Option<PathBuf> {
    let root = std::env::var_os("MPIQTL_REALDATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/realdata"),
        PathBuf::from,
    );
    let folder = root.join(study);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no real data for {study}; set MPIQTL_REALDATA to the folder that has it");
    None
}

/// A small generator of our own, so that a study does not change with a library.
pub struct Lcg(pub u64);

impl Lcg {
    /// A whole number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }

    /// A number that is nearly normal, with mean 0.
    pub fn noise(&mut self) -> f64 {
        (0..6)
            .map(|_| self.below(1_000_001) as f64 / 1e6)
            .sum::<f64>()
            - 3.0
    }
}
