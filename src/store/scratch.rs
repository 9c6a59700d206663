//! Files beside a store that are needed only while it is made.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::rows::map_file;
use crate::disk::open_alone;

/// A file beside the store that goes when its owner goes, locked where the file system has locks: a second import
/// that shortened it would turn values into zeros.
pub struct ScratchFile {
    path: PathBuf,
    written: u64,
    /// Before the file: it goes while it is locked, else it could be that of the next owner.
    _removal: RemovedOnDrop,
    file: BufWriter<File>,
}

struct RemovedOnDrop(PathBuf);

impl Drop for RemovedOnDrop {
    fn drop(&mut self) {
        // Nothing can be done about a scratch file that will not go.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The same file, read through a map.
pub struct MappedScratch {
    /// Its bytes.
    pub bytes: memmap2::Mmap,
    _removal: RemovedOnDrop,
    /// Keeps the file locked until it is gone.
    _file: BufWriter<File>,
}

impl ScratchFile {
    /// A new file beside `store`.
    ///
    /// # Errors
    /// If it cannot be made, or another process is writing to it.
    pub fn create(store: &Path, kind: &str) -> Result<Self, StoreError> {
        let mut name = store.as_os_str().to_owned();
        name.push(format!(".{kind}.part"));
        let path = PathBuf::from(name);
        let failed = |source| StoreError::Io {
            path: path.clone(),
            action: "cannot be written",
            source,
        };
        let Some(file) = open_alone(&path).map_err(failed)? else {
            return Err(StoreError::Busy { path });
        };
        Ok(Self {
            _removal: RemovedOnDrop(path.clone()),
            path,
            file: BufWriter::with_capacity(1 << 20, file),
            written: 0,
        })
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// If the disk is full.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.written += bytes.len() as u64;
        self.file
            .write_all(bytes)
            .map_err(|source| self.failed(source))
    }

    /// A map of what has been written so far.
    ///
    /// # Errors
    /// If the disk is full or the file cannot be mapped.
    pub fn so_far(&mut self) -> Result<memmap2::Mmap, StoreError> {
        self.flush()?;
        map_file(self.file.get_ref()).map_err(|source| self.failed(source))
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.file.flush().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: std::io::Error) -> StoreError {
        StoreError::Io {
            path: self.path.clone(),
            action: "cannot be written",
            source,
        }
    }

    /// Ends writing and opens the file for reading.
    ///
    /// # Errors
    /// If the disk is full or the file cannot be mapped.
    pub fn map(mut self) -> Result<MappedScratch, StoreError> {
        Ok(MappedScratch {
            bytes: self.so_far()?,
            _file: self.file,
            _removal: self._removal,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_file_has_one_owner_however_often_owners_change() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.h5");
        let (owned, path) = (
            AtomicBool::new(false),
            folder.path().join("s.h5.values.part"),
        );
        let claim = || {
            for _ in 0..3000 {
                if let Ok(file) = ScratchFile::create(&store, "values") {
                    assert!(!owned.swap(true, Ordering::SeqCst), "two owners");
                    assert!(path.exists(), "the owner's file is gone");
                    owned.store(false, Ordering::SeqCst);
                    drop(file);
                }
            }
        };
        std::thread::scope(|threads| {
            (0..4).for_each(|_| drop(threads.spawn(claim)));
        });
        assert!(!path.exists());
    }
}
