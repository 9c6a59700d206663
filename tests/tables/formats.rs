//! What the formats hold, and the columns.

use std::fs;
use std::process::Command;

use crate::study::{Study, table, text};
use crate::support::{fail, mpiqtl, number, succeed};

const CLASSES: &str = "--p-cis 0.5 --p-trans 0.05";

#[test]
fn blocks_hold_the_bytes_of_the_text() {
    let study = Study::simulated();
    for columns in ["matrix_eqtl", "full", "eqtl_catalogue"] {
        for model in ["linear", "anova"] {
            let words = format!("{CLASSES} --columns {columns} --model {model}");
            let plain = study.written(&words);
            let blocks = study.written(&format!("{words} --table-format tsv.gz"));
            assert_eq!(Vec::from_iter(plain.keys()), ["cis.tsv", "trans.tsv"]);
            assert_eq!(
                Vec::from_iter(blocks.keys()),
                ["cis.tsv.gz", "trans.tsv.gz"]
            );
            for class in ["cis", "trans"] {
                let wanted = text(&plain, &format!("{class}.tsv"));
                assert!(wanted.lines().count() > 50);
                assert!(
                    text(&blocks, &format!("{class}.tsv.gz")) == wanted,
                    "{words}"
                );
            }
        }
    }
}

#[test]
fn zcat_and_bgzip_read_what_is_written_in_blocks() {
    let study = Study::simulated();
    succeed(&mut study.map(mpiqtl(), "plain", "--p-all 1"));
    succeed(&mut study.map(mpiqtl(), "blocks", "--p-all 1 --table-format tsv.gz"));
    let wanted = fs::read(study.path("plain/all.tsv")).unwrap();
    assert!(wanted.len() > 1 << 20, "there are many blocks");
    for (program, flag) in [("zcat", None), ("bgzip", Some("-dc"))] {
        let mut command = Command::new(program);
        command.args(flag).arg(study.path("blocks/all.tsv.gz"));
        if program == "bgzip" && Command::new(program).arg("--version").output().is_err() {
            eprintln!("skipped: no bgzip here (Debian: apt install tabix)");
            continue;
        }
        assert!(succeed(&mut command).stdout == wanted, "{program}");
    }
}

#[test]
fn the_catalogues_columns_say_what_the_full_ones_do() {
    let study = Study::simulated();
    let full = study.written(&format!("{CLASSES} --columns full"));
    let catalogue = study.written(&format!("{CLASSES} --columns eqtl_catalogue"));
    let (full, catalogue) = (table(&full, "cis.tsv"), table(&catalogue, "cis.tsv"));
    assert_eq!(full.rows.len(), catalogue.rows.len());
    let column = |table: &crate::support::Table, name: &str| {
        let at = table.header.iter().position(|column| column == name);
        at.unwrap_or_else(|| panic!("no column {name}"))
    };
    for (theirs, ours) in [
        ("molecular_trait_id", "gene"),
        ("molecular_trait_object_id", "gene"),
        ("gene_id", "gene"),
        ("position", "pos"),
        ("ref", "ref"),
        ("alt", "alt"),
        ("maf", "maf"),
        ("pvalue", "p"),
        ("beta", "beta"),
        ("se", "se"),
        ("snp", "snp"),
        ("n", "n"),
        ("t", "t"),
        ("neg_log10_p", "neg_log10_p"),
        ("fdr", "fdr"),
    ] {
        let (theirs, ours) = (column(&catalogue, theirs), column(&full, ours));
        let rows = full.rows.iter().zip(&catalogue.rows);
        rows.for_each(|(full, catalogue)| assert_eq!(full[ours], catalogue[theirs]));
    }
    let of = |row: &[String], name: &str| row[column(&catalogue, name)].clone();
    for (row, full_row) in catalogue.rows.iter().zip(&full.rows) {
        let chrom = of(row, "chromosome");
        assert_eq!(format!("chr{chrom}"), full_row[column(&full, "chrom")]);
        let place = of(row, "position");
        assert_eq!(of(row, "variant"), format!("chr{chrom}_{place}_A_G"));
        assert_eq!(of(row, "type"), "SNP");
        let (ac, an) = (number(&of(row, "ac")), number(&of(row, "an")));
        assert_eq!(number(&of(row, "maf")), ac.min(an - ac) / an);
        let carriers = number(&of(row, "ma_samples"));
        let minor = ac.min(an - ac);
        assert!(carriers <= minor && 2.0 * carriers >= minor, "{row:?}");
        assert_eq!(
            [of(row, "r2"), of(row, "median_tpm"), of(row, "rsid")],
            ["NA"; 3]
        );
    }
}

#[test]
fn a_word_that_is_no_format_or_order_is_told_the_words_there_are() {
    let study = Study::text(1000);
    for (words, wanted) in [
        (
            "--table-format csv",
            "'tsv', 'tsv.gz' or 'parquet' is wanted",
        ),
        ("--sort gene", "'p' or 'position' is wanted"),
        (
            "--columns catalogue",
            "'matrix_eqtl', 'full' and 'eqtl_catalogue'",
        ),
    ] {
        let said = fail(&mut study.map(mpiqtl(), "out", words), 2);
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn tables_of_another_format_of_an_earlier_run_go() {
    let study = Study::text(1000);
    let run = |words: &str| {
        succeed(study.map(mpiqtl(), "out", words).arg("--overwrite"));
        Vec::from_iter(crate::study::written(&study.path("out")).into_keys())
    };
    let by_position = "--p-cis 1 --table-format tsv.gz --sort position --columns full";
    assert_eq!(run(by_position), ["cis.tsv.gz", "cis.tsv.gz.tbi"]);
    fs::write(study.path("out/cis.tsv.gz.csi.part"), "half").unwrap();
    assert_eq!(run("--p-cis 1"), ["cis.tsv"]);
    assert_eq!(run("--p-all 1 --table-format tsv.gz"), ["all.tsv.gz"]);
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_that_is_not_built_in_says_how_to_get_it() {
    let study = Study::text(1000);
    let said = fail(&mut study.map(mpiqtl(), "out", "--table-format parquet"), 2);
    assert!(said.contains("--features parquet"), "{said}");
    assert!(!study.path("out").exists());
}
