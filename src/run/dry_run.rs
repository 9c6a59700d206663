//! `map --dry-run`: what a run would read, import, write, replace and continue, and what `plan` says of it. Refuses what
//! `map` would refuse before it reads a matrix, touches no file and starts no MPI.

use std::path::Path;

use super::config::MapConfig;
use super::error::RunError;
use super::journal::{Identity, JournalFolder, Outcome};
use super::log::{Log, counted, grouped, many};
use super::output::{IMPORTED, OutFolder, names_of_results, nearest};
use super::plan::{Crowd, Forecast, lines, plan_of_study};
use super::regression::Regression;
use super::resume::journal_path;
use super::shard::{check_stores, shard_folder};
use super::space::Expected;
use super::study::{Source, check_inputs, expression_source, genotype_source};

/// What a run would do, in lines for people.
///
/// # Errors
/// Inputs, options or an output folder that `map` would refuse.
pub fn dry_run(config: &MapConfig, crowd: Crowd, log: Log) -> Result<Vec<String>, RunError> {
    if let Some(shard) = config.shard {
        check_stores(config, shard)?;
    }
    let out = match config.shard {
        Some(shard) => shard_folder(&config.out, shard),
        None => config.out.clone(),
    };
    let replaced = OutFolder::look(&out, config.overwrite)?;
    let (are_stores_there, mut said) = inputs(config, &out)?;
    let journal = match are_stores_there {
        true => {
            let plan = plan_of_study(config, crowd, log)?;
            let journal = Journal::look(config, &out, Some(&plan))?;
            let folders = [journal_path(config, &out), out.clone()];
            let folders = folders.each_ref().map(|folder| nearest(folder));
            Expected::of_run(config, plan.tests).check(config, &folders, journal.bytes)?;
            said.extend(lines(&plan));
            journal
        }
        false => {
            check_inputs(config, log);
            let regression = Regression::open(config, log)?;
            said.push(format!(
                "samples   {} used, df {}",
                regression.samples.ids.len(),
                regression.model.df()
            ));
            said.push(
                "tests     'mpiqtl plan' counts them, reading the files that are no stores".into(),
            );
            Journal::look(config, &out, None)?
        }
    };
    said.extend(journal.said);
    said.extend(outputs(config, &out, &replaced));
    said.push("dry run   no matrix was read, and nothing was written".into());
    Ok(said)
}

/// Whether both inputs are stores or were imported before, and what would be read and imported.
fn inputs(config: &MapConfig, out: &Path) -> Result<(bool, Vec<String>), RunError> {
    let folder = out.join(IMPORTED);
    let mut are_there = true;
    let mut said = Vec::new();
    let mut tell = |input: &Path, store: &Path, is_made: bool| {
        are_there &= is_made;
        let (input, store) = (input.display(), store.display());
        said.push(match is_made {
            true => format!("import    {input}: taken from {store}, for it has not changed"),
            false => format!("import    {input} to {store}"),
        });
    };
    let mut read = Vec::new();
    match genotype_source(config, &folder)? {
        Source::Store(path) => read.push(path),
        Source::Import(job) => tell(&job.input, &job.out, job.is_made()),
    }
    match expression_source(config, &folder)? {
        Source::Store(path) => read.push(path),
        Source::Import(job) => tell(&job.input, &job.out, job.is_made()),
    }
    read.extend(
        config
            .covariates
            .iter()
            .chain(&config.error_covariance)
            .cloned(),
    );
    if !read.is_empty() {
        let names: Vec<_> = read.iter().map(|path| path.display().to_string()).collect();
        said.insert(0, format!("read      {}", names.join(", ")));
    }
    Ok((are_there, said))
}

/// What an earlier start of the run left.
#[derive(Default)]
struct Journal {
    said: Option<String>,
    bytes: u64,
}

impl Journal {
    /// Looks for journals of the run, whose plan is known if its stores are there.
    fn look(config: &MapConfig, out: &Path, plan: Option<&Forecast>) -> Result<Self, RunError> {
        let path = journal_path(config, out);
        if config.fresh {
            let said = path
                .is_dir()
                .then(|| format!("drop      {}: --fresh starts over", path.display()));
            return Ok(Self { said, bytes: 0 });
        }
        let Some((folder, manifest)) = JournalFolder::look(&path)? else {
            return Ok(Self::default());
        };
        let mut outcome = Outcome::default();
        folder.read_into(&mut outcome)?;
        if outcome.n_done() == 0 {
            return Ok(Self::default());
        }
        if let Some(plan) = plan {
            let now = Identity::of_shape(config, &plan.grid, plan.n_used);
            let differences = now.differences(&manifest.identity.shared_with(&now));
            if !differences.is_empty() {
                return Err(RunError::OtherRun {
                    journal: path,
                    differences,
                });
            }
        }
        // A shard has a part of them.
        let of = plan.filter(|_| config.shard.is_none());
        let n_done = outcome.n_done() as u64;
        let done = match of {
            Some(plan) => format!(
                "{} of {}",
                grouped(n_done),
                many(plan.block_pairs as u64, "block pair")
            ),
            None => many(n_done, "block pair"),
        };
        let are = match n_done {
            1 => "is done and is",
            _ => "are done and are",
        };
        Ok(Self {
            said: Some(format!(
                "continue  {}: {done} {are} not scanned again, unless an input has changed",
                path.display()
            )),
            bytes: folder.bytes()?,
        })
    }
}

/// What would be written and replaced.
fn outputs(config: &MapConfig, out: &Path, replaced: &[&str]) -> Vec<String> {
    let folder = out.display();
    if config.shard.is_some() {
        let said = format!("write     {folder}: the journal of the shard, for 'mpiqtl merge'");
        return vec![said];
    }
    let made = if out.is_dir() { "" } else { ", which is made" };
    let names = names_of_results(config).join(", ");
    let mut said = vec![format!("write     {folder}{made}: {names}")];
    if !replaced.is_empty() {
        said.push(format!(
            "replace   {folder}: {} of an earlier run, when the new ones are whole: {}",
            counted(replaced.len(), "file"),
            replaced.join(", ")
        ));
    }
    said
}
