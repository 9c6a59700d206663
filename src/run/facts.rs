//! What full tables say of the SNPs and genes of their rows, looked up when the hits are known.

use std::collections::HashMap;

use super::error::RunError;
use super::study::Study;
use crate::genome::Site;
use crate::results::{Facts, GeneFacts, SnpFacts};

/// Genotype rows read at a time.
const ROWS_AT_ONCE: u32 = 256;

/// The facts about all genes, and none about SNPs yet. `gene_missing` are the samples without expression by gene row,
/// among those used.
pub fn gene_facts(study: &Study, gene_missing: &[Vec<u32>]) -> Facts {
    let genes = study.genes.iter().zip(gene_missing);
    let genes = genes.map(|(gene, missing)| GeneFacts {
        id: gene.id.clone(),
        span: gene.span.clone(),
        missing: missing.clone(),
    });
    Facts {
        n_samples: study.samples.ids.len(),
        snps: HashMap::new(),
        genes: genes.collect(),
    }
}

/// The facts about some SNP rows, which ascend.
///
/// # Errors
/// If the store cannot be read.
pub fn snp_facts(
    study: &Study,
    rows: &[u32],
    gene_missing: &[Vec<u32>],
) -> Result<HashMap<u32, SnpFacts>, RunError> {
    let n_samples = study.samples.ids.len();
    snps(study, rows, &missed_by_any(n_samples, gene_missing))
}

/// Whether any gene misses a sample `[n]`.
fn missed_by_any(n: usize, gene_missing: &[Vec<u32>]) -> Vec<bool> {
    let mut missed = vec![false; n];
    let samples = gene_missing.iter().flatten();
    samples.for_each(|&sample| missed[sample as usize] = true);
    missed
}

/// The facts about SNP rows. Of the samples a SNP misses only those that some gene misses too, `in_genes`, are kept one by
/// one: there may be very many SNPs.
fn snps(
    study: &Study,
    rows: &[u32],
    in_genes: &[bool],
) -> Result<HashMap<u32, SnpFacts>, RunError> {
    let mut snps: HashMap<u32, SnpFacts> = HashMap::with_capacity(rows.len());
    let store = &study.genotypes;
    store.ids_of(rows, |row, id| {
        let fact = SnpFacts {
            id,
            ..SnpFacts::default()
        };
        snps.insert(row, fact);
    })?;
    let fact = |snps: &mut HashMap<u32, SnpFacts>, row, set: &mut dyn FnMut(&mut SnpFacts)| {
        set(snps.get_mut(&row).expect("every row has an ID"));
    };
    store.references_of(rows, |row, mut allele| {
        fact(&mut snps, row, &mut |snp| {
            snp.reference = std::mem::take(&mut allele);
        });
    })?;
    store.alternates_of(rows, |row, mut allele| {
        fact(&mut snps, row, &mut |snp| {
            snp.alternate = std::mem::take(&mut allele);
        });
    })?;
    let places = store.places()?;
    for &row in rows
        .iter()
        .filter(|&&row| (row as usize) < places.pos.len())
    {
        let site = Site {
            chrom: places.chrom_names[places.chrom[row as usize] as usize].clone(),
            pos: places.pos[row as usize],
        };
        fact(&mut snps, row, &mut |snp| snp.site = Some(site.clone()));
    }
    each_row(study, rows, |row, values| {
        fact(&mut snps, row, &mut |snp| {
            snp.missing = missing(values);
            snp.n_missing = snp.missing.len();
            snp.missing.retain(|&sample| in_genes[sample as usize]);
            snp.missing.shrink_to_fit();
            snp.allele_count = allele_count(values);
            snp.n_carriers = snp.allele_count.map(|count| n_carriers(values, count));
            snp.n_classes = study.model.n_classes(values);
        });
    })?;
    Ok(snps)
}

/// Reads the values of some rows, which ascend, over the samples used.
fn each_row(
    study: &Study,
    rows: &[u32],
    mut take: impl FnMut(u32, &[f64]),
) -> Result<(), RunError> {
    let columns = &study.samples.genotypes;
    let mut values = Vec::new();
    for run in rows.chunk_by(|a, b| a / ROWS_AT_ONCE == b / ROWS_AT_ONCE) {
        let (first, last) = (run[0] as usize, run[run.len() - 1] as usize);
        study
            .genotypes
            .read_values(first..last + 1, columns, &mut values)?;
        for &row in run {
            let start = (row as usize - first) * columns.len();
            take(row, &values[start..][..columns.len()]);
        }
    }
    Ok(())
}

/// The places of NaN.
pub fn missing(values: &[f64]) -> Vec<u32> {
    let places = (0..).zip(values).filter(|(_, value)| value.is_nan());
    places.map(|(place, _)| place).collect()
}

/// The sum of values that are numbers of alleles, from 0 to 2; none if no sample has one.
fn allele_count(values: &[f64]) -> Option<f64> {
    let present = values.iter().filter(|value| !value.is_nan());
    let mut counts = present.clone();
    let are_counts = counts.all(|value| (0.0..=2.0).contains(value));
    let is_any = present.clone().next().is_some();
    (is_any && are_counts).then(|| present.sum())
}

/// The samples with more than half a copy of the rarer allele, of numbers of the counted one with the sum `count`.
fn n_carriers(values: &[f64], count: f64) -> usize {
    let n_present = values.iter().filter(|value| !value.is_nan()).count();
    let carries: fn(&f64) -> bool = match count <= n_present as f64 {
        true => |copies| *copies > 0.5,
        false => |copies| *copies < 1.5,
    };
    values.iter().filter(|copies| carries(copies)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_missed_by_any_gene_that_misses_it() {
        let missing = [vec![], vec![1, 3], vec![3]];
        assert_eq!(missed_by_any(4, &missing), [false, true, false, true]);
        assert_eq!(missed_by_any(2, &[]), [false; 2]);
    }

    #[test]
    fn values_beyond_two_are_no_allele_counts() {
        assert_eq!(allele_count(&[0.0, f64::NAN, 1.5, 2.0]), Some(3.5));
        assert_eq!(allele_count(&[0.0, 2.1]), None);
        assert_eq!(allele_count(&[-0.1]), None);
        assert_eq!(allele_count(&[0.0]), Some(0.0));
        assert_eq!(n_carriers(&[0.0, f64::NAN, 1.0, 2.0, 0.4], 3.4), 2);
        assert_eq!(n_carriers(&[2.0, f64::NAN, 1.0, 2.0, 1.6], 6.6), 1);
        assert_eq!(missing(&[0.0, f64::NAN, 1.5, f64::NAN]), [1, 3]);
    }

    #[test]
    fn a_snp_without_genotypes_has_no_allele_count() {
        assert_eq!(allele_count(&[f64::NAN, f64::NAN]), None);
    }
}
