//! Tables under construction: rows field by field, in any of the formats, complete or absent.

use std::mem::replace;
use std::path::Path;

use super::FormatError;
use super::atomic::AtomicFile;
#[cfg(feature = "parquet")]
use super::parquet_rows::ParquetRows;
use super::table_format::{Column, TableFormat, TableTarget};
use super::text_rows::TextRows;

/// A table under construction. It gets its name when it is finished; if it never is, nothing is left of it.
pub struct TableWriter {
    rows: Rows,
    /// What is on the disk and waits for its name.
    files: Vec<AtomicFile>,
}

enum Rows {
    Text(Box<TextRows>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetRows>),
    Ended,
}

impl TableWriter {
    /// Creates a plain table of tab separated fields and writes its header.
    ///
    /// # Errors
    /// If the file cannot be created or written.
    pub fn create(path: &Path, header: &[&str]) -> Result<Self, FormatError> {
        Ok(Self::of(Rows::Text(Box::new(TextRows::plain(
            path, header,
        )?))))
    }

    /// Creates a table in any format.
    ///
    /// # Errors
    /// If the file cannot be created or written, or this program is built without the format.
    pub fn create_as(target: &TableTarget, columns: &[Column]) -> Result<Self, FormatError> {
        let rows = match target.format {
            TableFormat::Tsv | TableFormat::TsvGz => {
                Rows::Text(Box::new(TextRows::create(target, columns)?))
            }
            #[cfg(feature = "parquet")]
            TableFormat::Parquet => Rows::Parquet(Box::new(ParquetRows::create(target, columns)?)),
            #[cfg(not(feature = "parquet"))]
            TableFormat::Parquet => return Err(target.refused()),
        };
        Ok(Self::of(rows))
    }

    fn of(rows: Rows) -> Self {
        Self {
            rows,
            files: Vec::new(),
        }
    }

    /// Writes a text.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn text(&mut self, field: &str) -> Result<(), FormatError> {
        match &mut self.rows {
            Rows::Text(rows) => rows.text(field),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.text(field),
            Rows::Ended => unreachable!("{ENDED}"),
        }
        Ok(())
    }

    /// Writes a number with all its bits; NaN is a missing value.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn number(&mut self, x: f64) -> Result<(), FormatError> {
        match &mut self.rows {
            Rows::Text(rows) => rows.number(x),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.number(x),
            Rows::Ended => unreachable!("{ENDED}"),
        }
        Ok(())
    }

    /// Writes a whole number.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn integer(&mut self, n: i64) -> Result<(), FormatError> {
        match &mut self.rows {
            Rows::Text(rows) => rows.integer(n),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.integer(n),
            Rows::Ended => unreachable!("{ENDED}"),
        }
        Ok(())
    }

    /// Writes a number of things.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn count(&mut self, n: u64) -> Result<(), FormatError> {
        self.integer(i64::try_from(n).expect("there are fewer than 2^63 of anything"))
    }

    /// Writes that there is no value: `NA`, in Parquet a null.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn missing(&mut self) -> Result<(), FormatError> {
        match &mut self.rows {
            Rows::Text(rows) => rows.missing(),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.missing(),
            Rows::Ended => unreachable!("{ENDED}"),
        }
        Ok(())
    }

    /// Ends the row.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn end_row(&mut self) -> Result<(), FormatError> {
        match &mut self.rows {
            Rows::Text(rows) => rows.end_row(),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.end_row(),
            Rows::Ended => unreachable!("{ENDED}"),
        }
    }

    /// Ends the rows and puts them on the disk, still under the unfinished name.
    ///
    /// # Errors
    /// If the disk refuses; then there is no table.
    pub fn settle(&mut self) -> Result<(), FormatError> {
        match replace(&mut self.rows, Rows::Ended) {
            Rows::Text(rows) => self.files = rows.end()?,
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => self.files = vec![rows.end()?],
            Rows::Ended => {}
        }
        Ok(())
    }

    /// Puts the table on the disk under its name, its index too.
    ///
    /// # Errors
    /// If the disk refuses; then there is no table.
    pub fn finish(mut self) -> Result<(), FormatError> {
        self.settle()?;
        self.files.into_iter().try_for_each(AtomicFile::finish)
    }

    /// The names of the files of a settled table: its own, and that of its index if it has one.
    pub fn file_names(&self) -> Vec<String> {
        let names = self.files.iter().filter_map(|file| file.path().file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }
}

