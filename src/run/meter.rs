//! Progress of long work: a live line on a terminal, a plain line every half minute in a log.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::log::Log;

const LINE_EVERY: Duration = Duration::from_secs(30);
const REDRAWS_A_SECOND: u8 = 4;

/// Shows how much of `total` is done.
pub struct Meter {
    what: &'static str,
    total: u64,
    bar: Option<ProgressBar>,
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
                ProgressStyle::with_template("{prefix} {bar:32} {percent:>3} %  {msg}  ETA {eta}")
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
            started: now,
            last_line: now,
            log,
        }
    }

    /// Shows that `done` of the total is done; `detail` gets the seconds so far and says more.
    pub fn show(&mut self, done: u64, detail: impl FnOnce(f64) -> String) {
        let secs = self.started.elapsed().as_secs_f64();
        if let Some(bar) = &self.bar {
            bar.set_position(done.min(self.total));
            bar.set_message(detail(secs));
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            let share = done as f64 / self.total.max(1) as f64;
            let left = if share > 0.0 {
                secs / share - secs
            } else {
                f64::NAN
            };
            let (what, percent) = (self.what, 100.0 * share);
            self.log.info(format!(
                "{what}: {percent:.1} %, {}, ETA {left:.0} s",
                detail(secs)
            ));
        }
    }

    /// Removes the live line.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
