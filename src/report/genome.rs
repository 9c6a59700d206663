//! The genome as a line: chromosomes one after the other, each from its first SNP or gene to its last.

use std::collections::HashMap;

use crate::genome::{Span, chromosome_cmp};

/// A chromosome on the line.
#[derive(Clone, Debug, PartialEq)]
pub struct Chromosome {
    /// Its name.
    pub name: String,
    /// Where it begins, in bp from the start of the line.
    pub start: u64,
    /// The position that stands there: a round one, at or before the first that is known.
    pub first: i64,
    /// Its length on the line in bp, up to the last position that is known.
    pub length: u64,
}

/// Chromosomes in their order, end to end.
#[derive(Clone, Debug, Default)]
pub struct Genome {
    chromosomes: Vec<Chromosome>,
    by_name: HashMap<String, u32>,
}

impl Genome {
    /// Chromosomes with the first and the last position known on each.
    pub fn new(ends: HashMap<String, (i64, i64)>) -> Self {
        let mut named: Vec<(String, (i64, i64))> = ends.into_iter().collect();
        named.sort_by(|a, b| chromosome_cmp(&a.0, &b.0));
        let mut genome = Self::default();
        let mut start = 0;
        for (name, (first, last)) in named {
            let first = round_down(first, last);
            let length = last.abs_diff(first) + 1;
            let place = genome.chromosomes.len() as u32;
            genome.by_name.insert(name.clone(), place);
            genome.chromosomes.push(Chromosome {
                name,
                start,
                first,
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
        let within = u64::try_from(pos.saturating_sub(chromosome.first)).unwrap_or(0);
        chromosome.start + within.min(chromosome.length - 1)
    }

    /// The chromosome and position at a place of the line.
    pub fn position(&self, at: u64) -> (&str, i64) {
        let past = self
            .chromosomes
            .partition_point(|chromosome| chromosome.start <= at);
        let chromosome = &self.chromosomes[past.saturating_sub(1)];
        let within = i64::try_from(at - chromosome.start).unwrap_or(i64::MAX);
        (&chromosome.name, chromosome.first.saturating_add(within))
    }
}

/// The first position, rounded down to a power of ten that is less than a tenth of the way to the last one.
fn round_down(first: i64, last: i64) -> i64 {
    let mut grain = 1;
    while grain <= last.saturating_sub(first) / 100 {
        grain *= 10;
    }
    first.div_euclid(grain) * grain
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
        let ends = [("chr10", (0, 99)), ("chr2", (7, 49)), ("chrX", (-5, -5))];
        let genome = Genome::new(ends.map(|(name, ends)| (name.to_string(), ends)).into());
        let names: Vec<&str> = genome
            .chromosomes()
            .iter()
            .map(|c| c.name.as_str())
            .collect();
        assert_eq!(names, ["chr2", "chr10", "chrX"]);
        assert_eq!(genome.length(), 43 + 100 + 1);
        let ten = genome.place("chr10").unwrap();
        assert_eq!(
            (
                genome.at(ten, 7),
                genome.at(ten, 1_000_000),
                genome.at(0, 7)
            ),
            (50, 142, 0)
        );
        assert_eq!(genome.position(50), ("chr10", 7));
        assert_eq!(
            [genome.position(42), genome.position(143)],
            [("chr2", 49), ("chrX", -5)]
        );
    }

    #[test]
    fn a_chromosome_begins_at_a_round_position() {
        assert_eq!(round_down(16_055_171, 51_237_063), 16_000_000);
        assert_eq!(round_down(17, 21), 17);
        assert_eq!(round_down(-3, 5_000), -100);
    }

    #[test]
    fn distances_are_to_the_nearer_end() {
        let gene = Span::new("1", 100, 200);
        let found = [90, 100, 150, 200, 205].map(|pos| distance(pos, &gene));
        assert_eq!(found, [-10, 0, 0, 0, 5]);
    }
}
