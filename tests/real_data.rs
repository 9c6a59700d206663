//! Real studies against Matrix eQTL's results on them: counts exactly, every row's p within 1e-7.
//!
//! The data are public but not ours to ship; where they are not at hand the tests say so and pass.

mod support;

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use support::{Table, close, mpirun, number, real_data, record, succeed};

/// One reference run: where the inputs are and what the reference's options were.
struct Reference {
    folder: PathBuf,
    run: &'static str,
    summary: HashMap<String, String>,
}

impl Reference {
    fn open(study: &str, run: &'static str) -> Option<Self> {
        let folder = real_data(study)?;
        let path = folder.join(format!("expected/matrixeqtl.{run}.summary.txt"));
        let text = std::fs::read_to_string(path).expect("the reference has a summary");
        let fields = text.lines().filter_map(|line| line.split_once(' '));
        let summary = fields
            .map(|(key, value)| (key.into(), value.trim().into()))
            .collect();
        Some(Self {
            folder,
            run,
            summary,
        })
    }

    fn file(&self, name: &str) -> PathBuf {
        let plain = self.folder.join(name);
        if plain.exists() {
            plain
        } else {
            self.folder.join(format!("{name}.gz"))
        }
    }

    /// Maps with the reference's options and these input flags on two ranks, and compares.
    fn check(&self, inputs: &[(&str, PathBuf)]) {
        let out = tempfile::tempdir().expect("a folder");
        let mut command = mpirun(2);
        command.arg("map").arg("--out").arg(out.path());
        for (flag, path) in inputs {
            command.arg(flag).arg(path);
        }
        let (p, p_cis) = (
            &self.summary["pvOutputThreshold"],
            &self.summary["pvOutputThreshold.cis"],
        );
        if number(p_cis) > 0.0 {
            command.args(["--p-trans", p, "--p-cis", p_cis]);
            command.args(["--cis-dist-bp", &self.summary["cisDist"]]);
        } else {
            command.args(["--p-all", p]);
        }
        succeed(&mut command);
        self.compare(out.path());
    }

    fn compare(&self, out: &Path) {
        let record = record(out);
        assert_eq!(record["df"].as_f64(), Some(number(&self.summary["dfFull"])));
        let expected = read_gz(&self.file(&format!("expected/matrixeqtl.{}.hits.tsv", self.run)));
        for class in ["all", "cis", "trans"] {
            let Some(counts) = self.summary.get(class) else {
                continue;
            };
            let counts: Vec<&str> = counts.split(' ').collect();
            assert_eq!((counts[0], counts[2]), ("ntests", "neqtls"));
            assert_eq!(
                record[format!("n_tests_{class}")].as_f64(),
                Some(number(counts[1]))
            );
            assert_eq!(
                record[format!("n_eqtls_{class}")].as_f64(),
                Some(number(counts[3]))
            );
            let wanted = expected.rows.iter().filter(|row| row[0] == class);
            compare_rows(&Table::read(&out.join(format!("{class}.tsv"))), wanted);
        }
    }
}

fn compare_rows<'a>(found: &Table, wanted: impl Iterator<Item = &'a Vec<String>>) {
    let by_pair = found.by_pair();
    let mut n_wanted = 0;
    for wanted in wanted {
        n_wanted += 1;
        let pair = (wanted[1].as_str(), wanted[2].as_str());
        let row = by_pair
            .get(&pair)
            .unwrap_or_else(|| panic!("{pair:?} is missing"));
        // Beta and t of a good fit are as right as r is; p amplifies by about df.
        for (i, tolerance) in [(0, 1e-9), (1, 1e-9), (2, 1e-7), (3, 1e-7)] {
            let (found, wanted) = (number(&row[i]), number(&wanted[3 + i]));
            assert!(
                close(found, wanted, tolerance),
                "{pair:?}: {row:?}, wanted {wanted:?}"
            );
        }
    }
    assert_eq!((found.rows.len(), by_pair.len()), (n_wanted, n_wanted));
}

fn read_gz(path: &Path) -> Table {
    let file = std::fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("gzip text");
    Table::parse(&text)
}

/// A study whose inputs lie in text files of the usual names.
fn check_text(study: &str, run: &'static str, snps: &str, covariates: Option<&str>) {
    let Some(reference) = Reference::open(study, run) else {
        return;
    };
    let mut inputs = vec![
        ("--genotypes", reference.file(snps)),
        ("--expression", reference.file("expr.tsv")),
    ];
    if let Some(covariates) = covariates {
        inputs.push(("--covariates", reference.file(covariates)));
    }
    if reference.summary["pvOutputThreshold.cis"] != "0" {
        inputs.push(("--snp-locations", reference.file("snpsloc.tsv")));
        inputs.push(("--gene-locations", reference.file("geneloc.tsv")));
    }
    reference.check(&inputs);
}

