//! The cluster a test runs on: started once, always stopped.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::support::succeed;

/// One cluster at a time: times are measured on them.
static TURN: Mutex<()> = Mutex::new(());

/// A cluster made by `scripts/cluster`, in a folder of its own.
pub struct Cluster {
    kind: &'static str,
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Cluster {
    /// Starts a cluster, or says why it cannot be started here.
    pub fn start(kind: &'static str, arguments: &[&str]) -> Option<Self> {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let cluster = Self {
            kind,
            folder: tempfile::tempdir().expect("a folder"),
            _turn: turn,
        };
        let missing = succeed(&mut cluster.script("missing")).stdout;
        if !missing.is_empty() {
            let missing = String::from_utf8_lossy(&missing);
            eprintln!("SKIPPED: no {kind} to test on: {missing}");
            return None;
        }
        // The cluster outlives its starter: it must not hold the pipes of the test.
        let started = cluster.script("start").args(arguments).status();
        assert!(
            started.is_ok_and(|status| status.success()),
            "{kind} starts"
        );
        Some(cluster)
    }

    /// `scripts/cluster` for this cluster.
    pub fn script(&self, verb: &str) -> Command {
        let mut command = Command::new(root().join("scripts/cluster"));
        for (name, _) in std::env::vars() {
            let of_launcher = ["SLURM_", "SBATCH_", "PMI", "OMPI_", "MPIQTL_"];
            if of_launcher.iter().any(|start| name.starts_with(start)) {
                command.env_remove(name);
            }
        }
        command.args([self.kind, verb]);
        command.env("MPIQTL_CLUSTER", self.folder.path());
        command.env("MPIQTL_CLUSTER_OWNER", std::process::id().to_string());
        command
    }

    /// A command of `scripts/cluster` in a folder, for the program under test.
    pub fn at(&self, folder: &Path, verb: &str) -> Command {
        let mut command = self.script(verb);
        command.current_dir(folder);
        command.env("MPIQTL", env!("CARGO_BIN_EXE_mpiqtl"));
        command.env("MPIQTL_SITE", root().join("slurm/site.env"));
        command
    }

    /// The processes of this cluster whose environment has this variable, in pieces of `NAME=VALUE`, and that run the
    /// program under test.
    pub fn ranks(&self, variable: &str) -> Vec<u32> {
        let ours = self.folder.path().to_string_lossy().into_owned();
        let is_it = |process: &Path| {
            let program = fs::read_link(process.join("exe")).unwrap_or_default();
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            let environment = String::from_utf8_lossy(&environment).into_owned();
            program == Path::new(env!("CARGO_BIN_EXE_mpiqtl"))
                && environment.contains(&ours)
                && environment.split('\0').any(|v| v.starts_with(variable))
        };
        let entries = fs::read_dir("/proc").expect("/proc is there");
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let number = |path: PathBuf| path.file_name()?.to_str()?.parse().ok();
        paths
            .filter(|path| is_it(path))
            .filter_map(number)
            .collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.script("stop").status();
    }
}

/// A case: its name, and what it does on a cluster.
pub type Case = (&'static str, fn(&Cluster));

/// Runs all cases, whether or not one fails; fails with the names of those that did.
pub fn in_turn(cluster: &Cluster, cases: &[Case]) {
    let mut failed = Vec::new();
    for (name, case) in cases {
        let started = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| case(cluster)));
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        let secs = started.elapsed().as_secs_f64();
        eprintln!("{}: {name}: {word}, {secs:.1} s", cluster.kind);
        if result.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "these failed: {failed:?}");
}

/// Looks again and again until there is something, or fails when it takes too long.
pub fn wait_for<T>(what: &str, most: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < most, "{what}: not after {most:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
