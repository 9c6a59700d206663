//! From the root to all: the gene side, the samples, the thresholds, the block pairs and where the journals are.
//!
//! The gene side is computed once and sent, so that all ranks hold the same bits.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::RunError;
use super::journal::{JournalWriter, Pace, journal_file};
use super::log::Log;
use super::meter::Meter;
use super::prepare::Prepared;
use super::space::readable;
use super::study::Study;
use crate::comm::World;
use crate::genome::CisWindow;
use crate::model::{Design, Model, ModelKind};
use crate::plan::{BlockPair, Classes, Grid};
use crate::scan::{Engine, GeneSide, Limits, ScanPlan};
use crate::store::GenotypeStore;

/// Bytes of the gene side between two looks at how much of it is sent.
const PIECE_BYTES: usize = 64 << 20;

/// What a rank scans with.
pub struct Share {
    /// The model.
    pub model: Model,
    /// The gene side.
    pub genes: GeneSide,
    /// The samples used, as columns of the genotypes.
    pub columns: Vec<u32>,
    /// What is scanned and what is kept of it.
    pub scan: ScanPlan,
    /// The block pairs that are left, of all ranks.
    pub pairs: Vec<BlockPair>,
    journals: Option<Journals>,
    genotypes_path: PathBuf,
    fingerprint: u64,
}

/// Where the ranks write what they have done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Journals {
    /// The folder.
    pub folder: PathBuf,
    /// Which start of the run this is.
    pub start: u32,
    /// The number that marks its records.
    pub run: u64,
}

/// The part of a share that travels as text.
#[derive(Serialize, Deserialize)]
struct Header {
    genotypes_path: PathBuf,
    kind: ModelKind,
    grid: Grid,
    classes: Classes,
    engine: Engine,
    min_p: bool,
    n: usize,
    journals: Option<Journals>,
    fingerprint: u64,
}

/// The part of a share that travels as numbers, whose bits must be the same on all ranks.
#[derive(Default)]
struct Numbers {
    basis: Vec<f64>,
    whitening: Vec<f64>,
    interaction: Vec<f64>,
    limits: Vec<f64>,
    columns: Vec<u32>,
    skipped: Vec<[u32; 2]>,
    pairs: Vec<BlockPair>,
    genes: GeneSide,
}

impl Share {
    /// Sends the root's study, and what is left of its block pairs, to all ranks. Other ranks pass `None`.
    ///
    /// # Errors
    /// Covariates that leave no degree of freedom.
    pub fn distribute(
        world: &World,
        prepared: Option<(Prepared, &Study, Option<Journals>)>,
        log: Log,
    ) -> Result<Self, RunError> {
        let mut text = Vec::new();
        let mut numbers = Numbers::default();
        if let Some((prepared, study, journals)) = prepared {
            text = serde_json::to_vec(&Header::new(&prepared, study, journals))
                .expect("a header is plain data");
            numbers = Numbers::new(prepared, study);
        }
        world.broadcast(&mut text);
        numbers.broadcast(world, log);
        let header: Header = serde_json::from_slice(&text).expect("the root wrote a header");
        numbers.into_share(header)
    }

    /// Opens the genotypes on this rank.
    ///
    /// # Errors
    /// If the store cannot be opened here, or is another one than the root's.
    pub fn open_genotypes(&self) -> Result<GenotypeStore, RunError> {
        let store = GenotypeStore::open(&self.genotypes_path)?;
        if store.fingerprint()? != self.fingerprint {
            return Err(RunError::Input(format!(
                "{}: is another file on this rank than on rank 0; all ranks must see the same one, on a shared file \
                 system or as equal copies",
                self.genotypes_path.display()
            )));
        }
        Ok(store)
    }

    /// The journal of a rank in this start.
    ///
    /// # Errors
    /// If its file cannot be made.
    ///
    /// # Panics
    /// If the share is of a run that is not scanned.
    pub fn open_journal(&self, rank: usize, pace: Pace) -> Result<JournalWriter, RunError> {
        let journals = self
            .journals
            .as_ref()
            .expect("journals of a run that is scanned");
        let path = journal_file(&journals.folder, journals.start, rank);
        JournalWriter::create(&path, journals.run, pace)
    }
}

impl Header {
    fn new(prepared: &Prepared, study: &Study, journals: Option<Journals>) -> Self {
        Self {
            genotypes_path: study.genotypes_path.clone(),
            kind: study.model.kind(),
            grid: prepared.scan.grid,
            classes: prepared.scan.classes,
            engine: prepared.scan.engine,
            min_p: prepared.scan.min_p,
            n: prepared.genes.n,
            journals,
            fingerprint: study.fingerprint,
        }
    }
}

impl Numbers {
    fn new(prepared: Prepared, study: &Study) -> Self {
        let design = study.model.design();
        Self {
            basis: design.basis_rows().to_vec(),
            whitening: design.whitening_factor().to_vec(),
            interaction: study.model.interaction().to_vec(),
            limits: prepared.scan.limits.to_numbers(),
            columns: study.samples.genotypes.clone(),
            skipped: prepared.scan.skipped,
            pairs: prepared.pairs,
            genes: prepared.genes,
        }
    }

    fn broadcast(&mut self, world: &World, log: Log) {
        let rows = [
            &mut self.basis,
            &mut self.whitening,
            &mut self.interaction,
            &mut self.limits,
        ];
        rows.into_iter().for_each(|row| world.broadcast(row));
        broadcast_units(world, &mut self.genes.units, log);
        world.broadcast(&mut self.genes.norms);
        world.broadcast(&mut self.columns);
        world.broadcast(&mut self.skipped);
        world.broadcast(&mut self.pairs);
        broadcast_windows(world, &mut self.genes.windows);
    }

    fn into_share(self, header: Header) -> Result<Share, RunError> {
        let design = Design::from_parts(header.n, self.basis, self.whitening);
        let model = Model::new(design, header.kind, self.interaction)?;
        let limits = Limits::from_numbers(&self.limits, model.degrees().len());
        Ok(Share {
            genes: GeneSide {
                n: header.n,
                ..self.genes
            },
            model,
            columns: self.columns,
            scan: ScanPlan {
                grid: header.grid,
                classes: header.classes,
                limits,
                engine: header.engine,
                min_p: header.min_p,
                skipped: self.skipped,
            },
            pairs: self.pairs,
            journals: header.journals,
            genotypes_path: header.genotypes_path,
            fingerprint: header.fingerprint,
        })
    }
}

/// Sends what is by far the most, and shows how far that is.
fn broadcast_units(world: &World, units: &mut Vec<f64>, log: Log) {
    let mut meter = Meter::new(log, "share", size_of_val(&units[..]) as u64);
    world.broadcast_in_pieces(units, PIECE_BYTES, |sent| {
        meter.show(sent, |secs| {
            let bytes = sent as f64;
            format!("{}, {}/s", readable(bytes), readable(bytes / secs))
        });
    });
}

fn broadcast_windows(world: &World, windows: &mut Vec<CisWindow>) {
    let mut ends: Vec<[u32; 2]> = windows.iter().map(|w| [w.first, w.end]).collect();
    world.broadcast(&mut ends);
    *windows = ends
        .iter()
        .map(|&[first, end]| CisWindow { first, end })
        .collect();
}
