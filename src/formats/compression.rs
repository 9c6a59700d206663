//! The text inside a file, plain, gzip or bgzf.
//!
//! Compression is known by the first bytes, not by the file's name. A damaged or truncated file is an error: gzip
//! notices by itself, bgzf cut between two of its blocks does not, so its end marker is looked for when it is opened. Text of
//! bgzf is passed on when the checksum of its block is known, so that nobody takes values out of a block that is damaged;
//! gzip has its checksum at its end alone.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::bufread::MultiGzDecoder;
use noodles_bgzf as bgzf;

use super::FormatError;
use super::bgzf_index::VirtualOffset;
use super::input::io_error;
use super::read_ahead::ReadAhead;

const COMPRESSED_BUFFER_BYTES: usize = 1 << 17;

/// As many bytes as tell gzip, bgzf and the compressions that are not read apart.
const MAGIC_BYTES: usize = 14;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The empty block that ends every bgzf file.
const BGZF_END: [u8; 28] = [
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0,
    0, 0,
];

/// How far a file has been read, in bytes as they lie on the disk. Clones share one count, so that one can be kept
/// while the reader is at work elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    consumed_bytes: Arc<AtomicU64>,
    crc: Arc<Mutex<crc32fast::Hasher>>,
    total_bytes: u64,
}

impl Progress {
    /// Bytes of the file read so far, compressed if the file is.
    pub fn consumed_bytes(&self) -> u64 {
        self.consumed_bytes.load(Ordering::Relaxed)
    }

    /// The CRC-32 (that of gzip) of the file as it lies on the disk; `None` unless all of it was read.
    pub fn crc32(&self) -> Option<u32> {
        let is_whole = self.total_bytes > 0 && self.consumed_bytes() == self.total_bytes;
        let crc = self.crc.lock().unwrap_or_else(PoisonError::into_inner);
        is_whole.then(|| crc.clone().finalize())
    }

    /// The file's size; 0 for a pipe.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    fn see(&self, bytes: &[u8]) {
        let read = &self.consumed_bytes;
        read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let mut crc = self.crc.lock().unwrap_or_else(PoisonError::into_inner);
        crc.update(bytes);
    }
}

/// An opened file.
pub(super) struct Source {
    /// Its text, decompressed.
    pub(super) text: Box<dyn BufRead + Send>,
    /// Whether an error while reading speaks of a damaged file.
    pub(super) compressed: bool,
    pub(super) progress: Progress,
}

/// Opens a file for reading its text.
pub(super) fn open(path: &Path) -> Result<Source, FormatError> {
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
    if magic == GZIP[..1] {
        return Err(damaged(path, "the file ends in the first bytes of gzip"));
    }
    // A pipe cannot be read from its end.
    if metadata.is_file() && is_bgzf(&magic) {
        let whole = ends_with_marker(&mut file, magic.len() as u64);
        if !whole.map_err(io_error(path, "cannot read"))? {
            return Err(damaged(path, "the bgzf end marker is missing"));
        }
    }

    let progress = Progress {
        total_bytes: metadata.len(),
        ..Progress::default()
    };
    let compressed = magic.starts_with(&GZIP);
    let is_blocked = is_bgzf(&magic);
    let counted = Counting {
        inner: Cursor::new(magic).chain(file),
        progress: progress.clone(),
    };
    let raw = BufReader::with_capacity(COMPRESSED_BUFFER_BYTES, counted);
    let text: Box<dyn BufRead + Send> = if compressed {
        match is_blocked {
            true => Box::new(ReadAhead::new(bgzf::io::Reader::new(raw))),
            false => Box::new(ReadAhead::new(MultiGzDecoder::new(raw))),
        }
    } else {
        Box::new(raw)
    };
    Ok(Source {
        text,
        compressed,
        progress,
    })
}

/// Opens a bgzf file, which is known to be one, at a place that its index gives; `None` if there is no such place.
pub(super) fn open_at(path: &Path, at: VirtualOffset) -> Result<Option<Source>, FormatError> {
    let mut file = File::open(path).map_err(io_error(path, "cannot open"))?;
    let seek = file.seek(SeekFrom::Start(at.block()));
    seek.map_err(io_error(path, "cannot read"))?;
    let decoder = bgzf::io::Reader::new(BufReader::with_capacity(COMPRESSED_BUFFER_BYTES, file));
    let mut text = ReadAhead::new(decoder);
    let skipped = io::copy(&mut text.by_ref().take(at.within()), &mut io::sink());
    if !skipped.is_ok_and(|n_bytes| n_bytes == at.within()) {
        return Ok(None);
    }
    Ok(Some(Source {
        text: Box::new(text),
        compressed: true,
        progress: Progress::default(),
    }))
}

/// Whether a file is bgzf, so that an index can lead into it. A pipe cannot be asked.
pub(super) fn is_bgzf_file(path: &Path) -> Result<bool, FormatError> {
    let mut file = File::open(path).map_err(io_error(path, "cannot open"))?;
    let magic = read_up_to(&mut file, MAGIC_BYTES).map_err(io_error(path, "cannot read"))?;
    Ok(is_bgzf(&magic))
}

/// The error of a file that did not arrive whole.
pub(super) fn damaged(path: &Path, found: &str) -> FormatError {
    FormatError::File {
        path: path.into(),
        found: found.into(),
        wanted: "the file is truncated or damaged; copy it again".into(),
    }
}

fn is_bgzf(magic: &[u8]) -> bool {
    magic.len() >= MAGIC_BYTES
        && magic.starts_with(&GZIP)
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

/// The first bytes; fewer than `n_bytes` only at the end.
pub(super) fn read_up_to(input: &mut impl Read, n_bytes: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(n_bytes);
    input.take(n_bytes as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Counts what passes through.
struct Counting<R> {
    inner: R,
    progress: Progress,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.progress.see(&buffer[..n]);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::super::input;
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
        gzip_by(text, Compression::default())
    }

    fn gzip_by(text: &[u8], compression: Compression) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), compression);
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// One bgzf block: gzip with the block's size less one in an extra field.
    fn bgzf_block(text: &[u8]) -> Vec<u8> {
        in_block(gzip(text))
    }

    fn in_block(plain: Vec<u8>) -> Vec<u8> {
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
        let mut reader = input::open(file.path())?;
        let mut lines = Vec::new();
        while reader.advance()? {
            lines.push(reader.text(reader.line())?.to_string());
        }
        Ok(lines)
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
    fn no_text_comes_from_a_block_that_is_damaged() {
        // Stored, so that another letter is still a block that inflates.
        let mut block = in_block(gzip_by(b"first\nsecond\n", Compression::none()));
        let letter = block.iter().position(|&byte| byte == b'f').unwrap();
        block[letter] = b'g';
        let file = file(&[block, BGZF_END.to_vec()].concat());
        let whole = input::open(file.path()).unwrap().advance();
        let from_index = open_at(file.path(), VirtualOffset::default()).unwrap();
        let message = whole.unwrap_err().to_string();
        assert!(
            message.contains("truncated or damaged; copy it again"),
            "{message}"
        );
        let mut line = String::new();
        assert!(
            from_index.unwrap().text.read_line(&mut line).is_err(),
            "{line}"
        );
    }

    #[test]
    fn other_compressions_are_named() {
        let message = lines(b"\x28\xb5\x2f\xfdxxxxxxxxxxxx")
            .unwrap_err()
            .to_string();
        assert!(message.contains("zstd"));
        assert!(message.contains("bgzip"));
    }
}
