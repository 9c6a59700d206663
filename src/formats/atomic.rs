//! Files that are complete or absent: written beside their final name and renamed when they are finished.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::FormatError;
use super::input::io_error;
use crate::disk::open_alone;

const BUFFER_BYTES: usize = 1 << 18;

/// A file under construction: `NAME.part` until it is finished, removed if it never is.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    part: PathBuf,
    /// None once the file has its final name.
    out: Option<BufWriter<File>>,
}

impl AtomicFile {
    /// Creates `NAME.part` beside `path`; the folder has to be there. It is locked until it is finished or goes: two
    /// programs that write to one would make a table of lines of both.
    ///
    /// # Errors
    /// If the file cannot be created, or another program is writing to it.
    pub fn create(path: &Path) -> Result<Self, FormatError> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = create_alone(&part)?;
        Ok(Self {
            path: path.into(),
            part,
            out: Some(BufWriter::with_capacity(BUFFER_BYTES, file)),
        })
    }

    /// Puts all that was written on the disk, still under the unfinished name.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn settle(&mut self) -> Result<(), FormatError> {
        self.out().flush().map_err(self.error("cannot write"))?;
        let synced = self.out().get_ref().sync_all();
        synced.map_err(self.error("cannot write"))
    }

    /// Puts the file on the disk and gives it its name.
    ///
    /// # Errors
    /// If the disk refuses; then the unfinished file is removed.
    pub fn finish(mut self) -> Result<(), FormatError> {
        self.settle()?;
        fs::rename(&self.part, &self.path)
            .map_err(self.error("cannot rename to its final name"))?;
        self.out = None;
        Ok(())
    }

    fn out(&mut self) -> &mut BufWriter<File> {
        self.out
            .as_mut()
            .expect("only finish ends the file, and it takes it")
    }

    /// Where the file will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The error of something that was done to the file.
    pub(super) fn error(
        &self,
        action: &'static str,
    ) -> impl FnOnce(io::Error) -> FormatError + use<> {
        io_error(&self.part, action)
    }
}

/// An empty file that no other program writes to, where the file system has locks. One that was left behind is used again.
fn create_alone(part: &Path) -> Result<File, FormatError> {
    let file = open_alone(part).map_err(io_error(part, "cannot create"))?;
    file.ok_or_else(|| FormatError::File {
        path: part.into(),
        found: "another program is writing to this file".into(),
        wanted: "give another output, or wait until it is done; only 'map' is started by mpirun"
            .into(),
    })
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out().flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(out) = self.out.take() {
            // While it is locked, else it could be that of the next owner. What is still buffered is of no use.
            let _ = fs::remove_file(&self.part);
            drop(out.into_parts());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn an_unfinished_file_leaves_the_old_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.json");
        fs::write(&path, "old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(names(folder.path()), ["run.json"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    }

    #[test]
    fn two_at_once_do_not_write_to_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.tsv");
        let mut first = AtomicFile::create(&path).unwrap();
        first.write_all(b"first").unwrap();
        let error = AtomicFile::create(&path).unwrap_err().to_string();
        assert!(
            error.contains("x.tsv.part: another program is writing"),
            "{error}"
        );
        first.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        let mut second = AtomicFile::create(&path).unwrap();
        second.write_all(b"2nd").unwrap();
        second.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "2nd");
    }

    #[test]
    fn what_was_left_behind_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.tsv");
        fs::write(folder.path().join("x.tsv.part"), "longer than what comes").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"short").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "short");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = AtomicFile::create(Path::new("no/such/folder/x.tsv")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("no/such/folder/x.tsv.part: cannot create")
        );
    }

    #[test]
    fn a_name_that_is_taken_by_a_folder_leaves_no_part_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        let error = AtomicFile::create(&path).unwrap().finish().unwrap_err();
        assert!(error.to_string().contains("cannot rename"));
        assert_eq!(names(folder.path()), ["taken"]);
    }
}
