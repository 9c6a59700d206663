//! The genes of a study as its SNPs see them: chromosomes under the same names, cis windows, or why there is no cis pair.

use std::collections::HashSet;
use std::path::Path;

use super::config::MapConfig;
use super::error::RunError;
use super::log::{Log, counted, grouped, some_of};
use super::snp_rows::SnpRows;
use crate::genome::{CisWindow, OneChromosome, cis_windows, rename, synonyms};
use crate::store::Gene;

/// The genes by row, as they are read, their chromosomes under the names the SNPs have for them where that is asked for.
///
/// # Errors
/// If the SNPs cannot be read, or two names of the SNPs would be one chromosome.
pub fn genes_of(
    genotypes: &dyn SnpRows,
    mut genes: Vec<Gene>,
    config: &MapConfig,
    log: Log,
) -> Result<Vec<Gene>, RunError> {
    if config.match_chromosomes {
        let ours = genotypes.chromosomes()?;
        let names = synonyms(ours.iter().map(String::as_str), chromosomes_of(&genes))
            .map_err(|names| two_names(config, &names))?;
        rename(
            genes.iter_mut().filter_map(|gene| gene.span.as_mut()),
            &names,
        );
        let shown: Vec<String> = names.iter().map(|(a, b)| format!("{a} is {b}")).collect();
        if !shown.is_empty() {
            log.info(format!(
                "chroms  {} of the genes under another name: {}",
                counted(shown.len(), "chromosome"),
                some_of(&shown, shown.len())
            ));
        }
    }
    Ok(genes)
}

/// The chromosome of every gene that has one.
fn chromosomes_of(genes: &[Gene]) -> impl Iterator<Item = &str> {
    let spans = genes.iter().filter_map(|gene| gene.span.as_ref());
    spans.map(|span| span.chrom.as_str())
}

fn two_names(config: &MapConfig, OneChromosome(a, b): &OneChromosome) -> RunError {
    RunError::Input(format!(
        "{}: has SNPs on '{a}' and on '{b}', which --match-chromosomes would take for one chromosome; give them one name \
         in that file, or leave the option out",
        config.genotypes.display()
    ))
}

/// The cis windows by gene row.
///
/// # Errors
/// Without locations, without a chromosome name in common, or without a single cis pair.
pub fn windows(
    genotypes: &dyn SnpRows,
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
    let gene_chroms: HashSet<&str> = chromosomes_of(genes).collect();
    if gene_chroms.is_empty() {
        return Err(unlocated(
            "gene",
            "--gene-locations",
            config.gene_locations.as_deref(),
        ));
    }
    check_chromosomes(&places.chrom_names, &gene_chroms, log)?;
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
    snp_chroms: &[String],
    gene_chroms: &HashSet<&str>,
    log: Log,
) -> Result<(), RunError> {
    let snp_chroms: HashSet<&str> = snp_chroms.iter().map(String::as_str).collect();
    let sorted = |set: &HashSet<&str>| {
        let mut names: Vec<String> = set.iter().map(|name| name.to_string()).collect();
        names.sort();
        names
    };
    // Where there is no telling which of two names is meant nothing is offered.
    let alike = synonyms(snp_chroms.iter().copied(), gene_chroms.iter().copied());
    let alike = alike.unwrap_or_default().into_iter().next();
    if snp_chroms.is_disjoint(gene_chroms) {
        let (snps, genes) = (sorted(&snp_chroms), sorted(gene_chroms));
        let (hint, advice) = match alike {
            Some((gene, snp)) => (
                format!(" ('{snp}' and '{gene}' look like one chromosome under two names)"),
                "give --match-chromosomes to take such names for one, or rename one side",
            ),
            None => (String::new(), "rename one side"),
        };
        return Err(RunError::Input(format!(
            "genotypes and expression have no chromosome name in common{hint}: genotypes have {}, expression has {}; \
             {advice}",
            some_of(&snps, snps.len()),
            some_of(&genes, genes.len())
        )));
    }
    let alone: HashSet<&str> = gene_chroms.difference(&snp_chroms).copied().collect();
    if !alone.is_empty() {
        let names = sorted(&alone);
        let twin = alike.map_or(String::new(), |(gene, snp)| {
            format!(
                "; '{snp}' and '{gene}' look like one chromosome under two names, which --match-chromosomes takes for one"
            )
        });
        log.warn(format!(
            "{} of the genes without any SNP: {}{twin}",
            counted(names.len(), "chromosome"),
            some_of(&names, names.len()),
        ));
    }
    Ok(())
}
