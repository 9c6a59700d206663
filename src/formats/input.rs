//! Lines of a file, plain or compressed, one at a time into a buffer that is reused. Knows nothing of columns.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use super::FormatError;
use super::bgzf_index::VirtualOffset;
use super::compression::{self, Progress, Source, damaged, read_up_to};
use crate::genome::Region;

/// What some programs put before UTF-8 text.
pub(super) const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// The longest line that is read: some hundred bytes for each of a million samples. Without a limit, a file of a few
/// compressed megabytes that is one line would fill any memory.
const MAX_LINE_BYTES: usize = 128 << 20;

/// A file read line by line.
pub struct LineReader {
    path: PathBuf,
    input: Box<dyn BufRead + Send>,
    compressed: bool,
    line: Vec<u8>,
    number: u64,
    held: bool,
    progress: Progress,
    /// Where reading began, if not at the file's first line, so that lines cannot be counted.
    began_at: Option<String>,
}

/// Opens a file, plain, gzip or bgzf, for reading line by line.
///
/// # Errors
/// If the file cannot be opened, is a bgzf file without its end marker, or is compressed in a way that is not read.
pub fn open(path: &Path) -> Result<LineReader, FormatError> {
    Ok(LineReader::over(path, compression::open(path)?, None))
}

/// Opens a bgzf file at the place its index gives for `region`; `None` if there is no such place.
///
/// # Errors
/// If the file cannot be opened.
pub(super) fn open_at(
    path: &Path,
    at: VirtualOffset,
    region: &Region,
) -> Result<Option<LineReader>, FormatError> {
    let source = compression::open_at(path, at)?;
    Ok(source.map(|source| LineReader::over(path, source, Some(region.to_string()))))
}

impl LineReader {
    /// Reads lines of text that is open already.
    pub(super) fn over(path: &Path, source: Source, began_at: Option<String>) -> Self {
        Self {
            path: path.into(),
            input: source.text,
            compressed: source.compressed,
            line: Vec::new(),
            number: 0,
            held: false,
            progress: source.progress,
            began_at,
        }
    }

    /// Moves to the next line; false at the end of the file.
    ///
    /// # Errors
    /// If the file cannot be read or decompressed, or the line is longer than 128 MiB.
    pub fn advance(&mut self) -> Result<bool, FormatError> {
        if std::mem::take(&mut self.held) {
            return Ok(true);
        }
        self.line.clear();
        let mut input = self.input.by_ref().take(MAX_LINE_BYTES as u64);
        let read = input.read_until(b'\n', &mut self.line);
        if read.map_err(|error| self.read_error(error))? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        } else if self.line.len() == MAX_LINE_BYTES {
            let longest = format!("the line is longer than {} MiB", MAX_LINE_BYTES >> 20);
            return Err(self.line_error(longest, "wanted rows in lines of their own"));
        }
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        if self.number == 1 && self.line.starts_with(UTF8_MARK) {
            self.line.drain(..UTF8_MARK.len());
        }
        Ok(true)
    }

    /// Moves to the next line that holds more than spaces; false at the end of the file.
    ///
    /// # Errors
    /// If the file cannot be read or decompressed.
    pub fn advance_to_text(&mut self) -> Result<bool, FormatError> {
        while self.advance()? {
            if self.line.iter().any(|&byte| byte != b' ') {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Lets the next advance stay on this line: it was only looked at.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// The line without its end.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// The line's number, counted from 1; 0 before the first.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How far the file has been read.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// A field as text.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn text<'a>(&self, field: &'a [u8]) -> Result<&'a str, FormatError> {
        std::str::from_utf8(field).map_err(|_| {
            self.line_error(
                format!("{} is not UTF-8 text", quoted(field)),
                "save the file as UTF-8, or write the name in plain letters",
            )
        })
    }

    /// A field as an ID, a chromosome or an allele: text that can stand in a table and in a message.
    ///
    /// # Errors
    /// If it is not UTF-8, or holds a tab, a line feed or another control character.
    pub(super) fn name<'a>(&self, field: &'a [u8]) -> Result<&'a str, FormatError> {
        let text = self.text(field)?;
        if text.contains(char::is_control) {
            let found = format!("{} {CONTROL}", quoted(field));
            return Err(self.line_error(found, PRINTABLE));
        }
        Ok(text)
    }

    /// An error at this line.
    pub fn line_error(&self, found: impl Into<String>, wanted: impl Into<String>) -> FormatError {
        self.error_at(self.number, found, wanted)
    }

    /// An error at another line, counted from 1.
    pub fn error_at(
        &self,
        line: u64,
        found: impl Into<String>,
        wanted: impl Into<String>,
    ) -> FormatError {
        if let Some(region) = &self.began_at {
            let found = format!("line {line} that was read for {region}: {}", found.into());
            return self.file_error(found, wanted);
        }
        FormatError::Line {
            path: self.path.clone(),
            line,
            found: found.into(),
            wanted: wanted.into(),
        }
    }

    /// An error of the file as a whole.
    pub fn file_error(&self, found: impl Into<String>, wanted: impl Into<String>) -> FormatError {
        FormatError::File {
            path: self.path.clone(),
            found: found.into(),
            wanted: wanted.into(),
        }
    }

    /// The first bytes of the text, decompressed; fewer than `n_bytes` only if the file is shorter. Uses the lines up.
    ///
    /// # Errors
    /// If the file cannot be read or decompressed.
    pub(super) fn into_head(mut self, n_bytes: usize) -> Result<Vec<u8>, FormatError> {
        let head = read_up_to(&mut self.input, n_bytes);
        head.map_err(|error| self.read_error(error))
    }

    fn read_error(&self, error: io::Error) -> FormatError {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        if self.compressed && matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) {
            return damaged(
                &self.path,
                &format!("decompression stopped after line {} ({error})", self.number),
            );
        }
        io_error(&self.path, "cannot read")(error)
    }
}

