//! The rows: their numbers, which of them there are, and what is said of alleles.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::process::Command;

use super::super::column;
use super::super::support::{Table, installed, number, succeed};
use super::{EXTRACT, Study, all_snps, by_name, gunzip};

/// The standard's number of a chromosome of the study.
fn chromosome(name: &str) -> Option<u32> {
    match name.strip_prefix("chr")? {
        "X" => Some(23),
        number => number.parse().ok(),
    }
}

/// Whether an allele is made of bases.
fn is_bases(allele: &str) -> bool {
    allele.chars().all(|base| "ACGTacgt".contains(base))
}

#[test]
fn every_row_says_what_the_other_table_says_and_none_is_lost() {
    let study = Study::make();
    all_snps(&study);
    for words in [
        "--genes gene000001,gene000007 --snps snps.txt",
        "--genes gene000001,gene000007 --window 200000 --overwrite",
    ] {
        let said = study.extract(words);
        let list = Table::read(&study.out("genes.tsv"));
        let mut n_lacking: BTreeMap<&str, usize> = BTreeMap::new();
        for gene in by_name(&list) {
            let pairs = Table::read(&study.out(gene["table"]));
            let ssf = gunzip(&study.out(gene["gwas_ssf"]));
            let mut rows = by_name(&ssf);
            for pair in by_name(&pairs) {
                match lack(&pair) {
                    Some(lack) => *n_lacking.entry(lack).or_default() += 1,
                    None => assert_same(&rows.next().expect("a row"), &pair),
                }
            }
            assert_eq!(rows.next(), None, "{words}");
        }
        assert!(!n_lacking.is_empty());
        for (lack, n) in n_lacking {
            let told = [" tests", " test", ""].map(|noun| format!(" {n}{noun} {lack}"));
            assert!(
                told.iter().any(|told| said.contains(told)),
                "{told:?} in {said}"
            );
        }
        let floor = "p_value is 2.2250738585072014e-308 in ";
        assert!(said.contains(floor), "{said}");
    }
}

/// What a pair lacks to have a row.
fn lack(pair: &HashMap<&str, &str>) -> Option<&'static str> {
    if chromosome(pair["chrom"]).is_none() {
        Some("without a place")
    } else if !is_bases(pair["alt"]) {
        Some("without alleles")
    } else if pair["se"] == "NA" {
        Some("without a standard error")
    } else {
        None
    }
}

/// Whether a row of the standard holds the numbers of a row of pairs, to the last digit.
fn assert_same(row: &HashMap<&str, &str>, pair: &HashMap<&str, &str>) {
    for (ours, theirs) in [
        ("snp", "snp"),
        ("pos", "base_pair_location"),
        ("beta", "beta"),
        ("se", "standard_error"),
        ("p", "p_value"),
        ("neg_log10_p", "neg_log_10_p_value"),
        ("n", "n"),
    ] {
        assert_eq!(pair[ours], row[theirs], "{theirs} of {row:?}");
    }
    let chrom = chromosome(pair["chrom"]).expect("a chromosome of the standard");
    assert_eq!(row["chromosome"], chrom.to_string());
    assert_eq!(row["effect_allele"], pair["alt"].to_uppercase());
    assert_eq!(row["other_allele"], pair["ref"].to_uppercase());
    let frequency = number(pair["ac"]) / number(pair["an"]);
    assert_eq!(number(row["effect_allele_frequency"]), frequency);
    let (other, effect) = (row["other_allele"], row["effect_allele"]);
    let id = format!("{chrom}_{}_{other}_{effect}", pair["pos"]);
    assert_eq!((row["variant_id"], row["ref_allele"]), (id.as_str(), "OA"));
    let rsid = match pair["snp"].starts_with("rs") {
        true => pair["snp"],
        false => "#NA",
    };
    assert_eq!(row["rsid"], rsid);
}

#[test]
fn p_values_too_small_for_a_double_stay_apart_in_their_logarithm() {
    let study = Study::make();
    study.extract("--genes gene000001 --snps snp0000009,rs10");
    let ssf = gunzip(&study.out("gene000001.gwas-ssf.tsv.gz"));
    let best = by_name(&ssf).find(|row| row["snp"] == "snp0000009");
    let best = best.expect("the SNP that the gene is made of");
    assert_eq!(best["p_value"], "2.2250738585072014e-308");
    assert!(number(best["neg_log_10_p_value"]) > 400.0, "{best:?}");
}

#[test]
fn a_set_of_plink_names_no_reference_allele() {
    let Some(plink2) = installed("test-tools", "plink2") else {
        return;
    };
    let study = Study::make();
    // Two alleles of bases, as plink2 wants them.
    let vcf = study.read("genotypes.vcf");
    let rows = vcf.lines().filter(|row| !row.contains("<DEL>"));
    study.write("plain.vcf", &(rows.collect::<Vec<_>>().join("\n") + "\n"));
    let mut command = Command::new(plink2);
    let words =
        "--vcf plain.vcf --const-fid 0 --allow-extra-chr --output-chr chrM --make-bed --out set";
    succeed(command.current_dir(study.path()).args(words.split(' ')));
    study.run("import genotypes set.bed --out g.h5 --overwrite");
    study.extract("--genes gene000007");
    let ssf = gunzip(&study.out("gene000007.gwas-ssf.tsv.gz"));
    let [reference, id] = ["ref_allele", "variant_id"].map(|name| column(&ssf, name));
    assert!(ssf.rows.len() > 5);
    let is_unknown = |row: &Vec<String>| row[reference] == "#NA" && row[id] == "#NA";
    assert!(ssf.rows.iter().all(is_unknown));
}

#[test]
fn an_extraction_without_takes_the_earlier_one_away() {
    let study = Study::make();
    study.extract("--genes gene000001,gene000007");
    study.run(&format!(
        "{EXTRACT} --genes gene000007 --per-gene --out out --overwrite"
    ));
    let files = fs::read_dir(study.path().join("out")).expect("a folder");
    let mut names: Vec<_> = files
        .map(|file| file.expect("a file").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["gene000007.pairs.tsv", "genes.tsv"]);
    let list = Table::read(&study.out("genes.tsv"));
    assert_eq!(list.header.last().expect("columns"), "ld");
}
