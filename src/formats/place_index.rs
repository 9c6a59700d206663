//! The index by which `tabix` finds the rows of a region in a `tsv.gz`: where in the file the rows of each 16,384 bp lie.
//!
//! TBI (Li 2011, doi 10.1093/bioinformatics/btq671) ends at 2^29 bp; where positions go further the index is a CSI, the
//! same with more levels of bins. Both are written by noodles.

use std::io::{self, Write};

use noodles_bgzf::VirtualPosition;
use noodles_core::Position;
use noodles_csi::binning_index::Indexer;
use noodles_csi::binning_index::index::Header;
use noodles_csi::binning_index::index::header::format::{CoordinateSystem, Format};
use noodles_csi::binning_index::index::reference_sequence::bin::Chunk;
use noodles_csi::binning_index::index::reference_sequence::index::{BinnedIndex, LinearIndex};

use super::table_format::{Column, ColumnKind};

/// The smallest bin has 2^14 bp, and each level of bins eight times as many.
const MIN_SHIFT: u8 = 14;
/// The levels of a TBI.
const TBI_DEPTH: u8 = 5;
/// The levels beyond which bins have no numbers: 2^41 bp.
const MOST_DEPTH: u8 = 9;

/// An index under construction.
pub struct PlaceIndex {
    bins: Bins,
    /// The columns of chromosome and position, from 0.
    columns: [usize; 2],
    /// The chromosomes so far, in the order of the rows.
    chroms: Vec<String>,
    /// Of the row that is being written.
    chrom: Option<String>,
    pos: Option<i64>,
}

enum Bins {
    Tbi(Indexer<LinearIndex>),
    Csi(Indexer<BinnedIndex>),
}

impl PlaceIndex {
    /// An index of rows with these columns and positions up to `furthest_bp`; `None` where there is nothing to go by.
    pub fn new(columns: &[Column], furthest_bp: i64) -> Option<Self> {
        let column = |kind| columns.iter().position(|column| column.kind == kind);
        let columns = [
            column(ColumnKind::Chromosome)?,
            column(ColumnKind::Position)?,
        ];
        let reaches = |depth: &u8| furthest_bp < 1i64 << (MIN_SHIFT + 3 * depth);
        let depth = (TBI_DEPTH..=MOST_DEPTH).find(reaches)?;
        let bins = match depth {
            TBI_DEPTH => Bins::Tbi(Indexer::new(MIN_SHIFT, depth)?),
            _ => Bins::Csi(Indexer::new(MIN_SHIFT, depth)?),
        };
        Some(Self {
            bins,
            columns,
            chroms: Vec::new(),
            chrom: None,
            pos: None,
        })
    }

    /// How the name of the file goes on: `.tbi` or `.csi`.
    pub fn extension(&self) -> &'static str {
        match self.bins {
            Bins::Tbi(_) => ".tbi",
            Bins::Csi(_) => ".csi",
        }
    }

    /// Takes a text of the row that is being written.
    pub fn see_text(&mut self, column: usize, text: &str) {
        if column == self.columns[0] {
            self.chrom = Some(text.into());
        }
    }

    /// Takes a whole number of the row that is being written.
    pub fn see_integer(&mut self, column: usize, n: i64) {
        if column == self.columns[1] {
            self.pos = Some(n);
        }
    }

    /// Ends the row, which lies from `start` to `end`. A row without a place is not found by the index.
    ///
    /// # Errors
    /// If rows are in no order.
    pub fn end_row(&mut self, start: VirtualPosition, end: VirtualPosition) -> io::Result<()> {
        let (Some(chrom), Some(pos)) = (self.chrom.take(), self.pos.take()) else {
            return Ok(());
        };
        if self.chroms.last() != Some(&chrom) {
            self.chroms.push(chrom);
        }
        // There is no place left of the first base: tabix looks for what lies there at the first base, too.
        let pos = usize::try_from(pos.max(1)).map_err(io::Error::other)?;
        let pos = Position::try_from(pos).map_err(io::Error::other)?;
        let place = Some((self.chroms.len() - 1, pos, pos, true));
        let chunk = Chunk::new(start, end);
        let added = match &mut self.bins {
            Bins::Tbi(indexer) => indexer.add_record(place, chunk),
            Bins::Csi(indexer) => indexer.add_record(place, chunk),
        };
        added.map_err(io::Error::other)
    }

    /// Writes the index.
    ///
    /// # Errors
    /// If `out` refuses.
    pub fn write<W: Write>(self, out: W) -> io::Result<W> {
        let header = Header::builder()
            .set_format(Format::Generic(CoordinateSystem::Gff))
            .set_reference_sequence_name_index(self.columns[0])
            .set_start_position_index(self.columns[1])
            .set_end_position_index(Some(self.columns[1]))
            .set_line_skip_count(1)
            .set_reference_sequence_names(
                self.chroms
                    .iter()
                    .map(|name| name.as_str().into())
                    .collect(),
            )
            .build();
        let n_chroms = self.chroms.len();
        match self.bins {
            Bins::Tbi(indexer) => {
                let mut writer = noodles_tabix::io::Writer::new(out);
                writer.write_index(&indexer.set_header(header).build(n_chroms))?;
                writer.into_inner().finish()
            }
            Bins::Csi(indexer) => {
                let mut writer = noodles_csi::io::Writer::new(out);
                writer.write_index(&indexer.set_header(header).build(n_chroms))?;
                writer.into_inner().finish()
            }
        }
    }
}
