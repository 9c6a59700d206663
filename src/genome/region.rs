//! Parts of chromosomes, as people name them: `22`, `22:16050075`, `22:16,000,000-17,000,000`, `chr1:5-`.
//!
//! Both ends belong to a region, and the first base is 1, as in VCF and for bcftools. A comma between digits that stand in
//! threes is part of a number; every other comma is between two regions.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

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

/// A text that names no region.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no region; wanted CHR, CHR:POS, CHR:FROM-TO or CHR:FROM-, from the first base, 1"
)]
pub struct BadRegion(String);

impl Region {
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

impl FromStr for Regions {
    type Err = BadRegion;

    fn from_str(text: &str) -> Result<Self, BadRegion> {
        let mut written: Vec<String> = Vec::new();
        for piece in text.split(',') {
            match written.last_mut() {
                Some(last) if goes_on(last, piece) => {
                    last.push(',');
                    last.push_str(piece);
                }
                _ => written.push(piece.into()),
            }
        }
        written.iter().map(|one| parse(one)).collect()
    }
}

/// Whether `piece`, after a comma, goes on with the number that a region ends in.
fn goes_on(region: &str, piece: &str) -> bool {
    let Some((_, range)) = region.rsplit_once(':') else {
        return false;
    };
    let number = range.rsplit('-').next().unwrap_or_default();
    let mut groups = number.split(',');
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let grouped = first.len() <= 3 && is_digits(first) && groups.all(|group| group.len() == 3);
    let next = piece.split('-').next().unwrap_or_default();
    grouped && next.len() == 3 && is_digits(next)
}

fn parse(text: &str) -> Result<Region, BadRegion> {
    let bad = || BadRegion(text.into());
    let whole = |chrom: &str| Region {
        chrom: chrom.into(),
        from: 0,
        to: i64::MAX,
    };
    let is_of_range = |c: char| c.is_ascii_digit() || matches!(c, '-' | ',');
    let (chrom, range) = match text.rsplit_once(':') {
        // Names of HLA alleles have colons too.
        Some((chrom, range)) if range.chars().all(is_of_range) => (chrom, range),
        _ if text.is_empty() || text.contains(char::is_control) => return Err(bad()),
        _ => return Ok(whole(text)),
    };
    let number = |text: &str| text.replace(',', "").parse::<i64>().map_err(|_| bad());
    let (from, to) = match range.split_once('-') {
        None => (number(range)?, number(range)?),
        Some((from, "")) => (number(from)?, i64::MAX),
        Some((from, to)) => (number(from)?, number(to)?),
    };
    if chrom.is_empty() || chrom.contains(char::is_control) || from > to {
        return Err(bad());
    }
    Ok(Region {
        from,
        to,
        ..whole(chrom)
    })
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chrom, from, to } = self;
        match (*from, *to) {
            (0, i64::MAX) => f.write_str(chrom),
            (from, i64::MAX) => write!(f, "{chrom}:{from}-"),
            (from, to) => write!(f, "{chrom}:{from}-{to}"),
        }
    }
}

impl fmt::Display for Regions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, region) in self.0.iter().enumerate() {
            write!(f, "{}{region}", if i > 0 { ", " } else { "" })?;
        }
        Ok(())
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
    fn a_region_is_written_in_four_ways() {
        assert_eq!(shown("22"), "22");
        assert_eq!(shown("chr1:5-70"), "chr1:5-70");
        assert_eq!(shown("chr1:5-"), "chr1:5-");
        assert_eq!(shown("X:7"), "X:7-7");
        assert_eq!(shown("HLA-A*01:01:01:01N"), "HLA-A*01:01:01:01N");
        assert_eq!(shown("HLA-A*01:01:2-3"), "HLA-A*01:01:2-3");
    }

    #[test]
    fn a_comma_is_within_a_number_or_between_regions() {
        assert_eq!(shown("1:16,050,075-17,000,000"), "1:16050075-17000000");
        assert_eq!(shown("2,1:1,000-2,000,X"), "1:1000-2000, 2, X");
        assert_eq!(shown("1:5-9,3:1-2"), "1:5-9, 3:1-2");
        // 16000000 has no groups, so that 100 is a name.
        assert_eq!(shown("22:16000000,100"), "22:16000000-16000000, 100");
        assert_eq!(shown("1,200"), "1, 200");
    }

    #[test]
    fn regions_that_overlap_or_touch_are_one() {
        assert_eq!(shown("1:5-9,1:10-12,1:8-11,1:20-30"), "1:5-12, 1:20-30");
        assert_eq!(shown("chr2:9-,chr2"), "chr2");
        assert_eq!(shown("chr10,chr2,10"), "chr2, 10, chr10");
    }

    #[test]
    fn what_is_no_region_is_refused() {
        for text in [
            "",
            ",",
            "1:",
            "1:9-5",
            "1:-5",
            ":5-6",
            "1:1-2-3",
            "1,,2",
            "1:99999999999999999999",
        ] {
            let error = text.parse::<Regions>().unwrap_err().to_string();
            assert!(
                error.contains("is no region; wanted CHR"),
                "{text}: {error}"
            );
        }
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

        #[test]
        fn a_number_with_commas_is_the_number(from in 1i64..2_000_000_000, length in 0i64..2_000_000_000) {
            let grouped = |number: i64| {
                let digits = number.to_string();
                let groups: Vec<&str> = digits.as_bytes().rchunks(3)
                    .rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
                groups.join(",")
            };
            let text = format!("chr3:{}-{},chr4", grouped(from), grouped(from + length));
            prop_assert_eq!(shown(&text), format!("chr3:{from}-{}, chr4", from + length));
        }
    }
}
