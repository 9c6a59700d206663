//! From options as given to the configuration of a run: defaults filled in, what cannot be meant refused.

use std::path::{Path, PathBuf};

use super::MapInput;
use super::models::ModelOptions;
use super::thresholds::thresholds;
use crate::formats::TableFormat;
use crate::run::MapConfig;

/// Bytes of hits a rank holds by default.
const HIT_MEMORY: u64 = 256 << 20;

/// What a killed run loses by default.
const JOURNAL_SECS: f64 = 20.0;

impl MapInput {
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
        if self.shard.is_some() && self.scratch.is_some() {
            return Err(
                "shard and scratch are given; the journal of a shard is its result and lies in --out: leave scratch out"
                    .into(),
            );
        }
        self.table_format.map_or(Ok(()), TableFormat::check)?;
        self.check_needed()?;
        self.check_paths()?;
        let models = ModelOptions::resolve(&self)?;
        Ok(MapConfig {
            genotypes: required(self.genotypes, "genotypes")?,
            expression: required(self.expression, "expression")?,
            genotype_field: self.genotype_field.unwrap_or_default(),
            covariates: self.covariates,
            error_covariance: self.error_covariance,
            snp_locations: self.snp_locations,
            gene_locations: self.gene_locations,
            match_chromosomes: self.match_chromosomes.unwrap_or(false),
            model: models.model,
            interaction: models.interaction,
            anova_groups: models.anova_groups,
            anova_df: models.anova_df,
            p_all,
            p_cis,
            p_trans,
            cis_dist_bp,
            skip_self: self.skip_self.unwrap_or(false),
            min_samples: self.min_samples,
            block_snps: at_least_one(self.block_snps, "block_snps")?,
            block_genes: at_least_one(self.block_genes, "block_genes")?,
            engine: self.engine.unwrap_or_default(),
            simd: self.simd.unwrap_or_default(),
            threads: at_least_one(self.threads, "threads")?,
            oversubscribe: self.oversubscribe.unwrap_or(false),
            out: required(self.out, "out")?,
            columns: self.columns.unwrap_or_default(),
            table_format: self.table_format.unwrap_or_default(),
            sort: self.sort.unwrap_or_default(),
            p_histogram: self.p_histogram.unwrap_or_default(),
            min_p: self.min_p.unwrap_or(false),
            audit: self.audit.unwrap_or(0),
            report: self.report.unwrap_or(true),
            overwrite: self.overwrite.unwrap_or(false),
            fresh: self.fresh.unwrap_or(false),
            shard: self.shard,
            hit_memory: self.hit_memory.unwrap_or(HIT_MEMORY),
            scratch: self.scratch,
            journal_secs: seconds(self.journal_secs.unwrap_or(JOURNAL_SECS))?,
            force: self.force.unwrap_or(false),
            measure_peak: self.measure_peak.unwrap_or(false),
            one_rank: self.one_rank.unwrap_or(false),
        })
    }

    /// Refuses paths that cannot be recorded.
    fn check_paths(&self) -> Result<(), String> {
        let paths = [
            ("genotypes", &self.genotypes),
            ("expression", &self.expression),
            ("covariates", &self.covariates),
            ("error_covariance", &self.error_covariance),
            ("snp_locations", &self.snp_locations),
            ("gene_locations", &self.gene_locations),
            ("out", &self.out),
        ];
        let mut checked = paths.into_iter();
        checked.try_for_each(|(key, path)| check_path(key, path.as_deref()))
    }

    /// Refuses options without which there is nothing to run; all that is missing is told at once.
    fn check_needed(&self) -> Result<(), String> {
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
        if missing.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{} missing; give it as a flag, or as the key of that name in the configuration file",
            missing.join(", ") + if missing.len() == 1 { " is" } else { " are" }
        ))
    }
}

/// Refuses a path that cannot stand in `run.json`, which is UTF-8.
fn check_path(key: &str, path: Option<&Path>) -> Result<(), String> {
    match path.filter(|path| path.to_str().is_none()) {
        None => Ok(()),
        Some(path) => Err(format!(
            "{key} is {path:?}, which is not UTF-8 and cannot be recorded; rename the file or folder"
        )),
    }
}

