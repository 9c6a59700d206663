//! The options of `map` as given: each is a flag and a key of the configuration file, and flags win.

mod bp;
mod bytes;
mod file;
mod models;
mod resolve;
mod thresholds;

pub use bp::parse_bp;

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use crate::cli::words::Words;
use crate::formats::{GenotypeField, TableFormat};
use crate::run::{
    AnovaDf, Columns, EngineName, ModelName, PHistogram, RowOrder, Shard, SimdName, parse_bytes,
};

/// Options of `map`. Paths are relative to the working folder. The first paragraph of each is the help of `-h`.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapInput {
    /// Configuration file; flags win over it
    ///
    /// TOML. Every flag below is a key of it, with _ for -, and configs/reference.toml explains each.
    #[arg(long, value_name = "FILE.toml")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Genotypes: store, VCF, BCF, PLINK .bed or text, one row a SNP
    ///
    /// Store (.h5); VCF or text, .gz too; BCF; PLINK .bed or its prefix; or rows of any numbers, such as methylation, as
    /// text or phenotype BED. Required. [Matrix eQTL: snps]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub genotypes: Option<PathBuf>,

    /// Expression: store, phenotype BED, Parquet or text
    ///
    /// One row a gene. Store (.h5); phenotype BED or text, .gz too; tensorQTL's Parquet. Required. [Matrix eQTL: gene]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub expression: Option<PathBuf>,

    /// Covariates: text, one row a covariate or a sample
    ///
    /// The sample IDs tell which. The intercept is always there. [default: none] [Matrix eQTL: cvrt]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub covariates: Option<PathBuf>,

    /// Covariance of the errors: text with sample IDs on both sides
    ///
    /// Up to a factor, such as kinship and noise; positive definite. [default: independent errors of one variance]
    /// [Matrix eQTL: errorCovariance]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub error_covariance: Option<PathBuf>,

    /// Field of a VCF or BCF: GT, DS or GP [default: GT]
    ///
    /// GT are hard calls, DS dosages, GP genotype probabilities, made dosages.
    #[arg(
        long,
        value_name = "FIELD",
        hide_possible_values = true, value_parser = Words::<GenotypeField>::new(&["GT", "DS", "GP"]),
        help_heading = "Input",
    )]
    pub genotype_field: Option<GenotypeField>,

    /// Locations for genotypes as text: snp chr pos
    ///
    /// Positions in bp, the first base is 1. Needed for cis. [default: none] [Matrix eQTL: snpspos]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub snp_locations: Option<PathBuf>,

    /// Locations for expression as text: geneid chr left right
    ///
    /// Positions in bp, the first base is 1. Needed for cis. [default: none] [Matrix eQTL: genepos]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub gene_locations: Option<PathBuf>,

    /// Take chr22 and 22, or chrM and MT, for one chromosome
    ///
    /// Letters of any size, leading zeros and the prefix chr do not count then; PLINK's 23, 24, 25 and 26 are X, Y, XY
    /// and MT where the other side has the letter and not the number. Genes get the names of the SNPs. [default: false,
    /// a cis pair has one chromosome name]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Input",
    )]
    pub match_chromosomes: Option<bool>,

    /// Fewest samples that are in all files
    ///
    /// With fewer the run stops. [default: half of the smaller of genotypes and expression]
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub min_samples: Option<usize>,

    /// linear, anova or linear_cross [default: linear]
    ///
    /// What is tested, the covariates known: linear, the dosage, by t; anova, classes of genotypes, by F; linear_cross, the product of
    /// the dosage and a covariate, both known, by t. [Matrix eQTL: useModel]
    #[arg(
        long,
        value_name = "MODEL",
        hide_possible_values = true, value_parser = Words::<ModelName>::new(&["linear", "anova", "linear_cross"]),
        help_heading = "Model",
    )]
    pub model: Option<ModelName>,

    /// Covariate of linear_cross [default: the last one]
    ///
    /// Its product with the dosage is tested. [Matrix eQTL: the last row of cvrt]
    #[arg(long, value_name = "NAME", help_heading = "Model")]
    pub interaction: Option<String>,

    /// Genotype classes of anova, 2 to 16 [default: 3]
    ///
    /// Genotypes are whole numbers then. [Matrix eQTL: MatrixEQTL.ANOVA.categories]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub anova_groups: Option<usize>,

    /// df of anova: declared or observed [default: declared]
    ///
    /// Degrees of freedom, declared: anova_groups - 1 in the numerator for every SNP, as Matrix eQTL; observed: the classes the SNP has -
    /// 1, as R's anova.
    #[arg(
        long,
        value_name = "WHICH",
        hide_possible_values = true, value_parser = Words::<AnovaDf>::new(&["declared", "observed"]),
        help_heading = "Model",
    )]
    pub anova_df: Option<AnovaDf>,

    /// p-value threshold of all pairs in one class
    ///
    /// From 0 to 1. [default: 1e-5 where no threshold is given, else 0] [Matrix eQTL: pvOutputThreshold]
    #[arg(long, value_name = "P", help_heading = "Thresholds")]
    pub p_all: Option<f64>,

    /// p-value threshold of cis pairs [default: 0, no cis]
    ///
    /// From 0 to 1. [Matrix eQTL: pvOutputThreshold.cis]
    #[arg(long, value_name = "P", help_heading = "Thresholds")]
    pub p_cis: Option<f64>,

    /// p-value threshold of trans pairs, at most p_cis [default: 0]
    ///
    /// From 0 to 1; with 0 trans pairs are neither tested nor counted. [Matrix eQTL: pvOutputThreshold]
    #[arg(long, value_name = "P", help_heading = "Thresholds")]
    pub p_trans: Option<f64>,

    /// Reach of cis from either end of a gene [default: 1000000]
    ///
    /// In bp, the last base included; 1e6 is 1000000. [Matrix eQTL: cisDist]
    #[arg(long, value_name = "BP", value_parser = bp::parse_bp, help_heading = "Thresholds")]
    #[serde(default, deserialize_with = "bp::bp_of_file")]
    pub cis_dist_bp: Option<i64>,

    /// Leave out pairs of rows with the same ID
    ///
    /// They are neither tested nor counted; for one set mapped against itself. [default: false]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Thresholds",
    )]
    pub skip_self: Option<bool>,

    /// Output folder; made if need be
    ///
    /// Tables, reports and run.json. Required. [Matrix eQTL: output_file_name]
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Columns: matrix_eqtl, full or eqtl_catalogue [default: matrix_eqtl]
    ///
    /// Of the tables of eQTLs; full has places, alleles, allele frequencies, standard errors and log10 p too,
    /// eqtl_catalogue these under the eQTL Catalogue's names.
    #[arg(
        long,
        value_name = "WHICH",
        hide_possible_values = true,
        value_parser = Words::<Columns>::new(&["matrix_eqtl", "full", "eqtl_catalogue"]),
        help_heading = "Output",
    )]
    pub columns: Option<Columns>,

    /// Format of the tables of eQTLs: tsv, tsv.gz or parquet [default: tsv]
    ///
    /// tsv as Matrix eQTL; tsv.gz in blocks, as bgzip; parquet typed, with zstd.
    #[arg(
        long,
        value_name = "FORMAT",
        hide_possible_values = true, value_parser = Words::<TableFormat>::new(&["tsv", "tsv.gz", "parquet"]),
        help_heading = "Output",
    )]
    pub table_format: Option<TableFormat>,

    /// Order of the rows of the tables of eQTLs: p or position [default: p]
    ///
    /// p as Matrix eQTL; tsv.gz by position gets an index for tabix.
    #[arg(
        long,
        value_name = "BY",
        hide_possible_values = true, value_parser = Words::<RowOrder>::new(&["p", "position"]),
        help_heading = "Output",
    )]
    pub sort: Option<RowOrder>,

    /// Histogram of all p-values: bins, edges or qqplot
    ///
    /// Whatever the thresholds: a number of bins (100), their edges (0.01,0.05,1), qqplot (20 bins a power of ten) or
    /// false. [default: false] [Matrix eQTL: pvalue.hist]
    #[arg(long, value_name = "BINS", help_heading = "Output")]
    pub p_histogram: Option<PHistogram>,

    /// Write the smallest p-value of every SNP and gene
    ///
    /// With whom it is, whatever the thresholds. [default: false] [Matrix eQTL: min.pv.by.genesnp]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Output",
    )]
    pub min_p: Option<bool>,

    /// Fit up to N eQTLs and N other pairs again [default: 0]
    ///
    /// Random ones, from the raw data by a QR decomposition; the run fails if one differs.
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub audit: Option<usize>,

    /// Write report.html of the finished run
    ///
    /// With its plots, in the folder plots. [default: true]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Output",
    )]
    pub report: Option<bool>,

    /// Replace the results of a complete run
    ///
    /// [default: false, such a folder is refused]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Output",
    )]
    pub overwrite: Option<bool>,

    /// Drop an unfinished run and start over
    ///
    /// The one in the output folder, which the same command would continue. [default: false]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Restart",
    )]
    pub fresh: Option<bool>,

    /// Scan part I of N only, without MPI
    ///
    /// Into the folder shards of the output folder; 'mpiqtl merge' joins all N. [default: the whole]
    #[arg(long, value_name = "I/N", help_heading = "Distribution")]
    pub shard: Option<Shard>,

    /// Memory for the eQTLs of each rank [default: 256M]
    ///
    /// In bytes, or with K, M, G or T for powers of 1,024; more of them go to the disk.
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes, help_heading = "Distribution")]
    #[serde(default, deserialize_with = "bytes::bytes_of_file")]
    pub hit_memory: Option<u64>,

    /// Folder for the journal and for eQTLs beyond memory
    ///
    /// Of this run alone and shared by all ranks. [default: the folder journal of the output folder]
    #[arg(long, value_name = "FOLDER", help_heading = "Restart")]
    pub scratch: Option<PathBuf>,

    /// Seconds of work a killed run may lose [default: 20]
    ///
    /// A finished block pair waits no longer to be brought to the disk, unless writing would take more than 2 % of the
    /// time.
    #[arg(long, value_name = "SECS", help_heading = "Restart")]
    pub journal_secs: Option<f64>,

    /// Go on where the disk may be too small
    ///
    /// That is where the eQTLs that chance alone would make do not fit it. [default: false]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Output",
    )]
    pub force: Option<bool>,

    /// SNPs in a block
    ///
    /// [default: as many as fill 16 MiB, 128 to 1024 rows] [Matrix eQTL: slice size]
    #[arg(long, value_name = "N", help_heading = "Distribution")]
    pub block_snps: Option<usize>,

    /// Genes in a block
    ///
    /// [default: 2048, fewer with more than 20,000 samples] [Matrix eQTL: slice size]
    #[arg(long, value_name = "N", help_heading = "Distribution")]
    pub block_genes: Option<usize>,

    /// Screen: auto, i8, f32 or f64 [default: auto]
    ///
    /// How tests are screened; those that matter are decided in double precision, and results are the same bytes: i8 (integers), f32, f64,
    /// or auto, the fastest.
    #[arg(
        long,
        value_name = "ENGINE",
        hide_possible_values = true, value_parser = Words::<EngineName>::new(&["auto", "i8", "f32", "f64"]),
        help_heading = "Speed",
    )]
    pub engine: Option<EngineName>,

    /// For i8: auto, avx512, avx2 or portable [default: auto]
    ///
    /// Instructions of the i8 engine: avx512 (with VNNI), avx2, portable, or auto, the best this CPU has.
    #[arg(
        long,
        value_name = "WHICH",
        hide_possible_values = true, value_parser = Words::<SimdName>::new(&["auto", "avx512", "avx2", "portable"]),
        help_heading = "Speed",
    )]
    pub simd: Option<SimdName>,

    /// Threads each rank scans with
    ///
    /// [default: the cores it may use, shared with the other ranks on its machine]
    #[arg(long, value_name = "N", help_heading = "Distribution")]
    pub threads: Option<usize>,

    /// Allow more threads than there are cores for them
    ///
    /// [default: false]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Distribution",
    )]
    pub oversubscribe: Option<bool>,

    /// Measure DGEMM's speed to compare the scan's with
    ///
    /// [default: false]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Speed",
    )]
    pub measure_peak: Option<bool>,

    /// Run as one rank whatever the launcher says
    ///
    /// [default: false, a world that is smaller than the launcher says is an error]
    #[arg(
        long,
        num_args = 0..=1,
        default_missing_value = "true",
        hide_possible_values = true,
        value_name = "BOOL",
        help_heading = "Distribution",
    )]
    pub one_rank: Option<bool>,
}
