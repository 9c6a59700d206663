//! mpirun over TCP on three hosts: the same bytes, and an end when a host is lost.

use std::fs::File;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::cluster::{Cluster, wait_for};
use crate::study::{CONFIG, Study};

/// From the death of a host to the end of the job. Its daemon's connection ends at once.
const AFTER_DEATH: Duration = Duration::from_secs(15);

/// From the cut to the end of the job. The settings of `slurm/site.env` notice after 5 + 3 x 2 s, and mpirun takes a few
/// seconds to end the ranks.
const AFTER_CUT: Duration = Duration::from_secs(25);

/// `map` on three hosts with the settings of the site file, logged to `job.log`.
struct Running(Child);

impl Running {
    fn start(cluster: &Cluster, study: &Study, fault: Option<&str>) -> Self {
        let log = File::create(study.file("job.log")).expect("a log");
        // The site file is read as a user's shell would read it.
        let words = r#"set -a; source "$MPIQTL_SITE"; config=$1; shift
            exec mpirun -n 3 --map-by node "$MPIQTL" map --config "$config""#;
        let mut command = cluster.at(study.path(), "run");
        command.args(["bash", "-c", words, "-", CONFIG]);
        if let Some(fault) = fault {
            command.env("MPIQTL_FAULT", fault);
        }
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log);
        Self(command.spawn().expect("the job starts"))
    }

    /// Waits for the end, for so long at most; how it ended and after what time.
    fn end(mut self, most: Duration) -> (ExitStatus, Duration) {
        let started = Instant::now();
        let status = wait_for("the end of the job", most, || {
            self.0.try_wait().expect("a child")
        });
        (status, started.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Kills a process.
pub fn kill(process: u32) {
    let status = Command::new("kill")
        .args(["-s", "KILL", &process.to_string()])
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "process {process} is there"
    );
}

/// The tables of one rank.
pub fn same_bytes(cluster: &Cluster) {
    let study = Study::small();
    let (status, _) = Running::start(cluster, &study, None).end(Duration::from_secs(30));
    let said = study.text("job.log");
    assert!(status.success(), "{said}");
    assert!(said.contains("on 3 ranks"), "{said}");
    study.gave_the_bytes_of_one_rank("out");
    study.is_unharmed();
}

/// An error on a rank of another host than mpirun's.
pub fn error(cluster: &Cluster) {
    let study = Study::small();
    let job = Running::start(cluster, &study, Some("error@scan:2"));
    let (status, _) = job.end(Duration::from_secs(20));
    let said = study.text("job.log");
    assert_eq!(status.code(), Some(1), "{said}");
    let words = "error on rank 2: failing on purpose";
    assert_eq!(said.matches(words).count(), 1, "{said}");
}

/// All processes of a host at once: a crash.
pub fn died(cluster: &Cluster) {
    let took = lose_host_3(cluster, "kill", AFTER_DEATH);
    eprintln!("    a dead host ended the job after {took:.1} s");
}

/// No packet comes from a host any more.
pub fn cut(cluster: &Cluster) {
    let took = lose_host_3(cluster, "cut", AFTER_CUT);
    eprintln!("    a cut link ended the job after {took:.1} s");
    let mended = cluster.script("mend").arg("3").status();
    assert!(mended.is_ok_and(|status| status.success()));
    // The lost host ends its own ranks too, when it finds mpirun gone.
    wait_for("the end of the ranks", AFTER_CUT, || {
        cluster
            .ranks("OMPI_COMM_WORLD_RANK=")
            .is_empty()
            .then_some(())
    });
    same_bytes(cluster);
}

/// Loses host 3 while the long study is scanned; seconds until mpirun has ended, and ended the ranks it can reach.
fn lose_host_3(cluster: &Cluster, how: &str, most: Duration) -> f64 {
    let study = Study::long();
    let job = Running::start(cluster, &study, None);
    wait_for("the scan", Duration::from_secs(30), || {
        study.text("job.log").contains("\nplan ").then_some(())
    });
    std::thread::sleep(Duration::from_secs(1));
    let lost = cluster.script(how).arg("3").status();
    assert!(lost.is_ok_and(|status| status.success()));
    let (status, took) = job.end(most);
    let said = study.text("job.log");
    assert!(!status.success(), "{said}");
    assert!(
        !said.contains("\nresult"),
        "done before the host was lost\n{said}"
    );
    assert!(!study.file("out/run.json").exists(), "a record was left");
    wait_for("the end of the ranks", Duration::from_secs(5), || {
        let left = cluster.ranks("OMPI_COMM_WORLD_RANK=");
        (left.len() <= usize::from(how == "cut")).then_some(())
    });
    took.as_secs_f64()
}
