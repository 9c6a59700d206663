//! Outputs that cannot be written, and earlier results, which bad input leaves alone.

use std::fs;

use crate::support::{fail, record, succeed};
use crate::{EXPRESSION, FAILED, Study, no_unfinished_files, one_sentence, tabs};

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let study = Study::new();
    study.write("file", "");
    for out in ["file", "file/below"] {
        let mut map = study.map_with(&format!("--p-cis 1 --p-trans 1 --out {out}"));
        study.refuses(&mut map, &[out, "cannot be written", "--out"]);
    }
    let mut simulate = study.command("simulate --snps 5 --genes 2 --samples 9 --out file/study");
    study.refuses(&mut simulate, &["file/study", "cannot be written"]);
}

#[test]
fn a_store_in_no_folder_is_refused_before_anything_is_read() {
    let study = Study::new();
    study.write("file", "");
    for import in ["genotypes no.vcf", "expression no.bed"] {
        for (out, found) in [
            (
                "absent/g.h5",
                "absent/g.h5: there is no folder absent; make",
            ),
            ("file/g.h5", "file/g.h5: file is no folder; choose"),
        ] {
            let mut import = study.command(&format!("import {import} --out {out}"));
            study.refuses(&mut import, &[found]);
        }
    }
}

#[test]
fn a_second_import_to_the_same_store_is_refused_and_a_dead_one_is_no_obstacle() {
    let study = Study::new();
    let import = || study.command("import genotypes genotypes.tsv --out g.h5");
    study.write("g.h5.values.part", "left");
    let other = fs::File::open(study.path("g.h5.values.part")).unwrap();
    other.lock().unwrap();
    let message = one_sentence(&fail(&mut import(), FAILED));
    assert!(
        message.contains("g.h5.values.part: another process is importing"),
        "{message}"
    );
    assert!(message.ends_with("without mpirun"), "{message}");
    assert_eq!(fs::read(study.path("g.h5.values.part")).unwrap(), b"left");
    other.unlock().unwrap();
    succeed(&mut import());
    no_unfinished_files(study.0.path());
    succeed(&mut study.map_all("g.h5", "expression.tsv"));
}

#[test]
fn two_simulations_do_not_write_one_store_at_once() {
    let study = Study::new();
    fs::create_dir(study.path("made")).unwrap();
    for name in ["genotypes", "expression"] {
        let lock = study.path(&format!("made/{name}.h5.values.part"));
        let other = fs::File::create(&lock).unwrap();
        other.lock().unwrap();
        let mut simulate =
            study.command("simulate --snps 5 --genes 2 --samples 9 --seed 1 --out made");
        let message = one_sentence(&fail(&mut simulate, FAILED));
        let found = format!("{name}.h5.values.part: another process");
        assert!(message.contains(&found), "{message}");
        fs::remove_file(&lock).unwrap();
        drop(other);
        if name == "expression" {
            succeed(&mut simulate);
        }
    }
    no_unfinished_files(&study.path("made"));
}

#[test]
fn a_result_whose_name_is_taken_by_a_folder_is_named() {
    let study = Study::new();
    fs::create_dir_all(study.path("out/trans.tsv")).unwrap();
    let message = one_sentence(&fail(&mut study.map(), FAILED));
    assert!(
        message.contains("out/trans.tsv: is a folder") && message.contains("remove it"),
        "{message}"
    );
    assert!(!study.path("out/run.json").exists());
    assert!(!study.path("out/cis.tsv").exists());
    no_unfinished_files(study.0.path());
}

#[test]
fn a_complete_run_is_replaced_on_request_only() {
    let study = Study::new();
    succeed(&mut study.map());
    let table = fs::read(study.path("out/cis.tsv")).unwrap();
    let first = fs::read(study.path("out/run.json")).unwrap();
    let message = one_sentence(&fail(&mut study.map_with("--p-cis 1 --out out"), FAILED));
    assert!(
        message.contains("out: holds the results of a complete run"),
        "{message}"
    );
    assert!(message.contains("--overwrite"), "{message}");
    assert_eq!(fs::read(study.path("out/run.json")).unwrap(), first);

    succeed(&mut study.map_with("--p-cis 1 --out out --overwrite"));
    assert_eq!(record(&study.path("out"))["config"]["p_trans"], 0.0);
    assert_eq!(fs::read(study.path("out/cis.tsv")).unwrap(), table);
    assert!(
        !study.path("out/trans.tsv").exists(),
        "a table of the earlier run stayed"
    );
}

#[test]
fn bad_input_leaves_earlier_results_as_they_were() {
    let study = Study::new();
    succeed(&mut study.map());
    let results = || {
        ["cis.tsv", "trans.tsv", "run.json"]
            .map(|name| fs::read(study.path("out").join(name)).unwrap())
    };
    let before = results();
    let overwriting = |spoil: &dyn Fn()| {
        spoil();
        one_sentence(&fail(study.map().arg("--overwrite"), FAILED));
        assert_eq!(results(), before);
        no_unfinished_files(study.0.path());
    };
    overwriting(&|| study.edit("expression.tsv", "5.5", "five"));
    study.write("expression.tsv", tabs(EXPRESSION));
    overwriting(&|| {
        study.edit(
            "covariates.tsv",
            "age 30 41 52 33 28 60 45 39",
            "age 3 3 3 3 3 3 3 3",
        )
    });
    overwriting(&|| fs::remove_file(study.path("covariates.tsv")).unwrap());
}

