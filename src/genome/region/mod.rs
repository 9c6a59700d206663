//! Parts of chromosomes. Both ends belong to a region, and the first base is 1, as in VCF and for bcftools.

mod written;

use std::cmp::Ordering;

pub use self::written::BadRegion;
use super::{Site, chromosome_cmp};

/// A part of a chromosome, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Chromosome name, compared as text.
    pub chrom: String,
    /// First base in bp, 1-based; 0 takes in what stands before the first base.
    pub from: i64,
    /// Last base in bp, 1-based; at least `from`, and `i64::MAX` for the end of the chromosome.
    pub to: i64,
}

/// Regions in genome order that do not overlap. None at all means everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions(Vec<Region>);

impl Region {
    /// All of a chromosome.
    pub fn whole(chrom: &str) -> Self {
        Self {
            chrom: chrom.into(),
            from: 0,
            to: i64::MAX,
        }
    }

    /// Whether a position on the region's chromosome lies in it.
    pub fn spans(&self, pos: i64) -> bool {
        (self.from..=self.to).contains(&pos)
    }

    fn order(&self, other: &Self) -> Ordering {
        chromosome_cmp(&self.chrom, &other.chrom).then(self.from.cmp(&other.from))
    }
}

impl Regions {
    /// Whether there are none, which means everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The regions, in genome order.
    pub fn iter(&self) -> std::slice::Iter<'_, Region> {
        self.0.iter()
    }

    /// The region that a site lies in, by its place in [`Regions::iter`].
    pub fn find(&self, chrom: &str, pos: i64) -> Option<usize> {
        let mut regions = self.0.iter();
        regions.position(|region| region.chrom == chrom && region.spans(pos))
    }

    /// Whether a site lies in one of them, or there are none.
    pub fn contain(&self, site: &Site) -> bool {
        self.is_empty() || self.find(&site.chrom, site.pos).is_some()
    }
}

impl FromIterator<Region> for Regions {
    /// Puts regions in genome order and joins those that overlap or touch.
    fn from_iter<I: IntoIterator<Item = Region>>(regions: I) -> Self {
        let mut sorted: Vec<Region> = regions.into_iter().collect();
        sorted.sort_by(Region::order);
        let mut joined: Vec<Region> = Vec::with_capacity(sorted.len());
        for region in sorted {
            match joined.last_mut() {
                Some(last)
                    if last.chrom == region.chrom && region.from <= last.to.saturating_add(1) =>
                {
                    last.to = last.to.max(region.to);
                }
                _ => joined.push(region),
            }
        }
        Self(joined)
    }
}

impl FromIterator<Regions> for Regions {
    fn from_iter<I: IntoIterator<Item = Regions>>(lists: I) -> Self {
        lists.into_iter().flat_map(|list| list.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        text.parse::<Regions>().unwrap().to_string()
    }

    #[test]
    fn regions_that_overlap_or_touch_are_one() {
        assert_eq!(shown("1:5-9,1:10-12,1:8-11,1:20-30"), "1:5-12, 1:20-30");
        assert_eq!(shown("chr2:9-,chr2"), "chr2");
        assert_eq!(shown("chr10,chr2,10"), "chr2, 10, chr10");
    }

    #[test]
    fn both_ends_belong_to_a_region_and_none_is_everything() {
        let regions: Regions = "7:10-20".parse().unwrap();
        let at = |chrom: &str, pos| Site {
            chrom: chrom.into(),
            pos,
        };
        for (pos, inside) in [(9, false), (10, true), (20, true), (21, false)] {
            assert_eq!(regions.contain(&at("7", pos)), inside);
        }
        assert!(!regions.contain(&at("chr7", 10)));
        assert!(Regions::default().contain(&at("chr7", 10)));
        assert!("7".parse::<Regions>().unwrap().contain(&at("7", 0)));
    }

    proptest! {
        #[test]
        fn joining_changes_what_is_named_by_nothing(
            ranges in prop::collection::vec((0i64..60, 0i64..20), 1..8),
            pos in 0i64..90,
        ) {
            let region = |&(from, length): &(i64, i64)| Region {
                chrom: "1".into(),
                from,
                to: from + length,
            };
            let regions: Regions = ranges.iter().map(region).collect();
            let named = ranges.iter().any(|range| region(range).spans(pos));
            prop_assert_eq!(regions.find("1", pos).is_some(), named);
            prop_assert_eq!(regions.to_string().replace(", ", ",").parse(), Ok(regions));
        }
    }
}
