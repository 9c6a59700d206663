//! Where on the genome SNPs go with many genes: windows of equal length, and the genes each has.

use super::genome::Genome;
use super::ids::RowSet;

/// The most windows.
const WINDOWS: u64 = 3000;

/// The most bytes that sets of genes may take.
const MEMORY: u64 = 64 << 20;

/// A window of the genome.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Its first bp on the line of the genome.
    pub start: u64,
    /// One past its last.
    pub end: u64,
    /// The genes that go with SNPs in it.
    pub n_genes: u64,
    /// Pairs of such a SNP and gene.
    pub n_eqtls: u64,
}

/// Genes and pairs by window.
#[derive(Clone, Debug)]
pub struct Hotspots {
    width: u64,
    /// The first window of each chromosome: windows end where it does.
    first: Vec<usize>,
    windows: Vec<Window>,
    genes: Vec<RowSet>,
}

impl Hotspots {
    /// Windows over a genome, of a round number of bp, few enough for the sets of this many genes.
    pub fn new(genome: &Genome, n_genes: u64) -> Self {
        let fitting = MEMORY / n_genes.div_ceil(8).max(1);
        let width = round_up(genome.length() / WINDOWS.min(fitting).max(1) + 1);
        let (mut first, mut windows) = (Vec::new(), Vec::new());
        for chromosome in genome.chromosomes() {
            first.push(windows.len());
            let starts = (0..chromosome.length.div_ceil(width)).map(|i| i * width);
            windows.extend(starts.map(|start| Window {
                start: chromosome.start + start,
                end: chromosome.start + (start + width).min(chromosome.length),
                n_genes: 0,
                n_eqtls: 0,
            }));
        }
        Self {
            width,
            first,
            genes: vec![RowSet::default(); windows.len()],
            windows,
        }
    }

    /// Counts an eQTL of a SNP at a place of the line, which is on a chromosome.
    pub fn add(&mut self, chromosome: u32, at: u64, gene: u32) {
        let first = self.first[chromosome as usize];
        let window = first + ((at - self.windows[first].start) / self.width) as usize;
        self.windows[window].n_eqtls += 1;
        self.windows[window].n_genes += u64::from(self.genes[window].insert(gene));
    }

    /// The length of a window in bp.
    pub fn width(&self) -> u64 {
        self.width
    }

    /// All windows, along the genome.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The windows with the most genes, then pairs.
    pub fn largest(&self, n: usize) -> Vec<&Window> {
        let mut windows: Vec<&Window> = self.windows.iter().filter(|w| w.n_genes > 0).collect();
        windows.sort_by_key(|w| (std::cmp::Reverse((w.n_genes, w.n_eqtls)), w.start));
        windows.truncate(n);
        windows
    }
}

/// The next of 1, 2 or 5 times a power of ten.
fn round_up(least: u64) -> u64 {
    let mut power = 1u64;
    loop {
        if let Some(round) = [1, 2, 5]
            .map(|factor| factor * power)
            .into_iter()
            .find(|&round| round >= least)
        {
            return round;
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn genome() -> Genome {
        let ends = [
            ("1", (0, 250_000_000)),
            ("2", (0, 240_000_000)),
            ("X", (10, 10)),
        ];
        Genome::new(ends.map(|(name, ends)| (name.to_string(), ends)).into())
    }

    #[test]
    fn windows_have_a_round_length_and_end_with_their_chromosome() {
        let hotspots = Hotspots::new(&genome(), 20_000);
        assert_eq!(hotspots.width(), 200_000);
        let windows = hotspots.windows();
        assert!(windows.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(windows[windows.len() - 1].end, genome().length());
        assert!(Hotspots::new(&genome(), 1_000_000_000).windows().len() < 10);
    }

    #[test]
    fn a_gene_counts_once_in_a_window() {
        let mut hotspots = Hotspots::new(&genome(), 100);
        for (chromosome, pos, gene) in [
            (0, 5, 7),
            (0, 6, 7),
            (0, 7, 9),
            (1, 250_000_006, 7),
            (2, 490_000_002, 3),
        ] {
            hotspots.add(chromosome, pos, gene);
        }
        let largest = hotspots.largest(2);
        assert_eq!(
            (largest[0].start, largest[0].n_genes, largest[0].n_eqtls),
            (0, 2, 3)
        );
        assert_eq!((largest[1].start, largest[1].n_genes), (250_000_001, 1));
    }
}
