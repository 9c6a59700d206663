//! Lines of a file, plain or compressed, one at a time into a buffer that is reused.
//!
//! gzip and bgzf are known by their first bytes, not by the file's name. A damaged or truncated file is an error: gzip
//! notices by itself, bgzf cut between two of its blocks does not, so its end marker is looked for when it is opened.
//! Knows nothing of columns.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::FormatError;

const COMPRESSED_BUFFER_BYTES: usize = 1 << 17;
const TEXT_BUFFER_BYTES: usize = 1 << 17;

/// As many bytes as tell gzip, bgzf and the compressions that are not read apart.
const MAGIC_BYTES: usize = 14;

/// The empty block that ends every bgzf file.
const BGZF_END: [u8; 28] = [
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    0, 0,
];

pub(super) const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";

/// How far a file has been read, in bytes as they lie on the disk. Clones share one count, so that one can be kept
/// while the reader is at work elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    consumed_bytes: Arc<AtomicU64>,
    total_bytes: u64,
}

impl Progress {
    /// Bytes of the file read so far, compressed if the file is.
    pub fn consumed_bytes(&self) -> u64 {
        self.consumed_bytes.load(Ordering::Relaxed)
    }

    /// The file's size; 0 for a pipe.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }
}

/// A file read line by line.
pub struct LineReader {
    path: PathBuf,
    input: Box<dyn BufRead + Send>,
    compressed: bool,
    line: Vec<u8>,
    number: u64,
    held: bool,
    progress: Progress,
}

/// Opens a file, plain, gzip or bgzf, for reading line by line.
///
/// # Errors
/// If the file cannot be opened, is a bgzf file without its end marker, or is compressed in a way that is not read.
pub fn open(path: &Path) -> Result<LineReader, FormatError> {
    let mut file = File::open(path).map_err(io_error(path, "cannot open"))?;
    let metadata = file.metadata().map_err(io_error(path, "cannot open"))?;
    let magic = read_up_to(&mut file, MAGIC_BYTES).map_err(io_error(path, "cannot read"))?;
    if let Some(program) = foreign_compression(&magic) {
        return Err(FormatError::File {
            path: path.into(),
            found: format!("the file is compressed with {program}"),
            wanted: "decompress it, or compress it with gzip or bgzip".into(),
        });
    }
    if metadata.is_file() && is_bgzf(&magic) {
        let whole = ends_with_marker(&mut file, magic.len() as u64)
            .map_err(io_error(path, "cannot read"))?;
        if !whole {
            return Err(damaged(path, "the bgzf end marker is missing"));
        }
    }

    let progress = Progress {
        total_bytes: metadata.len(),
        ..Progress::default()
    };
    let counted = Counting {
        inner: Cursor::new(magic.clone()).chain(file),
        bytes: Arc::clone(&progress.consumed_bytes),
    };
    let raw = BufReader::with_capacity(COMPRESSED_BUFFER_BYTES, counted);
    let compressed = magic.starts_with(&[0x1f, 0x8b]);
    let input: Box<dyn BufRead + Send> = if compressed {
        Box::new(BufReader::with_capacity(
            TEXT_BUFFER_BYTES,
            MultiGzDecoder::new(raw),
        ))
    } else {
        Box::new(raw)
    };
    Ok(LineReader {
        path: path.into(),
        input,
        compressed,
        line: Vec::new(),
        number: 0,
        held: false,
        progress,
    })
}

