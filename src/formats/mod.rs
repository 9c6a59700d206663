//! Readers of the field's files: Matrix eQTL text, VCF and BCF, PLINK bed/bim/fam, phenotype BED, location and covariate
//! tables, error covariances; and the tables written out.
//!
//! Every reader streams: one row at a time into a buffer that is reused, so memory does not depend on the number of
//! rows; PLINK's genotypes are read where they lie. Missing values are NaN. Samples are columns, known by ID. Nothing here knows of HDF5 or ranks.

mod atomic;
mod bcf;
mod bed;
mod bgzf_index;
mod columns;
mod compression;
mod covariates;
mod error;
mod error_covariance;
mod id_list;
mod input;
mod kind;
mod locations;
mod npy;
mod number;
#[cfg(feature = "parquet")]
mod parquet_columns;
#[cfg(feature = "parquet")]
mod parquet_expression;
#[cfg(feature = "parquet")]
mod parquet_rows;
#[cfg(feature = "parquet")]
mod parquet_table;
mod percent;
mod place_index;
mod plink;
mod read_ahead;
mod route;
mod selection;
mod table;
mod table_format;
mod text_rows;
mod vcf;
mod writer;

pub use atomic::AtomicFile;
pub use bcf::BcfGenotypes;
pub use bed::{BedExpression, BedGenotypes};
pub use compression::Progress;
pub use covariates::Covariates;
pub use error::FormatError;
pub use error_covariance::ErrorCovariance;
pub use id_list::{ListedSample, read_names, read_sample_list, read_snp_list};
pub use input::{LineReader, open};
pub use kind::FileKind;
pub use locations::{DuplicateIds, GeneLocations, RepeatedId, SnpLocations};
pub use npy::{HEADER_BYTES, NpyWriter};
pub use number::write_number;
#[cfg(feature = "parquet")]
pub use parquet_expression::ParquetExpression;
#[cfg(feature = "parquet")]
pub use parquet_table::ParquetTable;
pub use percent::percent_encoded;
pub use plink::{
    AlleleCount, PackedRows, PlinkFiles, PlinkGenotypes, PlinkSamples, PlinkSnp, PlinkSnps,
    SampleIds, SampleMask,
};
pub use route::count_by_index;
pub use selection::{SelectedGenotypes, Selection, Way};
pub use table::{TextExpression, TextGenotypes};
pub use table_format::{Column, ColumnKind, TableFormat, TableTarget};
pub use vcf::{GenotypeField, UnknownGenotypeField, VcfGenotypes};
pub use writer::TableWriter;

use crate::genome::{Site, Span};

/// One SNP as a genotype file gives it, or a row of any numbers in its place. Reused from row to row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GenotypeRow {
    /// The SNP's ID; `chrom_pos_ref_alt` where a VCF gives none.
    pub id: String,
    /// Where the SNP lies, if the file says.
    pub site: Option<Site>,
    /// The allele that is not counted; empty if the file does not say.
    pub reference: String,
    /// The allele that is counted (the effect allele); empty if the file does not say.
    pub alternate: String,
    /// Number of copies of the counted allele, or any number for general rows, `[n_samples]`; NaN is missing.
    pub values: Vec<f64>,
    /// Of dosages: values that are missing though the sample has a call.
    pub n_calls_alone: u64,
}

/// One gene as an expression file gives it. Reused from row to row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpressionRow {
    /// The gene's ID.
    pub id: String,
    /// Where the gene lies, if the file says.
    pub span: Option<Span>,
    /// Expression, `[n_samples]`; NaN is missing.
    pub values: Vec<f64>,
}

/// A genotype file read row by row.
pub trait GenotypeReader {
    /// The sample IDs, in the order of `GenotypeRow::values`.
    fn samples(&self) -> &[String];

    /// Reads the next SNP into `row`; false at the end of the file.
    ///
    /// # Errors
    /// With file, line, what was found and what was wanted.
    fn read_row(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError>;

    /// Reads the next SNP into `row` but for its values, which may be left as they are; false at the end of the file. What
    /// is wrong with values need not be seen, but for a SNP that is without the field that is read. A file is read in this
    /// way or the other, not in both.
    ///
    /// # Errors
    /// As [`GenotypeReader::read_row`].
    fn read_names(&mut self, row: &mut GenotypeRow) -> Result<bool, FormatError> {
        self.read_row(row)
    }

    /// Which records are wanted and what was found of them; `None` if all are.
    fn selection(&self) -> Option<&Selection> {
        None
    }
}

/// An expression file read row by row.
pub trait ExpressionReader {
    /// The sample IDs, in the order of `ExpressionRow::values`.
    fn samples(&self) -> &[String];

    /// Reads the next gene into `row`; false at the end of the file.
    ///
    /// # Errors
    /// With file, line, what was found and what was wanted.
    fn read_row(&mut self, row: &mut ExpressionRow) -> Result<bool, FormatError>;

    /// Reads the next gene into `row` but for its values, as [`GenotypeReader::read_names`] does.
    ///
    /// # Errors
    /// As [`ExpressionReader::read_row`].
    fn read_names(&mut self, row: &mut ExpressionRow) -> Result<bool, FormatError> {
        self.read_row(row)
    }
}
