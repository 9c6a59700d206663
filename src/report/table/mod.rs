//! A table of eQTLs, read once from its first row to its last, whichever columns it has, however it is sorted, and in each
//! of the formats that a run writes.

#[cfg(feature = "parquet")]
mod columnar;
mod tail;
mod text;

use std::path::{Path, PathBuf};

use crate::formats::{FormatError, TableFormat};

#[cfg(feature = "parquet")]
use columnar::ParquetRows;
pub use tail::Tail;
use text::TextRows;

/// The names a column has in the tables there are, those of the eQTL Catalogue among them.
const SNP: &[&str] = &["SNP", "snp"];
const GENE: &[&str] = &["gene", "gene_id"];
const STATISTIC: &[&str] = &["t-stat", "t", "F-test", "F"];
const BETA: &[&str] = &["beta"];
const P: &[&str] = &["p-value", "p", "pvalue"];
const FDR: &[&str] = &["FDR", "fdr"];
const NEG_LOG10_P: &[&str] = &["neg_log10_p"];
const DISTANCE: &[&str] = &["distance"];

/// A number that is wanted of few rows only.
#[derive(Clone, Copy, Debug)]
pub enum Figure<'a> {
    /// As it stands in text.
    Text(&'a [u8]),
    /// As it is.
    Number(f64),
}

impl Figure<'_> {
    /// The number; NaN for what is none.
    pub fn or_nan(self) -> f64 {
        match self {
            Self::Text(field) => {
                let text = std::str::from_utf8(field).ok();
                text.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
            }
            Self::Number(x) => x,
        }
    }
}

/// A row as it stands in a table.
struct Row<'a> {
    snp: &'a [u8],
    gene: &'a [u8],
    beta: Figure<'a>,
    statistic: Figure<'a>,
    p: f64,
    neg_log10_p: Option<f64>,
    fdr: f64,
    distance: Option<i64>,
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// The SNP's ID.
    pub snp: &'a [u8],
    /// The gene's ID.
    pub gene: &'a [u8],
    /// The slope; NaN where the table has none.
    pub beta: Figure<'a>,
    /// t or F.
    pub statistic: Figure<'a>,
    /// The p-value as it stands there.
    pub p: f64,
    /// Its -log10, also where p is at its floor.
    pub neg_log10_p: f64,
    /// The false discovery rate.
    pub fdr: f64,
    /// bp from the nearer end of the gene, if the table says.
    pub distance: Option<i64>,
    /// The row's number, from 1.
    pub row: u64,
}

/// Where the columns are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    snp: usize,
    gene: usize,
    statistic: usize,
    p: usize,
    fdr: usize,
    beta: Option<usize>,
    neg_log10_p: Option<usize>,
    distance: Option<usize>,
}

impl Columns {
    /// Finds the columns among the names of a header.
    ///
    /// # Errors
    /// In words, the one that is missing.
    fn of(names: &[&str]) -> Result<Self, String> {
        let place = |wanted: &[&str]| names.iter().position(|name| wanted.contains(name));
        let needed = |wanted: &[&str]| {
            place(wanted).ok_or_else(|| format!("the header has no column '{}'", wanted[0]))
        };
        Ok(Self {
            snp: needed(SNP)?,
            gene: needed(GENE)?,
            statistic: needed(STATISTIC)?,
            p: needed(P)?,
            fdr: needed(FDR)?,
            beta: place(BETA),
            neg_log10_p: place(NEG_LOG10_P),
            distance: place(DISTANCE),
        })
    }
}

/// What to do about a table whose columns are others.
const WANTED: &str = "wanted a table of eQTLs that 'mpiqtl map' wrote";

/// A table of eQTLs: plain text, compressed with gzip, or Parquet.
pub struct HitTable {
    rows: Box<dyn Rows>,
    tail: Tail,
    n_rows: u64,
}

/// The rows of a table, in any format.
trait Rows {
    /// Reads the next row.
    fn read_row(&mut self) -> Result<Option<Row<'_>>, FormatError>;
}

/// The file of the table of a class in the folder `out`: of the format that the run wrote, or of another one that somebody
/// made of it.
pub fn table_file(out: &Path, class: &str, written: TableFormat) -> PathBuf {
    let file = |format: TableFormat| out.join(format!("{class}.{}", format.name()));
    let mut all = [written].into_iter().chain(TableFormat::ALL).map(file);
    let found = all.find(|path| path.exists());
    found.unwrap_or_else(|| file(written))
}

impl HitTable {
    /// Opens a table and reads its header.
    ///
    /// # Errors
    /// If it cannot be read, a column is not there that every table has, or it is Parquet and this program is built
    /// without.
    pub fn open(path: &Path, tail: Tail) -> Result<Self, FormatError> {
        let is_parquet = path
            .extension()
            .is_some_and(|extension| extension == TableFormat::Parquet.name());
        let rows = match is_parquet {
            true => open_parquet(path)?,
            false => Box::new(TextRows::open(path)?),
        };
        Ok(Self {
            rows,
            tail,
            n_rows: 0,
        })
    }

