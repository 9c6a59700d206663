//! Block pairs: how many tests each holds and what it costs.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::grid::Grid;
use crate::genome::CisWindow;

/// Which tests are made and how they are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Classes {
    /// Every pair, in one class.
    All,
    /// Every pair, cis and trans apart.
    CisTrans,
    /// Cis pairs only; trans pairs are neither tested nor counted.
    CisOnly,
}

/// One SNP block against one gene block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BlockPair {
    /// What the pair costs, in products of a matrix product for one sample.
    pub cost: u64,
    /// 1 in the first pair of each SNP block, where what is counted once a SNP is counted; else 0.
    pub counts_snps: u64,
    /// The SNP block.
    pub snp_block: u32,
    /// The gene block.
    pub gene_block: u32,
    /// First SNP row that is needed.
    pub first_snp: u32,
    /// One past the last SNP row that is needed.
    pub end_snp: u32,
}

impl BlockPair {
    /// The SNP rows of the pair.
    pub fn snp_rows(&self) -> Range<u32> {
        self.first_snp..self.end_snp
    }
}

/// Numbers of tests by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Pod, Zeroable)]
#[repr(C)]
pub struct Tests {
    /// Tests when there is one class.
    pub all: u64,
    /// Cis tests.
    pub cis: u64,
    /// Trans tests.
    pub trans: u64,
}

impl Tests {
    /// Tests of every class together.
    pub fn total(&self) -> u64 {
        self.all + self.cis + self.trans
    }
}

/// What a model makes of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Dot products of a test.
    pub products: u64,
    /// Making one row of the SNP side ready, in products of a matrix product for one sample.
    pub row: u64,
}

/// Multiplications of one matrix product that take as long as one multiplication of a lone dot product.
const LONE_DOT_COST: u64 = 8;

/// The block pairs of a run, SNP block by SNP block.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The grid they are cut from.
    pub grid: Grid,
    /// Which tests are made.
    pub classes: Classes,
    /// The pairs that hold tests.
    pub pairs: Vec<BlockPair>,
    /// The tests the whole run must make, from its closed form.
    pub tests: Tests,
}

impl Plan {
    /// The plan over a grid. `windows` `[n_genes]` are the cis windows; they are not looked at for one class. `skipped`
    /// are pairs of SNP and gene row that are not tested. `cost` says what the model makes of a test.
    ///
    /// # Panics
    /// If cis is asked for and `windows` has not one entry a gene.
    pub fn new(
        grid: Grid,
        classes: Classes,
        windows: &[CisWindow],
        skipped: &[[u32; 2]],
        cost: Cost,
    ) -> Self {
        assert!(
            classes == Classes::All || windows.len() == grid.n_genes,
            "one window a gene"
        );
        let mut plan = Self {
            grid,
            classes,
            pairs: Vec::new(),
            tests: closed_form(&grid, classes, windows, skipped),
        };
        for snp_block in 0..grid.snp_blocks() as u32 {
            plan.add_snp_block(snp_block, windows, cost);
        }
        plan
    }

    /// The cost of each pair.
    pub fn costs(&self) -> Vec<u64> {
        self.pairs.iter().map(|pair| pair.cost).collect()
    }

    fn add_snp_block(&mut self, snp_block: u32, windows: &[CisWindow], cost: Cost) {
        let rows = self.grid.snp_rows(snp_block);
        let needed = match self.classes {
            Classes::CisOnly => hull(windows, &rows),
            _ => rows.clone(),
        };
        let mut counts_snps = 1;
        for gene_block in 0..self.grid.gene_blocks() as u32 {
            let genes = self.grid.gene_rows(gene_block);
            let cis = match self.classes {
                Classes::All => 0,
                _ => cis_tests(&windows[as_usize(&genes)], &rows),
            };
            let products = match self.classes {
                Classes::CisOnly => 0,
                _ => needed.len() as u64 * genes.len() as u64,
            };
            if cis + products == 0 {
                continue;
            }
            let preparing = counts_snps * cost.row * needed.len() as u64;
            self.pairs.push(BlockPair {
                cost: cost.products * (products + LONE_DOT_COST * cis + preparing),
                snp_block,
                gene_block,
                first_snp: needed.start,
                end_snp: needed.end,
                counts_snps,
            });
            counts_snps = 0;
        }
    }
}

