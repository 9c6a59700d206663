//! A table of eQTLs, read once from its first row to its last, whichever columns it has and however it is sorted.

use std::path::Path;

use crate::formats::{FormatError, LineReader, open};
use crate::stats::{Degrees, ln_p_of_r_squared, ln_two_sided_t, neg_log10_p};

/// The names a column has in the tables there are.
const SNP: &[&str] = &["SNP", "snp"];
const GENE: &[&str] = &["gene"];
const STATISTIC: &[&str] = &["t-stat", "t", "F-test", "F"];
const BETA: &[&str] = &["beta"];
const P: &[&str] = &["p-value", "p"];
const FDR: &[&str] = &["FDR", "fdr"];
const NEG_LOG10_P: &[&str] = &["neg_log10_p"];
const DISTANCE: &[&str] = &["distance"];

/// Below this the p of a table may be its floor.
const NEAR_FLOOR: f64 = 1e-300;

/// What the statistics of a table are, so that p can be had where it is below the floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// t with so many degrees of freedom.
    T(f64),
    /// F.
    F(Degrees),
    /// F whose degrees of freedom change from SNP to SNP.
    Unknown,
}

impl Tail {
    /// -log10 of the p-value of a statistic.
    fn neg_log10_p(self, statistic: f64) -> Option<f64> {
        let ln_p = match self {
            Self::T(df) => ln_two_sided_t(statistic, df),
            Self::F(degrees) => {
                let ratio = statistic * f64::from(degrees.numerator) / degrees.residual;
                ln_p_of_r_squared(ratio / (1.0 + ratio), degrees)
            }
            Self::Unknown => return None,
        };
        Some(neg_log10_p(ln_p)).filter(|x| x.is_finite())
    }
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// The SNP's ID.
    pub snp: &'a [u8],
    /// The gene's ID.
    pub gene: &'a [u8],
    /// The slope as it stands there; nothing where the table has none.
    pub beta: &'a [u8],
    /// t or F as it stands there.
    pub statistic: &'a [u8],
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

/// A number that is wanted of few rows only; NaN for what is none.
pub fn number_or_nan(field: &[u8]) -> f64 {
    let text = std::str::from_utf8(field).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
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

/// The most columns that are looked at.
const MOST_COLUMNS: usize = 32;

/// A table of eQTLs, plain or compressed with gzip.
pub struct HitTable {
    reader: LineReader,
    columns: Columns,
    tail: Tail,
    n_rows: u64,
}

impl HitTable {
    /// Opens a table and reads its header.
    ///
    /// # Errors
    /// If it cannot be read, or a column is not there that every table has.
    pub fn open(path: &Path, tail: Tail) -> Result<Self, FormatError> {
        let mut reader = open(path)?;
        if !reader.advance()? {
            return Err(
                reader.file_error("the file is empty", "wanted a table of eQTLs; map again")
            );
        }
        let header = reader.text(reader.line())?.to_string();
        let names: Vec<&str> = header.split('\t').take(MOST_COLUMNS).collect();
        let place = |wanted: &[&str]| names.iter().position(|name| wanted.contains(name));
        let needed = |wanted: &[&str]| {
            place(wanted).ok_or_else(|| {
                let found = format!("the header has no column '{}'", wanted[0]);
                reader.line_error(found, "wanted a table of eQTLs that 'mpiqtl map' wrote")
            })
        };
        let columns = Columns {
            snp: needed(SNP)?,
            gene: needed(GENE)?,
            statistic: needed(STATISTIC)?,
            p: needed(P)?,
            fdr: needed(FDR)?,
            beta: place(BETA),
            neg_log10_p: place(NEG_LOG10_P),
            distance: place(DISTANCE),
        };
        Ok(Self {
            reader,
            columns,
            tail,
            n_rows: 0,
        })
    }

    /// Reads the next row.
    ///
    /// # Errors
    /// If the file cannot be read, or a number is none.
    pub fn read_row(&mut self) -> Result<Option<Hit<'_>>, FormatError> {
        if !self.reader.advance()? {
            return Ok(None);
        }
        self.n_rows += 1;
        let mut fields = [&b""[..]; MOST_COLUMNS];
        let found = self.reader.line().split(|&byte| byte == b'\t');
        fields
            .iter_mut()
            .zip(found)
            .for_each(|(field, found)| *field = found);
        let columns = &self.columns;
        let number = |column: usize| self.number(fields[column]);
        let (p, statistic) = (number(columns.p)?, fields[columns.statistic]);
        let neg_log10_p = match columns.neg_log10_p {
            Some(column) => number(column)?,
            None => self.of_p(p, statistic),
        };
        let distance = columns.distance.map(|column| fields[column]);
        Ok(Some(Hit {
            snp: fields[columns.snp],
            gene: fields[columns.gene],
            beta: columns.beta.map_or(&b""[..], |column| fields[column]),
            statistic,
            p,
            neg_log10_p,
            fdr: number(columns.fdr)?,
            distance: distance.and_then(|field| std::str::from_utf8(field).ok()?.parse().ok()),
            row: self.n_rows,
        }))
    }

    fn of_p(&self, p: f64, statistic: &[u8]) -> f64 {
        let of_p = 0.0 - p.max(f64::MIN_POSITIVE).log10();
        match p < NEAR_FLOOR {
            true => self
                .tail
                .neg_log10_p(number_or_nan(statistic))
                .unwrap_or(of_p),
            false => of_p,
        }
    }

    fn number(&self, field: &[u8]) -> Result<f64, FormatError> {
        if field == b"NA" {
            return Ok(f64::NAN);
        }
        let text = std::str::from_utf8(field).ok();
        text.and_then(|text| text.parse().ok()).ok_or_else(|| {
            let found = format!(
                "'{}' stands where a number should",
                String::from_utf8_lossy(field)
            );
            self.reader
                .line_error(found, "the table was changed or is damaged; map again")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            rows.push((
                snp,
                number_or_nan(hit.statistic),
                hit.neg_log10_p,
                hit.distance,
            ));
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
    fn what_is_no_table_of_eqtls_is_named() {
        let message = |text: &str| rows(text, Tail::Unknown).unwrap_err().to_string();
        assert!(message("a\tb\n").contains("no column 'SNP'"));
        let broken = "SNP\tgene\tbeta\tt-stat\tp-value\tFDR\nrs1\tG\t1\t1\tx\t1\n";
        assert!(message(broken).contains("line 2: 'x' stands where a number should"));
        assert!(message("").contains("empty"));
    }
}
