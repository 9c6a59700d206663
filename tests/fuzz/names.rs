//! Names are text and nothing else: no file is named after them, no terminal obeys them, no table is torn by them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use mpiqtl::formats::GenotypeField;

use crate::campaign::{Outcome, single, turn};
use crate::inputs::{
    BED, COVARIATES_ACROSS, ERROR_COVARIANCE, EXPRESSION, GENE_LOCATIONS, GENOTYPES, SNP_LOCATIONS,
    VCF, tabs,
};
use crate::judge::{Kind, judge_import};
use crate::support::{Table, fail, mpiqtl, succeed};
use crate::tables::{judge_covariates, judge_error_covariance};

const CALLS: Kind = Kind::Genotypes(GenotypeField::Gt);

/// What stands in every input in the place of `NAME`, for a shell, a file system or a spreadsheet to stumble over.
const ODD: [&str; 9] = [
    "../../evil",
    "/tmp/evil",
    "$(touch evil)",
    "`touch evil`",
    "it's \"5\"",
    "-rf",
    "a\\nb",
    "=1+1",
    "..",
];

/// What cannot stand in a table or would move a terminal's cursor.
const CONTROL: [&str; 6] = [
    "a\u{1b}[2Jb",
    "a\rb",
    "a\0b",
    "a\u{7f}b",
    "a\u{85}b",
    "\u{7}",
];

/// A table with another name in the place of one that is there.
fn renamed(text: &str, old: &str, new: &str) -> Vec<u8> {
    let text = String::from_utf8(tabs(text)).unwrap();
    assert!(text.contains(old));
    text.replace(old, new).into()
}

#[test]
fn control_characters_in_names_are_refused_in_every_input() {
    for new in CONTROL {
        for (kind, text, names) in [
            (CALLS, VCF, &["s2", "rs1", "chrX", "AT"][..]),
            (CALLS, GENOTYPES, &["s2", "rs1"]),
            (Kind::Expression, EXPRESSION, &["s2", "g2"]),
            (Kind::Expression, BED, &["s2", "g2", "chr2"]),
        ] {
            for old in names {
                let bytes = renamed(text, old, new);
                let outcome = single("control", |folder| judge_import(kind, folder, &bytes));
                assert_eq!(outcome, Outcome::Refused, "{old} as {new:?}");
            }
        }
        for (kind, matrix, text, old) in [
            (CALLS, GENOTYPES, SNP_LOCATIONS, "chr1"),
            (CALLS, GENOTYPES, SNP_LOCATIONS, "rs2"),
            (Kind::Expression, EXPRESSION, GENE_LOCATIONS, "chr1"),
        ] {
            let outcome = single("control", |folder| {
                fs::write(folder.join("locations"), renamed(text, old, new)).unwrap();
                judge_import(kind, folder, &tabs(matrix))
            });
            assert_eq!(outcome, Outcome::Refused, "{old} as {new:?}");
        }
        for old in ["s2", "age"] {
            let bytes = renamed(COVARIATES_ACROSS, old, new);
            let outcome = single("control", |folder| judge_covariates(folder, &bytes));
            assert_eq!(outcome, Outcome::Refused, "{old} as {new:?}");
        }
        let bytes = renamed(ERROR_COVARIANCE, "s2", new);
        let outcome = single("control", |folder| judge_error_covariance(folder, &bytes));
        assert_eq!(outcome, Outcome::Refused, "{new:?}");
    }
}

/// All files below a folder, by their path in it.
fn files(folder: &Path, inside: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder.join(inside)).unwrap() {
        let entry = entry.unwrap();
        let path = inside.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            files(folder, &path, found);
        } else {
            found.insert(path.to_string_lossy().into_owned());
        }
    }
}

/// Maps a study in which a name of each kind is `name`; the files there are afterwards.
fn mapped(name: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, bytes: Vec<u8>| fs::write(folder.path().join(file), bytes).unwrap();
    let samples = ["s1", "s2", "s3", "s4", "s5", "s6"]
        .join("\t")
        .replace("s2", name);
    let genotypes = [
        ["0", "1", "2", "0", "1", "2"],
        ["1", "0", "2", "2", "0", "1"],
    ]
    .map(|row| row.join("\t"));
    let [first, second] = &genotypes;
    write(
        "g.tsv",
        format!("id\t{samples}\n{name}\t{first}\nrs2\t{second}\n").into(),
    );
    write(
        "snps.tsv",
        format!("snp\tchr\tpos\n{name}\t{name}\t5\n").into(),
    );
    write(
        "e.tsv",
        format!("id\t{samples}\n{name}\t0.1\t1.2\t1.9\t0\t0.8\t2.2\n").into(),
    );
    write(
        "genes.tsv",
        format!("gene\tchr\tleft\tright\n{name}\t{name}\t3\t9\n").into(),
    );
    write(
        "c.tsv",
        format!("id\t{samples}\n{name}\t3\t1\t4\t1\t5\t9\n").into(),
    );
    let words = "map --genotypes g.tsv --snp-locations snps.tsv --expression e.tsv --gene-locations genes.tsv \
                 --covariates c.tsv --p-cis 1 --p-trans 1 --min-p --columns full --out out";
    let words = words.split_ascii_whitespace();
    succeed(mpiqtl().current_dir(folder.path()).args(words));
    let table = Table::read(&folder.path().join("out/cis.tsv"));
    assert_eq!(table.rows.len(), 1);
    assert_eq!(table.rows[0].len(), table.header.len());
    assert_eq!(
        table.rows[0].iter().filter(|field| *field == name).count(),
        3,
        "{table:?}"
    );
    let mut found = BTreeSet::new();
    files(folder.path(), Path::new(""), &mut found);
    found
}

#[test]
fn no_file_is_named_after_what_is_in_a_file() {
    let _turn = turn();
    let wanted = mapped("plain");
    for name in ODD {
        assert_eq!(mapped(name), wanted, "{name}");
        assert!(!Path::new("/tmp/evil").exists());
    }
}

#[test]
fn a_terminal_sees_no_control_character_of_an_input() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, bytes: &[u8]| fs::write(folder.path().join(file), bytes).unwrap();
    let escape = "\u{1b}[31m";
    write(
        "g\u{1b}[2J.tsv",
        format!("id\ts1\nrs1\t{escape}\n").as_bytes(),
    );
    write("id.tsv", format!("id\ts1\nr{escape}\t1\n").as_bytes());
    write(
        "c.toml",
        format!("\"k\\u001b[2J\" = 1\ngenotypes = \"{escape}\"\n").as_bytes(),
    );
    write("key.toml", b"\"k\\u001b[2J\" = 1\n");
    for words in [
        &["import", "genotypes", "g\u{1b}[2J.tsv", "--out", "g.h5"][..],
        &["import", "genotypes", "id.tsv", "--out", "g.h5"],
        &["import", "expression", "id.tsv", "--out", "e\u{1b}.h5"],
        &["map", "--config", "c.toml"],
        &["map", "--config", "key.toml"],
    ] {
        let code = if words[0] == "map" { 2 } else { 1 };
        let said = fail(mpiqtl().current_dir(folder.path()).args(words), code);
        assert_eq!(said.lines().count(), 1, "{said:?}");
        assert!(!said.trim_end().contains(char::is_control), "{said:?}");
        assert!(
            said.contains("\\u{1b}[") || said.contains("c.toml, line 2"),
            "{said:?}"
        );
    }
}
