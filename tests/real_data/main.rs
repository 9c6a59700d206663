//! Real studies against Matrix eQTL's results on them: every row, counts, histograms and smallest p-values.
//!
//! The data are public but not ours to ship; where they are not at hand the tests say so and pass.

mod inputs;
mod observed_df;
mod reference;

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use inputs::{CHR22, CHR22_SIMULATED, CHR22_TEXT, Covariates, DOSAGES, SAMPLE, TEXT};
use reference::{Reference, Run};
use support::{Table, close, mpirun, number, real_data, succeed};

/// A test for each reference run, and the list of them.
macro_rules! runs {
    ($($test:ident: $study:literal $name:literal $files:ident $covariates:expr;)*) => {
        $(
            #[test]
            fn $test() {
                let run = Run { study: $study, name: $name, files: &$files, covariates: $covariates };
                if let Some(reference) = Reference::open(run) {
                    reference.check();
                }
            }
        )*
        const RUNS: &[(&str, &str)] = &[$(($study, $name)),*];
    };
}

const ALL: Covariates = Covariates::File("covariates.tsv");
const PC5: Covariates = Covariates::File("covariates_pc5.tsv");
const PC5_AND_HOTSPOT: Covariates = Covariates::File("covariates_pc5_hot.tsv");
const OF_SAMPLE: Covariates = Covariates::File("Covariates.txt");
const NONE: Covariates = Covariates::None;
const GENOTYPE_PCS: Covariates = Covariates::Some(&[
    "genotypes_1_1_svd_PC1",
    "genotypes_1_1_svd_PC2",
    "genotypes_1_1_svd_PC3",
]);
const YRI: Covariates = Covariates::Some(&["YRI"]);

runs! {
    geuvadis_chr22_with_53_covariates_from_vcf_and_bed:
        "geuvadis_qtltools" "linear_cistrans" CHR22
        Covariates::File("original/genes.covariates.pc50.txt");
    geuvadis_chr22_with_53_covariates_from_text:
        "geuvadis_qtltools" "linear_cistrans" CHR22_TEXT ALL;
    geuvadis_chr22_with_three_genotype_components:
        "geuvadis_qtltools" "linear_gpc3_cistrans" CHR22 GENOTYPE_PCS;
    geuvadis_chr22_with_simulated_expression:
        "geuvadis_qtltools" "linear_simulated_all" CHR22_SIMULATED NONE;
    geuvadis_chr22_by_classes:
        "geuvadis_qtltools" "anova_cistrans" CHR22 ALL;
    geuvadis_two_populations:
        "geuvadis_ceu_yri" "linear_cistrans" TEXT ALL;
    geuvadis_two_populations_with_missing_dosages:
        "geuvadis_ceu_yri" "linear_ds_missing_cistrans" DOSAGES ALL;
    geuvadis_two_populations_with_one_covariate:
        "geuvadis_ceu_yri" "linear_yri_all" TEXT YRI;
    geuvadis_two_populations_with_related_samples:
        "geuvadis_ceu_yri" "linear_errcov_cistrans" TEXT ALL;
    geuvadis_two_populations_by_classes:
        "geuvadis_ceu_yri" "anova_cistrans" TEXT ALL;
    geuvadis_population_and_snp:
        "geuvadis_ceu_yri" "cross_yri_cistrans" TEXT ALL;
    yeast_cross:
        "yeast_brem2005" "linear_all" TEXT NONE;
    yeast_cross_with_five_components:
        "yeast_brem2005" "linear_pc5_cistrans" TEXT PC5;
    yeast_cross_by_classes:
        "yeast_brem2005" "anova3_all" TEXT NONE;
    yeast_hotspot_and_marker:
        "yeast_brem2005" "cross_hot_all" TEXT PC5_AND_HOTSPOT;
    mouse_f2_liver:
        "f2_liver" "linear_all" TEXT NONE;
    mouse_f2_liver_with_five_components:
        "f2_liver" "linear_pc5_cistrans" TEXT PC5;
    mouse_f2_liver_by_classes:
        "f2_liver" "anova_all" TEXT NONE;
    mouse_f2_liver_by_classes_with_five_components:
        "f2_liver" "anova_pc5_cistrans" TEXT PC5;
    mouse_f2_liver_component_and_snp:
        "f2_liver" "cross_epc5_all" TEXT PC5;
    sample_study:
        "matrixeqtl_sample" "linear_all" SAMPLE OF_SAMPLE;
    sample_study_without_covariates:
        "matrixeqtl_sample" "linear_nocov_all" SAMPLE NONE;
    sample_study_with_an_error_covariance:
        "matrixeqtl_sample" "linear_errcov_all" SAMPLE OF_SAMPLE;
    sample_study_in_cis_and_trans:
        "matrixeqtl_sample" "linear_cistrans" SAMPLE OF_SAMPLE;
    sample_study_as_the_manual_has_it:
        "matrixeqtl_sample" "linear_sampleR" SAMPLE OF_SAMPLE;
    sample_study_as_the_manual_has_it_in_cis_and_trans:
        "matrixeqtl_sample" "linear_sampleR_cis" SAMPLE OF_SAMPLE;
    sample_study_by_classes:
        "matrixeqtl_sample" "anova_all" SAMPLE OF_SAMPLE;
    sample_study_by_classes_in_cis_and_trans:
        "matrixeqtl_sample" "anova_cistrans" SAMPLE OF_SAMPLE;
    sample_study_age_and_snp:
        "matrixeqtl_sample" "cross_all" SAMPLE OF_SAMPLE;
    sample_study_age_and_snp_in_cis_and_trans:
        "matrixeqtl_sample" "cross_cistrans" SAMPLE OF_SAMPLE;
}

