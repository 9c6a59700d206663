//! The grid of blocks over SNP rows and gene rows.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The residual rows of one SNP block fill about this much memory at most, unless the block size is given: their codes, an
/// eighth of it, then stay in a cache.
const SLAB_BYTES: usize = 16 << 20;

/// Default bounds of the number of rows in a block; below the lower one products lose their speed.
const BLOCK_ROWS: Range<usize> = 128..1024;

/// Rows that integer products take together.
const TILE_ROWS: usize = 32;

/// Most genes in a block by default.
const BLOCK_GENES: usize = 2048;

/// By default the integers of the genes of a block fill about this much memory at most: with very many samples a block
/// pair of all genes would take so long that ranks wait for each other at the end.
const GENE_BYTES: usize = 40 << 20;

/// The number of genes in a block is a multiple of this by default.
const GENE_STEP: usize = 256;

/// SNP rows and gene rows cut into blocks of equal size; the last block of each may be smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// SNP rows.
    pub n_snps: usize,
    /// Gene rows.
    pub n_genes: usize,
    /// SNP rows in a block.
    pub block_snps: usize,
    /// Gene rows in a block.
    pub block_genes: usize,
}

impl Grid {
    /// A grid over all rows, with block sizes as given or fit for SNPs of `n_units` rows of `n_samples` each.
    ///
    /// # Panics
    /// If a given block size is 0.
    pub fn new(
        n_snps: usize,
        n_genes: usize,
        (n_units, n_samples): (usize, usize),
        block_snps: Option<usize>,
        block_genes: Option<usize>,
    ) -> Self {
        let n_units = n_units.max(1);
        let fitting = SLAB_BYTES / (8 * n_samples.max(1));
        let rows = fitting.clamp(BLOCK_ROWS.start, BLOCK_ROWS.end) / n_units;
        let block_snps = block_snps.unwrap_or(rows.next_multiple_of(TILE_ROWS));
        let genes = GENE_BYTES / n_samples.max(1) / GENE_STEP * GENE_STEP;
        let block_genes = block_genes.unwrap_or(genes.clamp(GENE_STEP, BLOCK_GENES));
        assert!(block_snps > 0 && block_genes > 0, "blocks hold rows");
        Self {
            n_snps,
            n_genes,
            block_snps,
            block_genes,
        }
    }

    /// The number of SNP blocks.
    pub fn snp_blocks(&self) -> usize {
        self.n_snps.div_ceil(self.block_snps)
    }

    /// The number of gene blocks.
    pub fn gene_blocks(&self) -> usize {
        self.n_genes.div_ceil(self.block_genes)
    }

    /// The SNP rows of a block.
    pub fn snp_rows(&self, block: u32) -> Range<u32> {
        rows(block, self.block_snps, self.n_snps)
    }

    /// The gene rows of a block.
    pub fn gene_rows(&self, block: u32) -> Range<u32> {
        rows(block, self.block_genes, self.n_genes)
    }
}

fn rows(block: u32, size: usize, total: usize) -> Range<u32> {
    let start = (block as usize * size).min(total);
    let end = (start + size).min(total);
    start as u32..end as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_every_row_once() {
        let grid = Grid::new(10, 7, (1, 5), Some(4), Some(7));
        assert_eq!((grid.snp_blocks(), grid.gene_blocks()), (3, 1));
        assert_eq!(grid.snp_rows(1), 4..8);
        assert_eq!(grid.snp_rows(2), 8..10);
        assert_eq!(grid.gene_rows(0), 0..7);
    }

    #[test]
    fn blocks_shrink_when_there_are_many_samples() {
        assert_eq!(Grid::new(1, 1, (1, 60_000), None, None).block_snps, 128);
        assert_eq!(Grid::new(1, 1, (15, 60_000), None, None).block_snps, 32);
        assert_eq!(Grid::new(1, 1, (1, 5_000), None, None).block_snps, 448);
        assert_eq!(Grid::new(1, 1, (1, 100), None, None).block_snps, 1024);
        assert_eq!(Grid::new(1, 1, (2, 100), None, None).block_snps, 512);
        for (n, genes) in [(100, 2048), (20_000, 2048), (54_000, 768), (9_000_000, 256)] {
            assert_eq!(Grid::new(1, 1, (1, n), None, None).block_genes, genes);
        }
    }
}
