//! Error covariances that are no covariance, or not one of these samples.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{record, stderr, succeed};
use crate::{Study, tabs, warnings};

const SAMPLES: [&str; 8] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];

/// A covariance of related pairs: 1 on the diagonal, 0.25 of a sample with its neighbour.
fn table(ids: &[&str]) -> String {
    let mut lines = vec![format!("id {}", ids.join(" "))];
    for (i, id) in ids.iter().enumerate() {
        let value = |j: usize| match i.abs_diff(j) {
            0 => "1",
            1 if i / 2 == j / 2 => "0.25",
            _ => "0",
        };
        let values: Vec<&str> = (0..ids.len()).map(value).collect();
        lines.push(format!("{id} {}", values.join(" ")));
    }
    lines.join("\n") + "\n"
}

/// The small study with an error covariance.
fn study() -> Study {
    let study = Study::new();
    study.write("kinship.tsv", tabs(&table(&SAMPLES)));
    study
}

const MAP: &str = "--p-cis 1 --p-trans 1 --out out --error-covariance kinship.tsv";

/// A study whose error covariance has `old` replaced must be refused with these parts.
fn refuses(old: &str, new: &str, parts: &[&str]) {
    let study = study();
    study.edit("kinship.tsv", old, new);
    study.refuses(&mut study.map_with(MAP), parts);
}

#[test]
fn the_error_covariance_that_is_spoiled_below_is_right_before() {
    let study = study();
    let said = stderr(&succeed(&mut study.map_with(MAP)));
    assert!(warnings(&said).is_empty(), "{said}");
    assert_eq!(record(&study.path("out"))["df"], 4.0);
}

#[test]
fn a_table_that_is_not_square_names_the_sample() {
    let row = "s4 0 0 0.25 1 0 0 0 0\n";
    let parts = [
        "kinship.tsv: sample 's4' has a column but no row",
        "wanted a square table",
    ];
    refuses(row, "", &parts);
    let extra = format!("{row}s9 0 0 0 0 0 0 0 0\n");
    let parts = [
        "kinship.tsv, line 6: sample 's9' has a row but no column",
        "wanted the sample IDs of the header",
    ];
    refuses(row, &extra, &parts);
    let parts = ["kinship.tsv, line 5: row 's4' has 7 values; wanted 8"];
    refuses(row, "s4 0 0 0.25 1 0 0 0\n", &parts);
    let parts = ["kinship.tsv, line 5: row 's4' has 9 values; wanted 8"];
    refuses(row, "s4 0 0 0.25 1 0 0 0 0 0\n", &parts);
}

#[test]
fn ids_on_one_side_only_are_an_error() {
    let study = study();
    let text = fs::read_to_string(study.path("kinship.tsv")).unwrap();
    let without_row_ids = text.replace("\ns", "\n#").replace('#', "");
    let lines = without_row_ids
        .lines()
        .map(|line| match line.split_once('\t') {
            Some((first, rest)) if first.parse::<u8>().is_ok() => rest,
            _ => line,
        });
    let columns_only: Vec<&str> = lines.collect();
    study.write("kinship.tsv", columns_only.join("\n"));
    let parts = ["kinship.tsv, line 2", "in the first column"];
    study.refuses(&mut study.map_with(MAP), &parts);

    let (_, rows_only) = text.split_once('\n').unwrap();
    study.write("kinship.tsv", rows_only);
    let parts = ["kinship.tsv, line 1: sample ID '0' stands there twice"];
    study.refuses(&mut study.map_with(MAP), &parts);
}

#[test]
fn a_sample_that_stands_there_twice_is_named() {
    refuses(
        "s7 s8\n",
        "s7 s1\n",
        &["kinship.tsv, line 1: sample ID 's1' stands there twice"],
    );
    refuses(
        "\ns8 ",
        "\ns1 ",
        &["kinship.tsv, line 9: sample 's1' has a second row, after that in line 2"],
    );
}

#[test]
fn what_is_no_covariance_is_found_by_line_and_sample() {
    for (value, part) in [
        ("NA", "'NA' is a missing value; a covariance has no missing"),
        ("kin", "'kin' is not a number; wanted a number"),
        ("inf", "'inf' is infinite"),
        ("0,25", "'0,25' is not a number"),
    ] {
        let parts = ["kinship.tsv, line 2: row 's1', sample 's2'", part];
        refuses("s1 1 0.25", &format!("s1 1 {value}"), &parts);
    }
    for variance in ["-1", "0"] {
        let found = format!("line 4: the variance of sample 's3' is {variance}; wanted positive");
        refuses("s3 0 0 1", &format!("s3 0 0 {variance}"), &[&found]);
    }
}

#[test]
fn an_asymmetry_beyond_rounding_is_an_error_and_within_it_a_warning() {
    let parts = [
        "kinship.tsv: the table is not symmetric",
        "samples 's1' and 's2' is 0.3 (line 2, column 's2') and 0.25 (line 3, column 's1')",
        "in both places",
    ];
    refuses("s1 1 0.25", "s1 1 0.3", &parts);

    let study = study();
    study.edit("kinship.tsv", "s1 1 0.25", "s1 1 0.2500005");
    let said = stderr(&succeed(&mut study.map_with(MAP)));
    let wanted = "warning: kinship.tsv: is not quite symmetric (by 5.0e-7 of the variances); values across the \
                  diagonal are averaged";
    assert_eq!(warnings(&said), [wanted]);
}

