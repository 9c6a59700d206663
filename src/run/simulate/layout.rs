//! The simulated genome: 22 chromosomes in the proportions of the human ones, SNPs about 5 kb apart.

use rand::Rng;

use super::{Purpose, SimulateConfig};
use crate::store::RowPlace;

/// Lengths of the human chromosomes 1 to 22, in Mb.
const LENGTHS_MB: [u64; 22] = [
    248, 242, 198, 190, 182, 171, 159, 145, 138, 134, 135, 133, 114, 107, 102, 90, 83, 80, 59, 64,
    47, 51,
];

/// Mean distance of neighbouring SNPs: 573,337 of them then cover the human genome.
const SNP_DISTANCE_BP: u64 = 5_000;

/// Length of a gene.
const GENE_BP: i64 = 20_000;

/// Where SNPs and genes lie.
pub struct Layout {
    /// Chromosome names.
    pub names: Vec<String>,
    starts: Vec<u64>,
    length: u64,
}

impl Layout {
    /// The genome for this many SNPs.
    pub fn new(config: &SimulateConfig) -> Self {
        let wanted = SNP_DISTANCE_BP * config.snps.max(1) as u64;
        let human: u64 = LENGTHS_MB.iter().sum();
        let mut starts = vec![0];
        for mb in LENGTHS_MB {
            starts.push(starts[starts.len() - 1] + (wanted * mb).div_ceil(human));
        }
        Self {
            names: (1..=LENGTHS_MB.len()).map(|i| format!("chr{i}")).collect(),
            length: starts[LENGTHS_MB.len()],
            starts,
        }
    }

    /// The place of a SNP; places ascend with the row.
    pub fn snp(&self, config: &SimulateConfig, row: usize) -> RowPlace {
        let at = self.even(row, config.snps);
        self.place(at, 1)
    }

    /// The place of a gene; places ascend with the row.
    pub fn gene(&self, config: &SimulateConfig, row: usize) -> RowPlace {
        let jitter: f64 = config.stream(Purpose::Places, row).random();
        let step = self.length as f64 / config.genes as f64;
        let at = ((row as f64 + jitter) * step) as u64;
        self.place(at.min(self.length - 1), GENE_BP)
    }

    /// The last SNP row before a place, or the first of its chromosome if there is none before.
    pub fn nearest_snp(&self, config: &SimulateConfig, place: RowPlace) -> usize {
        let at = self.starts[place.chrom as usize] + (place.left - 1).max(0) as u64;
        let row = u128::from(at) * config.snps as u128 / u128::from(self.length);
        let row = (row as usize).min(config.snps - 1);
        let before = self.snp(config, row).chrom != place.chrom;
        (row + usize::from(before)).min(config.snps - 1)
    }

    fn even(&self, row: usize, rows: usize) -> u64 {
        (u128::from(self.length) * row as u128 / rows.max(1) as u128) as u64
    }

    fn place(&self, at: u64, bases: i64) -> RowPlace {
        let chrom = self.starts.partition_point(|&start| start <= at) - 1;
        let left = (at - self.starts[chrom]) as i64 + 1;
        RowPlace {
            chrom: chrom as i32,
            left,
            right: left + bases - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::small;
    use super::*;

    #[test]
    fn snps_and_genes_stand_in_genome_order() {
        let config = small();
        let layout = Layout::new(&config);
        let order = |place: RowPlace| (place.chrom, place.left);
        let snps: Vec<_> = (0..config.snps)
            .map(|row| order(layout.snp(&config, row)))
            .collect();
        let genes: Vec<_> = (0..config.genes)
            .map(|row| order(layout.gene(&config, row)))
            .collect();
        assert!(snps.is_sorted() && genes.is_sorted());
        assert!(snps[config.snps - 1].0 == 21);
    }

    #[test]
    fn the_nearest_snp_is_near() {
        let config = small();
        let layout = Layout::new(&config);
        for row in 0..config.genes {
            let gene = layout.gene(&config, row);
            let snp = layout.snp(&config, layout.nearest_snp(&config, gene));
            let far = (snp.left - gene.left).unsigned_abs() > 2 * SNP_DISTANCE_BP;
            assert!(snp.chrom == gene.chrom && !far, "gene {row}");
        }
    }
}
