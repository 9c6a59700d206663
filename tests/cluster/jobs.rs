//! Jobs of Slurm: submitted, looked at, waited for.

use std::collections::HashMap;
use std::time::Duration;

use crate::cluster::{Cluster, root, wait_for};
use crate::slurm::TWO_NODES;
use crate::study::{CONFIG, Study};
use crate::support::succeed;

/// A job that has not ended by then hangs; its time limit is far beyond.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// A submitted job.
pub struct Job<'a> {
    cluster: &'a Cluster,
    /// Its number.
    pub id: String,
}

/// What Slurm says of a job: `JobState`, `ExitCode`, `Restarts` and so on.
pub type Facts = HashMap<String, String>;

/// Submits a script of `slurm/` for a study: four ranks on two nodes where nothing else is asked for.
pub fn submit<'a>(
    cluster: &'a Cluster,
    study: &Study,
    variables: &[(&str, &str)],
    options: &[&str],
    script: &str,
    words: &[&str],
) -> Job<'a> {
    let mut command = cluster.at(study.path(), "run");
    command.args(["sbatch", "--parsable", "--output=job.log", "--time=10"]);
    command
        .arg("--mem-per-cpu=100M")
        .args(options)
        .arg(root().join("slurm").join(script));
    command
        .args(words)
        .envs(variables.iter().map(|&(name, value)| (name, value)));
    let output = succeed(&mut command);
    let id = String::from_utf8(output.stdout).expect("a number");
    Job::new(cluster, id.trim())
}

/// Submits `slurm/map.sbatch` with the study's configuration to two nodes.
pub fn submit_map<'a>(cluster: &'a Cluster, study: &Study, variables: &[(&str, &str)]) -> Job<'a> {
    submit(
        cluster,
        study,
        variables,
        &TWO_NODES,
        "map.sbatch",
        &[CONFIG],
    )
}

impl<'a> Job<'a> {
    /// The job of this number.
    pub fn new(cluster: &'a Cluster, id: &str) -> Self {
        let id = id.to_string();
        Self { cluster, id }
    }

    /// What Slurm says now.
    pub fn facts(&self) -> Facts {
        let mut show = self.cluster.script("run");
        show.args(["scontrol", "--oneliner", "show", "job", &self.id]);
        let output = succeed(&mut show);
        let text = String::from_utf8_lossy(&output.stdout);
        let words = text.split_whitespace();
        words
            .filter_map(|word| word.split_once('='))
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect()
    }

    /// What Slurm says when the job has ended for good.
    pub fn end(&self) -> Facts {
        const ENDS: [&str; 5] = ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL"];
        let mut hurried = "0".to_string();
        wait_for("the end of the job", PATIENCE, || {
            let facts = self.facts();
            if facts["JobState"] == "PENDING" && facts["Restarts"] != hurried {
                self.start_soon();
                hurried.clone_from(&facts["Restarts"]);
            }
            ENDS.contains(&facts["JobState"].as_str()).then_some(facts)
        })
    }

    /// Slurm lets a requeued job wait for two minutes: not here. At once would be too soon: the end of the first start is
    /// still being reported, and would be taken for that of the second.
    fn start_soon(&self) {
        let mut update = self.cluster.script("run");
        let job = format!("JobId={}", self.id);
        succeed(update.args(["scontrol", "update", &job, "StartTime=now+4"]));
    }

    /// Waits for the end and expects success.
    pub fn succeeds(&self, study: &Study) {
        let facts = self.end();
        let said = study.text("job.log");
        assert_eq!(facts["JobState"], "COMPLETED", "{facts:?}\n{said}");
    }

    /// Sends a signal to the steps of the job, as Slurm does before the time is up.
    pub fn signal(&self, name: &str) {
        let mut scancel = self.cluster.script("run");
        succeed(scancel.args(["scancel", &format!("--signal={name}"), &self.id]));
    }
}
