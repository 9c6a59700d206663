//! Rows of tab separated fields, plain or in blocks of gzip (BGZF), where rows by position get an index.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use noodles_bgzf as bgzf;

use super::FormatError;
use super::atomic::AtomicFile;
use super::number::write_number;
use super::place_index::PlaceIndex;
use super::table_format::{Column, TableFormat, TableTarget};

/// Rows under construction.
pub struct TextRows {
    out: Out,
    /// The row that is being written.
    row: Vec<u8>,
    /// How many fields of it there are.
    n_fields: usize,
    index: Option<PlaceIndex>,
    path: PathBuf,
}

enum Out {
    Plain(AtomicFile),
    Blocks(bgzf::io::Writer<AtomicFile>),
}

impl TextRows {
    /// Creates the file and writes the header.
    ///
    /// # Errors
    /// If the file cannot be created or written.
    pub fn create(target: &TableTarget, columns: &[Column]) -> Result<Self, FormatError> {
        let mut rows = Self::without_header(&target.path, target.format)?;
        rows.write_header(columns.iter().map(|column| column.name))?;
        let is_indexed = matches!(rows.out, Out::Blocks(_));
        let furthest_bp = target.furthest_bp.filter(|_| is_indexed);
        rows.index = furthest_bp.and_then(|furthest_bp| PlaceIndex::new(columns, furthest_bp));
        Ok(rows)
    }

    /// Creates a plain file with a header of any names.
    ///
    /// # Errors
    /// If the file cannot be created or written.
    pub fn plain(path: &Path, header: &[&str]) -> Result<Self, FormatError> {
        let mut rows = Self::without_header(path, TableFormat::Tsv)?;
        rows.write_header(header.iter().copied())?;
        Ok(rows)
    }

    fn without_header(path: &Path, format: TableFormat) -> Result<Self, FormatError> {
        let file = AtomicFile::create(path)?;
        let out = match format {
            TableFormat::TsvGz => Out::Blocks(bgzf::io::Writer::new(file)),
            _ => Out::Plain(file),
        };
        Ok(Self {
            out,
            row: Vec::new(),
            n_fields: 0,
            index: None,
            path: path.into(),
        })
    }

    fn write_header<'n>(
        &mut self,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<(), FormatError> {
        names.for_each(|name| self.text(name));
        self.end_row()
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        if let Some(index) = &mut self.index {
            index.see_text(self.n_fields, text);
        }
        self.field(|row| row.write_all(text.as_bytes()));
    }

    /// Writes a number with all its bits, NaN as `NA`.
    pub fn number(&mut self, x: f64) {
        self.field(|row| write_number(row, x));
    }

    /// Writes a whole number.
    pub fn integer(&mut self, n: i64) {
        if let Some(index) = &mut self.index {
            index.see_integer(self.n_fields, n);
        }
        self.field(|row| write!(row, "{n}"));
    }

    /// Writes `NA`.
    pub fn missing(&mut self) {
        self.field(|row| row.write_all(b"NA"));
    }

    /// Ends the row.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn end_row(&mut self) -> Result<(), FormatError> {
        self.row.push(b'\n');
        let written = match &mut self.out {
            Out::Plain(file) => file.write_all(&self.row),
            Out::Blocks(blocks) => write_row(blocks, &self.row, self.index.as_mut()),
        };
        self.row.clear();
        self.n_fields = 0;
        match written {
            Ok(()) => Ok(()),
            Err(error) => Err(self.file().error("cannot write")(error)),
        }
    }

    /// Brings all to the disk: the table, and its index if it has one, still under their unfinished names.
    ///
    /// # Errors
    /// If the disk refuses; nothing is left then.
    pub fn end(self) -> Result<Vec<AtomicFile>, FormatError> {
        let refused = self.file().error("cannot write");
        let mut files = Vec::new();
        let mut table = match self.out {
            Out::Plain(file) => file,
            Out::Blocks(blocks) => blocks.finish().map_err(refused)?,
        };
        table.settle()?;
        files.push(table);
        if let Some(index) = self.index {
            // A program that finds an index older than its table warns: the table is there already.
            let mut path = OsString::from(&self.path);
            path.push(index.extension());
            let file = AtomicFile::create(Path::new(&path))?;
            let refused = file.error("cannot write");
            let mut file = index.write(file).map_err(refused)?;
            file.settle()?;
            files.push(file);
        }
        Ok(files)
    }

    /// The file that is written.
    fn file(&self) -> &AtomicFile {
        match &self.out {
            Out::Plain(file) => file,
            Out::Blocks(blocks) => blocks.get_ref(),
        }
    }

    fn field(&mut self, write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) {
        if self.n_fields > 0 {
            self.row.push(b'\t');
        }
        self.n_fields += 1;
        write(&mut self.row).expect("memory takes what is written");
    }
}

/// Writes a row into blocks, and where it lies into the index.
fn write_row(
    blocks: &mut bgzf::io::Writer<AtomicFile>,
    row: &[u8],
    index: Option<&mut PlaceIndex>,
) -> io::Result<()> {
    let start = blocks.virtual_position();
    blocks.write_all(row)?;
    let end = blocks.virtual_position();
    index.map_or(Ok(()), |index| index.end_row(start, end))
}
