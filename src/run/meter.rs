//! Progress of long work: a live line on a terminal, a plain line every half minute in a log.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::fault::rest_at_look;
use super::log::{Log, duration, grouped, set_live};

const LINE_EVERY: Duration = Duration::from_secs(30);
const REDRAWS_A_SECOND: u8 = 4;

/// What is over sooner shows nothing: nobody reads a line that flashes by.
const FIRST_AFTER: Duration = Duration::from_millis(200);

/// Shows how much of `total` is done, as long as it lives.
pub struct Meter {
    what: &'static str,
    total: u64,
    bar: Option<ProgressBar>,
    is_live: bool,
    started: Instant,
    last_line: Instant,
    log: Log,
}

impl Meter {
    /// A meter at zero. Shows nothing where the log is silent.
    pub fn new(log: Log, what: &'static str, total: u64) -> Self {
        let on_terminal = log.speaks() && std::io::stderr().is_terminal();
        let bar = on_terminal.then(|| {
            let style =
                ProgressStyle::with_template("{prefix:7} {bar:24} {percent:>3} %  {wide_msg}")
                    .expect("the template is well formed");
            let target = ProgressDrawTarget::stderr_with_hz(REDRAWS_A_SECOND);
            ProgressBar::with_draw_target(Some(total), target)
                .with_style(style)
                .with_prefix(what)
        });
        let now = Instant::now();
        Self {
            what,
            total,
            bar,
            is_live: false,
            started: now,
            last_line: now,
            log,
        }
    }

    /// Shows that `done` of the total is done; `detail` gets the seconds so far and says more.
    pub fn show(&mut self, done: u64, detail: impl FnOnce(f64) -> String) {
        rest_at_look();
        if self.started.elapsed() < FIRST_AFTER {
            return;
        }
        let secs = self.started.elapsed().as_secs_f64();
        let message = || match left(done, self.total, secs) {
            Some(left) => format!("{}, ETA {}", detail(secs), duration(left)),
            None => detail(secs),
        };
        if let Some(bar) = &self.bar {
            if !self.is_live {
                set_live(Some(bar.clone()));
                self.is_live = true;
            }
            // The position draws the line, with the message it finds.
            bar.set_message(message());
            bar.set_position(done.min(self.total));
        } else if is_due(&mut self.last_line, Instant::now()) {
            let percent = 100.0 * done as f64 / self.total.max(1) as f64;
            self.log
                .info(format!("{:7} {percent:.1} %, {}", self.what, message()));
        }
    }

    /// Removes the live line.
    pub fn finish(self) {
        drop(self);
    }
}

impl Drop for Meter {
    /// Nothing of a live line stays before an error either.
    fn drop(&mut self) {
        if let Some(bar) = self.bar.as_ref().filter(|_| self.is_live) {
            set_live(None);
            bar.finish_and_clear();
        }
    }
}

/// Whether a log gets another line now, `last` being when it got the last one; sets that.
fn is_due(last: &mut Instant, now: Instant) -> bool {
    let is_due = now.duration_since(*last) >= LINE_EVERY;
    if is_due {
        *last = now;
    }
    is_due
}

/// "1,234 genes, 56 a second".
pub fn rate(n_rows: u64, rows: &str, secs: f64) -> String {
    format!(
        "{} {rows}, {:.0} a second",
        grouped(n_rows),
        n_rows as f64 / secs
    )
}

/// Seconds until all is done at the pace so far; `None` while nothing is.
fn left(done: u64, total: u64, secs: f64) -> Option<f64> {
    (done > 0).then(|| secs * total.saturating_sub(done) as f64 / done as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gets_a_line_every_half_minute_at_most() {
        let start = Instant::now();
        let mut last = start;
        let lines =
            (0..1000).filter(|&ms| is_due(&mut last, start + Duration::from_millis(100 * ms)));
        assert_eq!(lines.collect::<Vec<_>>(), [300, 600, 900]);
    }

    #[test]
    fn the_time_that_is_left_follows_the_pace() {
        assert_eq!(left(0, 10, 5.0), None);
        assert_eq!(left(5, 20, 10.0), Some(30.0));
        // What is done may have been counted too low before.
        assert_eq!(left(12, 10, 5.0), Some(0.0));
    }
}
