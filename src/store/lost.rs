//! What is said when a mapped file is no longer there to be read.
#![allow(unsafe_code)]

use std::io;

use signal_hook::consts::SIGBUS;
use signal_hook::low_level;

const WORDS: &[u8] = b"mpiqtl: error: a store or a .bed was cut short, or its disk failed, while it was read; run the same command \
                       again when it is whole\n";

/// The exit code of a run that failed.
const FAILED: i32 = 1;

/// Ends the program with a sentence where the system would end it without one: on SIGBUS, which is what reading a page of
/// a mapped file gives that is not there any more.
///
/// # Errors
/// If the system refuses.
pub fn tell_of_lost_pages() -> io::Result<()> {
    let tell = || {
        let _ = rustix::io::write(rustix::stdio::stderr(), WORDS);
        low_level::exit(FAILED);
    };
    // SAFETY: writing to a descriptor and `_exit` may be called in a handler; nothing is allocated, locked or unwound.
    unsafe { low_level::register(SIGBUS, tell) }.map(|_| ())
}
