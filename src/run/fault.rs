//! Failures on purpose, so that tests can see how a real job ends when one rank fails.
//!
//! `MPIQTL_FAULT=KIND@PHASE:RANK`, KIND being `error` or `panic`, makes that rank fail when it enters that phase; every
//! thread but the main one is in phase `thread` while it scans. With `alter` it changes its first hit a little after the scan, with `lose` it loses it: an audit must find out.

use super::error::RunError;
use crate::scan::Found;

const VARIABLE: &str = "MPIQTL_FAULT";

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
    match wish.strip_suffix(&format!("@scan:{rank}")) {
        Some("alter") => hits[0].statistic *= 1.0 + 1e-6,
        Some("lose") => {
            hits.remove(0);
        }
        _ => {}
    }
}
