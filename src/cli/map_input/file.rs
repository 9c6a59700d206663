//! The configuration file: its keys are the flags, and flags win.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use clap::{Args, Command};

use super::MapInput;
use crate::cli::foreign_names::translated;
use crate::cli::words::nearest;

/// The longest configuration file that is read.
const LONGEST_BYTES: u64 = 256 << 10;

impl MapInput {
    /// These options, with those of the configuration file where they are not given.
    ///
    /// # Errors
    /// A file that cannot be read, is no TOML, or has a key that is not known.
    pub fn with_file(self) -> Result<Self, String> {
        let Some(path) = self.config.clone() else {
            return Ok(self);
        };
        let text = read_text(&path)?;
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
            let near = || nearest(known.iter().map(String::as_str), key);
            let hint = match translated(key) {
                Some(ours) => format!("; {ours}"),
                None => near().map_or(String::new(), |name| format!("; did you mean '{name}'?")),
            };
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
            error_covariance: self.error_covariance.or(file.error_covariance),
            genotype_field: self.genotype_field.or(file.genotype_field),
            snp_locations: self.snp_locations.or(file.snp_locations),
            gene_locations: self.gene_locations.or(file.gene_locations),
            match_chromosomes: self.match_chromosomes.or(file.match_chromosomes),
            min_samples: self.min_samples.or(file.min_samples),
            model: self.model.or(file.model),
            interaction: self.interaction.or(file.interaction),
            anova_groups: self.anova_groups.or(file.anova_groups),
            anova_df: self.anova_df.or(file.anova_df),
            p_all: self.p_all.or(file.p_all),
            p_cis: self.p_cis.or(file.p_cis),
            p_trans: self.p_trans.or(file.p_trans),
            cis_dist_bp: self.cis_dist_bp.or(file.cis_dist_bp),
            skip_self: self.skip_self.or(file.skip_self),
            out: self.out.or(file.out),
            columns: self.columns.or(file.columns),
            table_format: self.table_format.or(file.table_format),
            sort: self.sort.or(file.sort),
            p_histogram: self.p_histogram.or(file.p_histogram),
            min_p: self.min_p.or(file.min_p),
            audit: self.audit.or(file.audit),
            report: self.report.or(file.report),
            overwrite: self.overwrite.or(file.overwrite),
            fresh: self.fresh.or(file.fresh),
            shard: self.shard.or(file.shard),
            hit_memory: self.hit_memory.or(file.hit_memory),
            scratch: self.scratch.or(file.scratch),
            journal_secs: self.journal_secs.or(file.journal_secs),
            force: self.force.or(file.force),
            block_snps: self.block_snps.or(file.block_snps),
            block_genes: self.block_genes.or(file.block_genes),
            engine: self.engine.or(file.engine),
            simd: self.simd.or(file.simd),
            threads: self.threads.or(file.threads),
            oversubscribe: self.oversubscribe.or(file.oversubscribe),
            measure_peak: self.measure_peak.or(file.measure_peak),
            one_rank: self.one_rank.or(file.one_rank),
        }
    }
}

/// The text of a configuration file; of what is far too long for one, little is read.
fn read_text(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{}: cannot be read: {error}", path.display());
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    let read = file.take(LONGEST_BYTES + 1).read_to_string(&mut text);
    if text.len() as u64 > LONGEST_BYTES {
        return Err(format!(
            "{}: is longer than {} KiB; a configuration file is wanted",
            path.display(),
            LONGEST_BYTES >> 10
        ));
    }
    read.map_err(failed)?;
    Ok(text)
}

/// The configuration keys: the flags, `--config` not among them.
fn keys() -> Vec<String> {
    let command = MapInput::augment_args(Command::new("map"));
    let ids = command
        .get_arguments()
        .map(|argument| argument.get_id().to_string());
    ids.filter(|id| id != "config").collect()
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
        let error = parse("cis_dist = 5").unwrap_err();
        assert!(error.ends_with("did you mean 'cis_dist_bp'?"), "{error}");
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
    }

    #[test]
    fn a_key_like_no_other_gets_no_suggestion() {
        let error = parse("zygosity = 1").unwrap_err();
        assert!(!error.contains("did you mean"), "{error}");
    }
}
