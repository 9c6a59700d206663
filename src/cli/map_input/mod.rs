//! The options of `map` as given: each is a flag and a key of the configuration file, and flags win.

mod bp;
mod bytes;
mod file;
mod models;
mod resolve;
mod thresholds;

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use crate::formats::GenotypeField;
use crate::run::{
    AnovaDf, Columns, EngineName, ModelName, PHistogram, Shard, SimdName, parse_bytes,
};

/// Options of `map`. Paths are relative to the working folder.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapInput {
    /// Configuration file (TOML); every flag below is a key, with _ for -. Flags win.
    #[arg(long, value_name = "FILE.toml")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Genotypes: store (.h5), VCF (.gz too) or text, one row a SNP; or rows of any numbers, such as methylation, as text
    /// or phenotype BED [Matrix eQTL: snps]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub genotypes: Option<PathBuf>,

    /// Expression: store (.h5), phenotype BED (.gz too) or text, one row a gene [Matrix eQTL: gene]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub expression: Option<PathBuf>,

    /// Covariates: text, one row a covariate or one row a sample [default: none] [Matrix eQTL: cvrt]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub covariates: Option<PathBuf>,

    /// Covariance of the errors, up to a factor, such as kinship and noise: text, one row and one column a sample, both
    /// with IDs [default: independent errors of one variance] [Matrix eQTL: errorCovariance]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub error_covariance: Option<PathBuf>,

    /// Field of a VCF: GT (hard calls) or DS (dosages) [default: GT]
    #[arg(long, value_name = "FIELD", help_heading = "Input")]
    pub genotype_field: Option<GenotypeField>,

    /// Locations for genotypes as text: snp chr pos [Matrix eQTL: snpspos]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub snp_locations: Option<PathBuf>,

    /// Locations for expression as text: geneid chr left right [Matrix eQTL: genepos]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub gene_locations: Option<PathBuf>,

    /// Fewest samples shared by all files [default: half of the smaller of genotypes and expression]
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub min_samples: Option<usize>,

    /// What is tested, the covariates known: linear (dosage), anova (genotype classes) or linear_cross (the product of the
    /// dosage and a covariate, both known) [default: linear] [Matrix eQTL: useModel]
    #[arg(long, value_name = "MODEL", help_heading = "Model")]
    pub model: Option<ModelName>,

    /// Covariate whose product with the dosage is tested by linear_cross [default: the last one] [Matrix eQTL: the last
    /// row of cvrt]
    #[arg(long, value_name = "NAME", help_heading = "Model")]
    pub interaction: Option<String>,

    /// Genotype classes of anova, 2 to 16; genotypes are whole numbers [default: 3] [Matrix eQTL:
    /// MatrixEQTL.ANOVA.categories]
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub anova_groups: Option<usize>,

    /// Degrees of freedom of anova: declared (anova_groups - 1 in the numerator for every SNP, as Matrix eQTL) or observed
    /// (the classes the SNP has - 1, as R's anova) [default: declared]
    #[arg(long, value_name = "WHICH", help_heading = "Model")]
    pub anova_df: Option<AnovaDf>,

    /// p-value threshold of all pairs, without cis and trans [default: 1e-5 if neither --p-cis nor --p-trans is given]
    /// [Matrix eQTL: pvOutputThreshold]
    #[arg(long, value_name = "P", help_heading = "Tests")]
    pub p_all: Option<f64>,

    /// p-value threshold of cis pairs [default: 0, no cis] [Matrix eQTL: pvOutputThreshold.cis]
    #[arg(long, value_name = "P", help_heading = "Tests")]
    pub p_cis: Option<f64>,

    /// p-value threshold of trans pairs, at most that of cis pairs [default: 0, trans pairs are not tested]
    /// [Matrix eQTL: pvOutputThreshold]
    #[arg(long, value_name = "P", help_heading = "Tests")]
    pub p_trans: Option<f64>,

    /// Largest distance of a cis SNP from either end of its gene, in bp [default: 1000000] [Matrix eQTL: cisDist]
    #[arg(long, value_name = "BP", value_parser = bp::parse_bp, help_heading = "Tests")]
    #[serde(default, deserialize_with = "bp::bp_of_file")]
    pub cis_dist_bp: Option<i64>,

    /// Neither test nor count a pair of rows with the same ID, for one set mapped against itself [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Tests")]
    pub skip_self: Option<bool>,

    /// Output folder; made if need be [Matrix eQTL: output_file_name]
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Columns of the tables of eQTLs: matrix_eqtl, or full with places, alleles, allele frequencies, standard errors and
    /// log10 p too [default: matrix_eqtl]
    #[arg(long, value_name = "WHICH", help_heading = "Output")]
    pub columns: Option<Columns>,

    /// Histogram of the p-values of all tests, whatever the thresholds: a number of bins (100), their edges (0.01,0.05,1),
    /// qqplot (20 bins a power of ten) or false [default: false] [Matrix eQTL: pvalue.hist]
    #[arg(long, value_name = "BINS", help_heading = "Output")]
    pub p_histogram: Option<PHistogram>,

    /// Write the smallest p-value of every SNP and of every gene, whatever the thresholds [default: false]
    /// [Matrix eQTL: min.pv.by.genesnp]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Output")]
    pub min_p: Option<bool>,

    /// Fit up to N random eQTLs and N random other pairs again, from the raw data by a QR decomposition; the run fails if
    /// one differs [default: 0]
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub audit: Option<usize>,

    /// Write a report of the finished run, report.html, with its plots [default: true]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Output")]
    pub report: Option<bool>,

    /// Replace the results of a complete run in the output folder [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Output")]
    pub overwrite: Option<bool>,

    /// Drop an unfinished run in the output folder and start over, where the same command would continue it
    /// [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Long runs")]
    pub fresh: Option<bool>,

    /// Scan part I of N only, without MPI, into the folder shards of the output folder; 'mpiqtl merge' joins all N
    #[arg(long, value_name = "I/N", help_heading = "Long runs")]
    pub shard: Option<Shard>,

    /// Memory for hits of each rank; more go to the disk [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes, help_heading = "Long runs")]
    #[serde(default, deserialize_with = "bytes::bytes_of_file")]
    pub hit_memory: Option<u64>,

    /// Folder for the journal and for hits beyond memory, shared by all ranks and used by this run alone [default: the
    /// folder journal of the output folder]
    #[arg(long, value_name = "FOLDER", help_heading = "Long runs")]
    pub scratch: Option<PathBuf>,

    /// Longest time in seconds that a finished block pair waits to be brought to the disk: what a killed run loses
    /// [default: 20]
    #[arg(long, value_name = "SECS", help_heading = "Long runs")]
    pub journal_secs: Option<f64>,

    /// Go on where the results that chance alone would make do not fit the free disk [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Long runs")]
    pub force: Option<bool>,

    /// SNPs in a block [default: 128 to 1024 rows, as many as fill 16 MiB] [Matrix eQTL: slice size]
    #[arg(long, value_name = "N", help_heading = "Speed")]
    pub block_snps: Option<usize>,

    /// Genes in a block [default: 2048, fewer with more than 20,000 samples]
    #[arg(long, value_name = "N", help_heading = "Speed")]
    pub block_genes: Option<usize>,

    /// How tests are screened before those that matter are decided in double precision: i8 (integers), f32, f64, or auto,
    /// the fastest; the results are the same bytes [default: auto]
    #[arg(long, value_name = "ENGINE", help_heading = "Speed")]
    pub engine: Option<EngineName>,

    /// Instructions of the i8 engine: avx512 (with VNNI), avx2, portable, or auto, the best this CPU has [default: auto]
    #[arg(long, value_name = "WHICH", help_heading = "Speed")]
    pub simd: Option<SimdName>,

    /// Threads each rank scans with [default: the cores it may use, shared with the other ranks on its machine]
    #[arg(long, value_name = "N", help_heading = "Speed")]
    pub threads: Option<usize>,

    /// Allow more threads than there are cores for them [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Speed")]
    pub oversubscribe: Option<bool>,

    /// Measure DGEMM's speed first and report the scan's against it [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Speed")]
    pub measure_peak: Option<bool>,

    /// Run as a world of one rank even where the launcher says there are more [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Speed")]
    pub one_rank: Option<bool>,
}
