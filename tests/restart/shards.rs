//! Shards that are scanned apart and merged.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::study::{Study, assert_same};
use super::support::{fail, mpiqtl, succeed};

fn shard(study: &Study, out: &str, shard: &str) -> Command {
    let mut command = study.map(mpiqtl(), out);
    command.args(["--shard", shard]);
    // It does not ask MPI anything.
    command
        .env("OMPI_MCA_btl", "none-such")
        .env("OMPI_MCA_ess", "none-such");
    command
}

fn merge(study: &Study, out: &str) -> Command {
    let mut command = mpiqtl();
    command.arg("merge").arg(study.path(out));
    command
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-r").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
}

#[test]
fn shards_in_any_order_make_the_tables_of_the_whole() {
    let study = Study::new();
    let wanted = study.in_peace();
    for (out, of) in [("one", 1), ("three", 3), ("many", 37)] {
        for number in (1..=of).rev() {
            succeed(&mut shard(&study, out, &format!("{number}/{of}")));
        }
        assert!(!study.path(out).join("run.json").exists());
        succeed(&mut merge(&study, out));
        assert_same(&study.path(out), &wanted);
        let said = fail(&mut merge(&study, out), 1);
        assert!(said.contains("--overwrite"), "{said}");
    }
}

#[test]
fn a_shard_that_is_missing_doubled_foreign_damaged_or_unfinished_is_refused_by_name() {
    let study = Study::new();
    let wanted = study.in_peace();
    let shards = study.path("out").join("shards");
    let refused = |words: &[&str]| {
        let said = fail(&mut merge(&study, "out"), 1);
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
        assert!(!study.path("out").join("run.json").exists());
    };
    let said = fail(&mut merge(&study, "out"), 1);
    assert!(said.contains("map --shard"), "{said}");
    for number in [1, 2] {
        succeed(&mut shard(&study, "out", &format!("{number}/3")));
    }
    refused(&["shard 3/3 is missing"]);
    succeed(&mut shard(&study, "out", "3/3"));
    // Once more does nothing and harms nothing.
    succeed(&mut shard(&study, "out", "3/3"));

    copy(&shards.join("2-of-3"), &shards.join("copy"));
    refused(&["copy", "2-of-3", "remove one"]);
    fs::remove_dir_all(shards.join("copy")).unwrap();

    succeed(&mut shard(&study, "out", "2/4"));
    refused(&["2-of-4", "different cuts"]);
    fs::remove_dir_all(shards.join("2-of-4")).unwrap();

    let mut foreign = shard(&study, "foreign", "2/3");
    succeed(foreign.args(["--cis-dist-bp", "5000"]));
    fs::rename(shards.join("2-of-3"), study.path("kept")).unwrap();
    copy(
        &study.path("foreign").join("shards").join("2-of-3"),
        &shards,
    );
    refused(&["2-of-3", "cis_dist_bp was 5000 and is 1000000"]);
    fs::remove_dir_all(shards.join("2-of-3")).unwrap();
    fs::rename(study.path("kept"), shards.join("2-of-3")).unwrap();

    let journal = shards
        .join("3-of-3")
        .join("journal")
        .join("0001-00000.journal");
    let whole = fs::read(&journal).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    fs::write(&journal, &changed).unwrap();
    refused(&["3-of-3", "damaged", "--shard 3/3"]);
    fs::write(&journal, &whole[..whole.len() - 5]).unwrap();
    refused(&["3-of-3", "not finished", "--shard 3/3"]);
    // The shard scans what is missing, and what is damaged is no obstacle any more.
    fs::write(&journal, &changed).unwrap();
    succeed(&mut shard(&study, "out", "3/3"));
    succeed(&mut merge(&study, "out"));
    assert_same(&study.path("out"), &wanted);
}

#[test]
fn a_shard_takes_stores_and_is_one_of_several() {
    let study = Study::new();
    let said = fail(&mut shard(&study, "out", "4/3"), 2);
    assert!(said.contains("I/N"), "{said}");
    let said = fail(shard(&study, "out", "1/3").args(["--scratch", "s"]), 2);
    assert!(said.contains("scratch"), "{said}");
}
