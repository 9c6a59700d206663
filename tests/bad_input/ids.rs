//! IDs that stand twice, and samples that are not in every file.

use std::fs;

use crate::support::{Table, fail, record, stderr, succeed};
use crate::{EXPRESSION, Study, tabs, warnings};

#[test]
fn a_duplicate_snp_or_gene_is_named_with_both_rows() {
    let study = Study::new();
    study.edit("genotypes.tsv", "rs4", "rs1");
    study.refuses(
        &mut study.map(),
        &["genotypes.tsv", "SNP ID 'rs1'", "rows 1 and 4"],
    );
    let study = Study::new();
    study.edit("expression.tsv", "g3", "g2");
    study.refuses(
        &mut study.map(),
        &["expression.tsv", "gene ID 'g2'", "rows 2 and 3"],
    );
    let study = Study::new();
    study.edit("genotypes.vcf", "rs3", "rs1");
    let mut vcf = study.command("import genotypes genotypes.vcf --out out/g.h5");
    fs::create_dir(study.path("out")).unwrap();
    study.refuses(&mut vcf, &["genotypes.vcf", "SNP ID 'rs1'", "rows 1 and 3"]);
    study.edit("expression.bed", "g2", "g1");
    let mut bed = study.command("import expression expression.bed --out out/e.h5");
    study.refuses(
        &mut bed,
        &["expression.bed", "gene ID 'g1'", "rows 1 and 2"],
    );
    assert_eq!(fs::read_dir(study.path("out")).unwrap().count(), 0);
}

#[test]
fn a_duplicate_sample_is_named() {
    for (file, line) in [
        ("genotypes.tsv", 1),
        ("expression.tsv", 1),
        ("covariates.tsv", 1),
    ] {
        let study = Study::new();
        study.edit(file, "s6 s7", "s6 s2");
        let place = format!("{file}, line {line}");
        study.refuses(
            &mut study.map(),
            &[&place, "sample ID 's2' stands there twice"],
        );
    }
    let study = Study::new();
    study.edit("genotypes.vcf", "s6 s7", "s6 s2");
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        &mut vcf,
        &["genotypes.vcf, line 2", "sample ID 's2' stands there twice"],
    );
    study.edit("expression.bed", "s6 s7", "s6 s2");
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(
        &mut bed,
        &[
            "expression.bed, line 1",
            "sample ID 's2' stands there twice",
        ],
    );
    let study = Study::new();
    study.write("covariates.tsv", "id age\ns1 30\ns2 41\ns1 52\n");
    study.refuses(
        &mut study.map(),
        &["covariates.tsv, line 4", "sample 's1' stands there twice"],
    );
}

#[test]
fn a_repeated_covariate_or_location_is_told() {
    let study = Study::new();
    study.edit("covariates.tsv", "male", "age");
    study.refuses(
        &mut study.map(),
        &[
            "covariates.tsv, line 3",
            "covariate 'age' stands there twice",
        ],
    );
    let study = Study::new();
    study.edit(
        "snp_locations.tsv",
        "rs2 chr1 200",
        "rs2 chr1 200\nrs2 chr2 7",
    );
    let said = stderr(&succeed(&mut study.map()));
    assert!(
        said.contains("warning: 1 rows of the SNP location table repeat an ID (rs2); the first"),
        "{said}"
    );
    let report = Table::read(&study.path("out/imported/genotypes.id_report.tsv"));
    let repeated = ["snp", "rs2", "repeated on line 4 of the locations"];
    assert_eq!(report.rows, [repeated]);
}

