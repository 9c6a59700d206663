//! The same bytes for any number of ranks, threads, blocks, shards and starts, and however little memory there is.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::study::{Study, assert_same, written};
use crate::support::{mpiqtl, mpirun, succeed};

/// The ways to write a table, all but the default.
const WAYS: &[&str] = &[
    "--table-format tsv.gz",
    "--sort position --columns full",
    "--table-format tsv.gz --sort position --columns eqtl_catalogue",
    #[cfg(feature = "parquet")]
    "--table-format parquet --columns eqtl_catalogue",
    #[cfg(feature = "parquet")]
    "--table-format parquet --sort position",
];

const CLASSES: &str = "--p-cis 0.5 --p-trans 0.1";

#[test]
fn ranks_blocks_threads_and_memory_do_not_change_a_byte() {
    let study = Study::simulated();
    for way in WAYS {
        let wanted = study.written(&format!("{CLASSES} {way}"));
        let variants = [
            "--block-snps 17 --block-genes 5",
            "--block-snps 600 --threads 2 --oversubscribe",
            "--block-snps 64 --block-genes 7 --hit-memory 9000",
        ];
        for (ranks, variant) in (1..).zip(variants) {
            let out = format!("out{ranks}");
            let words = format!("{CLASSES} {way} {variant} --overwrite");
            succeed(&mut study.map(mpirun(ranks), &out, &words));
            let how = format!("{ranks} ranks, {way} {variant}");
            assert_same(&written(&study.path(&out)), &wanted, &how);
            assert!(!study.path(&out).join("journal").exists(), "{how}");
        }
    }
}

#[test]
fn shards_make_the_tables_of_the_whole() {
    let study = Study::simulated();
    for (number, way) in WAYS.iter().enumerate() {
        let words = format!("{CLASSES} {way} --block-snps 64 --block-genes 16");
        let wanted = study.written(&words);
        let out = format!("shards{number}");
        for shard in ["2/3", "1/3", "3/3"] {
            succeed(&mut study.map(mpiqtl(), &out, &format!("{words} --shard {shard}")));
        }
        let merge = |more: &[&str]| {
            succeed(mpiqtl().arg("merge").arg(study.path(&out)).args(more));
            assert_same(&written(&study.path(&out)), &wanted, way);
        };
        merge(&[]);
        merge(&["--overwrite"]);
    }
}

fn signal(name: &str, pid: u32) {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn a_run_that_is_ended_or_killed_goes_on_to_the_same_tables() {
    let study = Study::simulated();
    for (number, way) in WAYS.iter().enumerate() {
        let words = format!("{CLASSES} {way} --block-snps 64 --block-genes 16 --hit-memory 9000");
        let wanted = study.written(&words);
        for (name, code) in [("TERM", Some(75)), ("KILL", None)] {
            let out = format!("{name}{number}");
            let slow = format!("{words} --threads 1 --journal-secs 0.02");
            let mut command = study.map(mpiqtl(), &out, &slow);
            command.env("MPIQTL_SLOW_MS", "60");
            let mut run = command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            // Until something is done.
            let journal = study.path(&out).join("journal/0001-00000.journal");
            while std::fs::metadata(&journal).map_or(0, |journal| journal.len()) < 5000 {
                assert!(run.try_wait().unwrap().is_none(), "the run has ended");
                thread::sleep(Duration::from_millis(2));
            }
            signal(name, run.id());
            assert_eq!(run.wait().unwrap().code(), code);
            assert!(
                written(&study.path(&out)).is_empty(),
                "no table is there yet"
            );
            // The format is none of what makes a run the same: what was found is, and another may be asked for now.
            succeed(&mut study.map(
                mpirun(2),
                &out,
                &format!("{words} --threads 1 --oversubscribe"),
            ));
            assert_same(&written(&study.path(&out)), &wanted, way);
        }
    }
}

#[test]
fn a_run_may_go_on_to_tables_of_another_kind() {
    let study = Study::simulated();
    let first = format!("{CLASSES} --block-snps 64 --block-genes 16");
    succeed(&mut study.map(mpiqtl(), "out", &format!("{first} --shard 1/1")));
    let wanted = study.written(&format!("{first} {}", WAYS[2]));
    let journal = study.path("out/shards/1-of-1/journal");
    assert!(journal.is_dir());
    // The same shard again, with other tables asked for, has nothing left to scan.
    let again =
        succeed(&mut study.map(mpiqtl(), "out", &format!("{first} --shard 1/1 {}", WAYS[2])));
    let said = crate::support::stderr(&again) + &String::from_utf8_lossy(&again.stdout);
    assert!(said.contains("block pairs are done"), "{said}");
    assert!(!wanted.is_empty());
}
