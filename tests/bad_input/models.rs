//! Models that do not fit what they are given: interactions, classes, degrees of freedom, rows without variation.

use std::fs;

use crate::support::{Table, record, stderr, succeed};
use crate::{COVARIATES, GENOTYPES, Study, VCF, tabs, warnings};

const ANOVA: &str = "--p-cis 1 --p-trans 1 --out out --model anova";
const CROSS: &str = "--p-cis 1 --p-trans 1 --out out --model linear_cross";

/// Covariates of eight samples that do not depend on each other, so far as there are so many.
fn many_covariates(n: i32) -> String {
    let row = |i: i32| {
        let values: Vec<String> = (0..8)
            .map(|j: i32| ((i * 7 + j * j * 3 + i * j * j * j) % 11).to_string())
            .collect();
        format!("c{i} {}\n", values.join(" "))
    };
    let rows: String = (0..n).map(row).collect();
    tabs(&format!("id s1 s2 s3 s4 s5 s6 s7 s8\n{rows}"))
}

#[test]
fn an_interaction_that_is_no_covariate_is_told_what_there_is() {
    let study = Study::new();
    let cross = |name: &str| study.map_with(&format!("{CROSS} --interaction {name}"));
    let there_are = "is not among the covariates, which are age, male";
    let parts = [
        "covariates.tsv: interaction 'sex'",
        there_are,
        "name one of them",
    ];
    study.refuses(&mut cross("sex"), &parts);
    study.refuses(
        &mut cross("AGE"),
        &["interaction 'AGE'", there_are, "did you mean 'age'?"],
    );
    study.write("covariates.tsv", many_covariates(4));
    let parts = ["which are c0, c1, c2, c3; name one"];
    study.refuses(&mut cross("age"), &parts);
    // Told before anything that takes long.
    study.write("covariates.tsv", many_covariates(12));
    let parts = ["which are c0, c1, c2, c3, c4 and 7 more"];
    study.refuses(&mut cross("age"), &parts);
    succeed(
        Study::new()
            .map_with(&format!("{CROSS} --interaction age"))
            .arg("--audit=9"),
    );
}

#[test]
fn an_interaction_that_does_not_vary_or_follows_from_others_is_named() {
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "male 1 1 1 1 1 1 1 1",
    );
    let parts = ["covariate 'male' has the same value for all 8 samples used"];
    study.refuses(&mut study.map_with(CROSS), &parts);
    study.write(
        "covariates.tsv",
        tabs(&format!(
            "{COVARIATES}months 360 492 624 396 336 720 540 468\n"
        )),
    );
    let parts = ["covariate 'months' is a linear combination of 'age'"];
    study.refuses(&mut study.map_with(CROSS), &parts);
}

#[test]
fn too_few_samples_are_told_with_the_model_that_needs_more() {
    let study = Study::new();
    for (model, n, left) in [
        ("linear", 7, "leave -1 degrees of freedom for model linear,"),
        ("linear", 6, "leave 0 degrees of freedom for model linear,"),
        (
            "linear_cross",
            5,
            "leave 0 degrees of freedom for model linear_cross,",
        ),
        (
            "anova",
            5,
            "leave 0 degrees of freedom for model anova with 3 classes,",
        ),
        (
            "anova --anova-groups 5",
            4,
            "leave -1 degrees of freedom for model anova with 5 classes,",
        ),
        (
            "anova --anova-df observed",
            5,
            "leave 0 degrees of freedom for model anova with 3 classes,",
        ),
    ] {
        study.write("covariates.tsv", many_covariates(n));
        let mut map = study.map_with(&format!("--p-cis 1 --out out --model {model}"));
        let found = format!("8 samples with {n} covariates {left} at least 1 is needed");
        study.refuses(&mut map, &[&found, "use more samples or fewer covariates"]);
    }
    study.write("covariates.tsv", many_covariates(4));
    for model in ["linear_cross", "anova"] {
        let words = format!("--p-cis 1 --out {model} --audit 9 --model {model}");
        succeed(&mut study.map_with(&words));
        assert_eq!(record(&study.path(model))["df"], 1.0);
    }
}

