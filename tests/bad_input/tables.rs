//! Tables as text, VCF and BED: what is in a file, found by line, row and sample.

use std::fs;

use crate::support::{stderr, succeed};
use crate::{BED, COVARIATES, EXPRESSION, GENOTYPES, SNP_LOCATIONS, Study, VCF, tabs, warnings};

#[test]
fn a_missing_file_is_named() {
    for name in [
        "genotypes",
        "snp_locations",
        "expression",
        "gene_locations",
        "covariates",
    ] {
        let study = Study::new();
        let name = format!("{name}.tsv");
        fs::remove_file(study.path(&name)).unwrap();
        study.refuses(&mut study.map(), &[&name, "cannot open", "No such file"]);
    }
    let study = Study::new();
    let mut folder = study.map_all(".", "expression.tsv");
    study.refuses(&mut folder, &[".: cannot read", "directory"]);
    let mut import = study.command("import genotypes absent.vcf --out out.h5");
    study.refuses(&mut import, &["absent.vcf: cannot open"]);
}

#[test]
fn a_wrong_delimiter_is_named() {
    let study = Study::new();
    study.write("genotypes.csv", GENOTYPES.replace(' ', ","));
    let mut commas = study.map_all("genotypes.csv", "expression.tsv");
    study.refuses(
        &mut commas,
        &[
            "genotypes.csv, line 1",
            "separated by commas",
            "wanted tabs",
        ],
    );
    study.write("expression.txt", EXPRESSION);
    let mut blanks = study.map_all("genotypes.tsv", "expression.txt");
    study.refuses(
        &mut blanks,
        &[
            "expression.txt, line 1",
            "separated by spaces",
            "wanted tabs",
        ],
    );
    study.edit(
        "genotypes.tsv",
        "rs3 2 0 1 1 0 2 0 1",
        "rs3,2,0,1,1,0,2,0,1",
    );
    study.refuses(
        &mut study.map(),
        &["genotypes.tsv, line 4", "has 1 fields", "wanted 9"],
    );
    study.write("genotypes.vcf", VCF);
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        &mut vcf,
        &[
            "genotypes.vcf, line 2",
            "wanted '#CHROM'",
            "separated by tabs",
        ],
    );
    study.write("genotypes.tsv", tabs(GENOTYPES));
    study.write("covariates.tsv", COVARIATES.replace(' ', ","));
    study.refuses(
        &mut study.map(),
        &["covariates.tsv, line 1", "separate the columns by tabs"],
    );
}

#[test]
fn a_ragged_row_is_found_by_line_and_name() {
    let spoil = |file: &str, old: &str, new: &str, parts: &[&str]| {
        let study = Study::new();
        study.edit(file, old, new);
        study.refuses(&mut study.map(), parts);
    };
    let short = &["genotypes.tsv, line 3", "'rs2' has 8 fields", "wanted 9"];
    spoil(
        "genotypes.tsv",
        "rs2 1 1 0 2 0 1 2 0",
        "rs2 1 1 0 2 0 1 2",
        short,
    );
    let long = &["expression.tsv, line 4", "'g3' has 10 fields", "wanted 9"];
    spoil("expression.tsv", "-0.1 0.6", "-0.1 0.6 7", long);
    let covariate = &["covariates.tsv, line 3", "8 fields", "wanted 9"];
    spoil(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "male 1 0 1 0 0 1 1",
        covariate,
    );
    let location = &[
        "snp_locations.tsv, line 3",
        "2 columns",
        "wanted 3: snp chr pos",
    ];
    spoil("snp_locations.tsv", "rs2 chr1 200", "rs2 chr1", location);

    let study = Study::new();
    study.edit("genotypes.vcf", "1/1 0/0\nchr2", "1/1\nchr2");
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        &mut vcf,
        &["genotypes.vcf, line 4", "16 columns", "wanted 17"],
    );
    study.edit("expression.bed", "5.7 5.0", "5.7");
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(
        &mut bed,
        &["expression.bed, line 3", "'g2' has 11 fields", "wanted 12"],
    );
}

