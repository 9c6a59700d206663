//! Expression by genotype, of the eQTLs that are shown one by one: as measured, nothing taken out.

use super::places::Stores;
use super::top::TopHit;
use crate::plot::Summary;
use crate::store::StoreError;

/// The most classes that make boxes.
const MOST_CLASSES: usize = 16;

/// The most dots of one picture.
const MOST_DOTS: usize = 300;

/// One class of genotypes.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The genotype.
    pub code: usize,
    /// What it is called: its alleles where they are known and short.
    pub label: String,
    /// Its expression.
    pub summary: Summary,
}

/// Expression over genotypes.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped {
    /// Genotype and expression of samples, spread evenly over all if there are many.
    pub dots: Vec<(f64, f64)>,
    /// Classes in their order; empty where genotypes are no classes.
    pub groups: Vec<Group>,
    /// Whether genotypes were rounded to classes.
    pub is_rounded: bool,
    /// Samples with a genotype and expression.
    pub n: usize,
    /// The smallest and the largest expression.
    pub range: (f64, f64),
}

impl Grouped {
    /// Reads the values of an eQTL; `None` where no sample has both.
    ///
    /// # Errors
    /// If a store cannot be read.
    pub fn read(hit: &TopHit, stores: &Stores) -> Result<Option<Self>, StoreError> {
        let (snp, gene) = hit.rows;
        let is_there = (snp as usize) < stores.genotypes.n_snps()
            && (gene as usize) < stores.expression.n_genes();
        if !is_there {
            return Ok(None);
        }
        let mut genotypes = Vec::new();
        let row = snp as usize..snp as usize + 1;
        stores
            .genotypes
            .read_values(row, &stores.in_genotypes, &mut genotypes)?;
        let expression = stores
            .expression
            .read_row(gene as usize, &stores.in_expression)?;
        let mut alleles = [String::new(), String::new()];
        stores
            .genotypes
            .references_of(&[snp], |_, allele| alleles[0] = allele)?;
        stores
            .genotypes
            .alternates_of(&[snp], |_, allele| alleles[1] = allele)?;
        Ok(Self::of(&genotypes, &expression, &alleles))
    }

    /// Groups values of the same samples.
    fn of(genotypes: &[f64], expression: &[f64], alleles: &[String; 2]) -> Option<Self> {
        let both = genotypes.iter().copied().zip(expression.iter().copied());
        let pairs: Vec<(f64, f64)> = both.filter(|(g, e)| !g.is_nan() && !e.is_nan()).collect();
        let (&first, n) = (pairs.first()?, pairs.len());
        let range = pairs
            .iter()
            .fold((first.1, first.1), |(low, high), &(_, e)| {
                (low.min(e), high.max(e))
            });
        let are_whole = pairs.iter().all(|(g, _)| g.fract() == 0.0);
        let most = if are_whole {
            (MOST_CLASSES - 1) as f64
        } else {
            2.0
        };
        let are_classes = pairs.iter().all(|(g, _)| (0.0..=most).contains(g));
        let groups = if are_classes {
            groups(&pairs, alleles)
        } else {
            Vec::new()
        };
        let step = n.div_ceil(MOST_DOTS);
        Some(Self {
            dots: pairs.iter().step_by(step).copied().collect(),
            is_rounded: are_classes && !are_whole,
            groups,
            n,
            range,
        })
    }
}

/// The classes of genotypes rounded to whole numbers, from the first to the last that is there and at least 0 to 2.
fn groups(pairs: &[(f64, f64)], alleles: &[String; 2]) -> Vec<Group> {
    let group = |code: usize| {
        let of_code = pairs.iter().filter(|(g, _)| g.round() as usize == code);
        let summary = Summary::of(of_code.map(|(_, e)| *e).collect())?;
        Some(Group {
            code,
            label: label(code, alleles),
            summary,
        })
    };
    (0..MOST_CLASSES).filter_map(group).collect()
}

/// "A/G" where both alleles are single letters, else the number of counted alleles.
fn label(code: usize, alleles: &[String; 2]) -> String {
    let [reference, alternate] = alleles;
    let are_letters = reference.chars().count() == 1 && alternate.chars().count() == 1;
    match code {
        0 if are_letters => format!("{reference}/{reference}"),
        1 if are_letters => format!("{reference}/{alternate}"),
        2 if are_letters => format!("{alternate}/{alternate}"),
        code => code.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alleles(reference: &str, alternate: &str) -> [String; 2] {
        [reference.into(), alternate.into()]
    }

    #[test]
    fn hard_calls_are_grouped_and_missing_values_left_out() {
        let genotypes = [0.0, 2.0, f64::NAN, 0.0, 2.0, 2.0];
        let expression = [1.0, 5.0, 9.0, 3.0, f64::NAN, 7.0];
        let found = Grouped::of(&genotypes, &expression, &alleles("A", "G")).unwrap();
        let groups: Vec<_> = found
            .groups
            .iter()
            .map(|g| (g.label.as_str(), g.summary.n, g.summary.quartiles[1]))
            .collect();
        assert_eq!(groups, [("A/A", 2, 2.0), ("G/G", 2, 6.0)]);
        assert_eq!(
            (found.n, found.range, found.is_rounded),
            (4, (1.0, 7.0), false)
        );
        assert!(Grouped::of(&[f64::NAN], &[1.0], &alleles("", "")).is_none());
    }

    #[test]
    fn dosages_are_rounded_and_other_numbers_are_dots_alone() {
        let dosages = Grouped::of(&[0.1, 0.9, 1.2, 2.0], &[1.0; 4], &alleles("A", "TT")).unwrap();
        let labels: Vec<_> = dosages
            .groups
            .iter()
            .map(|g| (g.label.as_str(), g.summary.n))
            .collect();
        assert_eq!(labels, [("0", 1), ("1", 2), ("2", 1)]);
        assert!(dosages.is_rounded);
        let others = Grouped::of(&[-0.3, 7.7], &[1.0, 2.0], &alleles("", "")).unwrap();
        assert!(others.groups.is_empty() && others.dots.len() == 2);
    }

    #[test]
    fn of_many_samples_some_are_drawn() {
        let many = vec![1.0; 1000];
        let found = Grouped::of(&many, &many, &alleles("", "")).unwrap();
        assert!(found.dots.len() <= MOST_DOTS);
        assert_eq!(found.groups[0].summary.n, 1000);
    }
}
