//! Campaigns of what becomes a store: VCF, phenotype BED and text matrices, plain and compressed.

use std::fs;
use std::path::Path;

use mpiqtl::formats::GenotypeField;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::campaign::{Verdict, run};
use crate::inputs::{
    BED, BED_OF_SIX, EXPRESSION, GENE_LOCATIONS, GENERAL, GENOTYPES, SNP_LOCATIONS, VCF,
    VCF_DOSAGES, bgzf, gzip, tabs,
};
use crate::judge::{Kind, judge_import};
use crate::mutation::spoil;

const CALLS: Kind = Kind::Genotypes(GenotypeField::Gt);
const DOSAGES: Kind = Kind::Genotypes(GenotypeField::Ds);

/// One of several inputs, spoiled.
fn spoiled(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
    spoil(random, &mut bytes, seeds);
    bytes
}

/// Text, spoiled and then compressed, or compressed and then spoiled.
fn spoiled_gz(random: &mut ChaCha8Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let compress = match random.random_range(0..3) {
        0 => gzip,
        1 => bgzf,
        _ => |bytes: &[u8]| {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            [gzip(first), gzip(second)].concat()
        },
    };
    if random.random_bool(0.5) {
        return compress(&spoiled(random, seeds));
    }
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|text| compress(text)).collect();
    spoiled(random, &seeds)
}

fn campaign(name: &str, n_cases: u64, kind: Kind, seeds: &[&str]) {
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|text| tabs(text)).collect();
    run(name, n_cases, |random, folder| {
        judge_import(kind, folder, &spoiled(random, &seeds))
    });
}

fn compressed_campaign(name: &str, n_cases: u64, kind: Kind, seeds: &[&str]) {
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|text| tabs(text)).collect();
    run(name, n_cases, |random, folder| {
        judge_import(kind, folder, &spoiled_gz(random, &seeds))
    });
}

#[test]
fn vcf_of_calls() {
    campaign("vcf_of_calls", 500, CALLS, &[VCF, VCF_DOSAGES]);
}

#[test]
fn vcf_of_dosages() {
    campaign("vcf_of_dosages", 500, DOSAGES, &[VCF_DOSAGES]);
}

#[test]
fn compressed_vcf() {
    compressed_campaign("compressed_vcf", 500, CALLS, &[VCF]);
}

#[test]
fn text_genotypes() {
    campaign("text_genotypes", 500, CALLS, &[GENOTYPES, GENERAL]);
}

#[test]
fn text_expression() {
    campaign("text_expression", 500, Kind::Expression, &[EXPRESSION]);
}

#[test]
fn compressed_text() {
    compressed_campaign(
        "compressed_text",
        500,
        Kind::Expression,
        &[EXPRESSION, GENERAL],
    );
}

#[test]
fn phenotype_bed() {
    campaign("phenotype_bed", 500, Kind::Expression, &[BED, BED_OF_SIX]);
}

#[test]
fn compressed_phenotype_bed() {
    let seeds = [BED, BED_OF_SIX];
    compressed_campaign("compressed_phenotype_bed", 500, Kind::Expression, &seeds);
}

#[test]
fn phenotype_bed_in_the_place_of_genotypes() {
    campaign("bed_of_genotypes", 200, CALLS, &[BED]);
}

/// A good matrix with spoiled locations.
fn located(kind: Kind, matrix: &str, locations: &[u8], folder: &Path) -> Verdict {
    fs::write(folder.join("locations"), locations).expect("the locations can be written");
    judge_import(kind, folder, &tabs(matrix))
}

#[test]
fn snp_locations() {
    let seeds = [tabs(SNP_LOCATIONS), SNP_LOCATIONS.into()];
    run("snp_locations", 400, |random, folder| {
        located(CALLS, GENOTYPES, &spoiled(random, &seeds), folder)
    });
}

#[test]
fn gene_locations() {
    let seeds = [tabs(GENE_LOCATIONS), GENE_LOCATIONS.into()];
    run("gene_locations", 400, |random, folder| {
        located(
            Kind::Expression,
            EXPRESSION,
            &spoiled(random, &seeds),
            folder,
        )
    });
}
