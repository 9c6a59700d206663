//! What continues and what does not, and hits that do not fit in memory.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::study::{Study, assert_same};
use super::support::{fail, mpiqtl, mpirun, record, stderr, succeed};

/// A run that was stopped half way on one rank: it has journals, and no results.
fn stopped(study: &Study, out: &str) -> PathBuf {
    let mut command = study.map(mpiqtl(), out);
    command.args(["--threads", "1", "--journal-secs", "0"]);
    command.env("MPIQTL_SLOW_MS", "40");
    let mut run = command.spawn().unwrap();
    let journal = study.path(out).join("journal").join("0001-00000.journal");
    // The first records are there.
    while fs::metadata(&journal).map_or(0, |file| file.len()) < 10_000 {
        assert!(run.try_wait().unwrap().is_none(), "it has ended");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let told = Command::new("kill")
        .args(["-USR1", &run.id().to_string()])
        .status();
    assert!(told.unwrap().success());
    assert_eq!(run.wait().unwrap().code(), Some(75));
    journal
}

#[test]
fn a_stopped_run_continues_on_other_ranks_threads_and_engines() {
    let study = Study::new();
    let wanted = study.in_peace();
    for (ranks, words) in [
        (2, "--engine f32"),
        (3, "--engine f64"),
        (1, "--hit-memory 1"),
    ] {
        let out = format!("on{ranks}");
        stopped(&study, &out);
        let mut command = study.map(mpirun(ranks), &out);
        command
            .args(["--threads", "2", "--oversubscribe"])
            .args(words.split(' '));
        let said = stderr(&succeed(&mut command));
        assert!(said.contains("block pairs are done"), "{said}");
        assert_same(&study.path(&out), &wanted);
        assert_eq!(record(&study.path(&out))["starts"], 2);
    }
}

#[test]
fn changed_inputs_and_options_are_named_and_fresh_starts_over() {
    let study = Study::new();
    let wanted = study.in_peace();
    stopped(&study, "out");
    let said = fail(study.map(mpiqtl(), "out").args(["--p-cis", "0.2"]), 2);
    assert!(said.contains("cannot be used multiple times"), "{said}");
    for (words, named) in [
        ("--cis-dist-bp 5000", "cis_dist_bp was 1000000 and is 5000"),
        ("--skip-self", "skip_self was false and is true"),
    ] {
        let said = fail(study.map(mpiqtl(), "out").args(words.split(' ')), 1);
        assert!(said.contains(named) && said.contains("--fresh"), "{said}");
    }
    // Another covariate file under the same name.
    let covariates = study.path("covariates.tsv");
    let text = fs::read_to_string(&covariates).unwrap();
    let changed = text.replacen(".1", ".2", 5);
    fs::write(&covariates, &changed).unwrap();
    let said = fail(&mut study.map(mpiqtl(), "out"), 1);
    assert!(said.contains("covariates (checksum) was"), "{said}");
    fs::write(&covariates, &text).unwrap();
    let said = stderr(&succeed(study.map(mpiqtl(), "out").arg("--fresh")));
    assert!(!said.contains("block pairs are done"), "{said}");
    assert_same(&study.path("out"), &wanted);
}

#[test]
fn a_journal_with_changed_bits_is_told_of_and_what_it_held_is_scanned_again() {
    let study = Study::new();
    let wanted = study.in_peace();
    for (out, part) in [("head", 0.0), ("middle", 0.5), ("end", 0.99)] {
        let journal = stopped(&study, out);
        let mut bytes = fs::read(&journal).unwrap();
        let at = ((bytes.len() - 1) as f64 * part) as usize;
        bytes[at] ^= 16;
        fs::write(&journal, bytes).unwrap();
        let said = stderr(&succeed(&mut study.map(mpiqtl(), out)));
        assert!(said.contains("is damaged"), "{said}");
        assert_same(&study.path(out), &wanted);
    }
}

#[test]
fn a_journal_that_was_cut_short_is_no_obstacle() {
    let study = Study::new();
    let wanted = study.in_peace();
    for (out, left) in [("a", 0), ("b", 1), ("c", 300), ("d", 5000)] {
        let journal = stopped(&study, out);
        let bytes = fs::read(&journal).unwrap();
        fs::write(&journal, &bytes[..left]).unwrap();
        let said = stderr(&succeed(&mut study.map(mpiqtl(), out)));
        assert!(!said.contains("is damaged"), "{said}");
        assert_same(&study.path(out), &wanted);
    }
}

#[test]
fn hits_that_do_not_fit_in_memory_make_the_same_tables() {
    let map = "map --genotypes genotypes.h5 --expression expression.h5 --p-all 1 --block-snps 50";
    let study = Study::of_shape("--snps 300 --genes 50 --samples 30", map);
    let wanted = study.in_peace();
    for (ranks, memory) in [(1, "1"), (2, "20K"), (1, "100K")] {
        let out = format!("{ranks}-{memory}");
        let mut command = study.map(mpirun(ranks), &out);
        succeed(command.args(["--hit-memory", memory, "--threads", "1", "--oversubscribe"]));
        assert_same(&study.path(&out), &wanted);
    }
}

#[test]
fn an_output_folder_and_a_scratch_folder_are_of_one_run() {
    let study = Study::new();
    let wanted = study.in_peace();
    let with_scratch = |out: &str| {
        let mut command = study.map(mpiqtl(), out);
        command.args(["--scratch", "scratch"]);
        command
    };
    succeed(&mut with_scratch("one"));
    assert_same(&study.path("one"), &wanted);
    assert!(!study.path("scratch").exists(), "it was made by the run");
    // A folder that was there stays, with what else is in it.
    fs::create_dir(study.path("scratch")).unwrap();
    fs::write(study.path("scratch").join("mine.txt"), "mine").unwrap();
    succeed(&mut with_scratch("two"));
    assert_same(&study.path("two"), &wanted);
    assert!(study.path("scratch").join("mine.txt").exists());
}

#[test]
fn a_second_signal_ends_a_run_at_once() {
    let study = Study::new();
    let mut command = study.map(mpiqtl(), "out");
    // The block pair at hand would take an hour.
    command
        .args(["--threads", "1"])
        .env("MPIQTL_SLOW_MS", "3600000");
    let mut run = command.spawn().unwrap();
    while !study.path("out/journal/0001-00000.journal").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let tell = || {
        std::thread::sleep(std::time::Duration::from_millis(500));
        let told = Command::new("kill")
            .args(["-TERM", &run.id().to_string()])
            .status();
        assert!(told.unwrap().success());
    };
    tell();
    tell();
    assert_eq!(run.wait().unwrap().code(), Some(75));
}

#[test]
fn a_start_waits_for_ranks_of_an_earlier_one_that_still_write() {
    let study = Study::new();
    let wanted = study.in_peace();
    let journal = stopped(&study, "out");
    let orphan = fs::File::open(&journal).unwrap();
    orphan.lock().unwrap();
    let mut next = study.map(mpiqtl(), "out").spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(next.try_wait().unwrap().is_none(), "it did not wait");
    drop(orphan);
    assert!(next.wait().unwrap().success());
    assert_same(&study.path("out"), &wanted);
}

#[test]
fn a_run_that_failed_before_anything_was_done_is_no_obstacle_to_another() {
    let study = Study::new();
    let mut failing = study.map(mpiqtl(), "out");
    failing.env("MPIQTL_FAULT", "error@scan:0");
    fail(&mut failing, 1);
    assert!(study.path("out/journal/manifest.json").exists());
    succeed(study.map(mpiqtl(), "out").args(["--cis-dist-bp", "5000"]));
}
