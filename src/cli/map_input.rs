//! The options of `map` as given: each is a flag and a key of the configuration file, and flags win.

use std::path::{Path, PathBuf};

use clap::{Args, Command};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::formats::GenotypeField;
use crate::run::{MapConfig, Model};

/// Options of `map`. Paths are relative to the working folder.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapInput {
    /// Configuration file (TOML); every flag below is a key, with _ for -. Flags win.
    #[arg(long, value_name = "FILE.toml")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Genotypes: store (.h5), VCF (.gz too) or text, one row a SNP [Matrix eQTL: snps]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub genotypes: Option<PathBuf>,

    /// Expression: store (.h5), phenotype BED (.gz too) or text, one row a gene [Matrix eQTL: gene]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub expression: Option<PathBuf>,

    /// Covariates: text, one row a covariate or one row a sample [default: none] [Matrix eQTL: cvrt]
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub covariates: Option<PathBuf>,

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

    /// Model: linear [default: linear] [Matrix eQTL: useModel]
    #[arg(long, value_name = "MODEL", value_parser = parse_model, help_heading = "Tests")]
    pub model: Option<Model>,

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
    #[arg(long, value_name = "BP", value_parser = parse_bp, help_heading = "Tests")]
    #[serde(default, deserialize_with = "bp_of_file")]
    pub cis_dist_bp: Option<i64>,

    /// Output folder; made if need be [Matrix eQTL: output_file_name]
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    pub out: Option<PathBuf>,

    /// Replace the results of a complete run in the output folder [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Output")]
    pub overwrite: Option<bool>,

    /// SNPs in a block [default: as many as fill 16 MiB, at most 1024] [Matrix eQTL: slice size]
    #[arg(long, value_name = "N", help_heading = "Speed")]
    pub block_snps: Option<usize>,

    /// Genes in a block [default: 2048]
    #[arg(long, value_name = "N", help_heading = "Speed")]
    pub block_genes: Option<usize>,

    /// BLAS threads of each rank [default: 1]
    #[arg(long, value_name = "N", help_heading = "Speed")]
    pub threads: Option<usize>,

    /// Measure DGEMM's speed first and report the scan's against it [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Speed")]
    pub measure_peak: Option<bool>,

    /// Run as a world of one rank even where the launcher says there are more [default: false]
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL", help_heading = "Speed")]
    pub one_rank: Option<bool>,
}

/// A whole number of bp, also as R writes it: 1e6.
fn parse_bp(text: &str) -> Result<i64, String> {
    let number = text.parse().unwrap_or(f64::NAN);
    whole_bp(number)
        .ok_or_else(|| format!("'{text}' is no whole number of bp, such as 1000000 or 1e6"))
}

fn bp_of_file<'de, D: Deserializer<'de>>(file: D) -> Result<Option<i64>, D::Error> {
    let number = f64::deserialize(file)?;
    let wrong = || D::Error::custom(format!("{number} is no whole number of bp"));
    whole_bp(number).ok_or_else(wrong).map(Some)
}

fn whole_bp(number: f64) -> Option<i64> {
    let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
    is_whole.then_some(number as i64)
}

/// How alike two keys must be for one to be offered for the other, from 0 to 1.
const LIKE: f64 = 0.7;

fn parse_model(text: &str) -> Result<Model, String> {
    match text {
        "linear" => Ok(Model::Linear),
        other => Err(format!(
            "'{other}' is no model here; only 'linear' is offered"
        )),
    }
}

impl MapInput {
    /// These options, with those of the configuration file where they are not given.
    ///
    /// # Errors
    /// A file that cannot be read, is no TOML, or has a key that is not known.
    pub fn with_file(self) -> Result<Self, String> {
        let Some(path) = self.config.clone() else {
            return Ok(self);
        };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
        Ok(self.or(Self::parse(&path, &text)?))
    }

    fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let at = |error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text[..start.min(text.len())].matches('\n').count() + 1;
            format!(
                "{}, line {line}: {}",
                path.display(),
                error.message().replace('\n', ", ")
            )
        };
        let table: toml::Table = text.parse().map_err(at)?;
        let known = keys();
        if let Some(key) = table.keys().find(|key| !known.contains(key)) {
            let likeness = |name: &str| strsim::jaro(name, key);
            let near = known
                .iter()
                .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            let near = near.filter(|name| likeness(name) > LIKE);
            let hint = near.map_or(String::new(), |name| format!("; did you mean '{name}'?"));
            return Err(format!(
                "{}: '{key}' is no configuration key{hint}",
                path.display()
            ));
        }
        toml::from_str(text).map_err(at)
    }

    fn or(self, file: Self) -> Self {
        Self {
            config: self.config,
            genotypes: self.genotypes.or(file.genotypes),
            expression: self.expression.or(file.expression),
            covariates: self.covariates.or(file.covariates),
            genotype_field: self.genotype_field.or(file.genotype_field),
            snp_locations: self.snp_locations.or(file.snp_locations),
            gene_locations: self.gene_locations.or(file.gene_locations),
            min_samples: self.min_samples.or(file.min_samples),
            model: self.model.or(file.model),
            p_all: self.p_all.or(file.p_all),
            p_cis: self.p_cis.or(file.p_cis),
            p_trans: self.p_trans.or(file.p_trans),
            cis_dist_bp: self.cis_dist_bp.or(file.cis_dist_bp),
            out: self.out.or(file.out),
            overwrite: self.overwrite.or(file.overwrite),
            block_snps: self.block_snps.or(file.block_snps),
            block_genes: self.block_genes.or(file.block_genes),
            threads: self.threads.or(file.threads),
            measure_peak: self.measure_peak.or(file.measure_peak),
            one_rank: self.one_rank.or(file.one_rank),
        }
    }

    /// The configuration these options ask for.
    ///
    /// # Errors
    /// An option that is missing, out of range, or does not go with another.
    pub fn resolve(self) -> Result<MapConfig, String> {
        let (p_all, p_cis, p_trans) = thresholds(self.p_all, self.p_cis, self.p_trans)?;
        let cis_dist_bp = self.cis_dist_bp.unwrap_or(1_000_000);
        if cis_dist_bp < 0 {
            return Err(format!(
                "cis_dist_bp is {cis_dist_bp}; a distance of 0 bp or more is wanted"
            ));
        }
        let needed = [
            ("genotypes", self.genotypes.is_none()),
            ("expression", self.expression.is_none()),
            ("out", self.out.is_none()),
        ];
        let missing: Vec<String> = needed
            .iter()
            .filter(|(_, is_missing)| *is_missing)
            .map(|(key, _)| format!("--{key}"))
            .collect();
        if !missing.is_empty() {
            return Err(format!(
                "{} missing; give it as a flag, or as the key of that name in the configuration file",
                missing.join(", ") + if missing.len() == 1 { " is" } else { " are" }
            ));
        }
        Ok(MapConfig {
            genotypes: required(self.genotypes, "genotypes")?,
            expression: required(self.expression, "expression")?,
            genotype_field: self.genotype_field.unwrap_or_default(),
            covariates: self.covariates,
            snp_locations: self.snp_locations,
            gene_locations: self.gene_locations,
            model: self.model.unwrap_or_default(),
            p_all,
            p_cis,
            p_trans,
            cis_dist_bp,
            min_samples: self.min_samples,
            block_snps: at_least_one(self.block_snps, "block_snps")?,
            block_genes: at_least_one(self.block_genes, "block_genes")?,
            threads: at_least_one(self.threads, "threads")?.unwrap_or(1),
            out: required(self.out, "out")?,
            overwrite: self.overwrite.unwrap_or(false),
            measure_peak: self.measure_peak.unwrap_or(false),
            one_rank: self.one_rank.unwrap_or(false),
        })
    }
}

/// The configuration keys: the flags, `--config` not among them.
fn keys() -> Vec<String> {
    let command = MapInput::augment_args(Command::new("map"));
    let ids = command
        .get_arguments()
        .map(|argument| argument.get_id().to_string());
    ids.filter(|id| id != "config").collect()
}

fn required(path: Option<PathBuf>, key: &str) -> Result<PathBuf, String> {
    path.ok_or_else(|| {
        format!("--{key} is missing; give it as a flag or as '{key}' in the configuration file")
    })
}

fn at_least_one(value: Option<usize>, key: &str) -> Result<Option<usize>, String> {
    match value {
        Some(0) => Err(format!("{key} is 0; at least 1 is wanted")),
        value => Ok(value),
    }
}

