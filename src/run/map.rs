//! The phases of `map`, one after the other.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::clock::Clock;
use super::config::MapConfig;
use super::error::{MapFailure, RunError};
use super::fault;
use super::log::{Log, grouped};
use super::meter::Meter;
use super::output::OutFolder;
use super::prepare::prepare;
use super::record::{Counts, Ledger, Libraries, Merit, RankFigures, RankRecord, Record, Samples};
use super::share::Share;
use super::study::Study;
use crate::comm::{ProgressBoard, ProgressReporter, World, check_world_size};
use crate::linalg::{blas_config, peak_flops, set_blas_threads};
use crate::model::Hit;
use crate::plan::{Classes, Tests};
use crate::results::{Names, write_matrix_eqtl};
use crate::scan::{Hits, Scanner, Tally};
use crate::store::{GenotypeStore, hdf5_version};

/// How long the root rests between two looks at the progress of ranks that are still scanning.
const REST: Duration = Duration::from_millis(20);

/// Runs `map` on every rank of the world.
///
/// # Errors
/// With the way in which this rank is to end: after an agreement, or alone.
pub fn map(config: &MapConfig, world: &World, command: Vec<String>) -> Result<(), MapFailure> {
    let log = Log::new(world.is_root());
    let mut clock = Clock::start();
    set_blas_threads(config.threads);
    world.agree(check_launch(config, world))?;
    log_config(config, world, log);

    clock.enter("open");
    let opened = world.agree(on_root(world, || open(config, log)))?;

    clock.enter("prepare");
    let prepared = world.agree(on_root(world, || {
        let (_, study) = opened.as_ref().expect("the root has opened the study");
        prepare(config, study, log)
    }))?;
    let (planned, constant_genes) = prepared.as_ref().map_or((Tests::default(), 0), |p| {
        (p.plan.tests, p.genes.n_constant())
    });

    clock.enter("share");
    let pairs = prepared.zip(opened.as_ref().map(|(_, study)| study));
    let share = world.agree(Share::distribute(world, pairs))?;
    let genotypes = world.agree(share.open_genotypes())?;
    let peak = if config.measure_peak {
        peak_flops()
    } else {
        0.0
    };
    world.barrier();

    clock.enter("scan");
    let started = Instant::now();
    let (hits, tally, scan_secs) =
        scan(world, &share, &genotypes, log, started).map_err(MapFailure::Alone)?;

    clock.enter("gather");
    let figures = RankFigures::new(&tally, hits.len(), scan_secs, peak);
    let gathered = gather(world, hits, figures);
    let gathered = world.agree(balance(gathered, planned))?;

    clock.enter("write");
    let written = on_root(world, || {
        let (out, study) = opened.as_ref().expect("the root has opened the study");
        let gathered = gathered.expect("the root has gathered the hits");
        let finished = Finished {
            config,
            command,
            share: &share,
            planned,
            constant_genes,
        };
        finished.write(out, study, gathered, &mut clock, log)
    });
    world.agree(written)?;
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

fn log_config(config: &MapConfig, world: &World, log: Log) {
    log.info(format!(
        "mpiqtl {} on {} ranks x {} BLAS threads",
        env!("CARGO_PKG_VERSION"),
        world.size(),
        config.threads
    ));
    let value = serde_json::to_value(config).expect("a configuration is plain data");
    for (key, value) in value.as_object().into_iter().flatten() {
        log.info(format!("config  {key} = {value}"));
    }
}

fn open(config: &MapConfig, log: Log) -> Result<(OutFolder, Study), RunError> {
    let out = OutFolder::open(&config.out, config.overwrite)?;
    let study = Study::open(config, &out, log)?;
    Ok((out, study))
}

/// Scans this rank's block pairs and tells the root how far it is; the root shows it. Returns the hits, the tally and
/// how long this rank's own share took.
fn scan(
    world: &World,
    share: &Share,
    genotypes: &GenotypeStore,
    log: Log,
    started: Instant,
) -> Result<(Hits, Tally, f64), RunError> {
    fault::trip("scan", world.rank())?;
    let mut scanner = Scanner::new(
        &share.model,
        &share.genes,
        (genotypes, &share.columns),
        share.grid,
        share.classes,
        share.thresholds,
    );
    let (mut hits, mut tally) = (Hits::default(), Tally::default());
    let mut reporter = ProgressReporter::new(world);
    let mut board = ProgressBoard::new(world);
    let mut meter = Meter::new(log, "scan", share.total_cost);
    let mut show = |tally: &Tally, n_hits: usize| {
        let (cost, tests, hits) = board.update(tally.cost, tally.tests.total(), n_hits as u64);
        meter.show(cost, |secs| {
            format!(
                "{} eQTLs, {:.3e} tests/s",
                grouped(hits),
                tests as f64 / secs
            )
        });
        board.all_done()
    };
    for pair in &share.pairs {
        scanner.scan(pair, &mut hits, &mut tally)?;
        if world.is_root() {
            show(&tally, hits.len());
        } else {
            reporter.report(tally.cost, tally.tests.total(), hits.len() as u64);
        }
    }
    let scan_secs = started.elapsed().as_secs_f64();
    if world.is_root() {
        while !show(&tally, hits.len()) {
            std::thread::sleep(REST);
        }
        meter.finish();
    } else {
        reporter.finish(tally.cost, tally.tests.total(), hits.len() as u64);
    }
    Ok((hits, tally, scan_secs))
}

/// What the root has from all ranks.
struct Gathered {
    hits: Hits,
    figures: Vec<RankFigures>,
    hosts: Vec<Vec<u8>>,
}

fn gather(world: &World, hits: Hits, figures: RankFigures) -> Option<Gathered> {
    let concat = |ranks: Option<Vec<Vec<Hit>>>| ranks.map(|ranks| ranks.concat());
    let all = concat(world.gather(hits.all));
    let cis = concat(world.gather(hits.cis));
    let trans = concat(world.gather(hits.trans));
    let figures = world.gather(vec![figures]);
    let hosts = world.gather(world.host().into_bytes());
    Some(Gathered {
        hits: Hits {
            all: all?,
            cis: cis?,
            trans: trans?,
        },
        figures: figures?.concat(),
        hosts: hosts?,
    })
}

fn balance(gathered: Option<Gathered>, planned: Tests) -> Result<Option<Gathered>, RunError> {
    let Some(gathered) = gathered else {
        return Ok(None);
    };
    let made = RankFigures::tests(&gathered.figures);
    if made != planned {
        return Err(RunError::Ledger { made, planned });
    }
    Ok(Some(gathered))
}

/// What the root writes results from.
struct Finished<'a> {
    config: &'a MapConfig,
    command: Vec<String>,
    share: &'a Share,
    planned: Tests,
    constant_genes: usize,
}

