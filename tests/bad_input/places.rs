//! Chromosome names, locations and cis windows that never meet.

use crate::support::{fail, record, stderr, succeed};
use crate::{GENE_LOCATIONS, SNP_LOCATIONS, Study, tabs};

#[test]
fn chromosome_names_that_never_meet_stop_the_run_with_a_hint() {
    let study = Study::new();
    let locations = GENE_LOCATIONS.replace("chr", "").replacen("  ", " chr ", 1);
    study.write("gene_locations.tsv", tabs(&locations));
    let hint = "'chr1' and '1' look like one chromosome under two names";
    let parts = [
        "no chromosome name in common",
        hint,
        "chr1, chr2",
        "1, 2",
        "--match-chromosomes",
        "rename",
    ];
    study.refuses(&mut study.map(), &parts);

    let study = Study::new();
    let locations = GENE_LOCATIONS
        .replace("chr1", "scaffold_7")
        .replace("chr2", "scaffold_7");
    study.write("gene_locations.tsv", tabs(&locations));
    let message = study.refuses(
        &mut study.map(),
        &["no chromosome name in common", "scaffold_7"],
    );
    assert!(!message.contains("look like"), "{message}");
}

/// What a run writes into its folder, its record and the stores apart.
fn tables(study: &Study) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(study.path("out")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let tables = paths.filter(|path| path.extension().is_some_and(|name| name == "tsv"));
    let mut tables: Vec<(String, String)> = tables
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    tables.sort();
    tables
}

#[test]
fn names_of_one_chromosome_are_matched_on_request() {
    let study = Study::new();
    let words = "--p-cis 1 --p-trans 1 --cis-dist-bp 100 --columns full --out out --overwrite";
    succeed(&mut study.map_with(words));
    let wanted = tables(&study);
    assert!(wanted.iter().any(|(name, _)| name == "cis.tsv"));
    for (chr1, chr2, shown) in [
        ("1", "2", "1 is chr1, 2 is chr2"),
        ("CHR1", "chr02", "CHR1 is chr1, chr02 is chr2"),
    ] {
        let locations = GENE_LOCATIONS.replace("chr1", chr1).replace("chr2", chr2);
        study.write("gene_locations.tsv", tabs(&locations));
        let mut map = study.map_with(words);
        let said = stderr(&succeed(map.arg("--match-chromosomes")));
        assert!(said.contains(shown), "{said}");
        assert_eq!(tables(&study), wanted);
        assert_eq!(
            record(&study.path("out"))["config"]["match_chromosomes"],
            true
        );
    }
}

#[test]
fn the_x_of_plink_is_matched_on_request() {
    let study = Study::new();
    let locations = SNP_LOCATIONS.replace("chr2", "23").replace("chr1", "1");
    study.write("snp_locations.tsv", tabs(&locations));
    let locations = GENE_LOCATIONS.replace("chr2", "chrX");
    study.write("gene_locations.tsv", tabs(&locations));
    let mut map = study.map();
    let said = stderr(&succeed(map.arg("--match-chromosomes")));
    assert!(said.contains("chr1 is 1, chrX is 23"), "{said}");
}

#[test]
fn snps_under_two_names_of_one_chromosome_are_refused() {
    let study = Study::new();
    study.edit("snp_locations.tsv", "rs2 chr1", "rs2 1");
    let mut map = study.map();
    let message = study.refuses(
        map.arg("--match-chromosomes"),
        &["genotypes.tsv", "'1'", "'chr1'", "--match-chromosomes"],
    );
    assert!(message.contains("give them one name"), "{message}");
    assert!(fail(study.map().arg("--match-chromosome"), 2).contains("'--match-chromosomes'"));
}

#[test]
fn zero_cis_pairs_stop_the_run() {
    let study = Study::new();
    let far = GENE_LOCATIONS
        .replace("50 150", "90000000 90000100")
        .replace("80 90", "70000000 70000100");
    study.write(
        "gene_locations.tsv",
        tabs(&far.replace("900 990", "80000000 80000100")),
    );
    let parts = [
        "no SNP lies within 1,000,000 bp of any gene",
        "--cis-dist-bp",
        "genome build",
    ];
    study.refuses(&mut study.map(), &parts);
}

#[test]
fn cis_without_locations_says_which_are_missing() {
    let study = Study::new();
    let cis = |inputs: &str| study.command(&format!("map {inputs} --p-cis 1 --out out"));
    let mut no_snps = cis("--genotypes genotypes.tsv --expression expression.bed");
    study.refuses(
        &mut no_snps,
        &["no SNP has a location", "--snp-locations", "--p-all"],
    );
    let mut no_genes = cis("--genotypes genotypes.vcf --expression expression.tsv");
    study.refuses(
        &mut no_genes,
        &["no gene has a location", "--gene-locations", "--p-all"],
    );
    study.write(
        "snp_locations.tsv",
        tabs(&SNP_LOCATIONS.replace("rs", "snp")),
    );
    study.refuses(
        &mut study.map(),
        &[
            "snp_locations.tsv",
            "no SNP of the study",
            "the same in both",
        ],
    );
    study.write("snp_locations.tsv", tabs(SNP_LOCATIONS));
    study.write(
        "gene_locations.tsv",
        tabs(&GENE_LOCATIONS.replace("g", "ENSG")),
    );
    study.refuses(
        &mut study.map(),
        &[
            "gene_locations.tsv",
            "no gene of the study",
            "the same in both",
        ],
    );
}

#[test]
fn locations_for_a_file_that_has_its_own_are_refused() {
    let study = Study::new();
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        vcf.args(["--snp-locations", "snp_locations.tsv"]),
        &["genotypes.vcf", "--snp-locations"],
    );
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(
        bed.args(["--gene-locations", "gene_locations.tsv"]),
        &["expression.bed", "--gene-locations"],
    );
    study.import();
    let mut store = study.map_all("genotypes.h5", "expression.h5");
    study.refuses(
        store.args(["--snp-locations", "snp_locations.tsv"]),
        &["genotypes.h5", "--snp-locations"],
    );
}

#[test]
fn rows_without_a_location_are_counted() {
    let study = Study::new();
    study.edit("snp_locations.tsv", "rs2 chr1 200\n", "");
    study.edit("gene_locations.tsv", "g3 chr1", "g3 2");
    let said = stderr(&succeed(&mut study.map()));
    assert!(
        said.contains("1 of 4 SNPs have no location: their pairs are trans"),
        "{said}"
    );
    let twin =
        "1 chromosome of the genes without any SNP: 2; 'chr2' and '2' look like one chromosome";
    assert!(said.contains(twin), "{said}");
}

#[test]
fn locations_that_are_not_used_are_a_warning() {
    let study = Study::new();
    let said = stderr(&succeed(&mut study.map_with("--p-all 1 --out out")));
    assert!(
        said.contains("locations are given, but all pairs are one class"),
        "{said}"
    );
}