    /// Reads the next row.
    ///
    /// # Errors
    /// If the file cannot be read, or a number is none.
    pub fn read_row(&mut self) -> Result<Option<Hit<'_>>, FormatError> {
        let Some(row) = self.rows.read_row()? else {
            return Ok(None);
        };
        self.n_rows += 1;
        // A perfect fit has none: it is drawn at the floor of p.
        let of_p = || self.tail.of_p(row.p, row.statistic);
        Ok(Some(Hit {
            snp: row.snp,
            gene: row.gene,
            beta: row.beta,
            statistic: row.statistic,
            p: row.p,
            neg_log10_p: row
                .neg_log10_p
                .filter(|x| x.is_finite())
                .unwrap_or_else(of_p),
            fdr: row.fdr,
            distance: row.distance,
            row: self.n_rows,
        }))
    }
}

#[cfg(feature = "parquet")]
fn open_parquet(path: &Path) -> Result<Box<dyn Rows>, FormatError> {
    Ok(Box::new(ParquetRows::open(path)?))
}

#[cfg(not(feature = "parquet"))]
fn open_parquet(path: &Path) -> Result<Box<dyn Rows>, FormatError> {
    Err(FormatError::File {
        path: path.into(),
        found: "the table is Parquet, which this mpiqtl was built without".into(),
        wanted: "build it with 'cargo build --release --features parquet'".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Degrees;
    use std::fs;

    /// SNP, statistic, -log10 p and distance.
    type Row = (String, f64, f64, Option<i64>);

    fn rows(text: &str, tail: Tail) -> Result<Vec<Row>, FormatError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cis.tsv");
        fs::write(&path, text).unwrap();
        let mut table = HitTable::open(&path, tail)?;
        let mut rows = Vec::new();
        while let Some(hit) = table.read_row()? {
            let snp = String::from_utf8_lossy(hit.snp).into_owned();
            rows.push((snp, hit.statistic.or_nan(), hit.neg_log10_p, hit.distance));
        }
        Ok(rows)
    }

    #[test]
    fn both_forms_of_a_table_are_read() {
        let short = "SNP\tgene\tbeta\tt-stat\tp-value\tFDR\nrs1\tG\t0.5\t3\t0.01\t0.1\n";
        assert_eq!(
            rows(short, Tail::Unknown).unwrap(),
            [("rs1".into(), 3.0, 2.0, None)]
        );
        let full = "snp\tchrom\tpos\tgene\tdistance\tF\tp\tneg_log10_p\tfdr\nrs1\t1\t5\tG\t-7\tInf\t2e-308\t400\tNA\n";
        let wanted = [("rs1".into(), f64::INFINITY, 400.0, Some(-7))];
        assert_eq!(rows(full, Tail::Unknown).unwrap(), wanted);
    }

    #[test]
    fn a_perfect_fit_is_as_strong_as_the_floor_of_p() {
        let full = "snp\tchrom\tpos\tgene\tdistance\tt\tp\tneg_log10_p\tfdr\nrs1\t1\t5\tG\t-7\tInf\t2e-308\tInf\tNA\n";
        let strength = rows(full, Tail::T(10.0)).unwrap()[0].2;
        assert!((strength - 307.7).abs() < 0.1, "{strength}");
    }

    #[test]
    fn below_its_floor_p_is_had_from_the_statistic() {
        let table =
            "SNP\tgene\tbeta\tt-stat\tp-value\tFDR\nrs1\tG\t1\t100\t2.2250738585072014e-308\t0\n";
        let found = rows(table, Tail::T(800.0)).unwrap()[0].2;
        assert!(
            (found - 1044.605903099417 / std::f64::consts::LN_10).abs() < 1e-6,
            "{found}"
        );
        let f = Degrees {
            numerator: 2,
            residual: 800.0,
        };
        // For two terms p = (1 + 2F/df)^(-df/2).
        let wanted = 400.0 * (1.0f64 + 2.0 * 5000.0 / 800.0).log10();
        let table = table.replace("t-stat", "F").replace("100", "5000");
        let found = rows(&table, Tail::F(f)).unwrap()[0].2;
        assert!((found / wanted - 1.0).abs() < 1e-12, "{found} {wanted}");
        let floor = rows(&table, Tail::Unknown).unwrap()[0].2;
        assert!((floor - 307.6526).abs() < 1e-3, "{floor}");
    }

    #[test]
    fn the_file_is_the_one_that_was_written_or_one_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = |written| table_file(folder.path(), "cis", written);
        let is = |format, name: &str| assert_eq!(file(format), folder.path().join(name));
        is(TableFormat::Parquet, "cis.parquet");
        fs::write(folder.path().join("cis.tsv"), "").unwrap();
        is(TableFormat::TsvGz, "cis.tsv");
        fs::write(folder.path().join("cis.tsv.gz"), "").unwrap();
        is(TableFormat::TsvGz, "cis.tsv.gz");
        is(TableFormat::Parquet, "cis.tsv");
    }

    #[test]
    fn what_is_no_table_of_eqtls_is_named() {
        let message = |text: &str| rows(text, Tail::Unknown).unwrap_err().to_string();
        assert!(message("a\tb\n").contains("no column 'SNP'"));
        let broken = "SNP\tgene\tbeta\tt-stat\tp-value\tFDR\nrs1\tG\t1\t1\tx\t1\n";
        assert!(message(broken).contains("line 2: 'x' stands where a number should"));
        assert!(message("").contains("empty"));
    }
}
