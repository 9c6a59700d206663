//! Summary statistics in GWAS-SSF: what is known of the study, what keeps them from being written, what was left out.

use std::time::{SystemTime, UNIX_EPOCH};

use super::super::config::ModelName;
use super::super::error::RunError;
use super::super::log::{Log, grouped};
use super::super::study::Study;
use super::config::SsfOptions;
use crate::results::{SsfRows, SsfStudy, utc_date};
use crate::store::GenotypeStore;

/// SNPs whose alleles are looked at at a time.
const SNPS_AT_ONCE: usize = 4096;

/// Refuses summary statistics of a model that has no effect.
///
/// # Errors
/// If the model is anova.
pub fn check_model(model: ModelName) -> Result<(), RunError> {
    if model != ModelName::Anova {
        return Ok(());
    }
    Err(RunError::Input(
        "--gwas-ssf needs an effect and its standard error, which model anova has not; give --model linear, or leave \
         --gwas-ssf out"
            .into(),
    ))
}

/// Refuses genotypes of which no SNP has a place or no SNP has alleles, before anything is written.
///
/// # Errors
/// What is missing, and how to get it; a store that cannot be read.
pub fn check_genotypes(study: &Study) -> Result<(), RunError> {
    let (what, advice) = if study.genotypes.places()?.pos.is_empty() {
        (
            "places",
            "give --snp-locations, or import VCF, BCF or PLINK",
        )
    } else if !has_alleles(&study.genotypes)? {
        ("alleles", "import VCF, BCF or PLINK, which name them")
    } else {
        return Ok(());
    };
    Err(RunError::Input(format!(
        "{}: the SNPs have no {what}, which --gwas-ssf needs; {advice}, or leave --gwas-ssf out",
        study.genotypes_path.display()
    )))
}

/// Whether any SNP has a counted allele.
fn has_alleles(store: &GenotypeStore) -> Result<bool, RunError> {
    let all: Vec<u32> = (0..store.n_snps() as u32).collect();
    for some in all.chunks(SNPS_AT_ONCE) {
        let mut is_found = false;
        store.alternates_of(some, |_, allele| is_found |= !allele.is_empty())?;
        if is_found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is said of a study.
///
/// # Errors
/// If the store cannot be read.
pub fn facts(options: &SsfOptions, study: &Study) -> Result<SsfStudy, RunError> {
    let provenance = study.genotypes.provenance()?;
    let counted = provenance.get("counted_allele");
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let covariates = study.covariates.iter();
    Ok(SsfStudy {
        genome_assembly: options.genome_assembly.clone(),
        ancestries: options.ancestries.clone(),
        genotyping_technologies: options.genotyping_technologies.clone(),
        // The A2 of a PLINK set may or may not be the reference allele.
        is_reference_known: counted.is_some_and(|allele| allele.starts_with("ALT")),
        n_samples: study.samples.ids.len(),
        covariates: covariates.map(|covariate| covariate.name.clone()).collect(),
        interaction: study.interaction.clone(),
        date: utc_date(now.map_or(0, |since| since.as_secs())),
    })
}

/// Refuses to end with not a single row.
///
/// # Errors
/// If no gene has one.
pub fn check_written(rows: &[SsfRows]) -> Result<(), RunError> {
    let all = sum(rows);
    if all.n_written > 0 {
        return Ok(());
    }
    Err(RunError::Input(format!(
        "no test has a row in GWAS-SSF: {}; correct that, or leave --gwas-ssf out",
        told(&all.left_out())
    )))
}

/// Tells what was written and what was left out.
pub fn tell(rows: &[SsfRows], log: Log) {
    let all = sum(rows);
    let n_genes = rows.iter().filter(|rows| rows.n_written > 0).count();
    log.info(format!(
        "ssf     {} rows of {n_genes} of {} genes in GWAS-SSF",
        grouped(all.n_written),
        rows.len()
    ));
    let left_out = all.left_out();
    if !left_out.is_empty() {
        log.warn(format!(
            "GWAS-SSF has no room for {}; the other tables have them",
            told(&left_out)
        ));
    }
    if all.n_below_floor > 0 {
        log.warn(format!(
            "p_value is {:e} in {} rows where p is smaller; neg_log_10_p_value tells them apart",
            f64::MIN_POSITIVE,
            grouped(all.n_below_floor)
        ));
    }
}

fn sum(rows: &[SsfRows]) -> SsfRows {
    let mut all = SsfRows::default();
    rows.iter().for_each(|rows| all += *rows);
    all
}

/// "3 tests without a place ..., 1 without ...".
fn told(left_out: &[(u64, &str)]) -> String {
    let each = left_out.iter().enumerate().map(|(i, (n, lack))| {
        let noun = match (i, n) {
            (0, 1) => " test",
            (0, _) => " tests",
            _ => "",
        };
        format!("{}{noun} {lack}", grouped(*n))
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_told_by_what_it_lacks() {
        let nothing = SsfRows {
            n_without_place: 1200,
            n_without_effect: 1,
            ..SsfRows::default()
        };
        let refused = check_written(&[nothing, SsfRows::default()]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "no test has a row in GWAS-SSF: 1,200 tests without a place on chromosome 1 to 22, X, Y or M, 1 without a \
             standard error, for the SNP (or its product with the covariate) or gene does not vary, or t is 0; correct \
             that, or leave --gwas-ssf out"
        );
        let some = SsfRows {
            n_written: 1,
            ..SsfRows::default()
        };
        assert!(check_written(&[nothing, some]).is_ok());
    }
}