/// The number of cis tests of some genes inside some SNP rows.
fn cis_tests(windows: &[CisWindow], rows: &Range<u32>) -> u64 {
    windows.iter().map(|window| window.clip(rows).len()).sum()
}

/// The smallest run of rows that holds every cis SNP among `rows`.
fn hull(windows: &[CisWindow], rows: &Range<u32>) -> Range<u32> {
    let clipped = windows.iter().map(|window| window.clip(rows));
    clipped
        .filter(|window| !window.is_empty())
        .map(|window| window.first..window.end)
        .reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))
        .unwrap_or(rows.start..rows.start)
}

fn closed_form(
    grid: &Grid,
    classes: Classes,
    windows: &[CisWindow],
    skipped: &[[u32; 2]],
) -> Tests {
    let every = grid.n_snps as u64 * grid.n_genes as u64 - skipped.len() as u64;
    let cis = || {
        let is_cis = |[snp, gene]: &&[u32; 2]| windows[*gene as usize].contains(*snp);
        let skipped_cis = skipped.iter().filter(is_cis).count() as u64;
        windows.iter().map(|window| window.len()).sum::<u64>() - skipped_cis
    };
    match classes {
        Classes::All => Tests {
            all: every,
            ..Tests::default()
        },
        Classes::CisTrans => Tests {
            cis: cis(),
            trans: every - cis(),
            all: 0,
        },
        Classes::CisOnly => Tests {
            cis: cis(),
            ..Tests::default()
        },
    }
}

fn as_usize(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIGHT: Cost = Cost {
        products: 1,
        row: 1,
    };

    fn window(first: u32, end: u32) -> CisWindow {
        CisWindow { first, end }
    }

    #[test]
    fn pairs_come_snp_block_by_snp_block() {
        let plan = Plan::new(
            Grid::new(5, 3, (1, 9), Some(3), Some(2)),
            Classes::All,
            &[],
            &[],
            LIGHT,
        );
        let blocks: Vec<_> = plan
            .pairs
            .iter()
            .map(|p| (p.snp_block, p.gene_block))
            .collect();
        assert_eq!(blocks, [(0, 0), (0, 1), (1, 0), (1, 1)]);
        assert_eq!(plan.tests.all, 15);
        let costs: Vec<_> = plan.pairs.iter().map(|p| p.cost).collect();
        assert_eq!(costs, [9, 3, 6, 2]);
    }

    #[test]
    fn cis_only_leaves_out_what_no_window_touches() {
        let windows = [window(0, 0), window(4, 6)];
        let plan = Plan::new(
            Grid::new(12, 2, (1, 9), Some(3), Some(1)),
            Classes::CisOnly,
            &windows,
            &[],
            LIGHT,
        );
        let pairs: Vec<_> = plan
            .pairs
            .iter()
            .map(|p| (p.snp_block, p.gene_block, p.snp_rows(), p.counts_snps))
            .collect();
        assert_eq!(pairs, [(1, 1, 4..6, 1)]);
        assert_eq!(
            plan.tests,
            Tests {
                cis: 2,
                ..Tests::default()
            }
        );
    }

    proptest! {
        #[test]
        fn the_closed_form_equals_the_sum_over_pairs(
            n_snps in 1usize..60, n_genes in 1usize..20,
            block_snps in 1usize..20, block_genes in 1usize..8,
            ends in prop::collection::vec((0u32..60, 0u32..60), 20),
        ) {
            let windows: Vec<CisWindow> = ends[..n_genes]
                .iter()
                .map(|&(a, b)| window(a.min(b).min(n_snps as u32), a.max(b).min(n_snps as u32)))
                .collect();
            let grid = Grid::new(n_snps, n_genes, (1, 5), Some(block_snps), Some(block_genes));
            let plan = Plan::new(grid, Classes::CisTrans, &windows, &[], LIGHT);
            let (mut all, mut cis) = (0u64, 0u64);
            for pair in &plan.pairs {
                let genes = grid.gene_rows(pair.gene_block);
                all += (pair.snp_rows().len() * genes.len()) as u64;
                cis += cis_tests(&windows[as_usize(&genes)], &pair.snp_rows());
            }
            prop_assert_eq!(plan.tests.cis, cis);
            prop_assert_eq!(plan.tests.trans, all - cis);
        }
    }
}