/// What is wrong with a name that has a tab, a line feed, an escape or the like in it.
pub(super) const CONTROL: &str = "holds a control character";

/// What to do about it.
pub(super) const PRINTABLE: &str = "write names in printable characters";

/// A field for an error message: in quotes, cut if it is long. What would not be seen as it stands there, or would move
/// a terminal's cursor, is written as Rust and most languages escape it.
pub(super) fn quoted(field: &[u8]) -> String {
    const LONGEST: usize = 40;
    const LONGEST_BYTES: usize = 4 * (LONGEST + 1);
    let text = String::from_utf8_lossy(&field[..field.len().min(LONGEST_BYTES)]);
    let shown: String = text.chars().take(LONGEST).map(visible).collect();
    let cut = if text.chars().nth(LONGEST).is_some() {
        "..."
    } else {
        ""
    };
    format!("'{shown}{cut}'")
}

/// A character, or its escape if it is none that is seen.
fn visible(c: char) -> String {
    match c {
        '\'' | '"' | '\\' => c.to_string(),
        c => c.escape_debug().to_string(),
    }
}

/// Wraps a system error with the file and what was being done.
pub(super) fn io_error(
    path: &Path,
    action: &'static str,
) -> impl FnOnce(io::Error) -> FormatError + use<> {
    let path = path.to_path_buf();
    move |source| FormatError::Io {
        path,
        action,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::NamedTempFile;

    fn file(bytes: &[u8]) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn lines_come_without_their_ends_and_are_counted() {
        let file = file(b"\xef\xbb\xbfa\tb\r\n\nc");
        let mut reader = open(file.path()).unwrap();
        let mut seen = Vec::new();
        while reader.advance().unwrap() {
            seen.push((reader.number(), reader.line().to_vec()));
        }
        assert_eq!(
            seen,
            [(1, b"a\tb".to_vec()), (2, vec![]), (3, b"c".to_vec())]
        );
        assert_eq!(reader.progress().consumed_bytes(), 10);
        assert_eq!(reader.progress().total_bytes(), 10);
    }

    #[test]
    fn a_held_line_is_read_again() {
        let file = file(b"a\n\nb\n");
        let mut reader = open(file.path()).unwrap();
        assert!(reader.advance().unwrap());
        reader.hold();
        assert!(reader.advance_to_text().unwrap());
        assert_eq!(reader.line(), b"a");
        assert!(reader.advance_to_text().unwrap());
        assert_eq!(reader.line(), b"b");
        assert!(!reader.advance_to_text().unwrap());
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = open(Path::new("no/such/file.vcf")).err().unwrap();
        assert!(error.to_string().contains("no/such/file.vcf: cannot open"));
        assert!(std::error::Error::source(&error).is_some());
    }

    #[test]
    fn text_that_is_not_utf8_is_an_error_only_where_a_string_is_wanted() {
        let file = file(b"a\nM\xfcller\n");
        let mut reader = open(file.path()).unwrap();
        assert!(reader.advance().unwrap() && reader.advance().unwrap());
        let message = reader.text(reader.line()).unwrap_err().to_string();
        assert!(message.contains("line 2"));
        assert!(message.contains("not UTF-8"));
    }

    #[test]
    fn long_fields_are_cut_in_messages() {
        assert_eq!(quoted(b"short"), "'short'");
        assert_eq!(quoted(&[b'x'; 50]).len(), 45);
        let symbols = "\u{1f9ec}".repeat(41);
        assert_eq!(quoted(symbols.as_bytes()).chars().count(), 45);
        assert_eq!(quoted(&symbols.as_bytes()[..160]).chars().count(), 42);
    }

    #[test]
    fn what_would_move_the_cursor_is_escaped_in_messages() {
        assert_eq!(quoted(b"a\x1b[2Jb\r\t\0"), r"'a\u{1b}[2Jb\r\t\0'");
        assert_eq!(quoted("\u{202e}x\u{9b}".as_bytes()), r"'\u{202e}x\u{9b}'");
        assert_eq!(quoted(r#"it's "5\3""#.as_bytes()), r#"'it's "5\3"'"#);
        assert_eq!(quoted("M\u{fc}ller".as_bytes()), "'M\u{fc}ller'");
    }

    #[test]
    fn a_name_has_no_control_characters() {
        let file = file(b"a\n");
        let mut reader = open(file.path()).unwrap();
        assert!(reader.advance().unwrap());
        assert_eq!(reader.name(b"$(x) ../'\"").unwrap(), "$(x) ../'\"");
        for bad in [
            &b"a\tb"[..],
            b"a\r",
            b"\x1b[0m",
            b"a\0",
            b"\x7f",
            b"\xc2\x85",
        ] {
            let message = reader.name(bad).unwrap_err().to_string();
            assert!(message.contains("line 1: '"), "{message}");
            assert!(message.contains("holds a control character"), "{message}");
            assert!(!message.contains(char::is_control), "{message}");
        }
    }

    #[test]
    fn a_carriage_return_at_the_very_end_is_no_text() {
        let file = file(b"a\r\nb\r");
        let mut reader = open(file.path()).unwrap();
        assert!(reader.advance().unwrap() && reader.advance().unwrap());
        assert_eq!(reader.line(), b"b");
    }
}
