//! Being told to stop from outside: by a scheduler before the time is up, or by a person.
//!
//! While the scan goes on, the first SIGTERM, SIGUSR1 or SIGINT lets every thread finish its block pair, and the run ends
//! with what is done in the journal. A second one ends the program at once, and so does the first where nothing would be
//! lost: before the scan, and after it, when all that was found is in the journals.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
use signal_hook::flag;

/// The exit code of a run that was stopped and can be continued.
pub const CONTINUE: u8 = 75;

/// The exit code shells know for an interrupted program.
const INTERRUPTED: i32 = 130;

struct Flags {
    asked: Arc<AtomicBool>,
    at_once: Arc<AtomicBool>,
}

static FLAGS: OnceLock<Flags> = OnceLock::new();

/// Begins to listen; a signal ends the program at once until the scan begins.
///
/// # Errors
/// If the system refuses.
pub fn listen() -> io::Result<()> {
    let flags = FLAGS.get_or_init(|| Flags {
        asked: Arc::new(AtomicBool::new(false)),
        at_once: Arc::new(AtomicBool::new(true)),
    });
    for (signal, code) in [
        (SIGTERM, CONTINUE.into()),
        (SIGUSR1, CONTINUE.into()),
        (SIGINT, INTERRUPTED),
    ] {
        // In this order: what the first signal sets, the second one finds.
        flag::register_conditional_shutdown(signal, code, flags.at_once.clone())?;
        flag::register(signal, flags.asked.clone())?;
        flag::register(signal, flags.at_once.clone())?;
    }
    Ok(())
}

/// From here on the first signal asks to stop.
pub fn begin_scan() {
    set_at_once(false);
}

/// From here on a signal ends the program at once.
pub fn end_scan() {
    set_at_once(true);
}

/// Whether a signal has asked to stop.
pub fn is_stop_asked() -> bool {
    let flags = FLAGS.get();
    flags.is_some_and(|flags| flags.asked.load(Ordering::Relaxed))
}

fn set_at_once(at_once: bool) {
    if let Some(flags) = FLAGS.get() {
        flags.at_once.store(at_once, Ordering::Relaxed);
    }
}
