//! Simulated studies in every way: the screen screens, and `auto` takes the engine that fits what is asked for.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use mpiqtl::kernel::Simd;

use crate::support::{Lcg, Table, mpiqtl, succeed};
use crate::way::{DOUBLE, check_all, integers, run};

/// A folder with the study that `simulate` makes of these words.
fn simulated(words: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = mpiqtl();
    command.current_dir(folder.path());
    succeed(
        command
            .args(["simulate", "--out", "."])
            .args(words.split(' ')),
    );
    folder
}

/// `map` in a folder with a study, all of it with its covariates.
fn map(folder: &Path, words: &str, out: &Path) -> Command {
    let mut command = mpiqtl();
    command
        .current_dir(folder)
        .args(["map", "--covariates", "covariates.tsv"]);
    command.args(words.split(' ')).arg("--out").arg(out);
    command
}

const STORES: &str = "--genotypes genotypes.h5 --expression expression.h5";

/// A study of 840 samples with missing genotypes.
const STUDY: &str = "--snps 3000 --genes 200 --samples 840 --missing 0.01 --seed 3";

/// Runs a study in every way, and fails where integers let through more than they should.
fn check_named(folder: &Path, words: &str, most_per_hit: f64) {
    let by_integers = check_all(words, |out| map(folder, words, out));
    for written in &by_integers {
        assert_eq!(written.engine(), "i8");
        let n_hits = written.n_rows() as f64;
        assert!(n_hits >= 50.0, "{words}: too few hits");
        let per_hit = written.of_screen("named_per_hit");
        assert!(per_hit < most_per_hit, "{words}: {per_hit} named for a hit");
        let decided = written.of_screen("n_decided") / n_hits;
        assert!(
            decided < most_per_hit.min(1.5),
            "{words}: {decided} decided for a hit"
        );
        for left_out in ["n_genes_left_out", "n_snps_left_out"] {
            assert_eq!(written.of_screen(left_out), 0.0, "{words}: {left_out}");
        }
    }
}

#[test]
fn integers_name_few_pairs_for_a_hit() {
    let study = simulated(STUDY);
    check_named(study.path(), &format!("{STORES} --p-all 1e-5"), 2.5);
    check_named(study.path(), &format!("{STORES} --p-all 1e-8"), 1.5);
}

/// Genotypes of a table with decimals, as dosages are.
fn as_dosages(table: &Table) -> String {
    let mut random = Lcg(7);
    let mut text = table.header.join("\t") + "\n";
    for row in &table.rows {
        text += &row[0];
        for field in &row[1..] {
            let off = random.below(201) as f64 / 1000.0;
            match field.parse::<f64>() {
                Ok(code) => write!(text, "\t{:.3}", (code - off).abs()).expect("text"),
                Err(_) => text += "\tNA",
            }
        }
        text.push('\n');
    }
    text
}

#[test]
fn integers_name_few_pairs_for_a_hit_of_dosages() {
    let study =
        simulated("--snps 1000 --genes 200 --samples 840 --missing 0.01 --seed 3 --format text");
    let table = Table::read(&study.path().join("genotypes.tsv"));
    fs::write(study.path().join("dosages.tsv"), as_dosages(&table)).expect("a file");
    let inputs = "--genotypes dosages.tsv --expression expression.tsv";
    check_named(study.path(), &format!("{inputs} --p-all 1e-5"), 2.5);
}

#[test]
fn auto_takes_integers_for_thresholds_and_a_dense_engine_for_all_tests() {
    let study = simulated(STUDY);
    let folder = tempfile::tempdir().expect("a folder");
    let check = |words: &str, engines: &[&str]| {
        let of = |way| {
            let out = tempfile::tempdir_in(&folder).expect("a folder");
            let out = out.path().join("out");
            run(
                map(study.path(), &format!("{STORES} {words}"), &out),
                &out,
                way,
            )
        };
        let found = of(("auto", "auto"));
        assert!(
            engines.contains(&found.engine()),
            "{words}: {}",
            found.engine()
        );
        found.assert_same(&of(DOUBLE), words);
    };
    if Simd::best() != Simd::Portable {
        check("--p-all 1e-6", &["i8"]);
        check("--p-cis 1e-4 --p-trans 1e-8", &["i8"]);
    }
    let dense = ["f32", "f64"];
    check("--p-all 1e-6 --p-histogram 50", &dense);
    check("--p-cis 1e-4 --p-trans 1e-8 --min-p", &dense);
    check("--p-all 1", &dense);
    for (engine, simd) in integers() {
        let words = format!("{STORES} --p-all 1e-6 --p-histogram 50");
        let out = folder.path().join(simd);
        let found = run(map(study.path(), &words, &out), &out, (engine, simd));
        assert_eq!(found.engine(), "f32", "integers do not make histograms");
    }
}

#[test]
fn all_pairs_and_half_of_them_are_the_same() {
    let study = simulated("--snps 150 --genes 40 --samples 61 --missing 0.03 --seed 8");
    for model in [
        "linear",
        "anova",
        "anova --anova-df observed",
        "linear_cross --interaction covariate2",
    ] {
        for (p, least, most) in [("1", 6000, 6000), ("0.5", 2000, 4000)] {
            let words = format!("{STORES} --model {model} --p-all {p}");
            let by_integers = check_all(&words, |out| map(study.path(), &words, out));
            for written in by_integers {
                assert!((least..=most).contains(&written.n_rows()), "{words}");
            }
        }
    }
}
