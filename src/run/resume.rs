//! Where a run begins: what of it is done already, what is left, and whether there is room for what will be found.

use std::path::{Path, PathBuf};

use super::config::MapConfig;
use super::error::RunError;
use super::journal::{Identity, JOURNAL, JournalFolder, Manifest, Outcome, forget};
use super::log::{Log, grouped};
use super::output::OutFolder;
use super::prepare::Prepared;
use super::shard::shard_pairs;
use super::share::Journals;
use super::space::check_space;
use super::study::Study;

/// Opens the journals of a run and leaves in `prepared.pairs` the block pairs that are not done: of a shard its own.
///
/// # Errors
/// If the journals are of another run, or cannot be read or written; if what will be found does not fit the disk.
pub fn resume(
    config: &MapConfig,
    out: &OutFolder,
    study: &Study,
    prepared: &mut Prepared,
    log: Log,
) -> Result<JournalFolder, RunError> {
    if let Some(shard) = config.shard {
        prepared.pairs = shard_pairs(&prepared.plan, shard).to_vec();
        log.info(format!(
            "shard   {shard}: {} of {} block pairs",
            grouped(prepared.pairs.len() as u64),
            grouped(prepared.plan.pairs.len() as u64)
        ));
    }
    let path = journal_path(config, out.path());
    if config.fresh {
        forget(&path)?;
    }
    let manifest = manifest(config, study, prepared);
    let folder = JournalFolder::open(&path, &manifest)?;
    check_space(config, out, &folder, prepared, log)?;
    let mut outcome = Outcome::default();
    folder.read_into(&mut outcome)?;
    for (path, at) in outcome.damages() {
        log.warn(format!(
            "{}: a record at byte {at} is damaged; its block pairs are scanned again",
            path.display()
        ));
    }
    let n_pairs = prepared.pairs.len();
    prepared.pairs.retain(|pair| !outcome.is_done(pair));
    if outcome.n_done() > 0 {
        log.info(format!(
            "resume  {} of {} block pairs are done, in {}",
            grouped(outcome.n_done() as u64),
            grouped(n_pairs as u64),
            path.display()
        ));
    }
    Ok(folder)
}

/// Where a run has its journals.
pub fn journal_path(config: &MapConfig, out: &Path) -> PathBuf {
    match &config.scratch {
        Some(scratch) => scratch.clone(),
        None => out.join(JOURNAL),
    }
}

/// What a run is, and its options for whoever merges it with others.
pub fn manifest(config: &MapConfig, study: &Study, prepared: &Prepared) -> Manifest {
    let mut identity = Identity::new(config, study, prepared);
    if let Some(shard) = config.shard {
        identity.put("shard", shard);
    }
    if config.scratch.is_some() {
        identity.put("out", absolute(&config.out).display());
    }
    let mut config = config.clone();
    for path in [
        &mut config.genotypes,
        &mut config.expression,
        &mut config.out,
    ] {
        *path = absolute(path);
    }
    for path in [
        &mut config.covariates,
        &mut config.error_covariance,
        &mut config.snp_locations,
        &mut config.gene_locations,
        &mut config.scratch,
    ] {
        *path = path.as_deref().map(absolute);
    }
    Manifest { identity, config }
}

/// A path that means the same in another working folder; as it is where the system does not know the present one.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

impl JournalFolder {
    /// What the ranks need to know of it.
    pub fn journals(&self) -> Journals {
        Journals {
            folder: self.path().into(),
            start: self.start,
            run: self.run(),
        }
    }
}
