//! Code 75: a job that was stopped on request goes back into the queue and continues.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::cluster::{Cluster, wait_for};
use crate::jobs::{PATIENCE, submit_map};
use crate::study::Study;

/// A program that takes the place of mpiqtl: every rank runs these lines of shell.
pub fn stand_in_for_mpiqtl(study: &Study, lines: &str) -> String {
    let path = study.file("stand-in");
    fs::write(&path, format!("#!/bin/bash\n{lines}\n")).expect("a script is written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("and made to run");
    path.into_os_string().into_string().expect("a plain path")
}

/// A program that waits for SIGUSR1, ends with 75 then, and succeeds the second time; its ranks do not end at once.
pub fn stand_in(cluster: &Cluster) {
    let study = Study::small();
    let program = stand_in_for_mpiqtl(
        &study,
        r#"if [ "$SLURM_RESTART_COUNT" = 1 ]; then touch "second.$SLURM_PROCID"; exit 0; fi
        trap 'sleep 0.$((SLURM_PROCID * 3)); exit 75' USR1
        touch "first.$SLURM_PROCID"
        for i in {1..300}; do sleep 0.1; done
        exit 1"#,
    );
    let program = [("MPIQTL", program.as_str())];
    let job = submit_map(cluster, &study, &program);
    let all_are = |phase: &str| (0..4).all(|rank| study.file(&format!("{phase}.{rank}")).exists());
    wait_for("the ranks", PATIENCE, || all_are("first").then_some(()));
    job.signal("USR1");
    job.succeeds(&study);
    assert!(all_are("second"), "all ranks were started again");
    let said = study.text("job.log");
    assert!(said.contains("goes back into the queue"), "{said}");
    assert_eq!(said.matches("srun --mpi=pmix").count(), 2, "{said}");
    study.is_unharmed();
}

/// A job that never gets further does not circle for ever.
pub fn without_end(cluster: &Cluster) {
    let study = Study::small();
    let program = stand_in_for_mpiqtl(&study, "exit 75");
    let variables = [("MPIQTL", program.as_str()), ("MPIQTL_MAX_REQUEUES", "1")];
    let job = submit_map(cluster, &study, &variables);
    let facts = job.end();
    let said = study.text("job.log");
    assert_eq!(facts["JobState"], "FAILED", "{said}");
    assert_eq!(facts["ExitCode"], "75:0", "{said}");
    assert_eq!(facts["Restarts"], "1", "{said}");
    assert!(
        said.contains("stopped once more after 1 requeues"),
        "{said}"
    );
}

/// Failures and wrong usage are told, not tried again.
pub fn other_codes(cluster: &Cluster) {
    for code in ["1", "2", "101"] {
        let study = Study::small();
        let program = stand_in_for_mpiqtl(&study, &format!("exit {code}"));
        let program = [("MPIQTL", program.as_str())];
        let job = submit_map(cluster, &study, &program);
        let facts = job.end();
        assert_eq!(facts["ExitCode"], format!("{code}:0"));
        assert_eq!(facts["Restarts"], "0");
    }
}

/// `map` itself, stopped in the middle of its scan.
pub fn map(cluster: &Cluster) {
    let study = Study::small();
    let slow = [("MPIQTL_SLOW_MS", "500")];
    let job = submit_map(cluster, &study, &slow);
    wait_for("the scan", PATIENCE, || {
        study.text("job.log").contains("\nplan ").then_some(())
    });
    std::thread::sleep(Duration::from_secs(1));
    job.signal("USR1");
    job.succeeds(&study);
    let said = study.text("job.log");
    assert!(said.contains("goes back into the queue"), "{said}");
    assert_eq!(job.facts()["Restarts"], "1", "{said}");
    study.gave_the_bytes_of_one_rank("out");
    study.is_unharmed();
}
