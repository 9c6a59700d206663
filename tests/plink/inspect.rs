//! `inspect`: what it says is what is in the store.

use std::fs;

use crate::set::{Content, N_SNPS, Set};
use crate::support::{fail, succeed};

fn inspect(set: &Set, words: &str) -> String {
    let output = succeed(&mut set.command(&format!("inspect {words}")));
    String::from_utf8(output.stdout).unwrap()
}

fn json(set: &Set, words: &str) -> serde_json::Value {
    serde_json::from_str(&inspect(set, &format!("{words} --json"))).unwrap()
}

#[test]
fn genotypes_are_told() {
    let set = Set::new(23);
    succeed(&mut set.command("import genotypes set --maf 0.05 --out g.h5"));
    let content = Content::read(&set.path("g.h5"));
    let found = json(&set, "g.h5 --full");
    let side = &found["genotypes"];
    assert_eq!(side["n_rows"], content.rows.len());
    assert_eq!(side["n_samples"], 23);
    assert_eq!(side["first_samples"][4], "s4");
    assert_eq!(side["first_rows"][0]["id"], content.rows[0].id);
    assert_eq!(side["first_rows"][0]["alt"], content.rows[0].alleles[1]);
    let on = |chrom: &str| {
        let rows = content.rows.iter();
        let rows = rows.filter_map(|row| row.place.as_ref());
        rows.filter(|place| place.0 == chrom).count()
    };
    for (i, chrom) in ["1", "2"].into_iter().enumerate() {
        assert_eq!(side["chromosomes"][i]["name"], chrom);
        assert_eq!(side["chromosomes"][i]["n_rows"], on(chrom));
    }
    let codes = || content.rows.iter().flat_map(|row| &row.codes);
    let n_missing = codes().filter(|&&code| code == 255).count();
    assert_eq!(side["content"]["n_missing"], n_missing);
    assert_eq!(side["content"]["largest"], 2.0);
    let classes = side["content"]["maf"].as_array().unwrap();
    let n_snps: u64 = classes
        .iter()
        .map(|class| class["n_snps"].as_u64().unwrap())
        .sum();
    assert_eq!(n_snps, content.rows.len() as u64);
    assert_eq!(
        classes[0]["n_snps"], 0,
        "what is rarer than 0.05 was removed"
    );
    assert_eq!(side["provenance"]["maf"], "0.05");
    assert!(found["expression"].is_null());

    let text = inspect(&set, "g.h5");
    for part in [
        "23 samples, u8",
        "chromosomes name",
        "counted_allele",
        "--verify compares",
    ] {
        assert!(text.contains(part), "no '{part}' in:\n{text}");
    }
    assert!(
        !text.contains("missing  "),
        "values are read on request only:\n{text}"
    );
}

#[test]
fn expression_is_told() {
    let set = Set::new(23);
    let words = "import expression expression.tsv --gene-locations genes.tsv --out e.h5";
    succeed(&mut set.command(words));
    let found = json(&set, "e.h5 --full");
    let side = &found["expression"];
    assert_eq!(
        (&side["n_rows"], &side["n_samples"]),
        (&6.into(), &23.into())
    );
    assert_eq!(side["chromosomes"][1]["last_bp"], 1900);
    assert_eq!(side["content"]["n_missing"], 0);
    assert_eq!(side["provenance"]["source"], "expression.tsv");
    assert!(inspect(&set, "e.h5 --full").contains("g0 1:900-1900"));
}

#[test]
fn damage_is_found_when_it_is_asked_for() {
    let set = Set::new(23);
    succeed(&mut set.command("import genotypes set --out g.h5"));
    let said = inspect(&set, "g.h5 --verify");
    assert!(
        said.contains("every row and every column is what was written"),
        "{said}"
    );
    let content = Content::read(&set.path("g.h5"));
    let mut bytes = fs::read(set.path("g.h5")).unwrap();
    let row = &content.rows[N_SNPS / 2];
    let at = bytes.windows(23).position(|window| window == row.codes);
    bytes[at.expect("codes lie in the file as they are")] ^= 1;
    fs::write(set.path("damaged.h5"), bytes).unwrap();
    inspect(&set, "damaged.h5");
    let said = fail(&mut set.command("inspect damaged.h5 --verify"), 1);
    assert!(said.contains(&format!("SNP '{}'", row.id)), "{said}");
    assert!(said.contains("checksum"), "{said}");
}

#[test]
fn what_is_no_store_is_an_error() {
    let set = Set::new(5);
    for (name, part) in [("set.bed", "no HDF5 file"), ("none.h5", "cannot be opened")] {
        let said = fail(&mut set.command(&format!("inspect {name}")), 1);
        assert!(said.contains(name) && said.contains(part), "{said}");
    }
}
