//! A SNP as the standard names it: the number of a human chromosome, a position from 1, and two alleles of bases.

use super::super::full::SnpFacts;
use crate::genome::{PLINK_NUMBERS, bare_chromosome};

/// A SNP that the standard has room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The chromosome from 1: X is 23, Y 24, M 25.
    pub chrom: u8,
    /// Position in bp, 1-based.
    pub pos: i64,
    /// The counted allele, in capitals.
    pub effect: String,
    /// The other one, in capitals.
    pub other: String,
}

/// What of a SNP the standard has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has no location, or lies on none of its chromosomes.
    Place,
    /// An allele is not known, or is no sequence of bases.
    Alleles,
}

impl Variant {
    /// The SNP in the standard's words.
    ///
    /// # Errors
    /// What of it has no words.
    pub fn of(snp: &SnpFacts) -> Result<Self, Unfit> {
        let site = snp.site.as_ref().filter(|site| site.pos > 0);
        let place = site.and_then(|site| Some((chromosome(&site.chrom)?, site.pos)));
        let (chrom, pos) = place.ok_or(Unfit::Place)?;
        match (bases(&snp.alternate), bases(&snp.reference)) {
            (Some(effect), Some(other)) => Ok(Self {
                chrom,
                pos,
                effect,
                other,
            }),
            _ => Err(Unfit::Alleles),
        }
    }

    /// `1_1000_A_G`, where the other allele is the reference.
    pub fn id(&self) -> String {
        let Self {
            chrom,
            pos,
            effect,
            other,
        } = self;
        format!("{chrom}_{pos}_{other}_{effect}")
    }
}

/// The standard's number of a chromosome. Numbers from 23 are PLINK's, and its XY, the pseudo-autosomal part, has the
/// positions of X.
fn chromosome(name: &str) -> Option<u8> {
    let bare = bare_chromosome(name).to_ascii_uppercase();
    let of_plink = PLINK_NUMBERS.iter().find(|(number, _)| *number == bare);
    match of_plink.map_or(bare.as_str(), |(_, letter)| letter) {
        "X" | "XY" => Some(23),
        "Y" => Some(24),
        "M" | "MT" => Some(25),
        number => number.parse().ok().filter(|n| (1..=22).contains(n)),
    }
}

/// An allele of known bases, in capitals.
fn bases(allele: &str) -> Option<String> {
    let allele = allele.to_ascii_uppercase();
    let are_bases = allele.bytes().all(|base| b"ACGT".contains(&base));
    (are_bases && !allele.is_empty()).then_some(allele)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chromosomes_have_the_standards_numbers() {
        for (name, wanted) in [
            ("chr1", Some(1)),
            ("22", Some(22)),
            ("X", Some(23)),
            ("chrx", Some(23)),
            ("23", Some(23)),
            ("XY", Some(23)),
            ("25", Some(23)),
            ("chrY", Some(24)),
            ("24", Some(24)),
            ("MT", Some(25)),
            ("chrM", Some(25)),
            ("26", Some(25)),
            ("27", None),
            ("0", None),
            ("scaffold_7", None),
            ("", None),
        ] {
            assert_eq!(chromosome(name), wanted, "{name}");
        }
    }

    #[test]
    fn alleles_are_bases() {
        for (allele, wanted) in [
            ("a", Some("A")),
            ("CTT", Some("CTT")),
            ("", None),
            ("<DEL>", None),
            ("*", None),
            ("N", None),
            ("0", None),
        ] {
            assert_eq!(bases(allele).as_deref(), wanted, "{allele}");
        }
    }
}
