//! Genome order: chromosome, then position, then the order of the input; rows without a location last.

use super::source::RowPlace;
use crate::genome::chromosome_cmp;

/// Rows in genome order.
pub struct GenomeOrder {
    /// Row numbers of the input, in genome order.
    pub rows: Vec<u32>,
    /// Chromosome names in genome order.
    pub chrom_names: Vec<String>,
}

/// Puts rows in genome order; `places` are theirs in the order of the input, by the names given, and point into the
/// ordered names afterwards.
///
/// # Panics
/// If a place has a chromosome without a name.
pub fn genome_order(names: &[String], places: &mut [RowPlace]) -> GenomeOrder {
    let mut ranks: Vec<usize> = (0..names.len()).collect();
    ranks.sort_by(|&a, &b| chromosome_cmp(&names[a], &names[b]));
    let mut rank_of = vec![0; ranks.len()];
    for (rank, &chrom) in ranks.iter().enumerate() {
        rank_of[chrom] = rank as i32;
    }
    for place in places.iter_mut().filter(|place| place.chrom >= 0) {
        place.chrom = rank_of[place.chrom as usize];
    }
    let mut rows: Vec<u32> = (0..places.len() as u32).collect();
    rows.sort_by_key(|&row| {
        let place = places[row as usize];
        let rank = u32::try_from(place.chrom).unwrap_or(u32::MAX);
        (rank, place.left, place.right, row)
    });
    GenomeOrder {
        rows,
        chrom_names: ranks.iter().map(|&chrom| names[chrom].clone()).collect(),
    }
}
