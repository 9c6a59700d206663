//! One chromosome under two names: chr22 and 22, chrM and MT, and the numbers PLINK gives X, Y, XY and MT of humans.
//!
//! Names are compared as text unless somebody asks for this. A number from 23 to 26 stands for a letter only where that
//! letter is on the other side alone and the number on this side alone: chromosome 23 of cattle is no X.

use std::collections::{BTreeMap, BTreeSet};

use super::chromosome::bare;
use super::place::Span;

/// PLINK's numbers of human chromosomes that have letters, and these.
pub const PLINK_NUMBERS: [(&str, &str); 4] = [("23", "X"), ("24", "Y"), ("25", "XY"), ("26", "MT")];

/// Two names of one side that would be one chromosome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneChromosome(pub String, pub String);

/// The names of `ours` for those of `theirs` that we call otherwise: `theirs` to `ours`. Names that are the same on both
/// sides, and those we have no name for, are not among them.
///
/// # Errors
/// If two of our names are of one chromosome, so that it is not known which of them is meant.
pub fn synonyms<'n>(
    ours: impl IntoIterator<Item = &'n str>,
    theirs: impl IntoIterator<Item = &'n str>,
) -> Result<BTreeMap<String, String>, OneChromosome> {
    let mut by_plain = BTreeMap::new();
    for name in ours.into_iter().collect::<BTreeSet<_>>() {
        if let Some(other) = by_plain.insert(plain(name), name) {
            return Err(OneChromosome(other.into(), name.into()));
        }
    }
    let theirs: BTreeSet<&str> = theirs.into_iter().collect();
    let plain_theirs: BTreeSet<String> = theirs.iter().map(|name| plain(name)).collect();
    let our_name = |name: &str| {
        let plain = plain(name);
        let other = || other_of_pair(&plain).filter(|other| !plain_theirs.contains(*other));
        let found = by_plain.get(&plain);
        found.or_else(|| by_plain.get(other()?)).copied()
    };
    let pairs = theirs
        .iter()
        .filter_map(|&name| Some((name, our_name(name)?)));
    Ok(pairs
        .filter(|(name, our_name)| name != our_name)
        .map(|(name, our_name)| (name.to_string(), our_name.to_string()))
        .collect())
}

/// Calls chromosomes by the names found by [`synonyms`].
pub fn rename<'s>(spans: impl IntoIterator<Item = &'s mut Span>, names: &BTreeMap<String, String>) {
    for span in spans {
        if let Some(name) = names.get(&span.chrom) {
            span.chrom.clone_from(name);
        }
    }
}

/// Whether two names that are not the same are of one chromosome, PLINK's numbers apart: chr22 and 22.
pub fn are_synonyms(a: &str, b: &str) -> bool {
    a != b && plain(a) == plain(b)
}

/// A name without `chr` and leading zeros, letters of sex chromosomes and mitochondria large: what two names of one
/// chromosome have in common.
fn plain(name: &str) -> String {
    let bare = bare(name);
    if let Ok(number) = bare.parse::<u64>() {
        return number.to_string();
    }
    match bare.to_ascii_uppercase().as_str() {
        "M" => "MT".into(),
        letters @ ("X" | "Y" | "XY" | "MT") => letters.into(),
        _ => bare.into(),
    }
}

/// The letter for one of PLINK's numbers, or the number for a letter.
fn other_of_pair(plain: &str) -> Option<&'static str> {
    PLINK_NUMBERS.iter().find_map(|&(number, letter)| {
        if plain == number {
            Some(letter)
        } else if plain == letter {
            Some(number)
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(ours: &str, theirs: &str) -> Result<Vec<String>, OneChromosome> {
        let pairs = synonyms(ours.split(' '), theirs.split(' '))?;
        Ok(pairs.iter().map(|(a, b)| format!("{a}={b}")).collect())
    }

    #[test]
    fn a_prefix_case_zeros_and_mt_do_not_matter() {
        let wanted = ["1=chr1", "22=chr22", "MT=chrM", "X=chrX"];
        assert_eq!(
            found("chr1 chr2 chr22 chrM chrX", "1 22 MT X").unwrap(),
            wanted
        );
        assert_eq!(
            found("1 2", "Chr01 CHR2 chr3").unwrap(),
            ["CHR2=2", "Chr01=1"]
        );
        assert!(found("chr1 chr2", "chr1 chr2 chr3").unwrap().is_empty());
        assert!(found("scaffold_1", "Scaffold_1").unwrap().is_empty());
    }

    #[test]
    fn the_numbers_of_plink_are_letters_where_nothing_speaks_against_it() {
        assert_eq!(
            found("1 22 23 26", "chr1 chr22 chrX chrM").unwrap(),
            ["chr1=1", "chr22=22", "chrM=26", "chrX=23"]
        );
        assert_eq!(found("1 X XY", "1 23 25").unwrap(), ["23=X", "25=XY"]);
        // Cattle have a chromosome 23, whether or not their X is among the SNPs.
        assert!(found("22 23 29", "22 23 29 X").unwrap().is_empty());
        assert_eq!(found("chr23 chrX", "23 X").unwrap(), ["23=chr23", "X=chrX"]);
    }

    #[test]
    fn two_names_of_one_chromosome_on_our_side_are_refused() {
        let both = OneChromosome("1".into(), "chr1".into());
        assert_eq!(found("chr1 1 2", "1"), Err(both));
        // On theirs they are what is to be put right.
        assert_eq!(
            found("chr1", "1 chr1 Chr1").unwrap(),
            ["1=chr1", "Chr1=chr1"]
        );
    }

    proptest! {
        #[test]
        fn a_prefix_on_either_side_is_undone(
            names in prop::collection::btree_set("([1-9]|1[0-9]|2[0-9]|X|Y|M|scaffold_[0-9])", 1..12),
            prefix_ours: bool,
        ) {
            let with: Vec<String> = names.iter().map(|name| format!("chr{name}")).collect();
            let without: Vec<String> = names.iter().cloned().collect();
            let (ours, theirs) = if prefix_ours { (&with, &without) } else { (&without, &with) };
            let pairs = synonyms(ours.iter().map(String::as_str), theirs.iter().map(String::as_str)).unwrap();
            for (our, their) in ours.iter().zip(theirs) {
                prop_assert_eq!(&pairs[their], our);
            }
        }

        #[test]
        fn what_is_named_alike_stays(
            ours in prop::collection::btree_set("[1-9]|2[0-9]|X|MT", 1..12),
            theirs in prop::collection::btree_set("(chr)?([1-9]|2[0-9]|X|M)", 1..12),
        ) {
            let pairs = synonyms(ours.iter().map(String::as_str), theirs.iter().map(String::as_str)).unwrap();
            for (their, our) in &pairs {
                prop_assert!(theirs.contains(their) && ours.contains(our) && !ours.contains(their));
            }
        }
    }
}
