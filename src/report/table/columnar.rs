//! Rows of a table in Parquet, of which the columns that a report needs are read.

use std::path::Path;

use super::{Columns, Figure, Row, Rows, WANTED};
use crate::formats::{ColumnKind, FormatError, ParquetTable};

/// A table in Parquet.
pub(super) struct ParquetRows {
    table: ParquetTable,
    /// Where the columns are among those that are read.
    columns: Columns,
}

impl ParquetRows {
    /// Opens a table and chooses its columns.
    pub(super) fn open(path: &Path) -> Result<Self, FormatError> {
        let mut table = ParquetTable::open(path)?;
        let in_file = Columns::of(&table.names()).map_err(|found| FormatError::File {
            path: path.into(),
            found,
            wanted: WANTED.into(),
        })?;
        let mut chosen = Vec::new();
        let columns = in_file.among(&mut chosen);
        table.choose(&chosen)?;
        Ok(Self { table, columns })
    }
}

impl Rows for ParquetRows {
    fn read_row(&mut self) -> Result<Option<Row<'_>>, FormatError> {
        if !self.table.advance()? {
            return Ok(None);
        }
        let (table, columns) = (&self.table, &self.columns);
        let number = |column| table.number(column);
        let distance = columns.distance.map(number).filter(|bp| !bp.is_nan());
        Ok(Some(Row {
            snp: table.text(columns.snp),
            gene: table.text(columns.gene),
            beta: Figure::Number(columns.beta.map_or(f64::NAN, number)),
            statistic: Figure::Number(number(columns.statistic)),
            p: number(columns.p),
            neg_log10_p: columns.neg_log10_p.map(number),
            fdr: number(columns.fdr),
            // Places have fewer digits than a double.
            distance: distance.map(|bp| bp as i64),
        }))
    }
}

impl Columns {
    /// Puts all that are there into a list; where they are in it.
    fn among(self, chosen: &mut Vec<(usize, ColumnKind)>) -> Self {
        let mut put = |column, kind| {
            chosen.push((column, kind));
            chosen.len() - 1
        };
        let (snp, gene) = (
            put(self.snp, ColumnKind::Text),
            put(self.gene, ColumnKind::Text),
        );
        let mut number = |column| put(column, ColumnKind::Number);
        Self {
            snp,
            gene,
            statistic: number(self.statistic),
            p: number(self.p),
            fdr: number(self.fdr),
            beta: self.beta.map(&mut number),
            neg_log10_p: self.neg_log10_p.map(&mut number),
            distance: self.distance.map(&mut number),
        }
    }
}