#[test]
fn what_is_no_number_is_found_by_line_row_and_sample() {
    let spoil = |file: &str, old: &str, new: &str, parts: &[&str]| {
        let study = Study::new();
        study.edit(file, old, new);
        study.refuses(&mut study.map(), parts);
    };
    let word = &[
        "genotypes.tsv, line 3",
        "row 'rs2', sample 's4'",
        "'AG' is not a number",
    ];
    spoil("genotypes.tsv", "rs2 1 1 0 2", "rs2 1 1 0 AG", word);
    let comma = &[
        "expression.tsv, line 2",
        "row 'g1', sample 's2'",
        "'1,3' is not a number",
        "point for decimals",
    ];
    spoil("expression.tsv", "1.3", "1,3", comma);
    let empty = &[
        "expression.tsv, line 2",
        "row 'g1', sample 's2'",
        "'' is empty",
        "NA",
    ];
    spoil("expression.tsv", " 1.3 ", "  ", empty);
    let category = &[
        "covariates.tsv, line 3",
        "covariate 'male', sample 's1'",
        "'yes'",
        "0 and 1",
    ];
    spoil("covariates.tsv", "male 1", "male yes", category);
    let position = &[
        "snp_locations.tsv, line 3",
        "'rs2'",
        "'2e2.5'",
        "wanted a number of base pairs",
    ];
    spoil(
        "snp_locations.tsv",
        "rs2 chr1 200",
        "rs2 chr1 2e2.5",
        position,
    );
    let end = &[
        "gene_locations.tsv, line 3",
        "'g2'",
        "'-90'",
        "wanted a number of base pairs",
    ];
    spoil("gene_locations.tsv", "80 90", "80 -90", end);

    let study = Study::new();
    study.edit("genotypes.vcf", "chr1 200", "chr1 2OO");
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        &mut vcf,
        &[
            "genotypes.vcf, line 4",
            "POS is '2OO'",
            "wanted a whole number of base pairs",
        ],
    );
    study.edit("expression.bed", "5.7", "5.7.1");
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(
        &mut bed,
        &["expression.bed, line 3", "row 'g2', sample 's7'", "'5.7.1'"],
    );
}

#[test]
fn an_infinite_number_is_refused() {
    for infinite in ["Inf", "-inf", "1e999"] {
        let study = Study::new();
        study.edit("expression.tsv", "6.3", infinite);
        let found = format!("'{infinite}' is infinite");
        let parts = [
            "expression.tsv, line 3",
            "row 'g2', sample 's3'",
            &found,
            "NA",
        ];
        study.refuses(&mut study.map(), &parts);
    }
    let study = Study::new();
    study.edit("genotypes.tsv", "rs4 0", "rs4 inf");
    study.refuses(
        &mut study.map(),
        &["genotypes.tsv, line 5", "row 'rs4', sample 's1'"],
    );
    let study = Study::new();
    study.edit("covariates.tsv", "age 30", "age -Inf");
    study.refuses(
        &mut study.map(),
        &[
            "covariates.tsv, line 2",
            "covariate 'age', sample 's1'",
            "finite",
        ],
    );
}

#[test]
fn a_file_with_a_header_only_is_an_error() {
    let first_lines =
        |text: &str, n: usize| tabs(&text.split_inclusive('\n').take(n).collect::<String>());
    let study = Study::new();
    study.write("genotypes.tsv", first_lines(GENOTYPES, 1));
    study.refuses(
        &mut study.map(),
        &["genotypes.tsv", "has a header but no SNPs"],
    );
    study.write("genotypes.tsv", "");
    study.refuses(&mut study.map(), &["genotypes.tsv", "empty"]);
    study.write("genotypes.vcf", first_lines(VCF, 2));
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(&mut vcf, &["genotypes.vcf", "has a header but no SNPs"]);
    study.write("genotypes.vcf", first_lines(VCF, 1));
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(&mut vcf, &["genotypes.vcf", "wanted a '#CHROM' line"]);

    let study = Study::new();
    study.write("expression.bed", first_lines(BED, 1));
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(&mut bed, &["expression.bed", "has a header but no genes"]);
    study.write("covariates.tsv", first_lines(COVARIATES, 1));
    study.refuses(&mut study.map(), &["covariates.tsv", "header only"]);
    let study = Study::new();
    study.write("snp_locations.tsv", first_lines(SNP_LOCATIONS, 1));
    study.refuses(
        &mut study.map(),
        &[
            "snp_locations.tsv",
            "no SNP of the study",
            "the same in both",
        ],
    );
}

