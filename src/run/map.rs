//! The phases of `map`, one after the other.

use std::mem::take;
use std::time::Duration;

use super::clock::Clock;
use super::config::MapConfig;
use super::engine::simd_of;
use super::error::{MapFailure, RunError};
use super::figures::RankFigures;
use super::finish::{Finish, Gathered};
use super::journal::{JournalFolder, Outcome, Pace};
use super::log::{Log, counted};
use super::output::OutFolder;
use super::prepare::prepare;
use super::report::report;
use super::resume::resume;
use super::shard::{check_stores, finish_shard, shard_folder};
use super::share::Share;
use super::signals;
use super::study::Study;
use super::sweep::sweep;
use super::threads::threads_of_ranks;
use crate::comm::{World, check_world_size};
use crate::linalg::{peak_flops, set_blas_threads};
use crate::plan::Plan;
use crate::scan::Operands;

/// How a run that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapEnd {
    /// The results are there; of a shard its journal.
    Done,
    /// It was asked to stop: the same command continues it.
    Stopped,
}

/// Runs `map` on every rank of the world.
///
/// # Errors
/// On every rank if any failed; the lowest that did has the error.
pub fn map(config: &MapConfig, world: &World, command: Vec<String>) -> Result<MapEnd, MapFailure> {
    let log = Log::new(world.is_root());
    let mut clock = Clock::start();
    set_blas_threads(1);
    world.agree(check_launch(config, world))?;
    let all_threads = world.agree(threads(config, world))?;
    log.info(started(&all_threads));
    let threads = all_threads[world.rank()];
    let config = &MapConfig {
        threads: Some(threads),
        ..config.clone()
    };
    log_config(config, log);

    clock.enter("open");
    let opened = world.agree(on_root(world, || open(config, log)))?;

    clock.enter("prepare");
    let mut prepared = world.agree(on_root(world, || {
        let (out, study) = opened.as_ref().expect("the root has opened the study");
        let mut prepared = prepare(config, study, log)?;
        let folder = resume(config, out, study, &mut prepared, log)?;
        Ok((prepared, folder))
    }))?;
    let root_side = prepared.as_mut().map(|(prepared, folder)| RootSide {
        plan: prepared.plan.clone(),
        n_constant_genes: prepared.genes.n_constant(),
        gene_missing: take(&mut prepared.gene_missing),
        starts: folder.start,
    });

    clock.enter("share");
    let (prepared, folder) = prepared.unzip();
    let journals = folder.as_ref().map(JournalFolder::journals);
    let study = opened.as_ref().map(|(_, study)| study);
    let shared = prepared.zip(study).map(|(p, study)| (p, study, journals));
    let share = world.agree(Share::distribute(world, shared, log))?;
    let genotypes = world.agree(share.open_genotypes())?;
    let journal = world.agree(share.open_journal(world.rank(), pace(config)))?;
    world.agree(on_root(world, || {
        let folder = folder.as_ref().expect("the root has the journals");
        folder.check_shared(world.size())
    }))?;
    let simd = world.agree(simd_of(config.simd))?;
    let operands = Operands::new(&share.scan, &share.model, &share.genes, simd);
    let peak = if config.measure_peak {
        peak_flops(threads)
    } else {
        0.0
    };
    world.barrier();

    clock.enter("scan");
    signals::begin_scan();
    let operated = (&share, &operands);
    let swept = sweep(world, operated, &genotypes, &journal, &all_threads, log);
    let swept = world.agree(swept)?;
    // Ranks learn of a signal at different times.
    let is_stopped = swept.is_stopped || signals::is_stop_asked();
    if world.min(i64::from(!is_stopped)) == 0 {
        log.info(
            "stopped on request; what is done is kept: run the same command again (without --fresh) to continue",
        );
        return Ok(MapEnd::Stopped);
    }
    if world.is_root() {
        // All is in the journals: as long as nothing has its name a signal can end the run.
        signals::end_scan();
    }
    drop(journal);

    clock.enter("gather");
    let figures = world.gather(vec![RankFigures::new(&swept, threads, peak)]);
    let hosts = world.gather(world.host().into_bytes());
    let outcome = world.agree(on_root(world, || {
        let mut outcome = Outcome::default();
        folder
            .as_ref()
            .expect("the root has the journals")
            .read_into(&mut outcome)?;
        Ok(outcome)
    }))?;

    clock.enter("write");
    world.agree(on_root(world, || {
        let (out, study) = opened.as_ref().expect("the root has opened the study");
        let outcome = outcome.expect("the root has read the journals");
        let root = root_side.expect("the root has a plan");
        let folder = folder.expect("the root has the journals");
        if let Some(shard) = config.shard {
            return finish_shard(shard, &outcome, &root.plan, log);
        }
        outcome.check(&root.plan.pairs, root.plan.tests)?;
        let finish = Finish {
            config,
            command,
            out,
            study,
            share: &share,
            tests: root.plan.tests,
            genes_left_out: Some(operands.genes_left_out()),
            n_constant_genes: root.n_constant_genes,
            gene_missing: root.gene_missing,
            starts: root.starts,
            shards: None,
            sort_file: folder.sort_file(),
        };
        let gathered = Gathered {
            outcome,
            figures: figures.expect("the root gathers").concat(),
            hosts: hosts.expect("the root gathers"),
        };
        finish.write(gathered, &mut clock, log)?;
        out.settle()?;
        folder.remove()?;
        report(config, log);
        Ok(())
    }))?;
    Ok(MapEnd::Done)
}

