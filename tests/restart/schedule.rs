//! Who scans what while the scan goes on.

use super::study::{Study, assert_same};
use super::support::{mpirun, record, succeed};

#[test]
fn a_rank_at_half_speed_has_fewer_block_pairs() {
    let map = "map --genotypes genotypes.h5 --expression expression.h5 --p-cis 0.1 --p-trans 0.01 --block-snps 64 \
               --block-genes 4";
    let study = Study::of_shape("--snps 600 --genes 40 --samples 50", map);
    let wanted = study.in_peace();
    for slow in [0, 1] {
        let out = format!("slow{slow}");
        let mut command = study.map(mpirun(2), &out);
        command.args(["--threads", "1", "--oversubscribe"]);
        command.env("MPIQTL_FAULT", format!("slow@scan:{slow}"));
        command.env("MPIQTL_SLOW_MS", "30");
        succeed(&mut command);
        assert_same(&study.path(&out), &wanted);
        let record = record(&study.path(&out));
        let pairs = |rank: usize| record["ranks"][rank]["block_pairs"].as_u64().unwrap();
        assert_eq!(pairs(0) + pairs(1), 100);
        assert!(4 * pairs(1 - slow) > 5 * pairs(slow), "{}", record["ranks"]);
    }
}

#[test]
fn ranks_without_work_from_the_start_are_no_trouble() {
    let map = "map --genotypes genotypes.h5 --expression expression.h5 --p-all 0.5";
    let study = Study::of_shape("--snps 50 --genes 5 --samples 30", map);
    let wanted = study.in_peace();
    let mut command = study.map(mpirun(4), "out");
    succeed(command.args(["--threads", "2", "--oversubscribe"]));
    assert_same(&study.path("out"), &wanted);
}
