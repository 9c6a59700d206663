//! A hit: a pair whose statistic reached its threshold.

use std::cmp::Ordering;

use bytemuck::{Pod, Zeroable};

/// One reported pair. Plain bytes, so that it can be sent between ranks as it is.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Hit {
    /// SNP row.
    pub snp: u32,
    /// Gene row.
    pub gene: u32,
    /// Change of expression per copy of the counted allele; NaN for ANOVA.
    pub beta: f64,
    /// t or F.
    pub statistic: f64,
    /// ln of the p-value.
    pub ln_p: f64,
}

impl Hit {
    /// The order of rows in every table whose tests have the same degrees of freedom: |statistic| descending, then SNP
    /// row, then gene row.
    pub fn by_statistic(a: &Self, b: &Self) -> Ordering {
        b.statistic
            .abs()
            .total_cmp(&a.statistic.abs())
            .then(a.snp.cmp(&b.snp))
            .then(a.gene.cmp(&b.gene))
    }

    /// The order by place: SNP row, which is genome order with SNPs without a location last, then gene row.
    pub fn by_place(a: &Self, b: &Self) -> Ordering {
        (a.snp, a.gene).cmp(&(b.snp, b.gene))
    }

    /// The order where degrees of freedom differ, so that p ascends: p, then as [`Hit::by_statistic`].
    pub fn by_p(a: &Self, b: &Self) -> Ordering {
        a.ln_p.total_cmp(&b.ln_p).then(Self::by_statistic(a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_stand_in_row_order() {
        let hit = |statistic: f64, snp, gene| Hit {
            snp,
            gene,
            beta: 0.0,
            statistic,
            ln_p: 0.0,
        };
        let mut hits = [
            hit(1.0, 0, 0),
            hit(-2.0, 3, 1),
            hit(2.0, 3, 0),
            hit(2.0, 1, 9),
            hit(f64::INFINITY, 9, 9),
        ];
        hits.sort_unstable_by(Hit::by_statistic);
        let order: Vec<_> = hits.iter().map(|hit| (hit.snp, hit.gene)).collect();
        assert_eq!(order, [(9, 9), (1, 9), (3, 0), (3, 1), (0, 0)]);
    }
}
