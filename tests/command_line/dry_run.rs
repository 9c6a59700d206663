//! `map --dry-run` says what `map` then does, and touches nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::support::{fail, mpirun_itself, record, succeed};
use crate::{MAP_STORES, Study};

/// Every file and folder below one, with its bytes and the time of its last change.
fn snapshot(folder: &Path) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let changed = fs::metadata(&path).unwrap().modified().unwrap();
        let bytes = if path.is_dir() {
            found.extend(snapshot(&path));
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        found.insert(path.display().to_string(), (bytes, changed));
    }
    found
}

/// What a command says on standard output; it changes nothing in the folder of the study.
fn dry(study: &Study, command: &mut Command) -> String {
    let before = snapshot(&study.path("."));
    let output = succeed(command.arg("--dry-run"));
    assert!(
        snapshot(&study.path(".")) == before,
        "something was touched"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The words after the first of the line that begins so.
fn line<'s>(said: &'s str, start: &str) -> &'s str {
    let found = said.lines().find_map(|line| line.strip_prefix(start));
    found
        .unwrap_or_else(|| panic!("no '{start}' in\n{said}"))
        .trim()
}

/// The results in a folder, by name.
fn results(out: &Path) -> Vec<String> {
    let entries = fs::read_dir(out).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.path().is_file() || entry.file_name() == "plots");
    let mut names: Vec<String> = files
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_files_it_names_are_those_that_map_writes() {
    let study = Study::new("h5");
    for options in [
        "--p-all 1e-3",
        "--p-cis 0.1",
        "--p-cis 0.1 --p-trans 1e-3",
        "--p-cis 0.1 --p-trans 1e-3 --p-histogram 10 --min-p",
        "--p-all 1e-3 --p-histogram qqplot --min-p --columns full --report false",
        "--p-cis 0.1 --table-format tsv.gz",
    ] {
        let map = format!("{MAP_STORES} {options}");
        let said = dry(&study, &mut study.command(&map));
        let (folder, names) = line(&said, "write ").split_once(": ").unwrap();
        assert_eq!(folder, "out, which is made");
        let mut names: Vec<&str> = names.split(", ").collect();
        succeed(&mut study.command(&map));
        names.sort();
        assert_eq!(results(&study.path("out")), names, "{options}");
        let record = record(&study.path("out"));
        let tests = record["ledger"]["made"]["all"].as_u64().unwrap();
        assert!(tests == 0 || said.contains("tests     8,000 all"), "{said}");
        let df = format!("20 genes, df {};", record["df"].as_f64().unwrap());
        assert!(said.contains(&df), "{df}: {said}");

        // With results in the folder, it is refused as map refuses it, or says what goes.
        let mut again = study.command(&map);
        let said = fail(again.arg("--dry-run"), 1);
        assert!(said.contains("--overwrite"), "{said}");
        let said = dry(&study, study.command(&map).arg("--overwrite"));
        assert!(line(&said, "replace ").contains("run.json"), "{said}");
        fs::remove_dir_all(study.path("out")).unwrap();
    }
}

#[test]
fn what_would_be_imported_is_told_until_it_is() {
    let study = Study::new("vcf");
    let map = "map --genotypes genotypes.vcf --expression expression.bed --p-cis 0.1 --out a/b --one-rank";
    let said = dry(&study, &mut study.command(map));
    assert!(
        said.contains("import    genotypes.vcf to a/b/imported/genotypes.h5"),
        "{said}"
    );
    assert!(said.contains("samples   40 used, df 38"), "{said}");
    assert!(!study.path("a").exists());
    succeed(&mut study.command(map));
    let said = dry(&study, study.command(map).arg("--overwrite"));
    assert!(
        said.contains("import    genotypes.vcf: taken from a/b/imported/genotypes.h5"),
        "{said}"
    );
    assert!(said.contains("study     400 SNPs x 20 genes"), "{said}");
}

#[test]
fn an_unfinished_run_is_continued_dropped_or_refused() {
    let study = Study::new("h5");
    let map = format!("{MAP_STORES} --block-snps 100 --p-all 0.01 --journal-secs 0");
    let mut slow = study.command(&map);
    slow.env("MPIQTL_SLOW_MS", "300").arg("-q");
    let mut job = slow.spawn().unwrap();
    let journal = study.path("out/journal");
    let has_record = || {
        let files = fs::read_dir(&journal).into_iter().flatten().flatten();
        let lengths = files.filter(|file| file.path().extension().is_some_and(|e| e == "journal"));
        lengths
            .map(|file| file.metadata().unwrap().len())
            .sum::<u64>()
            > 200
    };
    while !has_record() && job.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let busy = fail(study.command(&map).arg("--dry-run"), 1);
    assert!(
        busy.contains("another run is writing to this folder"),
        "{busy}"
    );
    job.kill().unwrap();
    job.wait().unwrap();

    let said = dry(&study, &mut study.command(&map));
    let found = line(&said, "continue ");
    assert!(found.contains("of 4 block pairs "), "{found}");
    let other = map.replace("--p-all 0.01", "--p-all 0.02");
    let said = fail(study.command(&other).arg("--dry-run"), 1);
    assert!(said.contains("p_all was 0.01 and is 0.02"), "{said}");
    let said = dry(&study, study.command(&other).arg("--fresh"));
    assert!(line(&said, "drop ").contains("out/journal"), "{said}");
}

#[test]
fn what_map_would_refuse_is_refused() {
    let study = Study::new("h5");
    let said = fail(
        study
            .command(&format!("{MAP_STORES} --min-samples 41 --dry-run"))
            .arg("-q"),
        1,
    );
    assert!(said.contains("--min-samples asks for 41"), "{said}");
    let said = fail(
        &mut study.command(&format!("{MAP_STORES} --p-cis 2 --dry-run")),
        2,
    );
    assert!(said.contains("p_cis is 2"), "{said}");
    fs::write(study.path("file"), "").unwrap();
    let map = MAP_STORES.replace("--out out", "--out file/out");
    let said = fail(study.command(&map).arg("--dry-run"), 1);
    assert!(said.contains("file/out: cannot be written"), "{said}");
    fs::create_dir_all(study.path("out/run.json")).unwrap();
    let said = fail(study.command(MAP_STORES).arg("--dry-run"), 1);
    assert!(said.contains("is a folder where a result"), "{said}");
}

#[test]
fn one_of_many_processes_speaks_and_none_starts_mpi() {
    let study = Study::new("h5");
    // What MPI_Init would stumble over.
    let mut command = study.command(MAP_STORES);
    command
        .env("OMPI_MCA_ess", "nonsense")
        .env("OMPI_MCA_btl", "nonsense");
    dry(&study, &mut command);
    let mut job = mpirun_itself();
    job.args(["-n", "3", env!("CARGO_BIN_EXE_mpiqtl")]);
    job.current_dir(study.path(".")).args(MAP_STORES.split(' '));
    let said = dry(&study, &mut job);
    assert_eq!(said.matches("dry run").count(), 1, "{said}");
    assert!(said.contains("ranks     3 x 1 threads"), "{said}");
}
