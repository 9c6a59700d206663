//! Cis windows: which SNP rows lie within `cis_dist_bp` of a gene.
//!
//! A SNP is cis to a gene when the chromosome names are equal and
//! `left - cis_dist_bp <= pos <= right + cis_dist_bp`, both ends inclusive (Matrix eQTL's rule).
//! Store rows stand in genome order, so the SNPs of a window are one run of rows.

use std::collections::HashMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Span;

/// The SNP rows in cis to one gene: `first..end`, empty for a gene without a location.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CisWindow {
    /// First SNP row of the window.
    pub first: u32,
    /// One past the last SNP row.
    pub end: u32,
}

impl CisWindow {
    /// The number of cis SNPs.
    pub fn len(self) -> u64 {
        u64::from(self.end - self.first)
    }

    /// Whether no SNP is cis.
    pub fn is_empty(self) -> bool {
        self.first == self.end
    }

    /// Whether the SNP row is cis.
    pub fn contains(self, snp_row: u32) -> bool {
        self.first <= snp_row && snp_row < self.end
    }

    /// The part of the window inside a run of SNP rows.
    pub fn clip(self, rows: &Range<u32>) -> Self {
        let first = self.first.clamp(rows.start, rows.end);
        let end = self.end.clamp(first, rows.end.max(first));
        Self { first, end }
    }
}

/// The cis window of each gene.
///
/// `snp_chrom` `[n_located]` and `snp_pos` `[n_located]` describe the located SNPs, which are the first
/// rows of the store: every chromosome is one run of rows, positions ascend within it.
/// SNPs without a location come after them and are in no window.
///
/// # Panics
/// If the two slices differ in length.
pub fn cis_windows(
    snp_chrom: &[u32],
    snp_pos: &[i64],
    chrom_names: &[String],
    genes: &[Option<Span>],
    cis_dist_bp: i64,
) -> Vec<CisWindow> {
    assert_eq!(snp_chrom.len(), snp_pos.len(), "one chromosome a position");
    let runs = chromosome_runs(snp_chrom, chrom_names);
    genes
        .iter()
        .map(|gene| {
            let Some(span) = gene else {
                return CisWindow::default();
            };
            let Some(run) = runs.get(span.chrom.as_str()) else {
                return CisWindow::default();
            };
            let pos = &snp_pos[run.clone()];
            let low = span.left.saturating_sub(cis_dist_bp);
            let high = span.right.saturating_add(cis_dist_bp);
            let first = run.start + pos.partition_point(|&p| p < low);
            let end = run.start + pos.partition_point(|&p| p <= high);
            CisWindow {
                first: first as u32,
                end: end as u32,
            }
        })
        .collect()
}

fn chromosome_runs<'a>(
    snp_chrom: &[u32],
    chrom_names: &'a [String],
) -> HashMap<&'a str, Range<usize>> {
    let mut runs = HashMap::new();
    let mut start = 0;
    for run in snp_chrom.chunk_by(|a, b| a == b) {
        runs.insert(
            chrom_names[run[0] as usize].as_str(),
            start..start + run.len(),
        );
        start += run.len();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names() -> Vec<String> {
        vec!["chr1".into(), "chr2".into()]
    }

    #[test]
    fn both_ends_of_a_window_are_inside() {
        let pos = [0, 89, 90, 100, 220, 221];
        let chrom = [0; 6];
        let genes = [Some(Span::new("chr1", 100, 210))];
        let windows = cis_windows(&chrom, &pos, &names(), &genes, 10);
        assert_eq!(windows, [CisWindow { first: 2, end: 5 }]);
    }

    #[test]
    fn position_zero_is_a_position() {
        let windows = cis_windows(&[0], &[0], &names(), &[Some(Span::new("chr1", 5, 6))], 10);
        assert_eq!(windows[0].len(), 1);
    }

    #[test]
    fn a_gene_without_a_location_has_no_cis_snps() {
        let windows = cis_windows(
            &[0],
            &[7],
            &names(),
            &[None, Some(Span::new("X", 7, 7))],
            10,
        );
        assert!(windows.iter().all(|w| w.is_empty()));
    }

    #[test]
    fn clipping_keeps_the_shared_rows() {
        let window = CisWindow { first: 3, end: 9 };
        assert_eq!(window.clip(&(0..5)), CisWindow { first: 3, end: 5 });
        assert_eq!(window.clip(&(5..20)), CisWindow { first: 5, end: 9 });
        assert!(window.clip(&(9..12)).is_empty());
        assert!(window.clip(&(0..2)).is_empty());
    }

    proptest! {
        #[test]
        fn windows_hold_what_the_definition_says(
            mut pos in prop::collection::vec(0i64..200, 0..60),
            split in 0usize..60,
            left in 0i64..200,
            width in 0i64..40,
            dist in 0i64..50,
        ) {
            let split = split.min(pos.len());
            pos[..split].sort();
            pos[split..].sort();
            let chrom: Vec<u32> = (0..pos.len()).map(|i| u32::from(i >= split)).collect();
            let gene = Span::new("chr2", left, left + width);
            let window = cis_windows(&chrom, &pos, &names(), &[Some(gene)], dist)[0];
            for row in 0..pos.len() {
                let cis = chrom[row] == 1
                    && left - dist <= pos[row]
                    && pos[row] <= left + width + dist;
                prop_assert_eq!(window.contains(row as u32), cis);
            }
        }
    }
}
