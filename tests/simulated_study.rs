//! A simulated study, mapped: the same tables from every format, planted effects found, and nothing found where
//! nothing was planted.

mod support;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Table, mpiqtl, mpirun, number, record, succeed};

/// The shape that is simulated in every format.
const SHAPE: &str = "--snps 600 --genes 150 --samples 400 --covariates 3 --missing 0.02 --cis 0.5 --trans 0.2 --seed 11";

/// What `map` is given for each format.
const INPUTS: [(&str, &str); 3] = [
    ("h5", "--genotypes genotypes.h5 --expression expression.h5"),
    (
        "text",
        "--genotypes genotypes.tsv --snp-locations snp_locations.tsv --expression expression.tsv \
         --gene-locations gene_locations.tsv",
    ),
    (
        "vcf",
        "--genotypes genotypes.vcf --expression expression.bed",
    ),
];

fn run(mut command: Command, folder: &Path, words: &str) {
    succeed(command.current_dir(folder).args(words.split_whitespace()));
}

/// A folder with a study of this shape.
fn simulated(shape: &str, format: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(
        mpiqtl(),
        folder.path(),
        &format!("simulate {shape} --format {format} --out ."),
    );
    folder
}

/// Maps the study of a folder with its covariates, and returns the output folder.
fn map(command: Command, folder: &Path, inputs: &str, thresholds: &str) -> PathBuf {
    let out = format!("out{}", fs::read_dir(folder).unwrap().count());
    run(
        command,
        folder,
        &format!("map {inputs} --covariates covariates.tsv {thresholds} --out {out}"),
    );
    folder.join(out)
}

fn tables(out: &Path) -> [Vec<u8>; 2] {
    ["cis.tsv", "trans.tsv"].map(|name| fs::read(out.join(name)).unwrap())
}

#[test]
fn every_format_and_number_of_ranks_gives_the_same_bytes() {
    let mut expected: Option<[Vec<u8>; 2]> = None;
    for (format, inputs) in INPUTS {
        let study = simulated(SHAPE, format);
        for command in [mpiqtl(), mpirun(2)] {
            let out = map(command, study.path(), inputs, "--p-cis 1e-2 --p-trans 1e-4");
            let found = tables(&out);
            let wanted = expected.get_or_insert_with(|| found.clone());
            assert!(found == *wanted, "{format}: the tables differ");
        }
    }
    let [cis, trans] = expected.unwrap();
    let n_rows = |table: &[u8]| table.iter().filter(|&&byte| byte == b'\n').count() - 1;
    assert!(
        n_rows(&cis) > 50 && n_rows(&trans) > 10,
        "too few rows to compare"
    );
}

#[test]
fn strong_planted_effects_are_found() {
    let study = simulated(SHAPE, "h5");
    let out = map(
        mpiqtl(),
        study.path(),
        INPUTS[0].1,
        "--p-cis 1e-4 --p-trans 1e-4",
    );
    let (cis, trans) = (
        Table::read(&out.join("cis.tsv")),
        Table::read(&out.join("trans.tsv")),
    );
    let (cis, trans) = (cis.by_pair(), trans.by_pair());
    let truth = Table::read(&study.path().join("truth.tsv"));
    for (class, least) in [("cis", 30), ("trans", 10)] {
        // A tenth of the noise's variance or more: |t| is about 6.7 with 400 samples.
        let strong = truth
            .rows
            .iter()
            .filter(|row| row[2] == class && number(&row[3]).abs() > 1.0 / 3.0);
        let strong: Vec<_> = strong.collect();
        assert!(
            strong.len() >= least,
            "only {} strong {class} effects were planted",
            strong.len()
        );
        let mut n_found = 0;
        for row in &strong {
            let pair = (row[0].as_str(), row[1].as_str());
            let Some(hit) = cis.get(&pair).or_else(|| trans.get(&pair)) else {
                continue;
            };
            assert_eq!(
                number(&hit[0]) > 0.0,
                number(&row[3]) > 0.0,
                "the sign of {pair:?}"
            );
            n_found += 1;
        }
        assert!(
            20 * n_found >= 19 * strong.len(),
            "{n_found} of {} strong {class} effects found",
            strong.len()
        );
    }
}

