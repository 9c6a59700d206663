//! Disks that fill up, folders that go, two runs at once.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::study::{Study, assert_same};
use super::support::{fail, mpiqtl, mpirun, succeed};

/// A small disk of its own, gone with the test; `None` where the system does not let this user have one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn new(path: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]);
        let is_mounted = mount
            .arg(&path)
            .status()
            .is_ok_and(|status| status.success());
        if !is_mounted {
            println!("skipped: no tmpfs can be mounted here");
        }
        is_mounted.then_some(Self(path))
    }

    fn grow(&self, size: &str) {
        let mut mount = Command::new("mount");
        mount
            .args(["-o", &format!("remount,size={size}")])
            .arg(&self.0);
        assert!(mount.status().unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Runs a study of 15,000 hits on disks that fill up: their names, their sizes, and what is said then.
fn fills_up(options: &str, disks: &[(&str, &str, &str)]) {
    let map = "map --genotypes genotypes.h5 --expression expression.h5 --p-all 1 --block-snps 20 --hit-memory 64K";
    let map = format!("{map} {options}");
    let study = Study::of_shape("--snps 300 --genes 50 --samples 30", &map);
    let wanted = study.in_peace();
    for &(name, size, words) in disks {
        let Some(disk) = SmallDisk::new(study.path(name), size) else {
            return;
        };
        let out = format!("{name}/out");
        let run = |force: &[&str]| {
            let mut command = study.map(mpirun(2), &out);
            command
                .args(["--threads", "1", "--oversubscribe", "--journal-secs", "0"])
                .args(force);
            command
        };
        let said = fail(&mut run(&[]), 1);
        assert!(said.contains("--force"), "{said}");
        let said = fail(&mut run(&["--force"]), 1);
        assert!(said.contains(words) && said.contains(name), "{said}");
        assert!(!study.path(&out).join("run.json").exists());
        disk.grow("50m");
        succeed(&mut run(&[]));
        assert_same(&study.path(&out), &wanted);
    }
}

#[test]
fn a_disk_that_fills_up_in_journal_order_or_output_loses_nothing() {
    // 480 KiB of journal, 600 KiB while hits are put in order, 900 KiB of tables.
    let disks = [
        ("journal", "300k", "the journal cannot be written"),
        ("sort", "700k", "put in order"),
        ("output", "1500k", "cannot write"),
    ];
    fills_up("", &disks);
}

#[test]
fn a_disk_that_fills_up_where_rows_are_put_by_position_loses_nothing() {
    // 600 KiB more while hits are put in order, and there still while tables are written.
    let disks = [
        ("sort", "1350k", "put in order"),
        ("output", "1850k", "cannot write"),
    ];
    fills_up("--sort position", &disks);
}

#[test]
fn a_scratch_folder_that_goes_ends_the_run_with_a_word() {
    let study = Study::new();
    let mut command = study.map(mpiqtl(), "out");
    command.args([
        "--scratch",
        "scratch",
        "--journal-secs",
        "0",
        "--threads",
        "1",
    ]);
    command.env("MPIQTL_SLOW_MS", "50");
    let run = command
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let scratch = study.path("scratch");
    while !scratch.join("0001-00000.journal").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    fs::remove_dir_all(&scratch).unwrap();
    let output = run.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("scratch"), "{said}");
    assert!(!study.path("out").join("run.json").exists());
}

#[test]
fn two_runs_do_not_share_an_output_folder() {
    let study = Study::new();
    let wanted = study.in_peace();
    let mut first = study.map(mpiqtl(), "out");
    first.env("MPIQTL_SLOW_MS", "50").args(["--threads", "1"]);
    let mut first = first.spawn().unwrap();
    while !study.path("out").join("journal").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let said = fail(&mut study.map(mpiqtl(), "out"), 1);
    assert!(said.contains("another run"), "{said}");
    assert!(first.wait().unwrap().success());
    assert_same(&study.path("out"), &wanted);
}

/// A run that takes its time, and has begun to scan. Before each record of its journal it looks at its stores.
fn scanning(study: &Study, journal_secs: &str) -> std::process::Child {
    let mut command = study.map(mpiqtl(), "out");
    command.args(["--journal-secs", journal_secs, "--threads", "1"]);
    command.env("MPIQTL_SLOW_MS", "50");
    let run = command.stderr(std::process::Stdio::piped()).spawn();
    let journal = study.path("out/journal/0001-00000.journal");
    while fs::metadata(&journal).map_or(0, |file| file.len()) == 0 {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    run.unwrap()
}

fn fails_with(run: std::process::Child, study: &Study, words: &str) {
    let output = run.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(words), "{said}");
    assert!(!study.path("out").join("run.json").exists());
}

#[test]
fn a_store_that_changes_while_it_is_read_ends_the_run_with_a_word() {
    let study = Study::new();
    let genotypes = study.path("genotypes.h5");
    let run = scanning(&study, "0");
    let bytes = fs::read(&genotypes).unwrap();
    fs::rename(&genotypes, study.path("moved.h5")).unwrap();
    fs::write(&genotypes, bytes).unwrap();
    fails_with(run, &study, "genotypes.h5");
}

#[test]
fn a_store_that_is_cut_short_while_it_is_read_ends_the_run_with_a_word() {
    // More rows than are read ahead, so that pages are missing when they are wanted, which is before the next record.
    let map =
        "map --genotypes genotypes.h5 --expression expression.h5 --p-all 1e-3 --block-snps 64";
    let study = Study::of_shape("--snps 4000 --genes 5 --samples 500", map);
    let run = scanning(&study, "0.3");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(study.path("genotypes.h5"));
    // At the end of a page: no rest of one is filled with zeros.
    file.unwrap().set_len(96 << 10).unwrap();
    fails_with(run, &study, "cut short");
}