impl Finished<'_> {
    fn write(
        self,
        out: &OutFolder,
        study: &Study,
        gathered: Gathered,
        clock: &mut Clock,
        log: Log,
    ) -> Result<(), RunError> {
        let Gathered {
            mut hits,
            figures,
            hosts,
        } = gathered;
        for class in [&mut hits.all, &mut hits.cis, &mut hits.trans] {
            class.sort_unstable_by(Hit::table_order);
        }
        let names = names(study, &hits)?;
        // Nothing is read from here on: earlier results go only when these can be written.
        out.clear()?;
        let tests = self.planned;
        let (cis, trans) = (
            ("cis.tsv", &hits.cis, tests.cis),
            ("trans.tsv", &hits.trans, tests.trans),
        );
        let tables = match self.share.classes {
            Classes::All => vec![("all.tsv", &hits.all, tests.all)],
            Classes::CisTrans => vec![cis, trans],
            Classes::CisOnly => vec![cis],
        };
        for (name, hits, n_tests) in &tables {
            write_matrix_eqtl(&out.file(name), hits, *n_tests, &names)?;
        }
        clock.stop();
        let n_constant_snps = RankFigures::total(&figures, |rank| rank.constant_snps);
        let merit = Merit::new(&figures, self.share.genes.n);
        let record = Record {
            program: format!("mpiqtl {}", env!("CARGO_PKG_VERSION")),
            libraries: Libraries {
                mpi: World::library(),
                hdf5: hdf5_version(),
                blas: blas_config(),
            },
            command: self.command,
            finished_unix_secs: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
            config: self.config,
            samples: Samples {
                n_used: study.samples.ids.len(),
                files: &study.samples.files,
            },
            n_snps: self.share.grid.n_snps,
            n_genes: self.share.grid.n_genes,
            n_covariates: self.share.model.design().n_covariates(),
            genotype_code: study.genotypes.code_type().describe(),
            n_constant_snps,
            n_constant_genes: self.constant_genes,
            df: self.share.model.df(),
            counts: Counts::new(
                self.share.classes,
                tests,
                hits.all.len(),
                hits.cis.len(),
                hits.trans.len(),
            ),
            ledger: Ledger {
                planned: self.planned,
                made: RankFigures::tests(&figures),
                block_pairs: RankFigures::total(&figures, |rank| rank.pairs),
            },
            n_candidates: RankFigures::total(&figures, |rank| rank.candidates),
            phases: clock.times(),
            total_secs: clock.total_secs(),
            merit,
            ranks: (0..figures.len())
                .map(|rank| RankRecord::new(rank, &hosts[rank], &figures[rank]))
                .collect(),
            complete: true,
        };
        record.write(out)?;
        if n_constant_snps > 0 {
            log.warn(format!(
                "{} SNPs are constant once the covariates are known: r = 0 for each of their tests, which still count",
                grouped(n_constant_snps)
            ));
        }
        for (name, hits, n_tests) in &tables {
            log.info(format!(
                "result  {}: {} eQTLs of {} tests",
                out.file(name).display(),
                grouped(hits.len() as u64),
                grouped(*n_tests)
            ));
        }
        log_merit(&merit, clock, log);
        Ok(())
    }
}

