//! What `extract` is asked for.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::super::config::MapConfig;
use crate::genome::Region;

/// What `extract` does. The study is that of `map`, its thresholds and engine apart.
#[derive(Clone, Debug)]
pub struct ExtractConfig {
    /// The study.
    pub study: MapConfig,
    /// The output folder of `map`, whose imports are taken or made; `None` if both sides have to be stores.
    pub map_out: Option<PathBuf>,
    /// The genes; `None` for all of them.
    pub genes: Option<Names>,
    /// Their SNPs.
    pub snps: SnpChoice,
    /// Where the results go: a file, or a folder for a table a gene.
    pub out: PathBuf,
    /// A table a gene.
    pub per_gene: bool,
    /// Correlations of the SNPs of each gene, if they are wanted.
    pub ld: Option<LdOptions>,
    /// What summary statistics in GWAS-SSF say of the study, if they are wanted.
    pub gwas_ssf: Option<SsfOptions>,
    /// Replace what is there.
    pub overwrite: bool,
    /// The configuration file, if there is one.
    pub config_file: Option<PathBuf>,
}

impl ExtractConfig {
    /// Every file that is read, none of which is to be replaced.
    pub fn inputs(&self) -> Vec<&Path> {
        let study = &self.study;
        let snps = match &self.snps {
            SnpChoice::Named(names) => names.file.as_ref(),
            _ => None,
        };
        let others = [
            study.covariates.as_ref(),
            study.error_covariance.as_ref(),
            study.snp_locations.as_ref(),
            study.gene_locations.as_ref(),
            self.genes.as_ref().and_then(|names| names.file.as_ref()),
            snps,
            self.config_file.as_ref(),
        ];
        let needed = [&study.genotypes, &study.expression];
        let given = needed.into_iter().chain(others.into_iter().flatten());
        given.map(PathBuf::as_path).collect()
    }
}

/// IDs that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Where they stand, for messages: `--genes`, or the file.
    pub source: String,
    /// The file, if they stand in one.
    pub file: Option<PathBuf>,
    /// The IDs, each once.
    pub ids: Vec<String>,
}

/// Which SNPs are tested with each gene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnpChoice {
    /// Those within `cis_dist_bp` of the gene.
    Window,
    /// Those in a region of the genome.
    Region(Region),
    /// Those with these IDs.
    Named(Names),
}

/// What summary statistics in GWAS-SSF have to say and no input tells; an empty list is told as not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsfOptions {
    /// The genome the positions are of, such as GRCh38.
    pub genome_assembly: String,
    /// Ancestries of the samples in broad categories, such as European.
    pub ancestries: Vec<String>,
    /// How genotypes were found, such as an array or sequencing.
    pub genotyping_technologies: Vec<String>,
}

/// Which correlations of SNPs are written, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LdOptions {
    /// Of what.
    pub of: LdOf,
    /// The form of the file.
    pub format: LdFormat,
}

/// What the correlations are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LdOf {
    /// Dosages with intercept and covariates projected out, and multiplied by W with an error covariance: what the
    /// statistics of the same table were computed from.
    #[default]
    Adjusted,
    /// Dosages as they are, missing ones filled by the mean.
    Raw,
}

/// The form of a matrix of correlations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LdFormat {
    /// NumPy's, in double precision.
    #[default]
    Npy,
    /// Text with IDs on both sides.
    Tsv,
}

impl FromStr for LdOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "adjusted" => Ok(Self::Adjusted),
            "raw" => Ok(Self::Raw),
            _ => Err(format!("'{text}' is neither adjusted nor raw")),
        }
    }
}

impl FromStr for LdFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "npy" => Ok(Self::Npy),
            "tsv" => Ok(Self::Tsv),
            _ => Err(format!("'{text}' is neither npy nor tsv")),
        }
    }
}

impl LdFormat {
    /// The ending of the name of such a file.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Npy => "npy",
            Self::Tsv => "tsv",
        }
    }
}