#[test]
fn every_id_without_a_place_is_listed() {
    let study = Study::new();
    study.edit("snp_locations.tsv", "rs2 chr1 200\n", "");
    study.edit("snp_locations.tsv", "rs4 chr2 5000000", "rs4 NA 5");
    study.edit("gene_locations.tsv", "g1 chr1 50 150\n", "");
    study.edit("gene_locations.tsv", "g3 chr1", "g3 chr7");
    succeed(&mut study.map_with("--p-cis 1 --out out"));
    let report = Table::read(&study.path("out/id_report.tsv"));
    assert_eq!(report.header, ["kind", "id", "finding"]);
    let wanted = [
        ["snp", "rs2", "no location"],
        ["snp", "rs4", "no location"],
        ["gene", "g3", "no SNP on its chromosome, chr7"],
        ["gene", "g1", "no location"],
    ];
    assert_eq!(report.rows, wanted);
    study.edit(
        "gene_locations.tsv",
        "g3 chr7 900 990",
        "g3 chr1 9000000 9000990",
    );
    succeed(&mut study.map_with("--p-cis 1 --out out --overwrite"));
    let report = Table::read(&study.path("out/id_report.tsv"));
    assert_eq!(report.rows[2], ["gene", "g3", "no SNP within 1,000,000 bp"]);

    let import = "import genotypes genotypes.tsv --snp-locations snp_locations.tsv --out g.h5";
    let said = stderr(&succeed(&mut study.command(import)));
    assert!(said.contains("g.id_report.tsv: 2 IDs"), "{said}");
    let report = Table::read(&study.path("g.id_report.tsv"));
    assert_eq!(report.rows, wanted[..2]);
    // A store that is made again without anything odd leaves no report of the old one.
    study.write("snp_locations.tsv", tabs(crate::SNP_LOCATIONS));
    succeed(study.command(import).arg("--overwrite"));
    assert!(!study.path("g.id_report.tsv").exists());
}

#[test]
fn a_report_of_an_earlier_import_goes_with_its_store() {
    let study = Study::new();
    for import in [
        "import genotypes genotypes.vcf",
        "import genotypes genotypes.tsv",
        "import expression expression.bed",
    ] {
        study.write("s.id_report.tsv", "kind\tid\tfinding\n");
        succeed(&mut study.command(&format!("{import} --overwrite --out s.h5")));
        assert!(!study.path("s.id_report.tsv").exists(), "{import}");
    }
}

#[test]
fn without_a_common_sample_both_sides_are_shown() {
    let study = Study::new();
    study.edit(
        "expression.tsv",
        "s1 s2 s3 s4 s5 s6 s7 s8",
        "S1 S2 S3 S4 S5 S6 S7 S8",
    );
    let parts = [
        "no sample ID is in both",
        "s1, s2",
        "S1, S2",
        "3 more",
        "rename",
    ];
    study.refuses(&mut study.map(), &parts);
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "s1 s2 s3 s4 s5 s6 s7 s8",
        "x1 x2 x3 x4 x5 x6 x7 x8",
    );
    let parts = [
        "covariates.tsv",
        "no sample ID of the genotypes",
        "'x1', 'x2'",
        "'s1', 's2'",
    ];
    study.refuses(&mut study.map(), &parts);
}