#[test]
fn anova_on_dosages_names_snp_and_sample_and_what_to_do() {
    let study = Study::new();
    study.edit("genotypes.tsv", "rs2 1 1 0", "rs2 1 0.7 0");
    let parts = [
        "genotypes.h5: SNP 'rs2' (row 2) has the value 0.7 for sample 's2'",
        "ANOVA wants whole numbers",
        "import hard calls (GT), or use model linear",
    ];
    study.refuses(&mut study.map_with(ANOVA), &parts);

    let study = Study::new();
    let dosages = VCF
        .replace("GT ", "GT:DS ")
        .replace("0/0", "0/0:0.01")
        .replace("0/1", "0/1:1")
        .replace("1/1", "1/1:1.9");
    study.write("genotypes.vcf", tabs(&dosages));
    let map = |field: &str| {
        let mut map = study.map_all("genotypes.vcf", "expression.tsv");
        map.args(["--model", "anova", "--genotype-field", field]);
        map
    };
    let parts = [
        "SNP 'rs1' (row 1) has the value 0.01 for sample 's1'",
        "hard calls (GT)",
    ];
    study.refuses(&mut map("DS"), &parts);
    succeed(&mut map("GT"));
}

#[test]
fn anova_on_rows_of_any_numbers_is_refused() {
    let study = Study::new();
    let mut map = study.map_all("expression.tsv", "expression.tsv");
    let parts = ["SNP 'g1' (row 1) has the value 0.1 for sample 's1'"];
    study.refuses(map.args(["--model", "anova"]), &parts);
}

#[test]
fn a_dosage_of_a_sample_that_is_not_used_does_no_harm() {
    let study = Study::new();
    study.edit("genotypes.tsv", "rs2 1 1 0", "rs2 1 0.7 0");
    study.edit("expression.tsv", "s1 s2", "s1 x2");
    succeed(study.map_with(ANOVA).arg("--audit=9"));
}

#[test]
fn too_many_classes_are_listed() {
    let study = Study::new();
    study.edit("genotypes.tsv", "rs2 1 1 0", "rs2 1 -9 0");
    let parts = [
        "SNP 'rs2' (row 2) has more than 3 genotype classes",
        "-9 of 's2', 0 of 's3', 1 of 's1', 2 of 's4'",
        "at most 3 are wanted",
        "NA where a genotype is missing",
        "--anova-groups",
    ];
    study.refuses(&mut study.map_with(ANOVA), &parts);
    let mut two = study.map_with(&format!("{ANOVA} --anova-groups 2"));
    let parts = [
        "SNP 'rs1' (row 1) has more than 2 genotype classes, 0 of 's1', 1 of 's2', 2 of 's3';",
        "at most 2",
    ];
    study.refuses(&mut two, &parts);
    succeed(&mut study.map_with(&format!("{ANOVA} --anova-groups 4 --audit 9")));
}

#[test]
fn rows_without_variation_find_nothing_in_any_model() {
    for (model, p_histogram) in [("linear", "4"), ("anova", "0,0.5,1"), ("linear_cross", "4")] {
        let study = Study::new();
        let constant = "snpid s1 s2 s3 s4 s5 s6 s7 s8\nrs1 1 1 1 1 1 1 1 1\nrs2 2 2 NA 2 2 2 2 2\n\
                        rs3 NA NA NA NA NA NA NA NA\n";
        study.write("genotypes.tsv", tabs(constant));
        let words = format!("--p-cis 1 --out out --model {model} --p-histogram {p_histogram}");
        let mut map = study.map_with(&words);
        map.args(["--min-p", "--columns", "full", "--audit", "99"]);
        let said = stderr(&succeed(&mut map));
        let wanted = match model {
            "linear_cross" => {
                "warning: all 3 SNPs have a product with covariate 'male' that is constant"
            }
            _ => "warning: all 3 SNPs are constant once the covariates are known",
        };
        let found = warnings(&said);
        assert_eq!(found.len(), 1, "{said}");
        assert!(found[0].starts_with(wanted), "{said}");
        let table = Table::read(&study.path("out/cis.tsv"));
        assert_eq!(table.rows.len(), 5);
        let p = table.header.iter().position(|name| name == "p").unwrap();
        assert!(table.rows.iter().all(|row| row[p] == "1"), "{table:?}");
        let counts = Table::read(&study.path("out/histogram_cis.tsv"));
        assert_eq!(counts.rows.last().unwrap()[2], "5");
        for side in ["snps", "genes"] {
            let smallest = Table::read(&study.path(&format!("out/min_p_{side}_cis.tsv")));
            assert!(
                smallest
                    .rows
                    .iter()
                    .all(|row| row[1] == "1" && row[3] == "NA")
            );
        }

        let study = Study::new();
        let genes = "geneid s1 s2 s3 s4 s5 s6 s7 s8\ng1 5 5 5 5 5 5 5 5\ng2 0 0 0 NA 0 0 0 0\n";
        study.write("expression.tsv", tabs(genes));
        let parts = [
            "expression.tsv: every gene is constant once the covariates are known",
            "is covariates.tsv the right file",
        ];
        let words = format!("--p-cis 1 --out out --model {model}");
        study.refuses(&mut study.map_with(&words), &parts);
        if model != "linear_cross" {
            let mut bare = study.map_all("genotypes.tsv", "expression.tsv");
            let parts = ["expression.tsv: every gene has the same value for all 8 samples"];
            study.refuses(bare.args(["--model", model]), &parts);
        }
    }
}

