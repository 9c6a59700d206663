//! Which file a store is: the one that was opened, as it was then.

use std::fs::{File, Metadata};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use hdf5::Dataset;
use hdf5::dataset::Layout;
use memmap2::{Mmap, MmapOptions};

use super::error::StoreError;

/// A file and what the file system said of it when it was opened.
pub struct OpenedFile {
    path: PathBuf,
    file: File,
    length: u64,
    /// Device and inode.
    place: (u64, u64),
    /// Seconds and nanoseconds of the last modification.
    modified: (i64, i64),
}

impl OpenedFile {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// If it is missing or must not be read.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Io {
            path: path.into(),
            action: "cannot be opened",
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        Ok(Self {
            path: path.into(),
            file,
            length: metadata.len(),
            place: place(&metadata),
            modified: modified(&metadata),
        })
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Says whether the path still leads to this file, and the file is as it was.
    ///
    /// # Errors
    /// If the path leads to another file or to none, or the file was modified.
    pub fn check_unchanged(&self) -> Result<(), StoreError> {
        let now = std::fs::metadata(&self.path).map_err(|source| StoreError::Io {
            path: self.path.clone(),
            action: "cannot be found any more, though it was there when it was opened; leave inputs where they are \
                     while they are read, and start again",
            source,
        })?;
        let found = if place(&now) != self.place {
            "another file stands where the one was that was opened".to_string()
        } else if now.len() != self.length {
            format!(
                "the file has {} bytes and had {} when it was opened",
                now.len(),
                self.length
            )
        } else if modified(&now) != self.modified {
            "the file was modified since it was opened".to_string()
        } else {
            return Ok(());
        };
        Err(StoreError::Content {
            path: self.path.clone(),
            found,
            wanted: "a file must stay as it is while it is read, start again".into(),
        })
    }

    /// A part of the file; `None` if the file ends before it does, or cannot be read.
    pub fn read(&self, offset: u64, bytes: usize) -> Option<Vec<u8>> {
        let end = offset.checked_add(bytes as u64)?;
        if end > self.length {
            return None;
        }
        let mut part = vec![0; bytes];
        self.file.read_exact_at(&mut part, offset).ok()?;
        Some(part)
    }

    /// Where a dataset lies in the file, if it lies there in one piece.
    pub fn contiguous(&self, dataset: &Dataset) -> Option<u64> {
        let is_plain = dataset.layout() == Layout::Contiguous && cfg!(target_endian = "little");
        dataset.offset().filter(|_| is_plain)
    }

    /// Maps a part of the file, which is not empty.
    ///
    /// # Errors
    /// If the file ends before the part does, or the system cannot map it.
    #[expect(unsafe_code, reason = "a memory map")]
    pub fn map(&self, offset: u64, bytes: usize) -> Result<Mmap, StoreError> {
        let failed = |source| StoreError::Io {
            path: self.path.clone(),
            action: "cannot be mapped",
            source,
        };
        let length = self.file.metadata().map_err(failed)?.len();
        let end = offset.saturating_add(bytes as u64);
        if length < end {
            return Err(StoreError::Content {
                path: self.path.clone(),
                found: format!("the file has {length} bytes"),
                wanted: format!(
                    "its matrix ends at byte {end}; the file is truncated, copy it again"
                ),
            });
        }
        // SAFETY: the map is read only and lies inside the file. This program writes a store under another name and
        // renames it; another program that writes over a store in use could change what is read or end the process.
        unsafe { MmapOptions::new().offset(offset).len(bytes).map(&self.file) }.map_err(failed)
    }
}

fn place(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

fn modified(metadata: &Metadata) -> (i64, i64) {
    (metadata.mtime(), metadata.mtime_nsec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::{Duration, SystemTime};

    fn message(file: &OpenedFile) -> String {
        file.check_unchanged().unwrap_err().to_string()
    }

    #[test]
    fn a_file_that_is_replaced_modified_shortened_or_gone_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.h5");
        let write = || fs::write(&path, "content").unwrap();
        write();
        let file = OpenedFile::open(&path).unwrap();
        file.check_unchanged().unwrap();

        let handle = File::options().write(true).open(&path).unwrap();
        let later = SystemTime::now() + Duration::from_secs(5);
        handle.set_modified(later).unwrap();
        assert!(message(&file).contains("modified"), "{}", message(&file));

        handle.set_len(3).unwrap();
        assert!(
            message(&file).contains("has 3 bytes and had 7"),
            "{}",
            message(&file)
        );

        let file = OpenedFile::open(&path).unwrap();
        file.check_unchanged().unwrap();
        fs::rename(&path, folder.path().join("b.h5")).unwrap();
        assert!(
            message(&file).contains("cannot be found"),
            "{}",
            message(&file)
        );
        write();
        assert!(
            message(&file).contains("another file"),
            "{}",
            message(&file)
        );
    }
}
