//! The strongest eQTLs of a table, however it is sorted.

use super::table::Hit;

/// An eQTL that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct TopHit {
    /// The SNP's ID.
    pub snp: String,
    /// The gene's ID.
    pub gene: String,
    /// The slope; NaN where there is none.
    pub beta: f64,
    /// t or F.
    pub statistic: f64,
    /// The p-value.
    pub p: f64,
    /// Its -log10.
    pub neg_log10_p: f64,
    /// The false discovery rate.
    pub fdr: f64,
    /// Rows of SNP and gene.
    pub rows: (u32, u32),
    /// Its row in the table, from 1.
    pub row: u64,
}

/// The strongest eQTLs: by p, then |t| or F, then their order in the table.
#[derive(Clone, Debug)]
pub struct Top {
    most: usize,
    hits: Vec<TopHit>,
}

impl Top {
    /// None yet, of at most so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            hits: Vec::with_capacity(most + 1),
        }
    }

    /// Takes in an eQTL, with the rows of its SNP and gene.
    pub fn add(&mut self, hit: &Hit, rows: (u32, u32)) {
        let is_full = self.hits.len() == self.most;
        let weakest = self
            .hits
            .last()
            .map_or(f64::NEG_INFINITY, |hit| hit.neg_log10_p);
        if is_full && hit.neg_log10_p < weakest {
            return;
        }
        let statistic = hit.statistic.or_nan();
        let strength = (hit.neg_log10_p, statistic.abs());
        let is_stronger = |other: &TopHit| strength > (other.neg_log10_p, other.statistic.abs());
        let at = self.hits.partition_point(|other| !is_stronger(other));
        let text = |id: &[u8]| String::from_utf8_lossy(id).into_owned();
        self.hits.insert(
            at,
            TopHit {
                snp: text(hit.snp),
                gene: text(hit.gene),
                beta: hit.beta.or_nan(),
                statistic,
                p: hit.p,
                neg_log10_p: hit.neg_log10_p,
                fdr: hit.fdr,
                rows,
                row: hit.row,
            },
        );
        self.hits.truncate(self.most);
    }

    /// The eQTLs, strongest first.
    pub fn hits(&self) -> &[TopHit] {
        &self.hits
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Figure;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_strongest_come_first_and_equals_in_their_order(strengths in prop::collection::vec(0u8..6, 0..40)) {
            let mut top = Top::new(5);
            for (row, &strength) in (1..).zip(&strengths) {
                let hit = Hit {
                    snp: b"s",
                    gene: b"g",
                    beta: Figure::Number(0.0),
                    statistic: Figure::Number(0.0),
                    p: 0.5,
                    neg_log10_p: f64::from(strength),
                    fdr: 1.0,
                    distance: None,
                    row,
                };
                top.add(&hit, (0, 0));
            }
            let mut wanted: Vec<(u8, u64)> = strengths.iter().copied().zip(1..).collect();
            wanted.sort_by_key(|&(strength, row)| (std::cmp::Reverse(strength), row));
            wanted.truncate(5);
            let found: Vec<(u8, u64)> = top.hits().iter().map(|hit| (hit.neg_log10_p as u8, hit.row)).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
