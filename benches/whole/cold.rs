//! Files that are not in memory, and how fast they come from the disk.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use super::protocol::secs;

const DROP_CACHES: &str = "/proc/sys/vm/drop_caches";

/// Takes a file out of the page cache, which the system may refuse to do; the rate of [`bytes_per_sec`] shows it.
///
/// # Panics
/// If there is no way to ask for it.
pub fn evict(file: &Path) {
    let mut to = std::ffi::OsString::from("of=");
    to.push(file);
    let dd = Command::new("dd")
        .arg(to)
        .args(["oflag=nocache", "conv=notrunc,fdatasync", "count=0"])
        .args(["if=/dev/null", "status=none"])
        .status();
    if dd.is_ok_and(|status| status.success()) {
        return;
    }
    // Of all files, so only where the one alone cannot be.
    std::fs::write(DROP_CACHES, "1").expect("dd with oflag=nocache, or the right to drop caches");
}

/// The rate at which a file is read from its beginning to its end.
pub fn bytes_per_sec(file: &Path) -> f64 {
    let mut file = File::open(file).expect("a file");
    let mut buffer = vec![0; 8 << 20];
    let mut bytes = 0;
    let secs = secs(|| {
        loop {
            match file.read(&mut buffer).expect("a file that can be read") {
                0 => break,
                n => bytes += n,
            }
        }
    });
    bytes as f64 / secs
}
