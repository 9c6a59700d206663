//! Spooled rows, read back in genome order.

use std::borrow::Cow;

use super::code::CodeType;
use super::rows::release_pages;
use super::scratch::MappedScratch;
use super::source::{RowPlace, RowSource};

/// The most rows of one slab, all of one code type.
const SLAB_ROWS: usize = 256;

/// The most values of one slab, unless a single row has more.
const SLAB_VALUES: usize = 8 << 20;

/// Rows of a slab whose rows have `n_columns` values.
pub fn slab_rows(n_columns: usize) -> usize {
    (SLAB_VALUES / n_columns.max(1)).clamp(1, SLAB_ROWS)
}

/// Spooled rows, read in genome order.
pub struct SpooledRows {
    /// Values of a row.
    pub n_columns: usize,
    /// Codes, slab by slab.
    pub values: MappedScratch,
    /// Texts, a line a row.
    pub texts: MappedScratch,
    /// Start and code type of each slab.
    pub slabs: Vec<(u64, CodeType)>,
    /// The smallest type that holds every value.
    pub code_type: CodeType,
    /// Places, in the order of the input.
    pub places: Vec<RowPlace>,
    /// Where the text of each row of the input starts.
    pub text_starts: Vec<u64>,
    /// Chromosome names in genome order.
    pub chrom_names: Vec<String>,
    /// Rows of the input in genome order.
    pub order: Vec<u32>,
}

impl RowSource for SpooledRows {
    fn len(&self) -> usize {
        self.order.len()
    }

    fn code_type(&self) -> CodeType {
        self.code_type
    }

    fn chrom_names(&self) -> &[String] {
        &self.chrom_names
    }

    fn place(&self, rank: usize) -> RowPlace {
        self.places[self.order[rank] as usize]
    }

    fn text(&self, rank: usize, field: usize) -> Cow<'_, str> {
        let start = self.text_starts[self.order[rank] as usize] as usize;
        let line = self.texts.bytes[start..]
            .split(|&b| b == b'\n')
            .next()
            .unwrap_or(b"");
        let line = str::from_utf8(line).expect("texts were written as UTF-8");
        line.split('\t').nth(field).unwrap_or("").into()
    }

    fn encode(&self, rank: usize, code_type: CodeType, bytes: &mut Vec<u8>) {
        let input = self.order[rank] as usize;
        let slab_rows = slab_rows(self.n_columns);
        let (slab_start, slab_type) = self.slabs[input / slab_rows];
        let size = self.n_columns * slab_type.size();
        let start = slab_start as usize + input % slab_rows * size;
        let codes = &self.values.bytes[start..start + size];
        if slab_type == code_type {
            bytes.extend_from_slice(codes);
        } else {
            let columns: Vec<u32> = (0..self.n_columns as u32).collect();
            let mut row = vec![0.0; self.n_columns];
            slab_type.decode(codes, &columns, &mut row);
            code_type.encode(&row, bytes);
        }
        // Rows mostly come in the order they stand in, so this slab is not needed any more.
        if input % slab_rows == slab_rows - 1 {
            release_pages(&self.values.bytes, slab_start as usize..start + size);
        }
    }
}