/// IDs of the SNPs that have hits, and of all genes.
fn names(study: &Study, hits: &Hits) -> Result<Names, RunError> {
    let classes = [&hits.all, &hits.cis, &hits.trans];
    let mut rows: Vec<u32> = classes.into_iter().flatten().map(|hit| hit.snp).collect();
    rows.sort_unstable();
    rows.dedup();
    let mut snps = HashMap::with_capacity(rows.len());
    study.genotypes.ids_of(&rows, |row, id| {
        snps.insert(row, id);
    })?;
    let genes = study.genes.iter().map(|gene| gene.id.clone()).collect();
    Ok(Names { snps, genes })
}

fn log_merit(merit: &Merit, clock: &Clock, log: Log) {
    for time in clock.times() {
        log.info(format!("time    {:8} {:10.3} s", time.phase, time.secs));
    }
    log.info(format!(
        "merit   {:.4e} tests/s in the scan",
        merit.tests_per_sec
    ));
    let of_peak = match (merit.percent_of_peak, merit.dgemm_peak_gflops) {
        (Some(percent), Some(peak)) => {
            format!(", {percent:.1} % of the DGEMM peak of {peak:.1} GFLOP/s")
        }
        _ => String::new(),
    };
    log.info(format!(
        "merit   {:.1} GFLOP/s (2 x samples x tests / scan time){of_peak}",
        merit.scan_gflops
    ));
    log.info(format!(
        "merit   {:.1} % imbalance (slowest rank against the mean), {:.1} MiB peak memory of a rank",
        100.0 * merit.imbalance,
        merit.peak_rss_bytes as f64 / (1u64 << 20) as f64
    ));
    log.info(format!("done    in {:.2} s", clock.total_secs()));
}
