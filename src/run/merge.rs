//! `merge`: the shards of a run, each scanned by a process of its own, to the tables of the whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::clock::Clock;
use super::config::{MapConfig, Shard};
use super::error::RunError;
use super::finish::{Finish, Gathered};
use super::journal::{JOURNAL, JournalFolder, Manifest, Outcome};
use super::log::{Log, counted};
use super::output::OutFolder;
use super::prepare::{Prepared, prepare};
use super::report::report;
use super::resume::manifest;
use super::shard::{SHARDS, shard_pairs};
use super::share::Share;
use super::study::Study;
use crate::comm::World;
use crate::plan::Plan;

/// A shard that was found.
struct Found {
    path: PathBuf,
    folder: JournalFolder,
    manifest: Manifest,
    shard: Shard,
}

/// Joins all shards in an output folder into tables there.
///
/// # Errors
/// If a shard is missing, there twice, of another run, damaged or not finished; if the results cannot be written.
pub fn merge(out: &Path, overwrite: bool, command: Vec<String>) -> Result<(), RunError> {
    let log = Log::new(true);
    let mut clock = Clock::start();
    clock.enter("open");
    let shards = find(out)?;
    let config = MapConfig {
        out: out.into(),
        overwrite,
        shard: None,
        ..shards[0].manifest.config.clone()
    };
    let folder = OutFolder::open(out, overwrite)?;
    let study = Study::open(&config, &folder, log)?;
    clock.enter("prepare");
    let mut prepared = prepare(&config, &study, log)?;
    shards
        .iter()
        .try_for_each(|found| found.check_identity(&config, &study, &prepared))?;
    clock.enter("gather");
    let mut outcome = Outcome::default();
    shards
        .iter()
        .try_for_each(|found| found.add_to(&mut outcome, &prepared.plan))?;
    let tests = prepared.plan.tests;
    outcome.check(&prepared.plan.pairs, tests)?;
    log.info(format!("merge   {}", counted(shards.len(), "shard")));
    let n_constant_genes = prepared.genes.n_constant();
    let gene_missing = std::mem::take(&mut prepared.gene_missing);
    let share = Share::distribute(&World::alone(), Some((prepared, &study, None)), log)?;
    clock.enter("write");
    let finish = Finish {
        config: &config,
        command,
        out: &folder,
        study: &study,
        share: &share,
        tests,
        genes_left_out: None,
        n_constant_genes,
        gene_missing,
        starts: 0,
        shards: Some(shards.len()),
        sort_file: folder.file("sort.tmp"),
    };
    let gathered = Gathered {
        outcome,
        figures: Vec::new(),
        hosts: Vec::new(),
    };
    finish.write(gathered, &mut clock, log)?;
    report(&config, log);
    Ok(())
}

impl Found {
    /// Checks that the shard is of the run these options and inputs make.
    fn check_identity(
        &self,
        config: &MapConfig,
        study: &Study,
        prepared: &Prepared,
    ) -> Result<(), RunError> {
        let config = MapConfig {
            shard: Some(self.shard),
            ..config.clone()
        };
        let wanted = manifest(&config, study, prepared).identity;
        let differences = wanted.differences(&self.manifest.identity);
        if differences.is_empty() {
            return Ok(());
        }
        Err(RunError::Input(format!(
            "{}: is a shard of another run, or its inputs have changed: {differences}",
            self.path.display()
        )))
    }

    /// Adds what the shard holds, which must be all of its block pairs.
    fn add_to(&self, outcome: &mut Outcome, plan: &Plan) -> Result<(), RunError> {
        self.folder.read_into(outcome)?;
        let (shard, pairs) = (self.shard, shard_pairs(plan, self.shard));
        let left = pairs.iter().filter(|pair| !outcome.is_done(pair)).count();
        if left == 0 {
            return Ok(());
        }
        let mut damages = outcome.damages();
        let damage = damages.find(|(path, _)| path.starts_with(&self.path));
        Err(RunError::Input(match damage {
            Some((path, at)) => format!(
                "{}: shard {shard} is damaged at byte {at}; run it again with --shard {shard}, it scans what was lost \
                 again",
                path.display()
            ),
            None => format!(
                "{}: shard {shard} is not finished, {} are left; run it again with --shard {shard} to continue",
                self.path.display(),
                counted(left, "block pair")
            ),
        }))
    }
}

/// All shards in an output folder, which must be each of them once.
fn find(out: &Path) -> Result<Vec<Found>, RunError> {
    let folder = out.join(SHARDS);
    let failed = |source| RunError::Output {
        path: folder.clone(),
        action: "cannot be read; shards are made by 'mpiqtl map --shard I/N' with the same --out",
        source,
    };
    let mut found: Vec<Found> = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.push(open(path)?);
        }
    }
    found.sort_by(|a, b| (a.shard, &a.path).cmp(&(b.shard, &b.path)));
    let Some(first) = found.first() else {
        return Err(RunError::Input(format!(
            "{}: holds no shards; they are made by 'mpiqtl map --shard I/N' with the same --out",
            folder.display()
        )));
    };
    let of = first.shard.of;
    if let Some(other) = found.iter().find(|other| other.shard.of != of) {
        return Err(RunError::Input(format!(
            "{}: is shard {}, but {} is shard {}: they are of different cuts; remove those that are not meant",
            other.path.display(),
            other.shard,
            first.path.display(),
            first.shard
        )));
    }
    if let Some(pair) = found.windows(2).find(|pair| pair[0].shard == pair[1].shard) {
        return Err(RunError::Input(format!(
            "{}: is shard {}, and so is {}; remove one of them",
            pair[1].path.display(),
            pair[1].shard,
            pair[0].path.display()
        )));
    }
    let is_there = |number: &u32| found.iter().any(|found| found.shard.number == *number);
    let missing: Vec<String> = (1..=of)
        .filter(|number| !is_there(number))
        .map(|number| format!("{number}/{of}"))
        .collect();
    if missing.is_empty() {
        return Ok(found);
    }
    Err(RunError::Input(format!(
        "{}: shard {} is missing; run 'mpiqtl map --shard' for it first",
        folder.display(),
        super::log::some_of(&missing, missing.len())
    )))
}

fn open(path: PathBuf) -> Result<Found, RunError> {
    if OutFolder::is_in_use(&path) {
        return Err(RunError::Input(format!(
            "{}: this shard is still being scanned; merge when it is done",
            path.display()
        )));
    }
    let (folder, manifest) = JournalFolder::of_finished(&path.join(JOURNAL))?;
    let Some(shard) = manifest.config.shard else {
        return Err(RunError::Input(format!(
            "{}: is no shard but a run of its own",
            path.display()
        )));
    };
    Ok(Found {
        path,
        folder,
        manifest,
        shard,
    })
}