#[test]
fn files_given_for_each_other_are_told_apart() {
    let study = Study::new();
    let mut swapped = study.map_all("expression.bed", "genotypes.vcf");
    let no_expression = ["genotypes.vcf", "this is a VCF", "expression comes as"];
    study.refuses(&mut swapped, &no_expression);
    let mut twice = study.map_all("genotypes.vcf", "genotypes.vcf");
    study.refuses(&mut twice, &no_expression);
    study.write("copy.vcf", fs::read(study.path("genotypes.vcf")).unwrap());
    let mut copied = study.map_all("genotypes.vcf", "copy.vcf");
    study.refuses(
        &mut copied,
        &["copy.vcf", "this is a VCF", "expression comes as"],
    );
    study.import();
    let mut stores = study.map_all("expression.h5", "genotypes.h5");
    let parts = [
        "expression.h5",
        "without /genotypes",
        "'mpiqtl import genotypes'",
    ];
    study.refuses(&mut stores, &parts);
    let mut twice = study.map_all("genotypes.h5", "genotypes.h5");
    let parts = [
        "genotypes.h5",
        "without /expression",
        "'mpiqtl import expression'",
    ];
    study.refuses(&mut twice, &parts);
    let mut again = study.command("import genotypes genotypes.h5 --out out.h5");
    study.refuses(&mut again, &["genotypes.h5", "is a store already"]);
    study.write("plink.bed", b"\x6c\x1b\x01\xff\xff");
    let mut plink = study.map_all("plink.bed", "expression.tsv");
    let parts = ["plink.bed", "PLINK bed", "there is no plink.bim"];
    study.refuses(&mut plink, &parts);
    let mut expression = study.map_all("genotypes.tsv", "plink.bed");
    study.refuses(
        &mut expression,
        &["plink.bed", "this is a PLINK bed file", "expression"],
    );
    study.write("by_sample.bed", b"\x6c\x1b\x00\xff\xff");
    let mut by_sample = study.map_all("by_sample.bed", "expression.tsv");
    study.refuses(
        &mut by_sample,
        &["by_sample.bed", "a row a sample", "plink2 --bfile"],
    );
}

#[test]
fn values_that_count_no_alleles_are_a_warning() {
    let study = Study::new();
    study.edit("genotypes.tsv", "rs2 1 1 0", "rs2 1 -9 0");
    let said = stderr(&succeed(&mut study.map()));
    let wanted = "genotypes.tsv: 1 values are not from 0 to 2 (the first: -9 of 'rs2')";
    let said = warnings(&said);
    assert!(
        said.len() == 1 && said[0].contains(wanted) && said[0].ends_with("missing is NA"),
        "{said:?}"
    );
}

#[test]
fn quotes_around_ids_are_no_part_of_them() {
    let study = Study::new();
    succeed(&mut study.map_with("--p-cis 1 --p-trans 1 --out plain"));
    for name in [
        "genotypes",
        "expression",
        "covariates",
        "snp_locations",
        "gene_locations",
    ] {
        let file = format!("{name}.tsv");
        let text = fs::read_to_string(study.path(&file)).unwrap();
        let quote = |field: &str| match field.parse::<f64>() {
            Ok(_) => field.to_string(),
            Err(_) => format!("\"{field}\""),
        };
        let lines = text
            .lines()
            .map(|line| line.split('\t').map(quote).collect::<Vec<_>>().join("\t"));
        let quoted: Vec<String> = lines.collect();
        study.write(&file, quoted.join("\n") + "\n");
        succeed(&mut study.map_with("--p-cis 1 --p-trans 1 --out quoted --overwrite"));
        for table in ["cis.tsv", "trans.tsv"] {
            let read = |out: &str| fs::read(study.path(out).join(table)).unwrap();
            assert!(read("plain") == read("quoted"), "{file}, {table}");
        }
    }
}