#[test]
fn every_reference_run_has_a_test() {
    let Some(root) = real_data(".") else {
        return;
    };
    let mut not_run = BTreeSet::new();
    for study in std::fs::read_dir(&root).expect("the studies") {
        let study = study.expect("an entry");
        let Ok(expected) = std::fs::read_dir(study.path().join("expected")) else {
            continue;
        };
        let study = study.file_name().into_string().expect("a plain name");
        for file in expected {
            let file = file.expect("an entry").file_name();
            let file = file.into_string().expect("a plain name");
            let between = |start, end| file.strip_prefix(start)?.strip_suffix(end);
            let matrix_eqtl = between("matrixeqtl.", ".summary.txt");
            let observed = between("anova_rankaware.", ".tsv.gz");
            let is_run = |runs: &[(&str, &str)], name| runs.contains(&(study.as_str(), name));
            if matrix_eqtl.is_some_and(|name| !is_run(RUNS, name))
                || observed.is_some_and(|name| !is_run(observed_df::RUNS, name))
            {
                not_run.insert(format!("{study}/{file}"));
            }
        }
    }
    assert!(not_run.is_empty(), "no test runs {not_run:?}");
}

#[test]
fn the_two_by_two_example() {
    let Some(folder) = real_data("seed000") else {
        return;
    };
    let out = tempfile::tempdir().expect("a folder");
    let mut command = mpirun(1);
    command
        .arg("map")
        .arg("--out")
        .arg(out.path())
        .args(["--p-all", "1"]);
    command.arg("--genotypes").arg(folder.join("snps.tsv"));
    command.arg("--expression").arg(folder.join("expr.tsv"));
    succeed(&mut command);
    let table = Table::read(&out.path().join("all.tsv"));
    let found = table.by_pair();
    let wanted = [
        (("rs1", "GeneA"), 2.0, 0.0405193),
        (("rs1", "GeneB"), 0.15, 0.4348608),
        (("rs2", "GeneA"), -0.75, 0.4195311),
        (("rs2", "GeneB"), -0.125, 0.3443312),
    ];
    assert_eq!(found.len(), wanted.len());
    for (pair, slope, p) in wanted {
        assert!(close(number(&found[&pair][0]), slope, 1e-12), "{pair:?}");
        assert!((number(&found[&pair][2]) - p).abs() < 5e-8, "{pair:?}");
    }
}
