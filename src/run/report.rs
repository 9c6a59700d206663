//! The report at the end of a run, which nothing hangs on: what keeps it from being made is a warning.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use super::config::MapConfig;
use super::log::Log;
use super::meter::{Meter, rate};
use super::signals;
use crate::report::{ReportError, write_report};

/// Writes the report of the run that is finished, unless the options say otherwise.
pub fn report(config: &MapConfig, log: Log) {
    if !config.report {
        return;
    }
    let started = Instant::now();
    let write = || watched_report(&config.out, None, log, signals::is_stop_asked);
    // A panic on the thread of MPI would end all ranks of a run that is complete; on another one it is told and over.
    let written = thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, write);
        thread.map(|thread| thread.join())
    });
    let secs = started.elapsed().as_secs_f64();
    match written.unwrap_or_else(|error| Err(Box::new(error))) {
        Ok(Ok(path)) => log.info(format!("report  {} in {secs:.1} s", path.display())),
        Ok(Err(error)) => {
            let cause = error
                .source()
                .map_or(String::new(), |cause| format!(": {cause}"));
            log.warn(format!(
                "there is no report, the results are complete: {error}{cause}"
            ));
        }
        Err(_) => log.warn("there is no report, the results are complete; please report this"),
    }
}

/// Writes the report of the finished run in the folder `out`, as `report.html` there or as `file`, and shows how far it is.
/// Gives the path of the report.
///
/// # Errors
/// As [`write_report`], and if `is_stopped` says so.
pub fn watched_report(
    out: &Path,
    file: Option<&Path>,
    log: Log,
    is_stopped: impl Fn() -> bool,
) -> Result<PathBuf, ReportError> {
    let mut meter = None;
    write_report(out, file, &mut |n_rows, total| {
        let meter = meter.get_or_insert_with(|| Meter::new(log, "report", total));
        meter.show(n_rows, |secs| rate(n_rows, "eQTLs", secs));
        !is_stopped()
    })
}
