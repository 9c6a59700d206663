//! Files that are complete or absent: written beside their final name and renamed when they are finished.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::FormatError;
use super::input::io_error;
use super::number::write_number;

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
    /// Creates `NAME.part` beside `path`; the folder has to be there.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path) -> Result<Self, FormatError> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(io_error(&part, "cannot create"))?;
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

    fn error(&self, action: &'static str) -> impl FnOnce(io::Error) -> FormatError + use<> {
        io_error(&self.part, action)
    }
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
            // What is still buffered is of no use: the file goes.
            drop(out.into_parts());
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// A table under construction: fields separated by tabs, complete or absent.
#[derive(Debug)]
pub struct TableWriter {
    file: AtomicFile,
    row_started: bool,
}

impl TableWriter {
    /// Creates the table and writes its header.
    ///
    /// # Errors
    /// If the file cannot be created or written.
    pub fn create(path: &Path, header: &[&str]) -> Result<Self, FormatError> {
        let mut table = Self {
            file: AtomicFile::create(path)?,
            row_started: false,
        };
        for column in header {
            table.text(column)?;
        }
        table.end_row()?;
        Ok(table)
    }

    /// Writes a field.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn text(&mut self, field: &str) -> Result<(), FormatError> {
        self.field(|out| out.write_all(field.as_bytes()))
    }

    /// Writes a number with all its bits, NaN as `NA`.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn number(&mut self, x: f64) -> Result<(), FormatError> {
        self.field(|out| write_number(out, x))
    }

    /// Writes a whole number.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn integer(&mut self, n: i64) -> Result<(), FormatError> {
        self.field(|out| write!(out, "{n}"))
    }

    /// Writes a number of things.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn count(&mut self, n: u64) -> Result<(), FormatError> {
        self.field(|out| write!(out, "{n}"))
    }

    /// Ends the row.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn end_row(&mut self) -> Result<(), FormatError> {
        self.row_started = false;
        let ended = self.file.out().write_all(b"\n");
        ended.map_err(self.file.error("cannot write"))
    }

    /// Puts all rows on the disk, still under the unfinished name.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn settle(&mut self) -> Result<(), FormatError> {
        self.file.settle()
    }

    /// Puts the table on the disk under its name.
    ///
    /// # Errors
    /// If the disk refuses; then there is no table.
    pub fn finish(self) -> Result<(), FormatError> {
        self.file.finish()
    }

    fn field(
        &mut self,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), FormatError> {
        let out = self.file.out();
        let separated = if std::mem::replace(&mut self.row_started, true) {
            out.write_all(b"\t")
        } else {
            Ok(())
        };
        let written = separated.and_then(|()| write(out));
        written.map_err(self.file.error("cannot write"))
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
    fn a_table_has_its_name_only_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.tsv");
        let mut table = TableWriter::create(&path, &["SNP", "beta", "n"]).unwrap();
        table.text("rs1").unwrap();
        table.number(-0.5).unwrap();
        table.integer(7).unwrap();
        table.end_row().unwrap();
        table.number(f64::NAN).unwrap();
        table.end_row().unwrap();
        assert_eq!(names(folder.path()), ["all.tsv.part"]);
        table.finish().unwrap();
        assert_eq!(names(folder.path()), ["all.tsv"]);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "SNP\tbeta\tn\nrs1\t-0.5\t7\nNA\n");
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
