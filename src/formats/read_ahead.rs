//! Decompressing ahead of whoever parses, on a thread of its own once a file turns out to be long.

use std::io::{self, BufRead, ErrorKind, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// Bytes that are handed over at a time.
const CHUNK_BYTES: usize = 1 << 18;

/// Chunks that may be ready and not taken yet.
const CHUNKS_AHEAD: usize = 4;

/// Chunks that are read without a thread: most files are shorter, or only their beginning is looked at.
const CHUNKS_ALONE: usize = 4;

/// A reader whose work is done ahead of time.
pub(super) struct ReadAhead<R> {
    source: Source<R>,
    chunk: Chunk,
    /// Bytes of the chunk that are taken.
    taken: usize,
    n_chunks: usize,
}

enum Source<R> {
    Here(R),
    Thread {
        /// Chunks in their order; one that is not full is the last.
        ready: Receiver<Chunk>,
        /// Chunks that are done with, to be filled again.
        done: Sender<Chunk>,
    },
    Ended,
}

/// Bytes, and what stopped the reader behind them.
#[derive(Default)]
struct Chunk {
    /// Room for a whole chunk, once it was used.
    bytes: Vec<u8>,
    n_bytes: usize,
    error: Option<io::Error>,
}

impl<R: Read + Send + 'static> ReadAhead<R> {
    /// Reads what `inner` reads.
    pub(super) fn new(inner: R) -> Self {
        Self {
            source: Source::Here(inner),
            chunk: Chunk::default(),
            taken: 0,
            n_chunks: 0,
        }
    }

    fn next_chunk(&mut self) {
        if self.n_chunks == CHUNKS_ALONE {
            self.start();
        }
        self.n_chunks += 1;
        self.taken = 0;
        match &mut self.source {
            Source::Here(inner) => self.chunk.fill(inner),
            Source::Thread { ready, done } => {
                // Of no use to a thread that has read all.
                let _ = done.send(std::mem::take(&mut self.chunk));
                self.chunk = ready.recv().unwrap_or_else(|_| Chunk::lost());
            }
            Source::Ended => self.chunk.n_bytes = 0,
        };
        if self.chunk.is_last() {
            self.source = Source::Ended;
        }
    }

    /// Goes on reading on a thread; here, if there can be none.
    fn start(&mut self) {
        let Source::Here(inner) = std::mem::replace(&mut self.source, Source::Ended) else {
            return;
        };
        let (sender, ready) = sync_channel(CHUNKS_AHEAD);
        let (done, spare) = channel();
        // The reader follows by a channel, since a thread that cannot be started drops what it was given.
        let (give, take) = channel();
        let thread = thread::Builder::new().name("decompress".into());
        let started = thread.spawn(move || {
            if let Ok(inner) = take.recv() {
                fill_all(inner, &sender, &spare);
            }
        });
        self.source = match started {
            Ok(_) => {
                give.send(inner).expect("the thread waits for its reader");
                Source::Thread { ready, done }
            }
            Err(_) => Source::Here(inner),
        };
    }
}

/// Reads to the end, or until nobody takes the chunks any more.
fn fill_all(mut inner: impl Read, ready: &SyncSender<Chunk>, spare: &Receiver<Chunk>) {
    loop {
        let mut chunk = spare.try_recv().unwrap_or_default();
        chunk.fill(&mut inner);
        let is_last = chunk.is_last();
        if ready.send(chunk).is_err() || is_last {
            return;
        }
    }
}

