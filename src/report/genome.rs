//! The genome as a line: chromosomes one after the other, each as long as the last SNP or gene on it.

use std::collections::HashMap;

use crate::genome::{Span, chromosome_cmp};

/// A chromosome on the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Chromosome {
    /// Its name.
    pub name: String,
    /// Where it begins, in bp from the start of the line.
    pub start: u64,
    /// Its length in bp.
    pub length: u64,
}

/// Chromosomes in their order, end to end.
#[derive(Clone, Debug, Default)]
pub struct Genome {
    chromosomes: Vec<Chromosome>,
    by_name: HashMap<String, u32>,
}

impl Genome {
    /// Chromosomes with the last position known on each.
    pub fn new(last: HashMap<String, i64>) -> Self {
        let mut names: Vec<(String, i64)> = last.into_iter().collect();
        names.sort_by(|a, b| chromosome_cmp(&a.0, &b.0));
        let mut genome = Self::default();
        let mut start = 0;
        for (name, last) in names {
            let length = u64::try_from(last).unwrap_or(0) + 1;
            let place = genome.chromosomes.len() as u32;
            genome.by_name.insert(name.clone(), place);
            genome.chromosomes.push(Chromosome {
                name,
                start,
                length,
            });
            start += length;
        }
        genome
    }

    /// Its chromosomes.
    pub fn chromosomes(&self) -> &[Chromosome] {
        &self.chromosomes
    }

    /// The place of a chromosome in the order.
    pub fn place(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// All its bp.
    pub fn length(&self) -> u64 {
        let last = self.chromosomes.last();
        last.map_or(0, |last| last.start + last.length)
    }

    /// Where a position of the chromosome at a place is on the line.
    pub fn at(&self, chromosome: u32, pos: i64) -> u64 {
        let chromosome = &self.chromosomes[chromosome as usize];
        chromosome.start + u64::try_from(pos).unwrap_or(0).min(chromosome.length - 1)
    }

    /// The chromosome and position at a place of the line.
    pub fn position(&self, at: u64) -> (&str, u64) {
        let past = self
            .chromosomes
            .partition_point(|chromosome| chromosome.start <= at);
        let chromosome = &self.chromosomes[past.saturating_sub(1)];
        (&chromosome.name, at - chromosome.start)
    }
}

/// How far a SNP lies from the nearer end of a gene on its chromosome, in bp: negative to its left, 0 inside.
pub fn distance(pos: i64, gene: &Span) -> i64 {
    (pos - gene.left).min(0) + (pos - gene.right).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chromosomes_stand_end_to_end_in_their_order() {
        let last = [("chr10", 99), ("chr2", 49), ("chrX", -5)];
        let genome = Genome::new(last.map(|(name, last)| (name.to_string(), last)).into());
        let names: Vec<&str> = genome
            .chromosomes()
            .iter()
            .map(|c| c.name.as_str())
            .collect();
        assert_eq!(names, ["chr2", "chr10", "chrX"]);
        assert_eq!(genome.length(), 50 + 100 + 1);
        let ten = genome.place("chr10").unwrap();
        assert_eq!(genome.at(ten, 7), 57);
        assert_eq!(genome.at(ten, 1_000_000), 149);
        assert_eq!(genome.position(57), ("chr10", 7));
        assert_eq!(genome.position(49), ("chr2", 49));
    }

    #[test]
    fn distances_are_to_the_nearer_end() {
        let gene = Span::new("1", 100, 200);
        let found = [90, 100, 150, 200, 205].map(|pos| distance(pos, &gene));
        assert_eq!(found, [-10, 0, 0, 0, 5]);
    }
}
