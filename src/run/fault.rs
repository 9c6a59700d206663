//! Failures on purpose, so that tests can see how a real job ends when one rank fails.
//!
//! `MPIQTL_FAULT=KIND@PHASE:RANK`, KIND being `error` or `panic`, makes that rank fail when it enters that phase.

use super::error::RunError;

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
