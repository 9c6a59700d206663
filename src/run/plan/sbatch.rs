//! A plan as a script for Slurm.

use super::Forecast;
use super::print::at_least;

/// A step of the memory that is asked for, in MiB.
const MEMORY_STEP: u64 = 256;

/// What a script starts.
#[derive(Clone, Debug)]
pub struct Job {
    /// The program.
    pub program: String,
    /// The words after `mpiqtl map`, without `--threads`.
    pub arguments: Vec<String>,
}

/// The script: ranks, threads and memory of the plan, and its time twice and ten minutes more.
pub fn sbatch(plan: &Forecast, job: &Job) -> String {
    let words: Vec<String> = job.arguments.iter().map(|word| quoted(word)).collect();
    let mib = (plan.memory_bytes_root >> 20) * 5 / 4 / plan.threads as u64 + 1;
    format!(
        "#!/bin/bash\n\
         # Written by mpiqtl plan: {}{} tests in {} block pairs.\n\
         #SBATCH --job-name=mpiqtl\n\
         #SBATCH --ntasks={}\n\
         #SBATCH --cpus-per-task={}\n\
         #SBATCH --mem-per-cpu={}M\n\
         #SBATCH --time={}\n\
         #SBATCH --output=mpiqtl-%j.log\n\
         set -euo pipefail\n\
         \n\
         program={}\n\
         # OpenBLAS starts no threads of its own, and srun does not take over --cpus-per-task by itself.\n\
         export OPENBLAS_NUM_THREADS=1\n\
         export SRUN_CPUS_PER_TASK={}\n\
         exec srun --mpi=pmix --kill-on-bad-exit=1 \"${{MPIQTL:-$program}}\" map {} --threads {}\n",
        at_least(plan),
        plan.tests.total(),
        plan.block_pairs,
        plan.ranks,
        plan.threads,
        mib.next_multiple_of(MEMORY_STEP),
        time(plan.scan_secs),
        quoted(&job.program),
        plan.threads,
        words.join(" "),
        plan.threads
    )
}

/// Twice the time and ten minutes more, as Slurm writes it.
fn time(secs: f64) -> String {
    let minutes = (2.0 * secs / 60.0).ceil() as u64 + 10;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    format!("{days}-{hours:02}:{minutes:02}:00")
}

/// A word as a shell takes it for what it is.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("a/b-1.h5"), "a/b-1.h5");
        assert_eq!(quoted("my file; rm -rf $HOME"), "'my file; rm -rf $HOME'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn time_has_a_margin() {
        assert_eq!(time(0.0), "0-00:10:00");
        assert_eq!(time(86_400.0), "2-00:10:00");
    }
}
