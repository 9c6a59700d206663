//! Shards as an array of jobs, and the job that merges them.

use crate::cluster::{Cluster, root};
use crate::jobs::Job;
use crate::requeue::stand_in_for_mpiqtl;
use crate::study::{CONFIG, Study};
use crate::support::succeed;

const OUT: &str = "out dir $(touch harm)";

/// Submits three shards and their merge; the two jobs.
fn submit_array<'a>(
    cluster: &'a Cluster,
    study: &Study,
    program: Option<&str>,
) -> (Job<'a>, Job<'a>) {
    let mut command = cluster.at(study.path(), "run");
    command.arg(root().join("slurm/submit-array"));
    // The log of every job, one after the other.
    command.args([
        "--mem-per-cpu=100M",
        "--time=10",
        "--output=job.log",
        "--open-mode=append",
    ]);
    command.args(["3", OUT, CONFIG]);
    if let Some(program) = program {
        command.env("MPIQTL", program);
    }
    let output = succeed(&mut command);
    let said = String::from_utf8(output.stdout).expect("two numbers");
    let number = |word: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(word));
        Job::new(cluster, line.expect("a number").trim())
    };
    (number("shards"), number("merge"))
}

/// A program that writes a file for each shard and counts them when it merges. Shard 2 stops once on request.
pub fn stand_in(cluster: &Cluster) {
    let study = Study::small();
    let program = stand_in_for_mpiqtl(
        &study,
        r#"if [ "$1" = merge ]; then ls "$2"/shards >merged; exit; fi
        [ "$2" = --config ] && [ -r "$3" ] && [ "$4" = --out ] && [ "$6" = --shard ] || exit 2
        if [ "$7" = 2/3 ] && [ "${SLURM_RESTART_COUNT:-0}" = 0 ]; then exit 75; fi
        mkdir -p "$5/shards" && touch "$5/shards/${7/\// of }""#,
    );
    let (shards, merge) = submit_array(cluster, &study, Some(&program));
    let second = Job::new(cluster, &format!("{}_2", shards.id)).end();
    assert_eq!(second["Restarts"], "1", "shard 2 was requeued");
    merge.succeeds(&study);
    assert_eq!(study.text("merged"), "1 of 3\n2 of 3\n3 of 3\n");
    study.is_unharmed();
}

/// The merge leaves the queue when a shard has failed.
pub fn failed(cluster: &Cluster) {
    let study = Study::small();
    let program = stand_in_for_mpiqtl(
        &study,
        r#"if [ "$1" = merge ]; then touch merged; fi
        [ "$7" != 3/3 ]"#,
    );
    let (_, merge) = submit_array(cluster, &study, Some(&program));
    assert_eq!(merge.end()["JobState"], "CANCELLED");
    assert!(!study.file("merged").exists(), "shards were merged");
}

/// `map --shard` and `merge` themselves.
pub fn map(cluster: &Cluster) {
    let study = Study::small();
    let (_, merge) = submit_array(cluster, &study, None);
    merge.succeeds(&study);
    study.gave_the_bytes_of_one_rank(OUT);
    study.is_unharmed();
}
