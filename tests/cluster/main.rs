//! Jobs on a real cluster: Slurm with two nodes, and mpirun over TCP on three hosts that fail.
//!
//! `scripts/cluster` makes both on this one machine. Where it cannot (no root, packages missing) the tests say so and
//! are skipped. A cluster is started once and its cases run in turn, for they share its nodes and take their time.

mod arrays;
mod cluster;
mod hosts;
mod jobs;
mod requeue;
mod scaling;
mod slurm;
mod study;

#[path = "../support/mod.rs"]
mod support;

use cluster::{Cluster, in_turn};

#[test]
fn under_slurm() {
    let Some(cluster) = Cluster::start("slurm", &[]) else {
        return;
    };
    in_turn(
        &cluster,
        &[
            ("both nodes give the bytes of one rank", slurm::same_bytes),
            ("an error ends the job", slurm::error),
            ("a panic ends the job", slurm::panic),
            ("a killed rank ends the job", slurm::killed),
            ("code 75 requeues the job", requeue::stand_in),
            ("code 75 forever does not", requeue::without_end),
            ("other codes do not requeue", requeue::other_codes),
            ("a stopped map continues to the same bytes", requeue::map),
            ("an array of shards is merged after it", arrays::stand_in),
            ("a failed shard takes the merge along", arrays::failed),
            ("merged shards are the same bytes", arrays::map),
            ("scaling scripts end in a table", scaling::tables),
        ],
    );
}

#[test]
fn on_several_hosts() {
    let Some(cluster) = Cluster::start("hosts", &["3"]) else {
        return;
    };
    in_turn(
        &cluster,
        &[
            ("three hosts give the bytes of one rank", hosts::same_bytes),
            ("an error ends the job on all hosts", hosts::error),
            ("a cut link ends the job", hosts::cut),
            ("a host that dies ends the job", hosts::died),
        ],
    );
}
