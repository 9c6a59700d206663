//! Regions as people write them: `22`, `22:16050075`, `22:16,000,000-17,000,000`, `chr1:5-`, `chr1:1e6-2e6`.
//!
//! A comma between digits that stand in threes is part of a number; every other comma is between two regions. Names of
//! chromosomes may have colons (HLA alleles do): what follows the last one is positions if it looks like them, or has a
//! dash in it.

use std::fmt;
use std::str::FromStr;

use super::{Region, Regions};

/// A text that names no region, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{text}' is no region: {why}; wanted CHR, CHR:POS, CHR:FROM-TO or CHR:FROM-, in bp from the first base, 1"
)]
pub struct BadRegion {
    text: String,
    why: String,
}

impl FromStr for Region {
    type Err = BadRegion;

    fn from_str(text: &str) -> Result<Self, BadRegion> {
        match &written(text)[..] {
            [one] => parse(one),
            several => Err(bad(
                text,
                format!("it names {} regions, and one is wanted", several.len()),
            )),
        }
    }
}

impl FromStr for Regions {
    type Err = BadRegion;

    fn from_str(text: &str) -> Result<Self, BadRegion> {
        written(text).iter().map(|one| parse(one)).collect()
    }
}

/// The regions of a list, one by one.
fn written(text: &str) -> Vec<String> {
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
    written
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

fn bad(text: &str, why: impl Into<String>) -> BadRegion {
    BadRegion {
        text: text.escape_debug().to_string(),
        why: why.into(),
    }
}

fn parse(text: &str) -> Result<Region, BadRegion> {
    if text.contains(char::is_control) {
        return Err(bad(text, "it holds what cannot be printed"));
    }
    let split = text.rsplit_once(':');
    let Some((chrom, range)) = split.filter(|(_, range)| is_range(range)) else {
        return match text {
            "" => Err(bad(text, "it is empty")),
            chrom => Ok(Region::whole(chrom)),
        };
    };
    if chrom.is_empty() {
        return Err(bad(text, "no chromosome stands before the colon"));
    }
    let number = |number: &str| {
        position(number).ok_or_else(|| match number {
            "" => bad(text, "a position is missing"),
            _ => bad(text, format!("'{number}' is no position in bp")),
        })
    };
    let (from, to) = match range.split_once('-') {
        None => (number(range)?, number(range)?),
        Some((from, "")) => (number(from)?, i64::MAX),
        Some((from, to)) => (number(from)?, number(to)?),
    };
    if from > to {
        return Err(bad(text, "it ends before it begins"));
    }
    Ok(Region {
        from,
        to,
        ..Region::whole(chrom)
    })
}

/// Whether what follows a colon is positions, right or wrong, and not the end of a name.
fn is_range(text: &str) -> bool {
    let is_of_number = |c: char| c.is_ascii_digit() || c == ',';
    text.contains('-') || text.chars().all(is_of_number) || position(text).is_some()
}

/// A position in bp: digits, with commas or without, or a whole number as R writes large ones, `1.5e6`.
fn position(text: &str) -> Option<i64> {
    if let Some((digits, exponent)) = text.split_once(['e', 'E']) {
        const EXACT: f64 = 1e15;
        let is_plain = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let number: f64 = text.parse().ok()?;
        let is_whole = number.fract() == 0.0 && number < EXACT;
        return (is_plain(digits) && is_plain(exponent) && is_whole).then_some(number as i64);
    }
    let digits = text.replace(',', "");
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| digits.parse().ok()).flatten()
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
        for (i, region) in self.iter().enumerate() {
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
    fn positions_may_be_written_as_browsers_and_r_write_them() {
        for text in [
            "chr22:1000-2000",
            "chr22:1,000-2,000",
            "chr22:1e3-2e3",
            "chr22:1000-2E3",
        ] {
            let region: Region = text.parse().unwrap();
            assert_eq!(region.to_string(), "chr22:1000-2000", "{text}");
        }
        assert_eq!(shown("1:1.5e6-,2:1e3"), "1:1500000-, 2:1000-1000");
        assert_eq!(shown("scaffold:1e"), "scaffold:1e");
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
    fn what_is_no_region_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "it is empty"),
            (",", "it is empty"),
            ("1:", "a position is missing"),
            ("1:-5", "a position is missing"),
            ("1:9-5", "it ends before it begins"),
            (":5-6", "no chromosome stands before the colon"),
            ("1:1-2-3", "'2-3' is no position in bp"),
            ("1:5Mb-6Mb", "'5Mb' is no position in bp"),
            ("1:1.5-2", "'1.5' is no position in bp"),
            ("1:1e-3-5", "'1e' is no position in bp"),
            ("1:1e99-2e99", "'1e99' is no position in bp"),
            ("1,,2", "it is empty"),
            (
                "1:99999999999999999999",
                "'99999999999999999999' is no position in bp",
            ),
            ("1\n", "it holds what cannot be printed"),
        ] {
            let error = text.parse::<Regions>().unwrap_err().to_string();
            let wanted = format!("is no region: {why}; wanted CHR, CHR:POS");
            assert!(error.contains(&wanted), "{text}: {error}");
        }
        let two = "1:5-9,2".parse::<Region>().unwrap_err().to_string();
        assert!(two.contains("names 2 regions, and one is wanted"), "{two}");
    }

    proptest! {
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

        #[test]
        fn what_is_shown_is_read_as_the_same_region(
            chrom in "(chr)?[0-9]{1,2}|X|HLA-A[*]01:01:01",
            from in 0i64..3_000_000,
            length in prop::option::of(0i64..3_000_000),
        ) {
            let to = length.map_or(i64::MAX, |length| from + length);
            let region = Region { chrom, from, to };
            let again: Region = region.to_string().parse().unwrap();
            prop_assert_eq!(again, region);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,20}|[0-9:,eE.-]{0,12}") {
            if let Ok(region) = text.parse::<Region>() {
                prop_assert!(region.from <= region.to && !region.chrom.is_empty());
            }
        }
    }
}
