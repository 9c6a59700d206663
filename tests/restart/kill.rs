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

/// A job that has not ended by then hangs. A long campaign may share its machine with other work.
const PATIENCE: Duration = Duration::from_secs(30);
const LONG_PATIENCE: Duration = Duration::from_secs(300);

/// A launcher that outlives its ranks for so long is stuck.
const LAUNCHER_PATIENCE: Duration = Duration::from_secs(10);

fn is_long() -> bool {
    std::env::var_os("MPIQTL_LONG").is_some()
}

fn patience() -> Duration {
    if is_long() { LONG_PATIENCE } else { PATIENCE }
}

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

/// Whether a process has come far enough to catch a signal; before, the signal ends it as any other program. KILL is caught
/// by none.
fn catches(pid: u32, signal: &str) -> bool {
    let number = match signal {
        "KILL" => return true,
        "USR1" => 10,
        "TERM" => 15,
        other => panic!("no number for {other}"),
    };
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (number - 1)) != 0)
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

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// With this exit code of the launcher, or by a signal.
    Code(Option<i32>),
    /// All ranks ended, and the launcher did not: mpirun 4.1 sometimes waits for itself when it takes down its PMIx server.
    LauncherStuck,
}

/// Waits until a job and all its processes have ended.
fn end_of(job: &mut Child, out: &Path) -> End {
    let started = Instant::now();
    let mut ranks_seen = None;
    let end = loop {
        if let Some(status) = job.try_wait().unwrap() {
            break End::Code(status.code());
        }
        let (launchers, ranks) = processes(out);
        if !ranks.is_empty() || launchers.is_empty() {
            ranks_seen = Some(Instant::now());
        }
        if ranks_seen.is_some_and(|seen| seen.elapsed() > LAUNCHER_PATIENCE) {
            job.kill().unwrap();
            job.wait().unwrap();
            println!("mpirun outlived its ranks by {LAUNCHER_PATIENCE:?}");
            break End::LauncherStuck;
        }
        assert!(started.elapsed() < patience(), "the job hangs");
        thread::sleep(Duration::from_millis(5));
    };
    loop {
        let (launchers, ranks) = processes(out);
        if launchers.is_empty() && ranks.is_empty() {
            return end;
        }
        assert!(
            started.elapsed() < patience(),
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
) -> (bool, End) {
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
    let (mut launchers, mut of_ranks) = processes(out);
    of_ranks.retain(|&pid| catches(pid, signal));
    launchers.retain(|&pid| catches(pid, signal));
    if signal != "KILL" && of_ranks.len() < ranks {
        // The launcher would pass the signal on to a rank that is not ready for it.
        launchers.clear();
    }
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
    let rounds = if is_long() { LONG_ROUNDS } else { ROUNDS };
    let seed = if is_long() {
        u64::from(std::process::id())
    } else {
        1
    };
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let study = Study::new();
    let wanted = study.in_peace();
    for target in TARGETS {
        let (mut hit, mut run, mut stuck) = (0, 0, 0);
        while hit < rounds {
            let out = study.path(&format!("{target:?}{run}"));
            let (was_hit, end) = round(&study, &out, (signal, target), &mut random);
            hit += usize::from(was_hit);
            match end {
                End::Code(code) => assert!(
                    !was_hit || code == Some(0) || allowed(target, code),
                    "{signal} to {target:?} gives {code:?}"
                ),
                End::LauncherStuck => stuck += 1,
            }
            if out.join("run.json").exists() {
                if signal == "KILL" && out.join("journal").exists() {
                    // Killed when all was written, and what is of no more use not yet removed.
                    let mut again = study.map(mpiqtl(), out.to_str().unwrap());
                    super::support::succeed(again.arg("--overwrite"));
                }
                assert_same(&out, &wanted);
                run += 1;
            }
        }
        assert!(stuck <= 1 + rounds / 20, "mpirun got stuck {stuck} times");
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
    // mpirun that is about to end does not catch it any more.
    campaign("USR1", |target, code| match target {
        Target::Rank => code == Some(75),
        Target::Launcher => code == Some(75) || code.is_none(),
        Target::All => true,
    });
}
