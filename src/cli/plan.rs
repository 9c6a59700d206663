//! `mpiqtl plan`: the files and options of `map`, and what a run with them would do, need and give. Never starts MPI.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::failure::{FAILED, of_command, print_out, usage};
use super::map_input::MapInput;
use crate::run::{
    Crowd, Forecast, Job, Log, MapConfig, RunError, Shape, lines, plan_of_shape, plan_of_study,
    print_line, sbatch,
};

/// Options of `plan`: those of `map` and a few more.
#[derive(Args, Debug)]
pub struct PlanInput {
    #[command(flatten)]
    map: MapInput,

    /// Ranks the run will have [default: this machine's cores]
    #[arg(long, value_name = "N", help_heading = "Plan")]
    ranks: Option<usize>,

    /// 10^9 products and sums a second of a thread [default: measured]
    ///
    /// Measured here, in a fraction of a second.
    #[arg(long, value_name = "N", help_heading = "Plan")]
    gmac: Option<f64>,

    /// Plan SNPs x genes x samples, such as 500000x20000x800, in place of files
    #[arg(long, value_name = "SHAPE", help_heading = "Plan")]
    shape: Option<Shape>,

    /// Write a script for Slurm that maps with these options
    ///
    /// - prints it in place of the plan.
    #[arg(long, value_name = "FILE", help_heading = "Plan")]
    sbatch: Option<PathBuf>,

    /// Print the plan as JSON
    #[arg(long, help_heading = "Plan")]
    json: bool,
}

/// Plans.
pub fn run(mut input: PlanInput) -> ExitCode {
    let with_file = match std::mem::take(&mut input.map).with_file() {
        Ok(map) => map,
        Err(message) => return usage(&message),
    };
    if let Err(message) = input.check(&with_file) {
        return usage(&message);
    }
    let config = match input.complete(with_file).resolve() {
        Ok(config) => config,
        Err(message) => return usage(&message),
    };
    let threads = config.threads.unwrap_or(1);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let crowd = Crowd {
        ranks: input.ranks.unwrap_or((cores / threads).max(1)),
        threads,
        gmac_per_sec: input.gmac,
    };
    match input.forecast(&config, crowd) {
        Ok(plan) => input.tell(&plan),
        Err(error) => of_command(Err::<(), _>(error)),
    }
}

impl PlanInput {
    fn check(&self, map: &MapInput) -> Result<(), String> {
        const MOST: usize = 1_000_000;
        if self.ranks.is_some_and(|ranks| !(1..=MOST).contains(&ranks)) {
            return Err(format!("--ranks is not from 1 to {MOST}"));
        }
        if self
            .gmac
            .is_some_and(|gmac| !(gmac > 0.0 && gmac.is_finite()))
        {
            return Err("--gmac is not a positive number".into());
        }
        let has_files = map.genotypes.is_some() || map.expression.is_some();
        if self.shape.is_some() && (has_files || self.sbatch.is_some()) {
            return Err(
                "--shape stands in place of files; leave the files and --sbatch out".into(),
            );
        }
        if self.sbatch.is_some() && map.out.is_none() {
            return Err("--out is missing, which the run of an sbatch script needs".into());
        }
        Ok(())
    }

    /// The options of `map` with those that a plan does without.
    fn complete(&self, mut map: MapInput) -> MapInput {
        map.out.get_or_insert_with(|| "results".into());
        if self.shape.is_some() {
            map.genotypes = Some("--shape".into());
            map.expression = Some("--shape".into());
            // An interaction needs covariates, which a shape has not got.
            map.covariates = Some("--shape".into());
        }
        map
    }

    fn forecast(&self, config: &MapConfig, crowd: Crowd) -> Result<Forecast, RunError> {
        match self.shape {
            Some(shape) => plan_of_shape(config, shape, crowd),
            None => plan_of_study(config, crowd, Log::new(true)),
        }
    }

    /// Prints the plan and writes the script.
    fn tell(&self, plan: &Forecast) -> ExitCode {
        let script = || {
            let program = std::env::current_exe().unwrap_or_else(|_| "mpiqtl".into());
            let job = Job {
                program: program.display().to_string(),
                arguments: words_of_map(std::env::args().skip(2)),
            };
            sbatch(plan, &job)
        };
        let mut text = match self.json {
            true => serde_json::to_string_pretty(plan).expect("a plan is plain data") + "\n",
            false => lines(plan).join("\n") + "\n",
        };
        match self.sbatch.as_deref() {
            Some(path) if path == Path::new("-") => text = script(),
            Some(path) => {
                if let Err(error) = std::fs::write(path, script()) {
                    print_line(&format!(
                        "mpiqtl: error: {}: cannot be written: {error}",
                        path.display()
                    ));
                    return ExitCode::from(FAILED);
                }
            }
            None => {}
        }
        print_out(&text)
    }
}

/// The words of `plan` that are words of `map` too; `--threads` is left to the script.
fn words_of_map(words: impl Iterator<Item = String>) -> Vec<String> {
    const WITH_VALUE: [&str; 4] = ["--ranks", "--gmac", "--sbatch", "--threads"];
    let mut kept = Vec::new();
    let mut words = words;
    while let Some(word) = words.next() {
        let flag = word.split('=').next().unwrap_or_default();
        if WITH_VALUE.contains(&flag) {
            if flag == word {
                words.next();
            }
        } else if word != "--json" {
            kept.push(word);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_has_the_words_of_map_alone() {
        let words =
            "--config c.toml --ranks 8 --gmac=7 --p-cis 0.1 --sbatch - --json --threads=4 --out o";
        let kept = words_of_map(words.split(' ').map(String::from));
        assert_eq!(kept.join(" "), "--config c.toml --p-cis 0.1 --out o");
    }
}
