//! The gather phase: what all ranks have found and counted, to the root, and the ledger that must balance.

use super::error::RunError;
use super::figures::RankFigures;
use crate::comm::World;
use crate::plan::Tests;
use crate::scan::{Best, Bests, ClassFound, Found};

/// What the root has from all ranks.
pub struct Gathered {
    /// What was found: hits rank by rank, histograms added up, strongest tests compared.
    pub found: Found,
    /// Figures `[n_ranks]`.
    pub figures: Vec<RankFigures>,
    /// Names of the machines `[n_ranks]`.
    pub hosts: Vec<Vec<u8>>,
}

/// Strongest tests of genes that travel in one message: the root holds as many from every rank at a time.
const BESTS_AT_ONCE: usize = 1 << 14;

/// Sends what was found, and figures, to the root, which gets those of all ranks; the others get `None`.
///
/// `n_snps` are the SNP rows of the study.
pub fn gather(
    world: &World,
    found: Found,
    figures: RankFigures,
    n_snps: usize,
) -> Option<Gathered> {
    let all = gather_class(world, found.all, n_snps);
    let cis = gather_class(world, found.cis, n_snps);
    let trans = gather_class(world, found.trans, n_snps);
    let figures = world.gather(vec![figures]);
    let hosts = world.gather(world.host().into_bytes());
    Some(Gathered {
        found: Found {
            all: all?,
            cis: cis?,
            trans: trans?,
        },
        figures: figures?.concat(),
        hosts: hosts?,
    })
}

fn gather_class(world: &World, class: ClassFound, n_snps: usize) -> Option<ClassFound> {
    let hits = world.gather(class.hits);
    let histogram = world.sum(&class.histogram);
    // Every rank keeps strongest tests, or none does.
    let best = class.best.map(|best| gather_bests(world, best, n_snps));
    Some(ClassFound {
        hits: joined(hits?),
        histogram,
        best: best.map(|best| best.expect("the root gathers")),
    })
}

/// The values of all ranks one after the other; those of a rank go when they are taken over, so that the root never holds
/// all of them twice.
fn joined<T>(of_ranks: Vec<Vec<T>>) -> Vec<T> {
    of_ranks
        .into_iter()
        .reduce(|mut all, mut of_rank| {
            all.append(&mut of_rank);
            all
        })
        .unwrap_or_default()
}

fn gather_bests(world: &World, best: Bests, n_snps: usize) -> Option<Bests> {
    let first_rows = world.gather(vec![best.first_snp]);
    let of_ranks = world.gather(best.snps);
    let mut snps = vec![Best::NONE; if world.is_root() { n_snps } else { 0 }];
    for (first, of_rank) in first_rows
        .into_iter()
        .flatten()
        .zip(of_ranks.into_iter().flatten())
    {
        // Two ranks may share the SNPs of one block.
        Best::take_all(&mut snps[first[0] as usize..], &of_rank);
    }
    let mut genes = vec![Best::NONE; best.genes.len()];
    for (part, joined) in best
        .genes
        .chunks(BESTS_AT_ONCE)
        .zip(genes.chunks_mut(BESTS_AT_ONCE))
    {
        for of_rank in world.gather(part.to_vec()).into_iter().flatten() {
            Best::take_all(joined, &of_rank);
        }
    }
    world.is_root().then(|| Bests::of_rows(snps, genes))
}

/// Checks that every test planned was made once.
///
/// # Errors
/// If the numbers differ in any class.
pub fn balance(gathered: Option<Gathered>, planned: Tests) -> Result<Option<Gathered>, RunError> {
    let Some(gathered) = gathered else {
        return Ok(None);
    };
    let made = RankFigures::tests(&gathered.figures);
    if made != planned {
        return Err(RunError::Ledger { made, planned });
    }
    Ok(Some(gathered))
}