const ENDED: &str = "a table that was settled takes no more rows";

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;

    use flate2::read::MultiGzDecoder;
    use proptest::prelude::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
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

    const COLUMNS: [Column; 3] = [
        Column::chromosome("chrom"),
        Column::position("pos"),
        Column::number("p"),
    ];

    /// Writes rows, whose places ascend, and finishes the table.
    fn write(path: &Path, format: TableFormat, furthest_bp: Option<i64>, rows: &[(u8, i64, f64)]) {
        let target = TableTarget {
            format,
            furthest_bp,
            ..TableTarget::tsv(path)
        };
        let mut table = TableWriter::create_as(&target, &COLUMNS).unwrap();
        for (chrom, pos, p) in rows {
            table.text(&format!("chr{chrom}")).unwrap();
            table.integer(*pos).unwrap();
            table.number(*p).unwrap();
            table.end_row().unwrap();
        }
        table.missing().unwrap();
        table.missing().unwrap();
        table.number(f64::NAN).unwrap();
        table.end_row().unwrap();
        table.settle().unwrap();
        let names = table.file_names();
        assert!(names[0].starts_with("t.tsv"), "{names:?}");
        table.finish().unwrap();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]

        #[test]
        fn blocks_hold_the_bytes_of_the_plain_table(
            mut rows in prop::collection::vec((0u8..4, -3i64..1 << 34, any::<f64>()), 0..9000),
        ) {
            rows.sort_by_key(|row| (row.0, row.1));
            let folder = tempfile::tempdir().unwrap();
            let (plain, blocks) = (folder.path().join("t.tsv"), folder.path().join("t.tsv.gz"));
            write(&plain, TableFormat::Tsv, Some(1 << 34), &rows);
            write(&blocks, TableFormat::TsvGz, Some(1 << 34), &rows);
            let mut text = Vec::new();
            MultiGzDecoder::new(fs::File::open(&blocks).unwrap()).read_to_end(&mut text).unwrap();
            prop_assert!(text == fs::read(&plain).unwrap());
            prop_assert_eq!(names(folder.path()), ["t.tsv", "t.tsv.gz", "t.tsv.gz.csi"]);
        }
    }

    #[test]
    fn an_index_goes_as_far_as_positions_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.tsv.gz");
        for (furthest_bp, index) in [
            (Some((1 << 29) - 1), Some("t.tsv.gz.tbi")),
            (Some(1 << 29), Some("t.tsv.gz.csi")),
            (Some((1 << 41) - 1), Some("t.tsv.gz.csi")),
            (Some(1 << 41), None),
            (None, None),
        ] {
            write(&path, TableFormat::TsvGz, furthest_bp, &[(1, 5, 0.5)]);
            let wanted: Vec<&str> = ["t.tsv.gz"].into_iter().chain(index).collect();
            assert_eq!(names(folder.path()), wanted, "{furthest_bp:?}");
            if let Some(name) = index {
                fs::remove_file(folder.path().join(name)).unwrap();
            }
        }
    }

    #[test]
    fn a_table_that_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = TableTarget {
            format: TableFormat::TsvGz,
            furthest_bp: Some(100),
            ..TableTarget::tsv(&folder.path().join("t.tsv.gz"))
        };
        let mut table = TableWriter::create_as(&target, &COLUMNS).unwrap();
        table.settle().unwrap();
        assert_eq!(table.file_names(), ["t.tsv.gz", "t.tsv.gz.tbi"]);
        assert_eq!(names(folder.path()), ["t.tsv.gz.part", "t.tsv.gz.tbi.part"]);
        drop(table);
        drop(TableWriter::create_as(&target, &COLUMNS).unwrap());
        assert!(names(folder.path()).is_empty());
    }
}