/// What the root keeps for the end.
struct RootSide {
    plan: Plan,
    n_constant_genes: usize,
    gene_missing: Vec<Vec<u32>>,
    starts: u32,
}

fn pace(config: &MapConfig) -> Pace {
    Pace {
        pause: Duration::from_secs_f64(config.journal_secs),
        hit_memory: usize::try_from(config.hit_memory).unwrap_or(usize::MAX),
    }
}

/// Runs `work` on the root; the others have nothing to do and nothing to fail at.
fn on_root<T>(
    world: &World,
    work: impl FnOnce() -> Result<T, RunError>,
) -> Result<Option<T>, RunError> {
    if world.is_root() {
        work().map(Some)
    } else {
        Ok(None)
    }
}

fn check_launch(config: &MapConfig, world: &World) -> Result<(), RunError> {
    if !config.one_rank {
        check_world_size(world.size(), |name| std::env::var(name).ok())?;
    }
    Ok(())
}

/// The threads of every rank `[n_ranks]`.
fn threads(config: &MapConfig, world: &World) -> Result<Vec<usize>, RunError> {
    let wanted = world.all_gather(vec![config.threads.map_or(0, |threads| threads as u64)]);
    let wanted: Vec<_> = wanted
        .concat()
        .into_iter()
        .map(|threads| (threads > 0).then_some(threads as usize))
        .collect();
    threads_of_ranks(&world.all_cores(), &wanted, config.oversubscribe)
}

/// "mpiqtl 0.1.0 on 3 ranks x 4 threads".
fn started(threads: &[usize]) -> String {
    let most = threads.iter().max().copied().unwrap_or(1);
    let fewest = threads.iter().min().copied().unwrap_or(1);
    let range = match fewest == most {
        true => String::new(),
        false => format!("{fewest} to "),
    };
    format!(
        "mpiqtl {} on {} x {range}{}",
        env!("CARGO_PKG_VERSION"),
        counted(threads.len(), "rank"),
        counted(most, "thread")
    )
}

/// Shows every option, or those that are not off.
fn log_config(config: &MapConfig, log: Log) {
    let value = serde_json::to_value(config).expect("a configuration is plain data");
    let is_off = |value: &serde_json::Value| {
        value.is_null() || *value == false || *value == "auto" || value.as_f64() == Some(0.0)
    };
    let options = value.as_object().into_iter().flatten();
    for (key, value) in options.filter(|(_, value)| log.is_verbose() || !is_off(value)) {
        let shown = if value.is_null() {
            "not given".into()
        } else {
            value.to_string()
        };
        log.info(format!("config  {key} = {shown}"));
    }
}

fn open(config: &MapConfig, log: Log) -> Result<(OutFolder, Study), RunError> {
    if let Some(shard) = config.shard {
        check_stores(config, shard)?;
    }
    let path = match config.shard {
        Some(shard) => shard_folder(&config.out, shard),
        None => config.out.clone(),
    };
    let out = OutFolder::open(&path, config.overwrite)?;
    let study = Study::open(config, &out, log)?;
    Ok((out, study))
}