impl LineReader {
    /// Moves to the next line; false at the end of the file.
    ///
    /// # Errors
    /// If the file cannot be read or decompressed.
    pub fn advance(&mut self) -> Result<bool, FormatError> {
        if std::mem::take(&mut self.held) {
            return Ok(true);
        }
        self.line.clear();
        let read = self.input.read_until(b'\n', &mut self.line);
        if read.map_err(|error| self.read_error(error))? == 0 {
            return Ok(false);
        }
        self.number += 1;
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
            if self.line.last() == Some(&b'\r') {
                self.line.pop();
            }
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

/// A field for an error message: in quotes, cut if it is long.
pub(super) fn quoted(field: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(field);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("'{}...'", &text[..end]),
        None => format!("'{text}'"),
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

fn damaged(path: &Path, found: &str) -> FormatError {
    FormatError::File {
        path: path.into(),
        found: found.into(),
        wanted: "the file is truncated or damaged; copy it again".into(),
    }
}

fn is_bgzf(magic: &[u8]) -> bool {
    magic.len() >= MAGIC_BYTES
        && magic.starts_with(&[0x1f, 0x8b, 8])
        && magic[3] & 4 != 0
        && &magic[12..14] == b"BC"
}

fn foreign_compression(magic: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 4] = [
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"PK\x03\x04", "zip"),
    ];
    let mut matching = KNOWN.iter().filter(|(start, _)| magic.starts_with(start));
    matching.next().map(|(_, program)| *program)
}

/// Whether the file ends with the bgzf end marker; leaves the file at `resume`.
fn ends_with_marker(file: &mut File, resume: u64) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    let marker_bytes = BGZF_END.len() as u64;
    let mut end = [0; BGZF_END.len()];
    if length >= marker_bytes {
        file.seek(SeekFrom::Start(length - marker_bytes))?;
        file.read_exact(&mut end)?;
    }
    file.seek(SeekFrom::Start(resume))?;
    Ok(end == BGZF_END)
}

fn read_up_to(input: &mut impl Read, n_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(n_bytes);
    input.take(n_bytes as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Counts what passes through.
struct Counting<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;
    use tempfile::NamedTempFile;

    fn file(bytes: &[u8]) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// One bgzf block: gzip with the block's size less one in an extra field.
    fn bgzf_block(text: &[u8]) -> Vec<u8> {
        let plain = gzip(text);
        let size = (plain.len() + 8 - 1) as u16;
        let mut block = plain[..10].to_vec();
        block[3] |= 4;
        block.extend([6, 0, b'B', b'C', 2, 0]);
        block.extend(size.to_le_bytes());
        block.extend(&plain[10..]);
        block
    }

    fn lines(bytes: &[u8]) -> Result<Vec<String>, FormatError> {
        let file = file(bytes);
        let mut reader = open(file.path())?;
        let mut lines = Vec::new();
        while reader.advance()? {
            lines.push(reader.text(reader.line())?.to_string());
        }
        Ok(lines)
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
    fn gzip_is_known_by_its_bytes_and_read_over_all_members() {
        let two_members = [gzip(b"a\nb"), gzip(b"c\nd\n")].concat();
        assert_eq!(lines(&two_members).unwrap(), ["a", "bc", "d"]);
        let bgzf = [bgzf_block(b"x\n"), bgzf_block(b"y\n"), BGZF_END.to_vec()].concat();
        assert_eq!(lines(&bgzf).unwrap(), ["x", "y"]);
    }

    #[test]
    fn a_gzip_file_cut_anywhere_is_an_error() {
        let text: Vec<u8> = (0..2000u32)
            .flat_map(|i| i.wrapping_mul(2_654_435_761).to_string().into_bytes())
            .collect();
        let whole = gzip(&text);
        for kept in [20, whole.len() / 2, whole.len() - 1] {
            let message = lines(&whole[..kept]).unwrap_err().to_string();
            assert!(message.contains("truncated or damaged; copy it again"));
        }
    }

    #[test]
    fn a_bgzf_file_cut_between_blocks_is_an_error() {
        let cut = [bgzf_block(b"x\n"), bgzf_block(b"y\n")].concat();
        let message = lines(&cut).unwrap_err().to_string();
        assert!(message.contains("end marker is missing"));
        assert!(message.contains("truncated or damaged; copy it again"));
    }

    #[test]
    fn a_flipped_byte_in_a_compressed_file_is_an_error() {
        let mut bytes = gzip(b"some text that is long enough to be flipped in the middle");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
        let message = lines(&bytes).unwrap_err().to_string();
        assert!(message.contains("truncated or damaged"));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = open(Path::new("no/such/file.vcf")).err().unwrap();
        assert!(error.to_string().contains("no/such/file.vcf: cannot open"));
        assert!(std::error::Error::source(&error).is_some());
    }

    #[test]
    fn other_compressions_are_named() {
        let message = lines(b"\x28\xb5\x2f\xfdxxxxxxxxxxxx")
            .unwrap_err()
            .to_string();
        assert!(message.contains("zstd"));
        assert!(message.contains("bgzip"));
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
    }
}