#[test]
fn planted_cis_effects_are_cis() {
    let study = simulated(SHAPE, "h5");
    let out = map(mpiqtl(), study.path(), INPUTS[0].1, "--p-cis 1 --p-trans 0");
    let cis = Table::read(&out.join("cis.tsv"));
    let cis = cis.by_pair();
    let truth = Table::read(&study.path().join("truth.tsv"));
    let planted: Vec<_> = truth.rows.iter().filter(|row| row[2] == "cis").collect();
    assert!(planted.len() > 50);
    assert!(
        planted
            .iter()
            .all(|row| cis.contains_key(&(row[0].as_str(), row[1].as_str())))
    );
}

#[test]
fn without_planted_effects_p_values_are_uniform() {
    let nothing = "--snps 300 --genes 200 --samples 150 --covariates 4 --cis 0 --trans 0 --seed 5";
    let study = simulated(nothing, "h5");
    let truth = Table::read(&study.path().join("truth.tsv"));
    assert!(truth.rows.is_empty());
    let out = map(mpiqtl(), study.path(), INPUTS[0].1, "--p-all 1");
    let p_values: Vec<f64> = Table::read(&out.join("all.tsv"))
        .rows
        .iter()
        .map(|row| number(&row[4]))
        .collect();
    assert_eq!(p_values.len(), 60_000);
    assert_eq!(record(&out)["n_eqtls_all"], 60_000);
    for p in [0.001, 0.01, 0.1, 0.5, 0.9] {
        let n_below = p_values.iter().filter(|&&found| found <= p).count() as f64;
        let n = p_values.len() as f64;
        // Tests of one gene or one SNP hang together a little: six standard deviations are a wide band.
        let (expected, deviation) = (n * p, (n * p * (1.0 - p)).sqrt());
        assert!(
            (n_below - expected).abs() < 6.0 * deviation,
            "{n_below} p-values up to {p}, {expected} expected"
        );
    }
    let filtered = map(mpiqtl(), study.path(), INPUTS[0].1, "--p-all 0.01");
    let n_hits = Table::read(&filtered.join("all.tsv")).rows.len();
    assert_eq!(n_hits, p_values.iter().filter(|&&p| p <= 0.01).count());
}

#[test]
fn the_same_seed_and_shape_give_the_same_files_and_another_seed_others() {
    let shape = "--snps 80 --genes 12 --samples 30 --covariates 2 --missing 0.05";
    for format in ["text", "vcf"] {
        let files = |seed: u32| {
            let study = simulated(&format!("{shape} --seed {seed}"), format);
            let mut files: Vec<_> = fs::read_dir(study.path())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .map(|path| {
                    (
                        path.file_name().unwrap().to_owned(),
                        fs::read(&path).unwrap(),
                    )
                })
                .collect();
            files.sort();
            files
        };
        let (first, again, other) = (files(1), files(1), files(2));
        assert!(first == again, "{format}: the same seed gave other files");
        assert!(first.len() >= 4);
        for (one, two) in first.iter().zip(&other) {
            let places = one.0.to_string_lossy().contains("snp_locations");
            assert!(
                places || one.1 != two.1,
                "{:?} does not depend on the seed",
                one.0
            );
        }
    }
}

#[test]
fn planted_pairs_name_snps_and_genes_of_the_study() {
    let study = simulated(
        "--snps 90 --genes 40 --samples 20 --cis 1 --trans 1",
        "text",
    );
    let ids = |name: &str| -> HashSet<String> {
        let table = Table::read(&study.path().join(name));
        table.rows.into_iter().map(|row| row[0].clone()).collect()
    };
    let (snps, genes) = (ids("genotypes.tsv"), ids("expression.tsv"));
    assert_eq!((snps.len(), genes.len()), (90, 40));
    assert_eq!(
        (ids("snp_locations.tsv"), ids("gene_locations.tsv")),
        (snps.clone(), genes.clone())
    );
    let truth = Table::read(&study.path().join("truth.tsv"));
    assert_eq!(truth.rows.len(), 80);
    assert!(
        truth
            .rows
            .iter()
            .all(|row| snps.contains(&row[0]) && genes.contains(&row[1]))
    );
}
