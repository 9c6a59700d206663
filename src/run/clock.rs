//! How long each phase took.

use std::time::Instant;

use serde::Serialize;

/// A phase and its duration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PhaseTime {
    /// The phase.
    pub phase: &'static str,
    /// Its duration.
    pub secs: f64,
}

/// Times phases one after the other.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    current: Option<(&'static str, Instant)>,
    times: Vec<PhaseTime>,
}

impl Clock {
    /// A clock before its first phase.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            current: None,
            times: Vec::new(),
        }
    }

    /// Ends the current phase and begins the next.
    pub fn enter(&mut self, phase: &'static str) {
        self.stop();
        self.current = Some((phase, Instant::now()));
    }

    /// Ends the current phase.
    pub fn stop(&mut self) {
        if let Some((phase, since)) = self.current.take() {
            self.times.push(PhaseTime {
                phase,
                secs: since.elapsed().as_secs_f64(),
            });
        }
    }

    /// The phases that have ended.
    pub fn times(&self) -> &[PhaseTime] {
        &self.times
    }

    /// Time since the clock was started.
    pub fn total_secs(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}