fn required(path: Option<PathBuf>, key: &str) -> Result<PathBuf, String> {
    path.ok_or_else(|| {
        format!("--{key} is missing; give it as a flag or as '{key}' in the configuration file")
    })
}

fn seconds(secs: f64) -> Result<f64, String> {
    if (0.0..1e9).contains(&secs) {
        return Ok(secs);
    }
    Err(format!(
        "journal_secs is {secs}; 0 seconds or more are wanted"
    ))
}

fn at_least_one(value: Option<usize>, key: &str) -> Result<Option<usize>, String> {
    match value {
        Some(0) => Err(format!("{key} is 0; at least 1 is wanted")),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file asks for, as `run.json` has it.
    fn resolved(text: &str) -> serde_json::Value {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("c.toml");
        std::fs::write(&config, text).unwrap();
        let flags = MapInput {
            config: Some(config),
            ..MapInput::default()
        };
        let config = flags.with_file().and_then(MapInput::resolve).unwrap();
        serde_json::to_value(config).unwrap()
    }

    #[test]
    fn every_key_comes_through_as_it_was_given() {
        let shared = r#"
            genotypes = "g"
            expression = "e"
            covariates = "c"
            error_covariance = "k"
            genotype_field = "DS"
            snp_locations = "s"
            gene_locations = "l"
            match_chromosomes = true
            min_samples = 7
            p_all = 0.0
            p_cis = 0.5
            p_trans = 0.25
            cis_dist_bp = 5
            skip_self = true
            out = "o"
            columns = "full"
            table_format = "tsv.gz"
            sort = "position"
            p_histogram = [0.0, 0.5, 1.0]
            min_p = true
            audit = 9
            report = false
            overwrite = true
            fresh = true
            hit_memory = 1024
            journal_secs = 1.5
            force = true
            block_snps = 3
            block_genes = 4
            engine = "f32"
            simd = "avx2"
            threads = 2
            oversubscribe = true
            measure_peak = true
            one_rank = true
        "#;
        let anova = "model = \"anova\"\nanova_groups = 5\nanova_df = \"observed\"";
        let cross = "model = \"linear_cross\"\ninteraction = \"age\"";
        let mut seen = std::collections::BTreeSet::new();
        for (model, place) in [(anova, "shard = \"3/10\""), (cross, "scratch = \"x\"")] {
            let text = format!("{model}\n{place}\n{shared}");
            let found = resolved(&text);
            let given: toml::Table = text.parse().unwrap();
            for (key, value) in given {
                let wanted = serde_json::to_value(value).unwrap();
                assert_eq!(found[&key], wanted, "{key}");
                seen.insert(key);
            }
        }
        // Every key there is was given above.
        let all = resolved("genotypes = \"g\"\nexpression = \"e\"\nout = \"o\"");
        let all = all.as_object().unwrap().keys().cloned().collect();
        assert_eq!(seen, all);
    }

    #[test]
    fn what_is_not_given_changes_nothing() {
        let found = resolved("genotypes = \"g\"\nexpression = \"e\"\nout = \"o\"");
        for (key, wanted) in [
            ("model", serde_json::json!("linear")),
            ("anova_groups", 3.into()),
            ("anova_df", "declared".into()),
            ("columns", "matrix_eqtl".into()),
            ("table_format", "tsv".into()),
            ("sort", "p".into()),
            ("p_histogram", false.into()),
            ("min_p", false.into()),
            ("skip_self", false.into()),
            ("match_chromosomes", false.into()),
            ("audit", 0.into()),
            ("engine", "auto".into()),
            ("simd", "auto".into()),
            ("p_all", 1e-5.into()),
            ("error_covariance", serde_json::Value::Null),
            ("interaction", serde_json::Value::Null),
            ("threads", serde_json::Value::Null),
            ("oversubscribe", false.into()),
        ] {
            assert_eq!(found[key], wanted, "{key}");
        }
    }
}
