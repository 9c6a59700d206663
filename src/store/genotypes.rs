//! The genotypes of a store: rows of codes as they lie in the file, and who and where each row is.

use std::ops::Range;
use std::path::Path;

use super::code::CodeType;
use super::error::StoreError;
use super::open::OpenGroup;
use super::places::SnpPlaces;
use super::rows::Rows;
use super::strings::{TEXT_ROWS, read_text};

/// An open genotype store. Nothing that grows with the number of SNPs is held in memory.
pub struct GenotypeStore {
    group: OpenGroup,
    samples: Vec<String>,
    rows: Rows,
}

impl GenotypeStore {
    /// Opens a store.
    ///
    /// # Errors
    /// If it is missing, foreign, truncated or inconsistent.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let group = OpenGroup::open(path, "genotypes")?;
        let samples = group.samples()?;
        let codes = group.dataset("code")?;
        let dtype = codes
            .dtype()
            .map_err(|source| group.damaged("/genotypes/code has no type", source))?;
        let decimals = codes
            .attr("decimals")
            .and_then(|a| a.read_scalar::<u32>())
            .unwrap_or(0);
        let code_type = match (dtype.size(), dtype.is::<f32>() || dtype.is::<f64>()) {
            (1, _) => CodeType::U8,
            (2, _) => CodeType::U16 { decimals },
            (4, true) => CodeType::F32,
            (8, true) => CodeType::F64,
            (size, _) => {
                return Err(StoreError::Content {
                    path: path.into(),
                    found: format!("/genotypes/code has a type of {size} bytes"),
                    wanted: "u8, u16, f32 or f64 is wanted; import again".into(),
                });
            }
        };
        let rows = Rows::open(path, codes, code_type)?;
        if rows.n_columns() != samples.len() {
            return Err(StoreError::Content {
                path: path.into(),
                found: format!(
                    "{} sample IDs for {} columns of codes",
                    samples.len(),
                    rows.n_columns()
                ),
                wanted: "one a column is wanted; import again".into(),
            });
        }
        Ok(Self {
            group,
            samples,
            rows,
        })
    }

    /// The sample IDs, in the order of the columns.
    pub fn samples(&self) -> &[String] {
        &self.samples
    }

    /// The number of SNP rows.
    pub fn n_snps(&self) -> usize {
        self.rows.n_rows()
    }

    /// The type of the codes.
    pub fn code_type(&self) -> CodeType {
        self.rows.code_type()
    }

    /// Whether rows are read where they lie in the file.
    pub fn is_mapped(&self) -> bool {
        self.rows.is_mapped()
    }

    /// Where the SNPs lie.
    ///
    /// # Errors
    /// If the columns are damaged or not in genome order.
    pub fn places(&self) -> Result<SnpPlaces, StoreError> {
        let names = self.group.text("chrom_name")?;
        let chrom = self.group.column("chrom", self.n_snps())?;
        let pos = self.group.column("pos", self.n_snps())?;
        SnpPlaces::from_columns(names, chrom, pos).map_err(|row| StoreError::Content {
            path: self.group.path.clone(),
            found: format!("SNP row {row} breaks the order of chromosome and position"),
            wanted: "rows in genome order are wanted; import again".into(),
        })
    }

    /// The values of some rows at `columns` into `values` [n_rows x n_columns]; missing is NaN.
    ///
    /// # Errors
    /// If the library cannot read them.
    pub fn read_values(
        &self,
        rows: Range<usize>,
        columns: &[u32],
        values: &mut Vec<f64>,
    ) -> Result<(), StoreError> {
        let n_rows = rows.len();
        let codes = self.rows.codes(rows)?;
        values.resize(n_rows * columns.len(), 0.0);
        let row_bytes = self.rows.n_columns() * self.code_type().size();
        let decoded = values.chunks_exact_mut(columns.len().max(1));
        for (row, bytes) in decoded.zip(codes.chunks_exact(row_bytes.max(1))) {
            self.code_type().decode(bytes, columns, row);
        }
        Ok(())
    }

    /// Calls `take(row, id)` for every row in `rows`, which ascend.
    ///
    /// # Errors
    /// If the IDs cannot be read.
    pub fn ids_of(
        &self,
        rows: &[u32],
        mut take: impl FnMut(u32, String),
    ) -> Result<(), StoreError> {
        let column = self.group.dataset("id")?;
        self.group.expect_rows("id", column.size(), self.n_snps())?;
        let mut rest = rows;
        while let Some(&first) = rest.first() {
            let start = first as usize;
            let end = (start + TEXT_ROWS).min(self.n_snps());
            let n_here = rest.partition_point(|&row| (row as usize) < end);
            let last = rest[n_here - 1] as usize;
            let mut ids = read_text(&column, start..last + 1)
                .map_err(|source| self.group.damaged("/genotypes/id cannot be read", source))?;
            for &row in &rest[..n_here] {
                take(row, std::mem::take(&mut ids[row as usize - start]));
            }
            rest = &rest[n_here..];
        }
        Ok(())
    }
}
