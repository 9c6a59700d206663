//! Disks that fill up while tables are written.

use std::fs;
use std::os::unix::fs::symlink;

use crate::study::{Study, written};
use crate::support::{fail, mpiqtl, succeed};

#[test]
fn a_full_disk_leaves_earlier_results_as_they_were() {
    let study = Study::simulated();
    succeed(&mut study.map(mpiqtl(), "out", "--p-cis 0.5"));
    let before = written(&study.path("out"));
    let record = fs::read(study.path("out/run.json")).unwrap();
    let blocks = "--p-cis 0.5 --table-format tsv.gz --sort position --columns full";
    let mut cases = vec![(blocks, "cis.tsv.gz"), (blocks, "cis.tsv.gz.tbi")];
    if cfg!(feature = "parquet") {
        cases.push(("--p-cis 0.5 --table-format parquet", "cis.parquet"));
    }
    for (words, name) in cases {
        // What is written to this device finds no room.
        symlink("/dev/full", study.path(&format!("out/{name}.part"))).unwrap();
        let said = fail(study.map(mpiqtl(), "out", words).arg("--overwrite"), 1);
        let wanted = format!("out/{name}.part: cannot write: No space left");
        assert!(said.contains(&wanted), "{said}");
        assert_eq!(written(&study.path("out")), before);
        assert_eq!(fs::read(study.path("out/run.json")).unwrap(), record);
        // What was found is kept, so the same command only writes.
        succeed(study.map(mpiqtl(), "out", words).arg("--overwrite"));
        succeed(study.map(mpiqtl(), "out", "--p-cis 0.5").arg("--overwrite"));
        assert_eq!(written(&study.path("out")), before);
        fs::write(study.path("out/run.json"), &record).unwrap();
    }
}

#[test]
fn the_room_for_sorting_by_position_is_asked_for_beforehand() {
    let study = Study::simulated();
    let expected = |words: &str| {
        let output = succeed(study.map(mpiqtl(), "out", words).arg("--overwrite"));
        let said = crate::support::stderr(&output) + &String::from_utf8_lossy(&output.stdout);
        let line = said
            .lines()
            .find(|line| line.contains("by chance alone"))
            .unwrap();
        line.to_string()
    };
    let spilling = "--p-all 1 --hit-memory 64K";
    assert_ne!(
        expected(spilling),
        expected(&format!("{spilling} --sort position"))
    );
    assert_ne!(
        expected(spilling),
        expected(&format!("{spilling} --table-format tsv.gz"))
    );
    assert_eq!(expected("--p-all 1"), expected("--p-all 1 --sort position"));
}
