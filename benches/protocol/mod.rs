//! How benches measure, and how they keep what they measured: medians, the clock, tables, the machine.

mod machine;

use std::fmt::Display;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

/// A table that is printed as it grows, and kept in a folder with a description of the machine if
/// `MPIQTL_BENCH_RECORD` names one.
pub struct Record {
    bench: &'static str,
    folder: Option<PathBuf>,
    text: String,
    load_before: String,
    clock_before: f64,
}

impl Record {
    /// An empty table of the bench of this name.
    pub fn new(bench: &'static str) -> Self {
        Self {
            bench,
            folder: std::env::var_os("MPIQTL_BENCH_RECORD").map(PathBuf::from),
            text: String::new(),
            load_before: machine::load(),
            clock_before: median((0..9).map(|_| clock_hz()).collect()),
        }
    }

    /// Prints a line and keeps it. What is kept so far is on the disk after every line: long benches may be stopped.
    pub fn line(&mut self, line: impl Display) {
        println!("{line}");
        self.text.push_str(&format!("{line}\n"));
        if let Some(folder) = &self.folder {
            std::fs::create_dir_all(folder).expect("a folder for the record");
            let path = folder.join(format!("{}.txt", self.bench));
            std::fs::write(path, &self.text).expect("a record");
        }
    }

    /// Describes the machine beside the table, if it is kept.
    pub fn finish(self) {
        if let Some(folder) = &self.folder {
            let clocks = [
                self.clock_before,
                median((0..9).map(|_| clock_hz()).collect()),
            ];
            let text = machine::describe(self.bench, &clocks, &self.load_before);
            std::fs::write(folder.join("machine.txt"), text).expect("a record");
        }
    }
}

/// The words on the command line, without flags: `cargo bench` adds one.
pub fn words() -> Vec<String> {
    std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect()
}

/// A whole number from the environment.
///
/// # Panics
/// If the variable holds something else.
pub fn number_from(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| {
        let number = text.parse().ok().filter(|number| *number > 0);
        number.unwrap_or_else(|| panic!("{variable} is {text}; a whole number from 1 is wanted"))
    })
}

/// The median; of an even number of values the upper one of the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How long a work takes.
pub fn secs(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Cycles a second: additions and exclusive ors that wait for each other take one cycle each.
pub fn clock_hz() -> f64 {
    const LINKS: usize = 1 << 21;
    let (addend, mask) = (black_box(0x9e37_79b9_7f4a_7c15u64), black_box(0x5555u64));
    let mut x = black_box(1u64);
    let secs = secs(|| {
        for _ in 0..LINKS {
            x = x.wrapping_add(addend) ^ mask;
        }
        x = black_box(x);
    });
    2.0 * LINKS as f64 / secs
}

/// Whole numbers below 2^31 that look random and are the same in every run.
pub fn noise(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        state >> 33
    })
}