/// The named rows of a covariate file, as a file of their own.
fn some_covariates(of: &Path, names: &[&str], to: &Path) {
    let table = Table::read(of);
    let kept = table
        .rows
        .iter()
        .filter(|row| names.contains(&row[0].as_str()));
    let lines = std::iter::once(&table.header)
        .chain(kept)
        .map(|row| row.join("\t") + "\n");
    std::fs::write(to, lines.collect::<String>()).expect("a file");
}

#[test]
fn geuvadis_chr22_with_53_covariates_from_vcf_and_bed() {
    let Some(reference) = Reference::open("geuvadis_qtltools", "linear_cistrans") else {
        return;
    };
    reference.check(&[
        (
            "--genotypes",
            reference.file("original/genotypes.chr22.vcf.gz"),
        ),
        (
            "--expression",
            reference.file("original/genes.50percent.chr22.bed.gz"),
        ),
        (
            "--covariates",
            reference.file("original/genes.covariates.pc50.txt.gz"),
        ),
    ]);
}

#[test]
fn geuvadis_chr22_with_53_covariates_from_text() {
    check_text(
        "geuvadis_qtltools",
        "linear_cistrans",
        "snps.tsv",
        Some("covariates.tsv"),
    );
}

#[test]
fn geuvadis_chr22_with_three_genotype_components() {
    let Some(reference) = Reference::open("geuvadis_qtltools", "linear_gpc3_cistrans") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let covariates = folder.path().join("gpc3.tsv");
    let names = ["PC1", "PC2", "PC3"].map(|pc| format!("genotypes_1_1_svd_{pc}"));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    some_covariates(&reference.file("covariates.tsv"), &names, &covariates);
    reference.check(&[
        (
            "--genotypes",
            reference.file("original/genotypes.chr22.vcf.gz"),
        ),
        (
            "--expression",
            reference.file("original/genes.50percent.chr22.bed.gz"),
        ),
        ("--covariates", covariates),
    ]);
}

#[test]
fn geuvadis_chr22_with_simulated_expression() {
    let Some(reference) = Reference::open("geuvadis_qtltools", "linear_simulated_all") else {
        return;
    };
    reference.check(&[
        (
            "--genotypes",
            reference.file("original/genotypes.chr22.vcf.gz"),
        ),
        (
            "--expression",
            reference.file("original/genes.simulated.chr22.bed.gz"),
        ),
    ]);
}

#[test]
fn geuvadis_two_populations() {
    check_text(
        "geuvadis_ceu_yri",
        "linear_cistrans",
        "snps.tsv",
        Some("covariates.tsv"),
    );
}

#[test]
fn geuvadis_two_populations_with_missing_dosages() {
    check_text(
        "geuvadis_ceu_yri",
        "linear_ds_missing_cistrans",
        "snps_ds.tsv",
        Some("covariates.tsv"),
    );
}

#[test]
fn geuvadis_two_populations_with_one_covariate() {
    let Some(reference) = Reference::open("geuvadis_ceu_yri", "linear_yri_all") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let covariates = folder.path().join("yri.tsv");
    some_covariates(&reference.file("covariates.tsv"), &["YRI"], &covariates);
    reference.check(&[
        ("--genotypes", reference.file("snps.tsv")),
        ("--expression", reference.file("expr.tsv")),
        ("--covariates", covariates),
    ]);
}

#[test]
fn yeast_cross() {
    check_text("yeast_brem2005", "linear_all", "snps.tsv", None);
}

#[test]
fn yeast_cross_with_five_components() {
    check_text(
        "yeast_brem2005",
        "linear_pc5_cistrans",
        "snps.tsv",
        Some("covariates_pc5.tsv"),
    );
}

#[test]
fn mouse_f2_liver() {
    check_text("f2_liver", "linear_all", "snps.tsv", None);
}

#[test]
fn mouse_f2_liver_with_five_components() {
    check_text(
        "f2_liver",
        "linear_pc5_cistrans",
        "snps.tsv",
        Some("covariates_pc5.tsv"),
    );
}

#[test]
fn the_sample_every_matrix_eqtl_user_knows() {
    let cases = [
        ("linear_all", true),
        ("linear_nocov_all", false),
        ("linear_cistrans", true),
        ("linear_sampleR", true),
        ("linear_sampleR_cis", true),
    ];
    for (run, with_covariates) in cases {
        let Some(reference) = Reference::open("matrixeqtl_sample", run) else {
            return;
        };
        let mut inputs = vec![
            ("--genotypes", reference.file("SNP.txt")),
            ("--expression", reference.file("GE.txt")),
            ("--snp-locations", reference.file("snpsloc.txt")),
            ("--gene-locations", reference.file("geneloc.txt")),
        ];
        if with_covariates {
            inputs.push(("--covariates", reference.file("Covariates.txt")));
        }
        reference.check(&inputs);
    }
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
