//! Runs that are killed at random moments.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::study::{Study, assert_same};
use super::support::{mpiqtl, mpirun};

/// A job that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Kills of each kind in every run of the tests, and in a long campaign.
const ROUNDS: usize = 4;
const LONG_ROUNDS: usize = 50;

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Target {
    Rank,
    Launcher,
    All,
}

const TARGETS: [Target; 3] = [Target::Rank, Target::Launcher, Target::All];

/// The running processes of a job: those with the output folder among their words, the launcher apart.
fn processes(out: &Path) -> (Vec<u32>, Vec<u32>) {
    let marker = out.to_string_lossy().into_owned();
    let (mut launchers, mut ranks) = (Vec::new(), Vec::new());
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).into_owned();
        if !words.contains(&marker) {
            continue;
        }
        let is_launcher = words
            .split('\0')
            .next()
            .is_some_and(|name| name.ends_with("mpirun"));
        if is_launcher {
            &mut launchers
        } else {
            &mut ranks
        }
        .push(pid);
    }
    (launchers, ranks)
}

fn kill(signal: &str, pids: &[u32]) {
    let pids = pids.iter().map(u32::to_string);
    let mut command = Command::new("kill");
    // Some of them may have ended.
    let _ = command
        .arg(format!("-{signal}"))
        .args(pids)
        .stderr(Stdio::null())
        .status();
}

/// Waits until a job and all its processes have ended; the exit code of the launcher.
fn end_of(job: &mut Child, out: &Path) -> Option<i32> {
    let started = Instant::now();
    let code = loop {
        if let Some(status) = job.try_wait().unwrap() {
            break status.code();
        }
        assert!(started.elapsed() < PATIENCE, "the job hangs");
        thread::sleep(Duration::from_millis(5));
    };
    loop {
        let (launchers, ranks) = processes(out);
        if launchers.is_empty() && ranks.is_empty() {
            return code;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "{ranks:?} go on without a launcher"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

/// Starts the run on a random number of ranks and kills some of it at a random moment, if it is still there. Whether it
/// was, and how the job ended.
fn round(
    study: &Study,
    out: &Path,
    (signal, target): (&str, Target),
    random: &mut ChaCha8Rng,
) -> (bool, Option<i32>) {
    let ranks = random.random_range(1..4);
    let launcher = match (ranks, target) {
        // Without a launcher, as on a laptop.
        (1, Target::Rank | Target::All) => mpiqtl(),
        _ => mpirun(ranks),
    };
    let mut command = study.map(launcher, out.to_str().unwrap());
    let threads = random.random_range(1..3).to_string();
    command.args([
        "--threads",
        &threads,
        "--oversubscribe",
        "--journal-secs",
        "0.02",
    ]);
    command.env("MPIQTL_SLOW_MS", random.random_range(5..60).to_string());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut job = command.spawn().unwrap();
    thread::sleep(Duration::from_millis(random.random_range(0..1500)));
    let (launchers, mut of_ranks) = processes(out);
    let killed = match target {
        Target::Rank => of_ranks.choose(random).copied().into_iter().collect(),
        Target::Launcher => launchers,
        Target::All => {
            of_ranks.extend(launchers);
            of_ranks
        }
    };
    kill(signal, &killed);
    (!killed.is_empty(), end_of(&mut job, out))
}

/// Kills runs until so many were hit; each is started again until it is done.
fn campaign(signal: &str, allowed: impl Fn(Target, Option<i32>) -> bool) {
    let is_long = std::env::var_os("MPIQTL_LONG").is_some();
    let rounds = if is_long { LONG_ROUNDS } else { ROUNDS };
    let seed = if is_long {
        u64::from(std::process::id())
    } else {
        1
    };
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let study = Study::new();
    let wanted = study.in_peace();
    for target in TARGETS {
        let (mut hit, mut run) = (0, 0);
        while hit < rounds {
            let out = study.path(&format!("{target:?}{run}"));
            let (was_hit, code) = round(&study, &out, (signal, target), &mut random);
            hit += usize::from(was_hit);
            if was_hit && code != Some(0) {
                assert!(
                    allowed(target, code),
                    "{signal} to {target:?} gives {code:?}"
                );
            }
            if out.join("run.json").exists() {
                assert_same(&out, &wanted);
                run += 1;
            }
        }
        // The last one to its end, in peace.
        let out = study.path(&format!("{target:?}{run}"));
        let mut last = study.map(mpirun(2), out.to_str().unwrap());
        super::support::succeed(last.args(["--threads", "1", "--oversubscribe"]));
        assert_same(&out, &wanted);
    }
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was() {
    campaign("KILL", |_, _| true);
}

#[test]
fn a_run_that_is_terminated_ends_in_good_order_and_goes_on() {
    // mpirun has an exit code of its own for itself.
    campaign("TERM", |target, code| {
        target != Target::Rank || code == Some(75)
    });
}

#[test]
fn a_run_that_is_told_that_its_time_is_up_ends_in_good_order_and_goes_on() {
    campaign("USR1", |target, code| {
        target == Target::All || code == Some(75)
    });
}