#[test]
fn dropped_samples_are_counted_and_named() {
    let study = Study::new();
    study.edit("genotypes.tsv", "s7 s8", "s7 s9");
    study.edit("expression.tsv", "s1 s2", "s0 s2");
    study.edit("covariates.tsv", "s5 s6", "s5 x6");
    let said = stderr(&succeed(&mut study.map()));
    assert!(said.contains("samples 5 in all files"), "{said}");
    let left_out = |file: &str, ids: &str| {
        let n_left = ids.split(", ").count();
        format!(
            "{n_left} of 8 samples in {file} are not in every other file and are left out: {ids}"
        )
    };
    let found = warnings(&said);
    let wanted = [
        left_out("genotypes", "s1, s6, s9"),
        left_out("expression", "s0, s6, s8"),
        left_out("covariates", "s1, x6, s8"),
    ];
    assert_eq!(found, wanted.map(|text| format!("warning: {text}")));

    let samples = &record(&study.path("out"))["samples"];
    assert_eq!(samples["n_used"], 5);
    let files = samples["files"].as_array().unwrap();
    assert_eq!(files[0]["file"], "genotypes");
    assert_eq!(files[0]["dropped"], serde_json::json!(["s1", "s6", "s9"]));
    assert_eq!(files[1]["dropped"], serde_json::json!(["s0", "s6", "s8"]));
    assert_eq!(files[2]["dropped"], serde_json::json!(["s1", "x6", "s8"]));

    assert!(
        said.contains("out/sample_report.tsv: 5 of 11 samples"),
        "{said}"
    );
    let report = Table::read(&study.path("out/sample_report.tsv"));
    let row = |id: &str| {
        let row = report.rows.iter().find(|row| row[0] == id);
        row.expect("every sample has a row")[1..].join(" ")
    };
    assert_eq!(
        report.rows.len(),
        5 + ["s0", "s1", "s6", "s8", "s9", "x6"].len()
    );
    assert_eq!(row("s2"), "yes yes yes NA yes NA");
    assert_eq!(row("s1"), "yes no yes NA no not in expression");
    assert_eq!(row("s6"), "yes yes no NA no not in covariates");
    assert_eq!(row("s9"), "yes no no NA no not in expression, covariates");
    assert_eq!(row("x6"), "no no yes NA no not in genotypes, expression");
}

#[test]
fn a_long_list_of_dropped_samples_is_cut_on_the_screen_and_whole_in_the_record() {
    let study = Study::new();
    let extra: Vec<String> = (0..8).map(|i| format!("t{i}")).collect();
    let widen = |line: &str, with: &str| format!("{line}\t{with}\n");
    let text: String = tabs(EXPRESSION)
        .lines()
        .enumerate()
        .map(|(i, line)| {
            widen(
                line,
                &if i == 0 {
                    extra.join("\t")
                } else {
                    ["1"; 8].join("\t")
                },
            )
        })
        .collect();
    study.write("expression.tsv", text);
    let said = stderr(&succeed(&mut study.map()));
    assert!(said.contains("8 of 16 samples in expression"), "{said}");
    assert!(said.contains("t0, t1, t2, t3, t4 and 3 more"), "{said}");
    let dropped = record(&study.path("out"))["samples"]["files"][1]["dropped"].clone();
    assert_eq!(dropped, serde_json::json!(extra));
}

#[test]
fn too_small_an_overlap_stops_unless_it_is_allowed() {
    let study = Study::new();
    study.edit("expression.tsv", "s4 s5 s6 s7 s8", "x4 x5 x6 x7 x8");
    let mut map = study.map_all("genotypes.tsv", "expression.tsv");
    study.refuses(&mut map, &["only 3 samples", "(8)", "--min-samples 3"]);
    let report = || Table::read(&study.path("out/sample_report.tsv")).rows;
    assert_eq!(report().len(), 13);
    assert_eq!(report()[3][5..], ["no", "not in expression"]);
    study.refuses(
        map.args(["--min-samples", "4"]),
        &["3 samples", "--min-samples asks for 4"],
    );
    let mut allowed = study.map_all("genotypes.tsv", "expression.tsv");
    succeed(allowed.args(["--min-samples", "3"]));
    assert_eq!(record(&study.path("out"))["samples"]["n_used"], 3);
    // What belongs to results that are there stays.
    let earlier = fs::read(study.path("out/sample_report.tsv")).unwrap();
    study.edit("expression.tsv", "s1 s2", "y1 y2");
    let mut map = study.map_all("genotypes.tsv", "expression.tsv");
    assert!(fail(map.arg("--overwrite"), 1).contains("only 1 samples"));
    let kept = fs::read(study.path("out/sample_report.tsv")).unwrap();
    assert_eq!(kept, earlier);
}

#[test]
fn covariates_of_too_few_samples_stop_the_run_too() {
    let study = Study::new();
    study.edit("covariates.tsv", "s1 s2 s3 s4 s5", "x1 x2 x3 x4 x5");
    study.refuses(
        &mut study.map(),
        &["only 3 of the 8 samples", "covariates", "--min-samples 3"],
    );
}
