//! Files beside a store that are needed only while it is made.

use std::fs::{File, TryLockError};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::rows::map_file;

/// A file beside the store that goes when its owner goes, locked where the file system has locks: a second import
/// that shortened it would turn values into zeros.
pub struct ScratchFile {
    path: PathBuf,
    file: BufWriter<File>,
    written: u64,
    _removal: RemovedOnDrop,
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
    /// Keeps the file locked.
    _file: BufWriter<File>,
    _removal: RemovedOnDrop,
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
        let failed = |action| {
            let path = path.clone();
            move |source| StoreError::Io {
                path,
                action,
                source,
            }
        };
        // A file that an import left when it was killed is used again; one that an import is at work on is not.
        let mut options = File::options();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let file = file.map_err(failed("cannot be written"))?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            let action =
                "another process is importing to the same store; start one, and without mpirun";
            return Err(failed(action)(ErrorKind::WouldBlock.into()));
        }
        file.set_len(0).map_err(failed("cannot be written"))?;
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
