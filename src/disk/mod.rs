//! Floor 0: files that one program writes to at a time.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Times that a file is opened which is not at its path once it is locked: some file systems number files anew at each look.
const TRIES: usize = 100;

/// An empty file at `path`, locked where the file system has locks; `None` if another program has it. What was left there is
/// used again.
///
/// # Errors
/// If the file cannot be made, or its length not be changed.
pub fn open_alone(path: &Path) -> io::Result<Option<File>> {
    let mut tries = 0;
    let file = loop {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path)?;
        tries += 1;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Ok(None);
        }
        // The owner before may have renamed or removed the file between the two calls: the lock of such a file keeps nobody
        // out.
        if is_at(&file, path)? || tries == TRIES {
            break file;
        }
    };
    // Not of a link to a device, which has no length.
    if file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    Ok(Some(file))
}

/// Whether the open file is the one that is found at a path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let opened = file.metadata()?;
    let found = std::fs::metadata(path);
    Ok(found.is_ok_and(|found| (found.dev(), found.ino()) == (opened.dev(), opened.ino())))
}
