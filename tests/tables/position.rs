//! Rows by position, and the index by which tabix finds them.

use std::process::Command;

use crate::study::{Study, Written, table, text};
use crate::support::{mpiqtl, stderr, succeed};

const CLASSES: &str = "--p-cis 0.9 --p-trans 0.4 --cis-dist-bp 3000";

/// Whether tabix is here; a word if it is not.
fn has_tabix() -> bool {
    let has = Command::new("tabix").arg("--version").output().is_ok();
    if !has {
        eprintln!("skipped: no tabix here (Debian: apt install tabix)");
    }
    has
}

fn sorted_lines(written: &Written, name: &str) -> Vec<String> {
    let mut lines: Vec<String> = text(written, name).lines().map(String::from).collect();
    lines.sort();
    lines
}

#[test]
fn rows_by_position_are_the_rows_by_p_in_genome_order() {
    for study in [Study::text(1000), Study::simulated()] {
        for columns in ["full", "matrix_eqtl", "eqtl_catalogue"] {
            let words = format!("{CLASSES} --columns {columns}");
            let by_p = study.written(&words);
            let by_position = study.written(&format!("{words} --sort position"));
            for name in ["cis.tsv", "trans.tsv"] {
                assert_ne!(by_p[name], by_position[name]);
                assert_eq!(sorted_lines(&by_p, name), sorted_lines(&by_position, name));
            }
        }
        let by_position = study.written(&format!("{CLASSES} --columns full --sort position"));
        let table = table(&by_position, "trans.tsv");
        // Chromosomes 1, 2, X and none in turn; of one place SNPs and then genes in genome order, which is that of rows.
        let chrom = |name: &str| match name.trim_start_matches("chr") {
            "NA" => u64::MAX,
            "X" => 23,
            number => number.parse().unwrap(),
        };
        let place = |row: &Vec<String>| {
            (
                chrom(&row[1]),
                row[2].parse::<i64>().unwrap_or(i64::MAX),
                row[0].clone(),
            )
        };
        assert!(table.rows.is_sorted_by_key(place));
        for of_one_snp in table.rows.chunk_by(|a, b| a[0] == b[0]) {
            let mut genes: Vec<&String> = of_one_snp.iter().map(|row| &row[5]).collect();
            genes.sort();
            genes.dedup();
            assert_eq!(genes.len(), of_one_snp.len(), "a SNP's rows stand together");
        }
    }
}

/// What tabix finds in a region of a table, and what it should: rows of the text within.
fn query(
    path: &std::path::Path,
    region: (&str, i64, i64),
    text: &str,
    columns: [usize; 2],
) -> [String; 2] {
    let (chrom, left, right) = region;
    let output = succeed(
        Command::new("tabix")
            .arg(path)
            .arg(format!("{chrom}:{left}-{right}")),
    );
    assert!(!stderr(&output).contains("older"), "{}", stderr(&output));
    let is_inside = |line: &&str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let pos = fields[columns[1]].parse::<i64>();
        // What lies at position 0 is found at the first base.
        fields[columns[0]] == chrom && pos.is_ok_and(|pos| (left..=right).contains(&pos.max(1)))
    };
    let wanted: String = text
        .lines()
        .skip(1)
        .filter(is_inside)
        .flat_map(|line| [line, "\n"])
        .collect();
    [String::from_utf8(output.stdout).unwrap(), wanted]
}

#[test]
fn tabix_finds_the_rows_of_a_region() {
    if !has_tabix() {
        return;
    }
    // Up to 19,000 bp; up to 2^29 and beyond, where the index is of the other kind.
    for (gap_bp, index) in [
        (1000, "tbi"),
        (28_000_000, "tbi"),
        (40_000_000, "csi"),
        (9_000_000_000, "csi"),
    ] {
        let study = Study::text(gap_bp);
        for (columns, places) in [("full", [1, 2]), ("eqtl_catalogue", [1, 2])] {
            let words =
                format!("{CLASSES} --columns {columns} --sort position --table-format tsv.gz");
            succeed(study.map(mpiqtl(), "out", &words).arg("--overwrite"));
            let written = crate::study::written(&study.path("out"));
            let names = ["cis.tsv.gz", "trans.tsv.gz"]
                .map(|name| [name.to_string(), format!("{name}.{index}")]);
            assert_eq!(Vec::from_iter(written.keys().cloned()), names.concat());
            let path = study.path("out/trans.tsv.gz");
            let text = text(&written, "trans.tsv.gz");
            let mut n_found = 0;
            for chrom in ["1", "2", "X"] {
                for (from, to) in [(0, 0), (0, 3), (5, 6), (7, 7), (0, 30), (19, 40), (25, 30)] {
                    let region = (chrom, (from * gap_bp).max(1), (to * gap_bp).max(1));
                    let [found, wanted] = query(&path, region, &text, places);
                    assert_eq!(found, wanted, "{region:?} of {gap_bp}, {columns}");
                    n_found += found.lines().count();
                }
            }
            assert!(n_found > 500, "{n_found}");
            let listed = succeed(Command::new("tabix").arg("-l").arg(&path)).stdout;
            assert_eq!(String::from_utf8(listed).unwrap(), "1\n2\nX\n");
        }
    }
}

#[test]
fn many_blocks_are_found_too() {
    if !has_tabix() {
        return;
    }
    let study = Study::simulated();
    let words = "--p-all 1 --columns full --sort position --table-format tsv.gz";
    succeed(&mut study.map(mpiqtl(), "out", words));
    let written = crate::study::written(&study.path("out"));
    let text = text(&written, "all.tsv.gz");
    assert!(text.len() > 30 << 16, "there are many blocks");
    let chroms = String::from_utf8(
        succeed(
            Command::new("tabix")
                .arg("-l")
                .arg(study.path("out/all.tsv.gz")),
        )
        .stdout,
    )
    .unwrap();
    let mut n_found = 0;
    for chrom in chroms.lines() {
        for (left, right) in [(1, 1 << 28), (50_000, 100_000), (100_001, 150_000)] {
            let [found, wanted] = query(
                &study.path("out/all.tsv.gz"),
                (chrom, left, right),
                &text,
                [1, 2],
            );
            assert!(found == wanted, "{chrom}:{left}-{right}");
            n_found += found.lines().count();
        }
    }
    assert!(n_found >= 600 * 40, "{n_found}");
}

#[test]
fn a_table_without_rows_has_an_index_and_one_without_positions_none() {
    let study = Study::text(1000);
    let words = "--p-cis 1e-300 --sort position --table-format tsv.gz";
    let empty = study.written(&format!("{words} --columns full"));
    assert_eq!(
        Vec::from_iter(empty.keys()),
        ["cis.tsv.gz", "cis.tsv.gz.tbi"]
    );
    assert_eq!(text(&empty, "cis.tsv.gz").lines().count(), 1);
    let output = succeed(&mut study.map(mpiqtl(), "out", words));
    assert!(stderr(&output).contains("no index"), "{}", stderr(&output));
    assert!(!study.path("out/cis.tsv.gz.tbi").exists());
    if has_tabix() {
        succeed(&mut study.map(mpiqtl(), "empty", &format!("{words} --columns full")));
        let listed = succeed(
            Command::new("tabix")
                .arg("-l")
                .arg(study.path("empty/cis.tsv.gz")),
        );
        assert!(listed.stdout.is_empty());
    }
}
