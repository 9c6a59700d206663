//! Real studies in every way. Where the data are not at hand the tests say so and pass.

use std::path::{Path, PathBuf};

use crate::support::{mpiqtl, real_data, succeed};
use crate::way::check_all;

/// A study in stores, imported for one test.
struct Study {
    folder: PathBuf,
    stores: tempfile::TempDir,
}

impl Study {
    /// Imports genotypes, with locations, and expression of a study.
    fn import(name: &str, [snps, snp_places, expression]: [&str; 3]) -> Option<Self> {
        let folder = real_data(name)?;
        let stores = tempfile::tempdir().expect("a folder");
        let import = |kind: &str, file: &str, flag: &str, places: &str| {
            let mut command = mpiqtl();
            command.args(["import", kind]).arg(folder.join(file));
            command.arg(flag).arg(folder.join(places)).arg("--out");
            succeed(command.arg(stores.path().join(format!("{kind}.h5"))));
        };
        import("genotypes", snps, "--snp-locations", snp_places);
        import("expression", expression, "--gene-locations", "geneloc.tsv");
        Some(Self { folder, stores })
    }

    /// Runs the study in every way, with options whose words that are files of the study begin with `@`.
    fn check(&self, options: &str) {
        let words: Vec<PathBuf> = options
            .split_whitespace()
            .map(|word| match word.strip_prefix('@') {
                Some(file) => self.folder.join(file),
                None => word.into(),
            })
            .collect();
        let by_integers = check_all(options, |out: &Path| {
            let mut map = mpiqtl();
            map.arg("map").arg("--out").arg(out);
            let stores = self.stores.path();
            map.arg("--genotypes").arg(stores.join("genotypes.h5"));
            map.arg("--expression").arg(stores.join("expression.h5"));
            map.args(&words);
            map
        });
        for written in &by_integers {
            assert_eq!(written.engine(), "i8");
            assert!(written.n_rows() > 50, "{options}: too few rows to compare");
        }
    }
}

#[test]
fn chromosome_22_of_geuvadis() {
    let files = ["snps.tsv.gz", "snpsloc.tsv.gz", "expr.tsv.gz"];
    let Some(study) = Study::import("geuvadis_qtltools", files) else {
        return;
    };
    study.check("--covariates @covariates.tsv --p-cis 1e-4 --p-trans 1e-6");
    study.check("--p-all 1e-7 --model anova");
}

#[test]
fn two_populations_of_geuvadis() {
    let files = ["snps.tsv.gz", "snpsloc.tsv", "expr.tsv.gz"];
    let Some(study) = Study::import("geuvadis_ceu_yri", files) else {
        return;
    };
    let covariates = "--covariates @covariates.tsv --p-cis 0.01 --p-trans 1e-4";
    study.check(covariates);
    study.check(&format!("{covariates} --error-covariance @errcov.tsv"));
    let cross = "--model linear_cross --interaction YRI";
    study.check(&format!("{covariates} {cross}"));
    study.check(&format!("{covariates} --model anova --anova-df observed"));
}

#[test]
fn two_populations_of_geuvadis_with_dosages() {
    let files = ["snps_ds.tsv.gz", "snpsloc.tsv", "expr.tsv.gz"];
    let Some(study) = Study::import("geuvadis_ceu_yri", files) else {
        return;
    };
    study.check("--covariates @covariates.tsv --p-cis 0.01 --p-trans 1e-4");
    study.check("--p-all 1e-3");
}

#[test]
fn a_yeast_cross() {
    let files = ["snps.tsv.gz", "snpsloc.tsv", "expr.tsv.gz"];
    let Some(study) = Study::import("yeast_brem2005", files) else {
        return;
    };
    study.check("--p-all 1e-5");
    study.check("--covariates @covariates_pc5.tsv --p-cis 1e-2 --p-trans 1e-5");
}
