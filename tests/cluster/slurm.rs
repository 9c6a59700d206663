//! `slurm/map.sbatch` from submission to tables, and how a job ends when a rank fails.

use std::time::{Duration, Instant};

use crate::cluster::{Cluster, wait_for};
use crate::jobs::{submit, submit_map};
use crate::study::{CONFIG, Study};

/// Four ranks, two on each node.
pub const TWO_NODES: [&str; 2] = ["--nodes=2", "--ntasks=4"];

/// From the failure to the end of the job.
const AT_ONCE: Duration = Duration::from_secs(15);

/// The same tables from two nodes as from one rank, under a name that no shell may read.
pub fn same_bytes(cluster: &Cluster) {
    let study = Study::small();
    let job = submit(
        cluster,
        &study,
        &[],
        &TWO_NODES,
        "map.sbatch",
        &[CONFIG, "--out", "out dir $(touch harm)"],
    );
    job.succeeds(&study);
    let said = study.text("job.log");
    assert!(said.contains("on 4 ranks x 1 thread"), "{said}");
    study.gave_the_bytes_of_one_rank("out dir $(touch harm)");
    study.is_unharmed();
}

/// An error on one rank.
pub fn error(cluster: &Cluster) {
    fails(cluster, "error@scan:1", "1:0", "error on rank 1: failing");
}

/// A panic on one rank.
pub fn panic(cluster: &Cluster) {
    fails(cluster, "panic@scan:3", "101:0", "panic on rank 3");
}

fn fails(cluster: &Cluster, fault: &str, code: &str, words: &str) {
    let study = Study::small();
    let fault = [("MPIQTL_FAULT", fault)];
    let started = Instant::now();
    let job = submit_map(cluster, &study, &fault);
    let facts = job.end();
    let took = started.elapsed();
    let said = study.text("job.log");
    assert_eq!(facts["JobState"], "FAILED", "{said}");
    assert_eq!(facts["Restarts"], "0", "a failure is not requeued");
    if code == "1:0" {
        assert_eq!(facts["ExitCode"], code, "{said}");
    }
    assert!(said.contains(words), "'{words}' is wanted in\n{said}");
    assert!(took < AT_ONCE, "ended after {took:?}");
    assert!(!study.file("out/run.json").exists(), "a record was left");
}

/// A rank that is killed while it scans.
pub fn killed(cluster: &Cluster) {
    let study = Study::long();
    let job = submit_map(cluster, &study, &[]);
    wait_for("the scan", Duration::from_secs(30), || {
        study.text("job.log").contains("\nplan ").then_some(())
    });
    let ranks = cluster.ranks("SLURM_PROCID=2");
    assert_eq!(ranks.len(), 1, "rank 2 is a process of this cluster");
    let started = Instant::now();
    crate::hosts::kill(ranks[0]);
    let facts = job.end();
    let took = started.elapsed();
    let said = study.text("job.log");
    assert_eq!(facts["JobState"], "FAILED", "{said}");
    assert!(took < AT_ONCE, "ended after {took:?}\n{said}");
    assert!(said.contains("Killed"), "{said}");
    assert!(cluster.ranks("SLURM_PROCID=").is_empty(), "ranks are left");
    assert!(!study.file("out/run.json").exists(), "a record was left");
}