#[test]
fn a_table_that_is_not_positive_definite_names_its_smallest_eigenvalue_and_the_samples() {
    let spoil = |covariance: &str, parts: &[&str]| {
        let study = study();
        study.edit("kinship.tsv", "s1 1 0.25", &format!("s1 1 {covariance}"));
        study.edit("kinship.tsv", "s2 0.25", &format!("s2 {covariance}"));
        study.refuses(&mut study.map_with(MAP), parts);
    };
    let found = "kinship.tsv: is not positive definite over the 8 samples used";
    // One sample given twice.
    let twin = "samples 's1' and 's2' have the correlation 1, leave one of them out";
    spoil("1", &[found, "its smallest eigenvalue is 0,", twin]);
    let opposite = "samples 's1' and 's2' have the correlation -1, leave one of them out";
    spoil("-1", &[found, "its smallest eigenvalue is 0,", opposite]);
    let too_large = "samples 's1' and 's2' have the correlation 1.5";
    spoil("1.5", &[found, "smallest eigenvalue is -0.5,", too_large]);

    // Three samples that cannot differ from each other in these ways at once: no pair is to blame.
    let study = study();
    for (old, new) in [
        ("s1 1 0.25 0", "s1 1 -0.9 -0.9"),
        ("s2 0.25 1 0", "s2 -0.9 1 -0.9"),
        ("s3 0 0", "s3 -0.9 -0.9"),
    ] {
        study.edit("kinship.tsv", old, new);
    }
    let message = study.refuses(
        &mut study.map_with(MAP),
        &[found, "smallest eigenvalue is -0.8", "to the diagonal"],
    );
    assert!(!message.contains("have the correlation"), "{message}");
}

#[test]
fn a_twin_that_is_not_used_does_no_harm() {
    let study = study();
    study.edit("kinship.tsv", "s1 1 0.25", "s1 1 1");
    study.edit("kinship.tsv", "s2 0.25", "s2 1");
    study.edit("expression.tsv", "s1 s2", "x1 s2");
    succeed(&mut study.map_with(MAP));
    assert_eq!(record(&study.path("out"))["samples"]["n_used"], 7);
}

#[test]
fn samples_that_do_not_meet_are_shown_and_a_part_is_told() {
    let study = study();
    let map = |words: &str| study.map_with(&format!("{MAP} {words}"));
    let others = ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"];
    study.write("kinship.tsv", tabs(&table(&others)));
    let parts = [
        "no sample that is in both genotypes and expression is in the covariates and the error covariance too",
        "genotypes: s1, s2",
        "error covariance: S1, S2",
        "rename one side",
    ];
    study.refuses(&mut study.map_with(MAP), &parts);

    study.write("kinship.tsv", tabs(&table(&SAMPLES[..3])));
    let parts = [
        "only 3 of the 8 samples",
        "covariates and the error covariance",
        "give --min-samples 3 to go on",
    ];
    study.refuses(&mut study.map_with(MAP), &parts);
    // Three samples are too few for two covariates, which is told next.
    let parts = ["3 samples with 2 covariates leave -1 degrees of freedom"];
    study.refuses(&mut map("--min-samples 3"), &parts);

    study.write("kinship.tsv", tabs(&table(&SAMPLES[..6])));
    let said = stderr(&succeed(&mut study.map_with(MAP)));
    let found = warnings(&said);
    assert_eq!(found.len(), 3, "{said}");
    assert!(
        found.iter().all(|text| text.ends_with("left out: s7, s8")),
        "{said}"
    );
}

#[test]
fn a_file_that_is_no_table_is_named() {
    let study = study();
    let text = fs::read(study.path("kinship.tsv")).unwrap();
    study.write("kinship.tsv", "");
    let square = "wanted a square table";
    let parts = ["kinship.tsv: the file is empty", square];
    study.refuses(&mut study.map_with(MAP), &parts);
    study.write("kinship.tsv", tabs("id s1 s2\n"));
    let parts = ["kinship.tsv: the file has a header only", square];
    study.refuses(&mut study.map_with(MAP), &parts);
    study.write("kinship.tsv", table(&SAMPLES).replace(' ', ","));
    let parts = ["kinship.tsv, line 1", "separate the columns by tabs"];
    study.refuses(&mut study.map_with(MAP), &parts);

    fs::remove_file(study.path("kinship.tsv")).unwrap();
    let parts = ["kinship.tsv: cannot open", "No such file"];
    study.refuses(&mut study.map_with(MAP), &parts);
    fs::create_dir(study.path("kinship.tsv")).unwrap();
    let parts = ["kinship.tsv: cannot read", "directory"];
    study.refuses(&mut study.map_with(MAP), &parts);

    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&text).unwrap();
    let whole = gzip.finish().unwrap();
    let map = "--p-cis 1 --p-trans 1 --out out --error-covariance kinship.tsv.gz";
    for cut in [15, whole.len() / 2, whole.len() - 1] {
        study.write("kinship.tsv.gz", &whole[..cut]);
        let parts = ["kinship.tsv.gz: ", "truncated or damaged"];
        study.refuses(&mut study.map_with(map), &parts);
    }
    study.write("kinship.tsv.gz", &whole);
    succeed(&mut study.map_with(map));
}

#[test]
fn covariates_are_judged_beside_an_error_covariance_as_without() {
    let study = study();
    study.edit(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "male 1 0 1 0 0 1 1 0\nfemale 0 1 0 1 1 0 0 1",
    );
    let parts = ["covariate 'female' is a linear combination of 'male' and the intercept"];
    study.refuses(&mut study.map_with(MAP), &parts);
    study.edit(
        "covariates.tsv",
        "female 0 1 0 1 1 0 0 1",
        "batch 0.1 0.1 0.1 NA 0.1 0.1 0.1 0.1",
    );
    let parts = ["covariate 'batch' has the same value for all 8 samples"];
    study.refuses(&mut study.map_with(MAP), &parts);
}
