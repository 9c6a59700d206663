//! What a table is written as: its columns with their types, its format, and what goes with it.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::FormatError;

/// The format of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum TableFormat {
    /// Fields separated by tabs.
    #[default]
    Tsv,
    /// The same in blocks of gzip (BGZF), as `bgzip` writes it.
    TsvGz,
    /// Apache Parquet.
    Parquet,
}

impl TableFormat {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Tsv, Self::TsvGz, Self::Parquet];

    /// Its name in options, which is how its files end, the point left out.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tsv => "tsv",
            Self::TsvGz => "tsv.gz",
            Self::Parquet => "parquet",
        }
    }

    /// Whether this program can write it.
    ///
    /// # Errors
    /// If it was built without.
    pub fn check(self) -> Result<(), String> {
        if self == Self::Parquet && !cfg!(feature = "parquet") {
            return Err(
                "this mpiqtl is built without Parquet; build it with 'cargo build --release --features parquet', or take \
                 tsv.gz"
                    .into(),
            );
        }
        Ok(())
    }
}

impl FromStr for TableFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.name() == text).ok_or_else(|| {
            format!("'{text}' is no format of a table; 'tsv', 'tsv.gz' or 'parquet' is wanted")
        })
    }
}

impl TryFrom<String> for TableFormat {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<TableFormat> for String {
    fn from(format: TableFormat) -> Self {
        format.name().into()
    }
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// The name of a chromosome, by which an index finds rows.
    Chromosome,
    /// A position on it in bp, 1-based, a whole number.
    Position,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What stands in it.
    pub kind: ColumnKind,
}

impl Column {
    /// A column of text.
    pub const fn text(name: &'static str) -> Self {
        Self::of(name, ColumnKind::Text)
    }

    /// The column of chromosomes.
    pub const fn chromosome(name: &'static str) -> Self {
        Self::of(name, ColumnKind::Chromosome)
    }

    /// The column of positions.
    pub const fn position(name: &'static str) -> Self {
        Self::of(name, ColumnKind::Position)
    }

    /// A column of whole numbers.
    pub const fn integer(name: &'static str) -> Self {
        Self::of(name, ColumnKind::Integer)
    }

    /// A column of numbers.
    pub const fn number(name: &'static str) -> Self {
        Self::of(name, ColumnKind::Number)
    }

    const fn of(name: &'static str, kind: ColumnKind) -> Self {
        Self { name, kind }
    }
}

/// A table that is to be written.
#[derive(Clone, Debug)]
pub struct TableTarget {
    /// Its file.
    pub path: PathBuf,
    /// Its format.
    pub format: TableFormat,
    /// Where rows come by chromosome and position and those without come last: the furthest position in bp there may be.
    /// A `tsv.gz` with columns of both then gets an index for `tabix`.
    pub furthest_bp: Option<i64>,
    /// What a Parquet file says of itself: keys and values.
    pub notes: Vec<(String, String)>,
}

impl TableTarget {
    /// A plain table of tab separated fields.
    pub fn tsv(path: &Path) -> Self {
        Self {
            path: path.into(),
            format: TableFormat::Tsv,
            furthest_bp: None,
            notes: Vec::new(),
        }
    }

    /// The error of a format this program is built without.
    #[cfg_attr(feature = "parquet", allow(dead_code))]
    pub(super) fn refused(&self) -> FormatError {
        FormatError::File {
            path: self.path.clone(),
            found: "is to be a Parquet file".into(),
            wanted: self.format.check().err().unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_has_one_name_everywhere() {
        for format in TableFormat::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            let json = serde_json::to_value(format).unwrap();
            assert_eq!(json, format.name());
            assert_eq!(serde_json::from_value::<TableFormat>(json).unwrap(), format);
        }
        let error = "csv".parse::<TableFormat>().unwrap_err();
        assert!(
            error.contains("'csv'") && error.contains("'tsv.gz'"),
            "{error}"
        );
    }

    #[test]
    fn what_cannot_be_written_says_how_to_get_it() {
        assert_eq!(TableFormat::TsvGz.check(), Ok(()));
        let parquet = TableFormat::Parquet.check();
        assert_eq!(parquet.is_ok(), cfg!(feature = "parquet"));
        if let Err(error) = parquet {
            assert!(error.contains("--features parquet"), "{error}");
        }
    }
}