#[test]
fn a_store_is_replaced_on_request_only() {
    let study = Study::new();
    study.import();
    let words = "import genotypes genotypes.vcf --out genotypes.h5";
    let parts = ["genotypes.h5: is there already", "--overwrite"];
    let before = fs::read(study.path("genotypes.h5")).unwrap();
    study.refuses(&mut study.command(words), &parts);
    assert!(fs::read(study.path("genotypes.h5")).unwrap() == before);
    succeed(study.command(words).arg("--overwrite"));
    assert!(fs::read(study.path("genotypes.h5")).unwrap() != before);
}

#[test]
fn what_is_no_store_is_never_replaced() {
    let study = Study::new();
    study.write("kept", "s1\ns2\n");
    study.write("empty", "");
    fs::create_dir(study.path("folder")).unwrap();
    let genotypes = "import genotypes genotypes.vcf --keep kept --overwrite --out";
    let expression = "import expression expression.bed --overwrite --out";
    for (import, out) in [
        (genotypes, "genotypes.vcf"),
        (genotypes, "kept"),
        (genotypes, "empty"),
        (genotypes, "folder"),
        (expression, "expression.bed"),
    ] {
        let before = fs::read(study.path(out)).ok();
        let found = format!("{out}: is there and is no store");
        study.refuses(&mut study.command(&format!("{import} {out}")), &[&found]);
        assert_eq!(fs::read(study.path(out)).ok(), before);
    }
    // What begins as a store is replaced, however it goes on.
    study.write("damaged.h5", b"\x89HDF\r\n\x1a\n");
    succeed(&mut study.command(&format!("{genotypes} damaged.h5")));
}

#[test]
fn a_log_that_cannot_be_written_does_not_end_the_run() {
    let study = Study::new();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let status = study.map().stderr(full).status().unwrap();
    assert!(status.success());
    assert_eq!(record(&study.path("out"))["complete"], true);
}

#[test]
fn a_folder_another_run_writes_to_is_refused() {
    let study = Study::new();
    fs::create_dir(study.path("out")).unwrap();
    let other = fs::File::open(study.path("out")).unwrap();
    other.lock().unwrap();
    study.refuses(
        &mut study.map(),
        &["out: another run is writing to this folder", "--out"],
    );
}

const EVERYTHING: &str = "--p-cis 1 --p-trans 1 --out out --overwrite --min-p --p-histogram qqplot";

/// What stands in the output folder, imported stores and reports apart.
fn results(study: &Study) -> Vec<String> {
    let entries = fs::read_dir(study.path("out")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    const OTHERS: [&str; 4] = ["imported", "journal", "report.html", "plots"];
    let mut names: Vec<String> = names
        .filter(|name| !OTHERS.contains(&name.as_str()))
        .collect();
    names.sort();
    names
}

#[test]
fn tables_of_an_earlier_run_that_are_not_asked_for_again_go() {
    let study = Study::new();
    succeed(&mut study.map_with(EVERYTHING));
    let earlier = [
        "cis.tsv",
        "histogram_all.tsv",
        "histogram_cis.tsv",
        "histogram_trans.tsv",
        "id_report.tsv",
        "min_p_genes_cis.tsv",
        "min_p_genes_trans.tsv",
        "min_p_snps_cis.tsv",
        "min_p_snps_trans.tsv",
        "run.json",
        "sample_report.tsv",
        "trans.tsv",
    ];
    assert_eq!(results(&study), earlier);
    // A run that was killed left a table half-written.
    study.write("out/min_p_snps_all.tsv.part", "id");
    study.write("out/notes.txt", "not ours");
    succeed(&mut study.map_with("--p-cis 1 --out out --overwrite --p-histogram 5"));
    let wanted = [
        "cis.tsv",
        "histogram_cis.tsv",
        "id_report.tsv",
        "notes.txt",
        "run.json",
        "sample_report.tsv",
    ];
    assert_eq!(results(&study), wanted);
    succeed(&mut study.map_with("--p-all 1 --out out --overwrite --min-p"));
    let wanted = [
        "all.tsv",
        "min_p_genes_all.tsv",
        "min_p_snps_all.tsv",
        "notes.txt",
        "run.json",
        "sample_report.tsv",
    ];
    assert_eq!(results(&study), wanted);
}

#[test]
fn a_full_disk_leaves_earlier_results_as_they_were() {
    let study = Study::new();
    succeed(&mut study.map_with("--p-cis 1 --out out"));
    let before = results(&study);
    let record = fs::read(study.path("out/run.json")).unwrap();
    for name in [
        "trans.tsv",
        "histogram_trans.tsv",
        "min_p_genes_cis.tsv",
        "min_p_snps_trans.tsv",
        "sample_report.tsv",
        "id_report.tsv",
        "run.json",
    ] {
        // What is written to this device finds no room.
        let part = study.path("out").join(format!("{name}.part"));
        std::os::unix::fs::symlink("/dev/full", part).unwrap();
        let message = one_sentence(&fail(&mut study.map_with(EVERYTHING), FAILED));
        let found = format!("out/{name}.part: cannot write: No space left");
        assert!(message.contains(&found), "{message}");
        assert_eq!(results(&study), before);
        assert_eq!(fs::read(study.path("out/run.json")).unwrap(), record);
    }
    succeed(&mut study.map_with(EVERYTHING));
}
