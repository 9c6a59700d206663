//! A VCF's calls and dosages, and sites with several alternate alleles.

use crate::support::{Table, record, succeed};
use crate::{Study, VCF, tabs};

#[test]
fn a_bad_call_is_found_by_line_snp_and_sample() {
    let spoil = |old: &str, new: &str, parts: &[&str]| {
        let study = Study::new();
        study.edit("genotypes.vcf", old, new);
        study.refuses(&mut study.map_all("genotypes.vcf", "expression.tsv"), parts);
    };
    let place = "genotypes.vcf, line 3: SNP 'rs1', sample 's2'";
    spoil(
        "0/0 0/1 1/1",
        "0/0 A/G 1/1",
        &[place, "'A/G' is not a call", "allele numbers"],
    );
    spoil(
        "0/0 0/1 1/1",
        "0/0 0/2 1/1",
        &[place, "'0/2' has allele 2", "of which there are 1"],
    );
    spoil("0/0 0/1 1/1", "0/0  1/1", &[place, "''"]);
    let no_gt = [
        "genotypes.vcf, line 3",
        "FORMAT of SNP 'rs1' is 'DP', without GT",
        "genotype_field",
    ];
    spoil("GT 0/0 0/1 1/1", "DP 0/0 0/1 1/1", &no_gt);
}

#[test]
fn a_missing_dosage_field_is_named() {
    let study = Study::new();
    let mut map = study.map_all("genotypes.vcf", "expression.tsv");
    let parts = [
        "genotypes.vcf, line 3",
        "SNP 'rs1'",
        "without DS",
        "GT, DS or GP",
    ];
    study.refuses(map.args(["--genotype-field", "DS"]), &parts);
    study.write(
        "genotypes.vcf",
        tabs(VCF)
            .replace("GT\t", "GT:DS\t")
            .replace("/0", "/0:0.5x"),
    );
    let mut map = study.map_all("genotypes.vcf", "expression.tsv");
    let parts = [
        "genotypes.vcf, line 3",
        "SNP 'rs1', sample 's1'",
        "the DS '0.5x' is not a number",
    ];
    study.refuses(map.args(["--genotype-field", "DS"]), &parts);
}

#[test]
fn several_alternate_alleles_become_several_snps() {
    let study = Study::new();
    let site = "rs9 A C,G . . . GT 0/1 0/2 1/2 2/2 0/0 1/1 0/1 ./.";
    study.edit(
        "genotypes.vcf",
        "rs2 A G . . . GT 0/1 0/1 0/0 1/1 0/0 0/1 1/1 0/0",
        site,
    );
    succeed(&mut study.map_all("genotypes.vcf", "expression.tsv"));
    let table = Table::read(&study.path("out/all.tsv"));
    let mut snps: Vec<&str> = table.rows.iter().map(|row| row[0].as_str()).collect();
    snps.sort_unstable();
    snps.dedup();
    assert_eq!(snps, ["rs1", "rs3", "rs9_C", "rs9_G"]);
    assert_eq!(record(&study.path("out"))["n_snps"], 4);
}

#[test]
fn one_dosage_for_several_alleles_says_how_to_split_them() {
    let study = Study::new();
    study.write(
        "genotypes.vcf",
        tabs(VCF)
            .replace("GT\t", "GT:DS\t")
            .replace("/1", "/1:1")
            .replace("/0", "/0:0"),
    );
    study.edit("genotypes.vcf", "rs2 A G", "rs2 A C,G");
    let mut map = study.map_all("genotypes.vcf", "expression.tsv");
    let parts = [
        "genotypes.vcf, line 4",
        "SNP 'rs2', sample 's1'",
        "1 value for 2 ALT alleles",
        "bcftools norm",
    ];
    study.refuses(map.args(["--genotype-field", "DS"]), &parts);
}