#[test]
fn a_gene_or_snp_whose_squares_overflow_is_named_in_any_model() {
    for words in [
        "--model linear",
        "--model linear_cross",
        "--model anova",
        "--model anova --anova-df observed",
    ] {
        let study = Study::new();
        study.edit("expression.tsv", "6.3", "6e200");
        let map = |study: &Study| study.map_with(&format!("--p-cis 1 --out out {words}"));
        let parts = ["expression.tsv: gene 'g2' has infinite or far too large values"];
        study.refuses(&mut map(&study), &parts);
        if !words.contains("anova") {
            let study = Study::new();
            study.edit("genotypes.tsv", "rs2 1 1 0", "rs2 1 1e200 0");
            let parts = ["SNP 'rs2' (row 2) has infinite or far too large values"];
            study.refuses(&mut map(&study), &parts);
        }
    }
}

#[test]
fn skip_self_without_shared_ids_is_a_warning() {
    let study = Study::new();
    let said = stderr(&succeed(study.map().arg("--skip-self")));
    let wanted = "warning: --skip-self skips nothing: no ID is in both genotypes and expression";
    assert_eq!(warnings(&said), [wanted]);
}

#[test]
fn skip_self_that_leaves_nothing_is_an_error() {
    let study = Study::new();
    let one = |text: &str| text.lines().take(2).collect::<Vec<_>>().join("\n") + "\n";
    study.write("genotypes.tsv", tabs(&one(GENOTYPES)));
    study.write("expression.tsv", tabs(&one(GENOTYPES)));
    let map = || study.map_all("genotypes.tsv", "expression.tsv");
    let parts = [
        "--skip-self leaves out",
        "nothing to test",
        "leave --skip-self out",
    ];
    let mut skipping = map();
    skipping.args([
        "--skip-self",
        "--min-p",
        "--p-histogram",
        "9",
        "--audit",
        "3",
    ]);
    study.refuses(&mut skipping, &parts);
    succeed(&mut map());
    fs::remove_dir_all(study.path("out")).unwrap();

    // With cis alone: the trans pairs that are left are not tested.
    study.write("genotypes.tsv", tabs(GENOTYPES));
    study.write("expression.tsv", tabs(GENOTYPES));
    let places = "geneid chr left right\nrs1 chr1 100 100\nrs2 chr1 200 200\nrs3 chr2 100 100\nrs4 chr2 5000000 5000000\n";
    study.write("gene_locations.tsv", tabs(places));
    let mut cis = study.map_with("--p-cis 1 --out out --cis-dist-bp 10 --skip-self");
    study.refuses(&mut cis, &parts);
    let mut both = study.map_with("--p-cis 1 --p-trans 1 --out out --cis-dist-bp 10 --skip-self");
    let said = stderr(&succeed(&mut both));
    assert!(
        said.contains("skip    4 pairs of rows with one ID"),
        "{said}"
    );
    assert_eq!(record(&study.path("out"))["n_tests_all"], 12);
}

#[test]
fn an_audit_of_more_than_there_is_takes_all_there_is_once() {
    for (words, n_eqtls, n_others) in [
        ("--p-cis 1 --p-trans 1", 12, 0),
        ("--p-cis 0.2 --p-trans 1e-9", 3, 9),
        ("--p-cis 1e-9", 0, 5),
    ] {
        let study = Study::new();
        let wanted = u64::MAX.to_string();
        let mut map = study.map_with(&format!("{words} --out out --audit {wanted}"));
        succeed(&mut map);
        let audit = &record(&study.path("out"))["audit"];
        let found = (&audit["n_eqtls"], &audit["n_others"]);
        assert_eq!(found, (&n_eqtls.into(), &n_others.into()), "{words}");
    }
}

#[test]
fn full_tables_without_alleles_and_places_say_so() {
    let study = Study::new();
    let mut map = study.map_all("genotypes.tsv", "expression.tsv");
    succeed(map.args(["--columns", "full"]));
    let table = Table::read(&study.path("out/all.tsv"));
    for name in ["chrom", "pos", "ref", "alt", "distance"] {
        let column = table.header.iter().position(|c| c == name).unwrap();
        assert!(table.rows.iter().all(|row| row[column] == "NA"), "{name}");
    }
}
