//! What a run tells people while it runs: plain lines on standard error, from one rank. Standard output is for what a
//! command was asked to print.

use std::borrow::Cow;
use std::io::Write;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use console::style;
use indicatif::ProgressBar;

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors alone.
    Quiet,
    /// What a run is of, how far it is, and what came out.
    #[default]
    Normal,
    /// Every option, block pairs and ranks too.
    Verbose,
}

/// How much this process tells.
static VERBOSITY: AtomicU8 = AtomicU8::new(Verbosity::Normal as u8);

/// The warnings of this process.
static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The line that is drawn over and over on a terminal, while there is one.
static LIVE: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Sets how much every log of this process tells from now on.
pub fn set_verbosity(verbosity: Verbosity) {
    VERBOSITY.store(verbosity as u8, Ordering::Relaxed);
}

pub use crate::plot::{grouped, many};

/// The log. Silent on every rank but the root.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    speaks: bool,
}

impl Log {
    /// A log that is printed if `speaks`, as far as the process is to tell anything.
    pub fn new(speaks: bool) -> Self {
        Self { speaks }
    }

    /// Whether lines of information are printed.
    pub fn speaks(self) -> bool {
        self.tells(Verbosity::Normal)
    }

    fn tells(self, what: Verbosity) -> bool {
        self.speaks && VERBOSITY.load(Ordering::Relaxed) >= what as u8
    }

    /// Whether details are printed.
    pub fn is_verbose(self) -> bool {
        self.tells(Verbosity::Verbose)
    }

    /// One line of information.
    pub fn info(self, line: impl AsRef<str>) {
        if self.speaks() {
            print_line(line.as_ref());
        }
    }

    /// One line that few people want.
    pub fn detail(self, line: impl FnOnce() -> String) {
        if self.is_verbose() {
            print_line(&line());
        }
    }

    /// One line that the user should look at; kept for the record of the run whether or not it is printed.
    pub fn warn(self, line: impl AsRef<str>) {
        if self.speaks {
            locked(&WARNINGS).push(line.as_ref().into());
        }
        if self.speaks() {
            print_line(&format!("{WARNING} {}", line.as_ref()));
        }
    }
}

/// What was warned of so far.
pub fn warnings() -> Vec<String> {
    locked(&WARNINGS).clone()
}

/// Lets lines be printed above a live line, until there is another or none.
pub fn set_live(bar: Option<ProgressBar>) {
    *locked(&LIVE) = bar;
}

/// No thread panics while it holds one of these locks.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const WARNING: &str = "warning:";
const ERROR: &str = "mpiqtl: error";

/// Prints a line in one piece, control characters escaped: names of files and words of libraries may hold some, and a
/// terminal obeys them. A log that cannot be written (a full disk, a closed pipe) is no reason to lose a run.
pub fn print_line(line: &str) {
    let line = format!("{}\n", painted(&printable(line)));
    let print = || {
        let _ = std::io::stderr().write_all(line.as_bytes());
    };
    match &*locked(&LIVE) {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

/// The line with its first word in colour if it is one of alarm and standard error is a terminal that has colours and
/// NO_COLOR is not set.
fn painted(line: &str) -> Cow<'_, str> {
    let rest = |word| line.strip_prefix(word);
    if let Some(rest) = rest(ERROR) {
        return format!("{}{rest}", style(ERROR).red().bold().for_stderr()).into();
    }
    match rest(WARNING) {
        Some(rest) => format!("{}{rest}", style(WARNING).yellow().bold().for_stderr()).into(),
        None => line.into(),
    }
}

/// The line with its control characters as Rust and most languages escape them.
fn printable(line: &str) -> Cow<'_, str> {
    if !line.contains(char::is_control) {
        return line.into();
    }
    let escaped = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    line.chars().map(escaped).collect::<String>().into()
}

/// "a, b, c and 4 more": the first few of many names.
pub fn some_of(names: &[String], total: usize) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match total.saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A duration in a unit that suits it.
pub fn duration(secs: f64) -> String {
    match secs {
        0.0..120.0 => format!("{secs:.1} s"),
        120.0..7200.0 => format!("{:.1} min", secs / 60.0),
        _ => format!("{:.1} h", secs / 3600.0),
    }
}

/// "1 rank", "2 ranks".
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut_and_counted() {
        let names: Vec<String> = (0..7).map(|i| i.to_string()).collect();
        assert_eq!(some_of(&names, 7), "0, 1, 2, 3, 4 and 2 more");
        assert_eq!(some_of(&names[..2], 2), "0, 1");
    }

    #[test]
    fn a_duration_has_a_unit_that_suits_it() {
        let shown = [9.0, 600.0, 7200.0].map(duration);
        assert_eq!(shown, ["9.0 s", "10.0 min", "2.0 h"]);
    }

    #[test]
    fn one_has_no_plural() {
        assert_eq!(
            [counted(1, "rank"), counted(2, "rank")],
            ["1 rank", "2 ranks"]
        );
    }
}
