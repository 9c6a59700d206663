//! What a run tells people while it runs: plain lines on standard error, from one rank.

use std::borrow::Cow;
use std::io::Write;

pub use crate::plot::grouped;

/// The log. Silent on every rank but the root.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    speaks: bool,
}

impl Log {
    /// A log that is printed if `speaks`.
    pub fn new(speaks: bool) -> Self {
        Self { speaks }
    }

    /// Whether lines are printed.
    pub fn speaks(self) -> bool {
        self.speaks
    }

    /// One line of information.
    pub fn info(self, line: impl AsRef<str>) {
        if self.speaks {
            print_line(line.as_ref());
        }
    }

    /// One line that the user should look at.
    pub fn warn(self, line: impl AsRef<str>) {
        if self.speaks {
            print_line(&format!("warning: {}", line.as_ref()));
        }
    }
}

/// Prints a line in one piece, control characters escaped: names of files and words of libraries may hold some, and a
/// terminal obeys them. A log that cannot be written (a full disk, a closed pipe) is no reason to lose a run.
pub fn print_line(line: &str) {
    let _ = std::io::stderr().write_all(format!("{}\n", printable(line)).as_bytes());
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
    fn one_has_no_plural() {
        assert_eq!(
            [counted(1, "rank"), counted(2, "rank")],
            ["1 rank", "2 ranks"]
        );
    }
}
