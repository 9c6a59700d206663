//! Cis windows of a study, or why it cannot have a cis pair.

use std::collections::HashSet;
use std::path::Path;

use super::config::MapConfig;
use super::error::RunError;
use super::log::{Log, counted, grouped, some_of};
use crate::genome::{CisWindow, cis_windows, differ_by_prefix_only};
use crate::store::{Gene, GenotypeStore, SnpPlaces};

/// The cis windows by gene row.
///
/// # Errors
/// Without locations, without a chromosome name in common, or without a single cis pair.
pub fn windows(
    genotypes: &GenotypeStore,
    genes: &[Gene],
    config: &MapConfig,
    log: Log,
) -> Result<Vec<CisWindow>, RunError> {
    let places = genotypes.places()?;
    let spans: Vec<_> = genes.iter().map(|gene| gene.span.clone()).collect();
    if places.pos.is_empty() {
        return Err(unlocated(
            "SNP",
            "--snp-locations",
            config.snp_locations.as_deref(),
        ));
    }
    let gene_chroms: HashSet<&str> = spans
        .iter()
        .flatten()
        .map(|span| span.chrom.as_str())
        .collect();
    if gene_chroms.is_empty() {
        return Err(unlocated(
            "gene",
            "--gene-locations",
            config.gene_locations.as_deref(),
        ));
    }
    check_chromosomes(&places, &gene_chroms, log)?;
    let located_genes = spans.iter().flatten().count();
    warn_of_unlocated(
        "SNPs",
        genotypes.n_snps() - places.pos.len(),
        genotypes.n_snps(),
        log,
    );
    warn_of_unlocated("genes", genes.len() - located_genes, genes.len(), log);
    let windows = cis_windows(
        &places.chrom,
        &places.pos,
        &places.chrom_names,
        &spans,
        config.cis_dist_bp,
    );
    if windows.iter().all(|window| window.is_empty()) {
        return Err(RunError::Input(format!(
            "no SNP lies within {} bp of any gene; are both on the same genome build? raise --cis-dist-bp or use \
             --p-all",
            grouped(config.cis_dist_bp.unsigned_abs())
        )));
    }
    Ok(windows)
}

fn warn_of_unlocated(what: &str, unlocated: usize, total: usize, log: Log) {
    if unlocated > 0 {
        log.warn(format!(
            "{} of {} {what} have no location: their pairs are trans",
            grouped(unlocated as u64),
            grouped(total as u64)
        ));
    }
}

/// The error of a side on which nothing has a location: `table` was given for it, or none was.
fn unlocated(what: &str, flag: &str, table: Option<&Path>) -> RunError {
    RunError::Input(match table {
        Some(table) => format!(
            "{}: gives a location to no {what} of the study, which cis needs; are the {what} IDs the same in both files?",
            table.display()
        ),
        None => {
            format!("no {what} has a location, which cis needs; give {flag}, or use --p-all")
        }
    })
}

fn check_chromosomes(
    places: &SnpPlaces,
    gene_chroms: &HashSet<&str>,
    log: Log,
) -> Result<(), RunError> {
    let snp_chroms: HashSet<&str> = places.chrom_names.iter().map(String::as_str).collect();
    let sorted = |set: &HashSet<&str>| {
        let mut names: Vec<String> = set.iter().map(|name| name.to_string()).collect();
        names.sort();
        names
    };
    if snp_chroms.is_disjoint(gene_chroms) {
        let (snps, genes) = (sorted(&snp_chroms), sorted(gene_chroms));
        let pair = snps
            .iter()
            .flat_map(|s| genes.iter().map(move |g| (s, g)))
            .find(|(s, g)| differ_by_prefix_only(s, g));
        let hint = pair.map_or(String::new(), |(s, g)| {
            format!(" ('{s}' and '{g}' look like one chromosome under two names)")
        });
        return Err(RunError::Input(format!(
            "genotypes and expression have no chromosome name in common{hint}: genotypes have {}, expression has {}; \
             rename one side",
            some_of(&snps, snps.len()),
            some_of(&genes, genes.len())
        )));
    }
    let alone: HashSet<&str> = gene_chroms.difference(&snp_chroms).copied().collect();
    if !alone.is_empty() {
        let names = sorted(&alone);
        let twins = names.iter().filter_map(|gene| {
            let snp = snp_chroms
                .iter()
                .find(|snp| differ_by_prefix_only(snp, gene))?;
            Some(format!(
                "; '{snp}' and '{gene}' look like one chromosome under two names"
            ))
        });
        log.warn(format!(
            "{} of the genes without any SNP: {}{}",
            counted(names.len(), "chromosome"),
            some_of(&names, names.len()),
            twins.take(1).collect::<String>()
        ));
    }
    Ok(())
}
