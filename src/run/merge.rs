//! `merge`: the shards of a run, each scanned by a process of its own, to the tables of the whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::clock::Clock;
use super::config::{MapConfig, Shard};
use super::error::{MapFailure, RunError};
use super::finish::{Finish, Gathered};
use super::journal::{JOURNAL, JournalFolder, Manifest, Outcome};
use super::log::{Log, counted};
use super::output::OutFolder;
use super::prepare::prepare;
use super::resume::manifest;
use super::share::Share;
use super::study::Study;
use crate::comm::World;

/// The folder of shards in the output folder.
const SHARDS: &str = "shards";

/// The folder a shard has for itself.
pub fn shard_folder(out: &Path, shard: Shard) -> PathBuf {
    out.join(SHARDS)
        .join(format!("{}-of-{}", shard.number, shard.of))
}

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
pub fn merge(out: &Path, overwrite: bool, command: Vec<String>) -> Result<(), MapFailure> {
    let here = |error| MapFailure(Some(error));
    let log = Log::new(true);
    let mut clock = Clock::start();
    clock.enter("open");
    let shards = find(out).map_err(here)?;
    let config = MapConfig {
        out: out.into(),
        overwrite,
        shard: None,
        ..shards[0].manifest.config.clone()
    };
    let folder = OutFolder::open(out, overwrite).map_err(here)?;
    let study = Study::open(&config, &folder, log).map_err(here)?;
    clock.enter("prepare");
    let mut prepared = prepare(&config, &study, log).map_err(here)?;
    for found in &shards {
        let config = MapConfig {
            shard: Some(found.shard),
            ..config.clone()
        };
        let wanted = manifest(&config, &study, &prepared).identity;
        let differences = wanted.differences(&found.manifest.identity);
        if !differences.is_empty() {
            return Err(here(RunError::Input(format!(
                "{}: is a shard of another run, or its inputs have changed: {differences}",
                found.path.display()
            ))));
        }
    }
    clock.enter("gather");
    let mut outcome = Outcome::default();
    for found in &shards {
        found.folder.read_into(&mut outcome).map_err(here)?;
        if let Some((path, at)) = outcome.damages().next() {
            return Err(here(RunError::Input(format!(
                "{}: shard {} is damaged at byte {at}; run it again with --shard {}, it scans what was lost again",
                path.display(),
                found.shard,
                found.shard
            ))));
        }
        let left = left_of(found.shard, &prepared, &outcome);
        if left > 0 {
            return Err(here(RunError::Input(format!(
                "{}: shard {} is not finished, {} are left; run it again with --shard {} to continue",
                found.path.display(),
                found.shard,
                counted(left, "block pair"),
                found.shard
            ))));
        }
    }
    outcome
        .check(&prepared.plan.pairs, prepared.plan.tests)
        .map_err(here)?;
    log.info(format!("merge   {}", counted(shards.len(), "shard")));
    let tests = prepared.plan.tests;
    let n_constant_genes = prepared.genes.n_constant();
    let gene_missing = std::mem::take(&mut prepared.gene_missing);
    let world = World::alone();
    let share = Share::distribute(&world, Some((prepared, &study, None))).map_err(here)?;
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
    finish.write(gathered, &mut clock, log).map_err(here)
}

/// Block pairs of a shard that are not done.
fn left_of(shard: Shard, prepared: &super::prepare::Prepared, outcome: &Outcome) -> usize {
    let runs = crate::plan::assign(&prepared.plan.costs(), shard.of as usize);
    let pairs = &prepared.plan.pairs[runs[shard.number as usize - 1].clone()];
    pairs.iter().filter(|pair| !outcome.is_done(pair)).count()
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
