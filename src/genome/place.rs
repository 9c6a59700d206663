//! Places on the genome. Positions are 1-based base pairs, as in VCF and in Matrix eQTL's location tables.

/// Where a SNP lies. Position 0 is a position like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Chromosome name, compared as text.
    pub chrom: String,
    /// Position in bp, 1-based.
    pub pos: i64,
}

/// Where a gene lies: both ends belong to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Chromosome name, compared as text.
    pub chrom: String,
    /// First base in bp, 1-based.
    pub left: i64,
    /// Last base in bp, 1-based; at least `left`.
    pub right: i64,
}

impl Span {
    /// A span from its two ends in either order.
    pub fn new(chrom: impl Into<String>, end: i64, other_end: i64) -> Self {
        Self {
            chrom: chrom.into(),
            left: end.min(other_end),
            right: end.max(other_end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_ends_are_put_in_order() {
        assert_eq!(Span::new("1", 20, 10), Span::new("1", 10, 20));
    }
}
