//! The HDF5 store: genotype codes and expression values, rows in genome order, memory-mapped where they lie.
//!
//! Layout, version 2 (either group may be absent; both may stand in one file):
//!
//! ```text
//! /                         attributes format = "mpiqtl" (6 bytes), version = 2
//! /samples/id               [n_samples] text
//! /genotypes/code           [n_snps x n_samples] u8 | u16 | f32 | f64, contiguous
//!                           attributes: decimals (value = code / 10^decimals), missing (255, 65535 or NaN),
//!                           counted_allele = "alt", crc (see below)
//! /genotypes/id, ref, alt   [n_snps] text; alt is the allele that is counted
//! /genotypes/chrom          [n_snps] i32, an index into chrom_name, -1 without a location
//! /genotypes/chrom_name     [n_chromosomes] text
//! /genotypes/pos            [n_snps] i64, 1-based
//! /expression/value         [n_genes x n_samples] f64, NaN missing, contiguous; attribute crc
//! /expression/id            [n_genes] text
//! /expression/chrom, chrom_name, left, right   as for genotypes
//! /genotypes/provenance/name, value            [n_facts] text: what the rows were made from, and how; the same in
//!                                              /expression; absent in stores that were made without
//! ```
//!
//! Every dataset `x` has CRC-32 checksums (those of gzip) beside it:
//!
//! ```text
//! code_crc, value_crc       [n_rows] u32, one a row of the matrix, of the row's bytes as they lie in the file
//! id_crc, chrom_crc, ...    [n_rows / 4096, rounded up] u32, one for each 4096 rows of a column: of the numbers as they
//!                           lie in the file, of text with a zero byte after each
//! attribute crc             of a matrix: of its shape and type in words, "700 x 300 u8", "700 x 300 u16 with 2 decimals"
//! ```
//!
//! Nothing is used that has not the checksum that was written with it. HDF5 itself checks superblock and object headers
//! (the layout of HDF5 1.8), and text is read by the file `heap`, so that no damaged byte leads the library astray. Not checked, and
//! not read by this program: the attributes `missing` and `counted_allele`, and gaps between datasets. Datasets that
//! another program made chunked or compressed are read by the library, and checked as it gives them. Stores of version 1 have
//! no checksums and an HDF5 layout without; they are read all the same, unchecked.
//!
//! Both groups have samples of their own order: `/samples/id` of a file with both serves both. This is the only room
//! that names hdf5.

mod checksum;
mod code;
mod column;
mod create;
mod error;
mod expression;
mod fingerprint;
mod genotypes;
mod groups;
mod heap;
mod identity;
mod lost;
mod open;
mod order;
mod places;
mod provenance;
mod roll;
mod rows;
mod scratch;
mod sides;
mod slab;
mod source;
mod spool;
mod spooled;
mod strings;
mod writer;

pub use code::{CodeNeeds, CodeType};
pub use create::{Imported, StoreClaim, write_expression_store, write_genotype_store};
pub use error::StoreError;
pub use expression::{ExpressionStore, Gene};
pub use genotypes::GenotypeStore;
pub use lost::tell_of_lost_pages;
pub use order::{GenomeOrder, genome_order};
pub use places::SnpPlaces;
pub use provenance::Provenance;
pub use roll::Roll;
pub use sides::StoreSides;
pub use source::{RowPlace, RowSource, RowText};
pub use writer::{ExpressionWriter, GenotypeWriter};

/// The HDF5 library this program is linked to, as "1.10.8".
pub fn hdf5_version() -> String {
    let (major, minor, patch) = hdf5::library_version();
    format!("{major}.{minor}.{patch}")
}
