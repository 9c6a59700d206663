//! Failures on purpose, so that tests can see how a real job ends when one rank fails.
//!
//! `MPIQTL_FAULT=KIND@PHASE:RANK`, KIND being `error` or `panic`, makes that rank fail when it enters that phase; every
//! thread but the main one is in phase `thread` while it scans. With `alter` it changes its first hit a little, with `lose`
//! it loses it: an audit must find out. With `slow` it takes twice as long for each block pair, as a rank on a busy or an
//! older machine does. `MPIQTL_SLOW_MS` makes all ranks rest so long after each block pair, `MPIQTL_SLOW_LOOK_MS` every time
//! they look at how far they are.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::error::RunError;
use crate::scan::Found;

const VARIABLE: &str = "MPIQTL_FAULT";
const SLOW: &str = "MPIQTL_SLOW_MS";
const SLOW_LOOK: &str = "MPIQTL_SLOW_LOOK_MS";

/// How long to rest at each look; looks are frequent, so that it is asked for once.
static REST_AT_LOOK: OnceLock<Duration> = OnceLock::new();

static HAS_SPOILED: AtomicBool = AtomicBool::new(false);

/// Fails if the environment asks this rank to fail in this phase.
///
/// # Errors
/// When asked to.
///
/// # Panics
/// When asked to.
pub fn trip(phase: &'static str, rank: usize) -> Result<(), RunError> {
    let Ok(wish) = std::env::var(VARIABLE) else {
        return Ok(());
    };
    match wish.strip_suffix(&format!("@{phase}:{rank}")) {
        Some("panic") => panic!("failing on purpose in phase {phase}"),
        Some("error") => Err(RunError::Fault { phase }),
        _ => Ok(()),
    }
}

/// Spoils what a rank has found if the environment asks for it.
pub fn spoil(rank: usize, found: &mut Found) {
    let Ok(wish) = std::env::var(VARIABLE) else {
        return;
    };
    let classes = found.classes_mut().map(|class| &mut class.hits);
    let Some(hits) = classes.into_iter().find(|hits| !hits.is_empty()) else {
        return;
    };
    let wish = wish.strip_suffix(&format!("@scan:{rank}"));
    let is_to_be_spoiled = matches!(wish, Some("alter" | "lose"));
    if !is_to_be_spoiled || HAS_SPOILED.swap(true, Ordering::Relaxed) {
        return;
    }
    if wish == Some("alter") {
        hits[0].statistic *= 1.0 + 1e-6;
    } else {
        hits.remove(0);
    }
}

/// Rests after a block pair that took so long, if the environment asks for it.
pub fn slow_down(rank: usize, took: Duration) {
    let mut rest = millis(SLOW);
    if std::env::var(VARIABLE).is_ok_and(|wish| wish == format!("slow@scan:{rank}")) {
        rest = took + 2 * rest;
    }
    if !rest.is_zero() {
        std::thread::sleep(rest);
    }
}

/// Rests if the environment asks for it at every look.
pub fn rest_at_look() {
    let rest = *REST_AT_LOOK.get_or_init(|| millis(SLOW_LOOK));
    if !rest.is_zero() {
        std::thread::sleep(rest);
    }
}

/// The milliseconds in a variable of the environment; 0 if there are none.
fn millis(variable: &str) -> Duration {
    let found = std::env::var(variable).ok();
    Duration::from_millis(found.and_then(|ms| ms.parse().ok()).unwrap_or(0))
}
