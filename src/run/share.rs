//! From the root to all: the gene side, the samples, the thresholds, and each rank's block pairs.
//!
//! The gene side is computed once and sent, so that all ranks hold the same bits.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::RunError;
use super::prepare::Prepared;
use super::study::Study;
use crate::comm::World;
use crate::genome::CisWindow;
use crate::model::{Design, Linear};
use crate::plan::{BlockPair, Classes, Grid, assign};
use crate::scan::{GeneSide, Thresholds};
use crate::store::GenotypeStore;

/// What a rank scans with.
pub struct Share {
    /// The model.
    pub model: Linear,
    /// The gene side.
    pub genes: GeneSide,
    /// The samples used, as columns of the genotypes.
    pub columns: Vec<u32>,
    /// The grid.
    pub grid: Grid,
    /// Which tests are made.
    pub classes: Classes,
    /// What they must reach.
    pub thresholds: Thresholds,
    /// This rank's block pairs.
    pub pairs: Vec<BlockPair>,
    /// Cost of the block pairs of all ranks.
    pub total_cost: u64,
    genotypes_path: PathBuf,
    fingerprint: u64,
}

/// The part of a share that travels as text.
#[derive(Serialize, Deserialize)]
struct Header {
    genotypes_path: PathBuf,
    grid: Grid,
    classes: Classes,
    n: usize,
    fingerprint: u64,
}

impl Share {
    /// Sends the root's study to all ranks and gives each its block pairs. Other ranks pass `None`.
    ///
    /// # Errors
    /// Covariates that leave no degree of freedom.
    pub fn distribute(
        world: &World,
        prepared: Option<(Prepared, &Study)>,
    ) -> Result<Self, RunError> {
        let mut text = Vec::new();
        let (mut basis, mut genes, mut columns) = (Vec::new(), GeneSide::default(), Vec::new());
        let (mut thresholds, mut total_cost, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        if let Some((prepared, study)) = prepared {
            let Prepared {
                model,
                genes: side,
                plan,
                thresholds: r,
            } = prepared;
            let header = Header {
                genotypes_path: study.genotypes_path.clone(),
                grid: plan.grid,
                classes: plan.classes,
                n: side.n,
                fingerprint: study.fingerprint,
            };
            text = serde_json::to_vec(&header).expect("a header is plain data");
            basis = model.design().basis_rows().to_vec();
            columns = study.samples.genotypes.clone();
            thresholds = vec![r.all, r.cis, r.trans];
            let costs = plan.costs();
            total_cost = vec![costs.iter().sum()];
            parts = assign(&costs, world.size())
                .into_iter()
                .map(|run| plan.pairs[run].to_vec())
                .collect();
            genes = side;
        }
        world.broadcast(&mut text);
        world.broadcast(&mut basis);
        world.broadcast(&mut columns);
        world.broadcast(&mut thresholds);
        world.broadcast(&mut total_cost);
        world.broadcast(&mut genes.units);
        world.broadcast(&mut genes.norms);
        broadcast_windows(world, &mut genes.windows);
        let header: Header = serde_json::from_slice(&text).expect("the root wrote a header");
        genes.n = header.n;
        Ok(Self {
            model: Linear::new(Design::from_basis_rows(header.n, basis))?,
            genes,
            columns,
            grid: header.grid,
            classes: header.classes,
            thresholds: Thresholds {
                all: thresholds[0],
                cis: thresholds[1],
                trans: thresholds[2],
            },
            pairs: world.scatter(parts),
            total_cost: total_cost[0],
            genotypes_path: header.genotypes_path,
            fingerprint: header.fingerprint,
        })
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
}

fn broadcast_windows(world: &World, windows: &mut Vec<CisWindow>) {
    let mut ends: Vec<[u32; 2]> = windows.iter().map(|w| [w.first, w.end]).collect();
    world.broadcast(&mut ends);
    *windows = ends
        .iter()
        .map(|&[first, end]| CisWindow { first, end })
        .collect();
}
