//! The phases of `map`, one after the other.

use std::mem::take;

use super::clock::Clock;
use super::collect::{balance, gather};
use super::config::MapConfig;
use super::engine::simd_of;
use super::error::{MapFailure, RunError};
use super::figures::RankFigures;
use super::finish::Finish;
use super::log::{Log, counted};
use super::output::OutFolder;
use super::prepare::prepare;
use super::share::Share;
use super::study::Study;
use super::sweep::sweep;
use super::threads::threads_of_ranks;
use crate::comm::{World, check_world_size};
use crate::linalg::{peak_flops, set_blas_threads};
use crate::plan::Tests;
use crate::scan::Operands;

/// Runs `map` on every rank of the world.
///
/// # Errors
/// On every rank if any failed; the lowest that did has the error.
pub fn map(config: &MapConfig, world: &World, command: Vec<String>) -> Result<(), MapFailure> {
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
        let (_, study) = opened.as_ref().expect("the root has opened the study");
        prepare(config, study, log)
    }))?;
    let (tests, n_constant_genes) = prepared.as_ref().map_or((Tests::default(), 0), |p| {
        (p.plan.tests, p.genes.n_constant())
    });
    let gene_missing = prepared.as_mut().map(|p| take(&mut p.gene_missing));

    clock.enter("share");
    let pairs = prepared.zip(opened.as_ref().map(|(_, study)| study));
    let share = world.agree(Share::distribute(world, pairs))?;
    let genotypes = world.agree(share.open_genotypes())?;
    let simd = world.agree(simd_of(config.simd))?;
    let operands = Operands::new(&share.scan, &share.model, &share.genes, simd);
    let peak = if config.measure_peak {
        peak_flops(threads)
    } else {
        0.0
    };
    world.barrier();

    clock.enter("scan");
    let swept = world.agree(sweep(world, (&share, &operands), &genotypes, threads, log))?;

    clock.enter("gather");
    let figures = RankFigures::new(&swept, threads, peak);
    let gathered = gather(world, swept.found, figures, share.scan.grid.n_snps);
    let gathered = world.agree(balance(gathered, tests))?;

    clock.enter("write");
    world.agree(on_root(world, || {
        let (out, study) = opened.as_ref().expect("the root has opened the study");
        let gathered = gathered.expect("the root has gathered the hits");
        let finish = Finish {
            config,
            command,
            out,
            study,
            share: &share,
            tests,
            genes_left_out: operands.genes_left_out(),
            n_constant_genes,
            gene_missing: gene_missing.unwrap_or_default(),
        };
        finish.write(gathered, &mut clock, log)
    }))?;
    Ok(())
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

fn log_config(config: &MapConfig, log: Log) {
    let value = serde_json::to_value(config).expect("a configuration is plain data");
    for (key, value) in value.as_object().into_iter().flatten() {
        let shown = if value.is_null() {
            "not given".into()
        } else {
            value.to_string()
        };
        log.info(format!("config  {key} = {shown}"));
    }
}

fn open(config: &MapConfig, log: Log) -> Result<(OutFolder, Study), RunError> {
    let out = OutFolder::open(&config.out, config.overwrite)?;
    let study = Study::open(config, &out, log)?;
    Ok((out, study))
}