impl Chunk {
    /// Reads a whole chunk; less only at the end or before an error.
    fn fill(&mut self, inner: &mut impl Read) {
        self.bytes.resize(CHUNK_BYTES, 0);
        self.n_bytes = 0;
        while self.n_bytes < CHUNK_BYTES {
            match inner.read(&mut self.bytes[self.n_bytes..]) {
                Ok(0) => break,
                Ok(n_bytes) => self.n_bytes += n_bytes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
    }

    /// What comes from a thread that panicked.
    fn lost() -> Self {
        let error = io::Error::other("the thread that decompresses has ended");
        Self {
            error: Some(error),
            ..Self::default()
        }
    }

    fn is_last(&self) -> bool {
        self.n_bytes < CHUNK_BYTES
    }
}

impl<R: Read + Send + 'static> BufRead for ReadAhead<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.chunk.n_bytes {
            if self.chunk.error.is_none() {
                self.next_chunk();
            }
            if self.chunk.n_bytes == self.taken
                && let Some(error) = self.chunk.error.take()
            {
                return Err(error);
            }
        }
        Ok(&self.chunk.bytes[self.taken..self.chunk.n_bytes])
    }

    fn consume(&mut self, n_bytes: usize) {
        self.taken += n_bytes;
    }
}

impl<R: Read + Send + 'static> Read for ReadAhead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.fill_buf()?.read(buffer)?;
        self.consume(n_bytes);
        Ok(n_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives bytes in pieces of some lengths, then an error if there is one to come.
    struct Pieces {
        bytes: Vec<u8>,
        at: usize,
        lengths: Vec<usize>,
        fails: bool,
        dropped: Sender<()>,
    }

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.lengths.rotate_left(1);
            let rest = &self.bytes[self.at..];
            let n_bytes = rest.len().min(buffer.len()).min(self.lengths[0]);
            buffer[..n_bytes].copy_from_slice(&rest[..n_bytes]);
            self.at += n_bytes;
            match n_bytes {
                0 if self.fails => Err(ErrorKind::InvalidData.into()),
                _ => Ok(n_bytes),
            }
        }
    }

    impl Drop for Pieces {
        fn drop(&mut self) {
            let _ = self.dropped.send(());
        }
    }

    fn pieces(n_bytes: usize, lengths: &[usize], fails: bool) -> (Pieces, Receiver<()>) {
        let (dropped, gone) = channel();
        let pieces = Pieces {
            bytes: (0..n_bytes as u32)
                .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
                .collect(),
            at: 0,
            lengths: lengths.to_vec(),
            fails,
            dropped,
        };
        (pieces, gone)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_bytes_are_those_of_the_reader_and_an_error_comes_behind_them(
            n_chunks in 0usize..9,
            more in prop_oneof![Just(0usize), Just(1), 0..CHUNK_BYTES],
            lengths in prop::collection::vec(1usize..100_000, 1..4),
            fails in any::<bool>(),
        ) {
            let (inner, gone) = pieces(n_chunks * CHUNK_BYTES + more, &lengths, fails);
            let wanted = inner.bytes.clone();
            let mut reader = ReadAhead::new(inner);
            let mut found = Vec::new();
            let read = reader.read_to_end(&mut found);
            prop_assert!(found == wanted);
            prop_assert_eq!(read.err().map(|error| error.kind()), fails.then_some(ErrorKind::InvalidData));
            // The end stays the end.
            prop_assert_eq!(reader.read(&mut [0]).unwrap(), 0);
            drop(reader);
            prop_assert!(gone.recv().is_ok());
        }
    }

    #[test]
    fn a_thread_nobody_listens_to_ends() {
        let (inner, gone) = pieces(50 * CHUNK_BYTES, &[usize::MAX], false);
        let mut reader = ReadAhead::new(inner);
        reader
            .by_ref()
            .take(6 * CHUNK_BYTES as u64)
            .read_to_end(&mut Vec::new())
            .unwrap();
        assert!(matches!(reader.source, Source::Thread { .. }));
        drop(reader);
        assert!(gone.recv().is_ok());
    }

    #[test]
    fn a_thread_that_panics_is_an_error() {
        struct Panics(usize);
        impl Read for Panics {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 += buffer.len();
                assert!(self.0 < 6 * CHUNK_BYTES, "on purpose");
                Ok(buffer.len())
            }
        }
        let read = ReadAhead::new(Panics(0)).read_to_end(&mut Vec::new());
        assert!(read.unwrap_err().to_string().contains("has ended"));
    }
}
