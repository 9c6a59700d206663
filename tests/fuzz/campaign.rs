//! Many cases of one target, each made from a seed and a number alone, watched for panics, hangs and memory.
//!
//! The short form, a fixed number of cases from a fixed seed, runs with every test run. `MPIQTL_LONG=1` runs each
//! target for ten minutes (`MPIQTL_FUZZ_SECS` for another time) from the clock's seed. A case that fails is kept in
//! `target/fuzz`; `MPIQTL_FUZZ_SEED` and `MPIQTL_FUZZ_CASE` run it again.

use std::fs;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::memory;

/// The seed of the short form.
const SEED: u64 = 20_120_515;

/// What one case may take; the machine may have other work too.
const CASE_TIME: Duration = Duration::from_secs(60);

/// How a case ended that is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    Refused,
}

/// What is wrong with how a case ended.
pub type Verdict = Result<Outcome, String>;

/// The case at work.
struct Running {
    name: String,
    folder: PathBuf,
    started: Instant,
}

static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

/// Targets take turns: time and memory are those of one case, and a program started meanwhile would inherit the file
/// that a case is writing, with HDF5's lock on it.
static TURN: Mutex<()> = Mutex::new(());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says a line even where the test harness captures what is printed.
fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Nothing else imports, and no program is started, while this is held.
pub fn turn() -> MutexGuard<'static, ()> {
    locked(&TURN)
}

/// Runs cases of a target: each fills a folder of its own from random numbers and judges what became of it.
///
/// # Panics
/// If a case fails, or no case was accepted or none refused, so that the target is none.
pub fn run(target: &str, short_cases: u64, case: impl Fn(&mut ChaCha8Rng, &Path) -> Verdict) {
    let _turn = turn();
    let is_long = std::env::var_os("MPIQTL_LONG").is_some();
    let clock = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
    let seed = number_of("MPIQTL_FUZZ_SEED").unwrap_or(if is_long { clock() } else { SEED });
    let secs = number_of("MPIQTL_FUZZ_SECS").unwrap_or(600);
    if is_long {
        say(&format!("fuzz {target}: seed {seed}, {secs} s"));
    }
    if let Some(number) = number_of("MPIQTL_FUZZ_CASE") {
        one(target, seed, number, &case);
        return;
    }
    let started = Instant::now();
    let (mut accepted, mut n_cases) = (0u64, 0u64);
    let goes_on = |n_cases| match is_long {
        true => started.elapsed().as_secs() < secs,
        false => n_cases < short_cases,
    };
    while goes_on(n_cases) {
        accepted += u64::from(one(target, seed, n_cases, &case) == Outcome::Accepted);
        n_cases += 1;
    }
    say(&format!(
        "fuzz {target}: {n_cases} cases from seed {seed}, {accepted} accepted, {:.1} s",
        started.elapsed().as_secs_f64()
    ));
    assert!(
        accepted > 0 && accepted < n_cases,
        "{accepted} of {n_cases} accepted"
    );
}

/// Runs one case that is no campaign's.
pub fn single(name: &str, case: impl Fn(&Path) -> Verdict) -> Outcome {
    let _turn = turn();
    one(name, 0, 0, &|_: &mut ChaCha8Rng, folder: &Path| {
        case(folder)
    })
}

fn number_of(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is '{text}', no number")),
    )
}

fn one(
    target: &str,
    seed: u64,
    number: u64,
    case: &impl Fn(&mut ChaCha8Rng, &Path) -> Verdict,
) -> Outcome {
    start_watchdog();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    let folder = tempfile::tempdir_in(fast_folder()).expect("a temporary folder");
    *locked(&RUNNING) = Some(Running {
        name: format!("{target}-{seed}-{number}"),
        folder: folder.path().into(),
        started: Instant::now(),
    });
    memory::watch();
    let ended = catch_unwind(AssertUnwindSafe(|| case(&mut random, folder.path())));
    memory::relax();
    let verdict = ended.unwrap_or_else(|_| Err("it panicked, see above".into()));
    let running = locked(&RUNNING).take().expect("the case that was set");
    match verdict {
        Ok(outcome) => outcome,
        Err(wrong) => panic!(
            "case {number} of {target} from seed {seed}: {wrong}\nits files: {}",
            kept(&running).display()
        ),
    }
}

/// Ends the program on behalf of the case at work.
pub fn give_up(why: &str) -> ! {
    match RUNNING.try_lock().as_deref() {
        Ok(Some(running)) => say(&format!(
            "fuzz: case {} {why}; its files: {}",
            running.name,
            kept(running).display()
        )),
        _ => say(&format!("fuzz: a case {why}")),
    }
    std::process::abort();
}

/// Copies the files of a case to where they stay.
fn kept(running: &Running) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../fuzz");
    let folder = root.join(&running.name);
    fs::create_dir_all(&folder).expect("a folder for the files of the case");
    for entry in fs::read_dir(&running.folder)
        .into_iter()
        .flatten()
        .flatten()
    {
        let _ = fs::copy(entry.path(), folder.join(entry.file_name()));
    }
    folder
}

/// Where files cost least: a store is put on the disk before it gets its name, and that takes its time.
fn fast_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.into()
    } else {
        std::env::temp_dir()
    }
}

fn start_watchdog() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        std::thread::spawn(|| {
            loop {
                std::thread::sleep(Duration::from_millis(500));
                let running = locked(&RUNNING);
                if running
                    .as_ref()
                    .is_some_and(|case| case.started.elapsed() > CASE_TIME)
                {
                    drop(running);
                    give_up("takes longer than it may");
                }
            }
        });
    });
}