fn thresholds(
    all: Option<f64>,
    cis: Option<f64>,
    trans: Option<f64>,
) -> Result<(f64, f64, f64), String> {
    for (key, p) in [("p_all", all), ("p_cis", cis), ("p_trans", trans)] {
        if p.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(format!(
                "{key} is {}; a p-value from 0 to 1 is wanted",
                p.unwrap_or(0.0)
            ));
        }
    }
    let split = cis.is_some_and(|p| p > 0.0) || trans.is_some_and(|p| p > 0.0);
    let all = all.unwrap_or(if cis.is_none() && trans.is_none() {
        1e-5
    } else {
        0.0
    });
    let (cis, trans) = (cis.unwrap_or(0.0), trans.unwrap_or(0.0));
    if all > 0.0 && split {
        return Err("p_all is given with p_cis or p_trans: give either the one or the two".into());
    }
    if trans > cis {
        if cis == 0.0 {
            return Err(format!(
                "p_trans ({}) is given without p_cis; give both, or p_all for all pairs in one class",
                short(trans)
            ));
        }
        return Err(format!(
            "p_trans ({}) is above p_cis ({}); raise p_cis, or use p_all for all pairs in one class",
            short(trans),
            short(cis)
        ));
    }
    if all == 0.0 && !split {
        return Err("every p-value threshold is 0: there is nothing to report".into());
    }
    Ok((all, cis, trans))
}

/// A p-value as people write it: 0.01, but 1e-6.
fn short(p: f64) -> String {
    if p < 1e-3 {
        format!("{p:e}")
    } else {
        p.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<MapInput, String> {
        MapInput::parse(Path::new("c.toml"), text)
    }

    #[test]
    fn flags_win_over_the_file() {
        let flags = MapInput {
            p_cis: Some(0.5),
            ..MapInput::default()
        };
        let both = flags.or(parse("p_cis = 0.1\np_trans = 0.01").unwrap());
        assert_eq!((both.p_cis, both.p_trans), (Some(0.5), Some(0.01)));
    }

    #[test]
    fn an_unknown_key_is_named_with_the_nearest_known_one() {
        let error = parse("cisDist = 5").unwrap_err();
        assert!(
            error.contains("'cisDist'") && error.contains("'cis_dist_bp'"),
            "{error}"
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_found_by_line() {
        let error = parse("p_cis = 0.1\nthreads = \"two\"").unwrap_err();
        assert!(error.starts_with("c.toml, line 2"), "{error}");
    }

    #[test]
    fn a_distance_may_be_written_as_r_writes_it() {
        for text in ["1000000", "1e6", "1_000_000"] {
            let file = parse(&format!("cis_dist_bp = {text}")).unwrap();
            assert_eq!(file.cis_dist_bp, Some(1_000_000));
        }
        assert_eq!(parse_bp("1e6"), Ok(1_000_000));
        for wrong in ["1.5", "far", "1e30", ""] {
            assert!(parse_bp(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_like_no_other_gets_no_suggestion() {
        let error = parse("error_covariance = 1").unwrap_err();
        assert!(!error.contains("did you mean"), "{error}");
    }

    #[test]
    fn thresholds_are_one_or_two() {
        assert_eq!(thresholds(None, None, None), Ok((1e-5, 0.0, 0.0)));
        assert_eq!(thresholds(None, Some(0.1), None), Ok((0.0, 0.1, 0.0)));
        assert_eq!(
            thresholds(Some(0.0), Some(0.1), Some(0.1)),
            Ok((0.0, 0.1, 0.1))
        );
        assert_eq!(
            thresholds(Some(0.2), Some(0.0), Some(0.0)),
            Ok((0.2, 0.0, 0.0))
        );
        assert!(thresholds(Some(0.1), Some(0.1), None).is_err());
        assert!(
            thresholds(None, Some(0.1), Some(0.2))
                .unwrap_err()
                .contains("above p_cis")
        );
        assert!(
            thresholds(None, None, Some(0.2))
                .unwrap_err()
                .contains("without p_cis")
        );
        assert!(thresholds(Some(0.0), None, None).is_err());
        assert!(thresholds(Some(1.5), None, None).is_err());
    }
}
