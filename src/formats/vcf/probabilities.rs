//! Dosages from genotype probabilities (GP).
//!
//! The dosage of an allele is the number of its copies that is to be expected: for genotypes of two alleles of one ALT,
//! p(0/1) + 2 p(1/1). Genotypes stand in the order of the VCF specification, 0/0 0/1 1/1 0/2 1/2 2/2 and so on; a haploid
//! sample has one probability an allele. As plink2 does, a probability has to be from 0 to 1, probabilities that do not add
//! up to 1 are divided by their sum, whatever it is, and if all of them are 0 the dosage is missing.

/// Why numbers are no probabilities of genotypes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::formats) enum BadProbabilities {
    /// So many there are.
    Count(usize),
    /// One that is not from 0 to 1.
    Value(f64),
}

/// Decimals that a sum of probabilities keeps if it is as good as a decimal of so many.
const SCALE: f64 = 1e4;

/// The dosage of an allele, counted from 1; NaN if a probability is missing.
pub(in crate::formats) fn expected_copies(
    probabilities: &[f64],
    allele: usize,
    n_alternates: usize,
) -> Result<f64, BadProbabilities> {
    let n_alleles = n_alternates + 1;
    let is_wrong = |p: &&f64| **p < 0.0 || **p > 1.0;
    if let Some(&wrong) = probabilities.iter().find(is_wrong) {
        return Err(BadProbabilities::Value(wrong));
    }
    let copies: f64 = match probabilities.len() {
        3 if n_alternates == 1 => probabilities[1] + 2.0 * probabilities[2],
        // With one allele a haploid and a diploid genotype are alike: no copies.
        n if n == n_alleles => probabilities.get(allele).copied().unwrap_or(0.0),
        n if n == n_alleles * (n_alleles + 1) / 2 => diploid_copies(probabilities, allele),
        n => return Err(BadProbabilities::Count(n)),
    };
    let sum = as_written(probabilities.iter().sum());
    Ok(match sum {
        0.0 => f64::NAN,
        1.0 => as_written(copies),
        sum => as_written(copies / sum),
    })
}

fn diploid_copies(probabilities: &[f64], allele: usize) -> f64 {
    let genotypes = (0..).flat_map(|b: usize| (0..=b).map(move |a| [a, b]));
    let copies = |genotype: [usize; 2]| genotype.iter().filter(|&&it| it == allele).count() as f64;
    let of_each = genotypes.zip(probabilities);
    of_each.map(|(genotype, p)| copies(genotype) * p).sum()
}

/// A number without what sums of decimals are off by in binary: 0.1 + 2 x 0.1 is 0.3, which takes two bytes in a store.
fn as_written(x: f64) -> f64 {
    const NOISE: f64 = 1e-9;
    let nearest = (x * SCALE).round();
    match (x * SCALE - nearest).abs() < NOISE {
        true => nearest / SCALE,
        false => x,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_dosage_is_what_is_to_be_expected() {
        let of = |p: &[f64]| expected_copies(p, 1, 1).unwrap();
        assert_eq!(of(&[0.7, 0.1, 0.2]), 0.5);
        assert_eq!(of(&[0.8, 0.1, 0.1]).to_bits(), 0.3f64.to_bits());
        assert_eq!(of(&[0.0, 0.0, 1.0]), 2.0);
        assert_eq!(of(&[0.25, 0.75]), 0.75);
        assert!(of(&[f64::NAN, 0.5, 0.5]).is_nan());
    }

    #[test]
    fn what_does_not_add_up_is_divided_by_its_sum() {
        let of = |p: &[f64]| expected_copies(p, 1, 1).unwrap();
        assert_eq!(of(&[0.5, 0.0, 0.0]), 0.0);
        assert_eq!(of(&[0.0, 0.25, 0.25]), 1.5);
        assert!((of(&[0.333, 0.333, 0.333]) - 1.0).abs() < 1e-15);
        assert!(of(&[0.0, 0.0, 0.0]).is_nan());
    }

    #[test]
    fn genotypes_of_several_alleles_stand_in_the_order_of_the_specification() {
        // 0/0 0/1 1/1 0/2 1/2 2/2
        let p = [0.0, 0.25, 0.0, 0.0, 0.25, 0.5];
        assert_eq!(expected_copies(&p, 1, 2), Ok(0.5));
        assert_eq!(expected_copies(&p, 2, 2), Ok(1.25));
        assert_eq!(expected_copies(&[0.5, 0.25, 0.25], 2, 2), Ok(0.25));
        assert_eq!(expected_copies(&[1.0], 1, 0), Ok(0.0));
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        let of = |p: &[f64]| expected_copies(p, 1, 1);
        assert_eq!(of(&[0.0, 3.01, 40.0]), Err(BadProbabilities::Value(3.01)));
        assert_eq!(of(&[0.5, -0.1, 0.6]), Err(BadProbabilities::Value(-0.1)));
        assert_eq!(of(&[0.5]), Err(BadProbabilities::Count(1)));
        assert_eq!(
            expected_copies(&[0.5; 4], 1, 2),
            Err(BadProbabilities::Count(4))
        );
    }

    proptest! {
        #[test]
        fn dosages_of_all_alleles_add_up_to_two(weights in prop::collection::vec(0u32..1000, 10)) {
            let total: u32 = weights.iter().sum();
            prop_assume!(total > 0);
            let p: Vec<f64> = weights.iter().map(|&w| f64::from(w) / f64::from(total)).collect();
            let alternates: f64 = (1..=3).map(|allele| expected_copies(&p, allele, 3).unwrap()).sum();
            let reference = expected_copies(&p, 0, 3).unwrap();
            prop_assert!((alternates + reference - 2.0).abs() < 1e-12);
        }

        #[test]
        fn two_alleles_are_no_special_case(a in 0.0..0.5f64, b in 0.0..0.5f64) {
            let p = [1.0 - a - b, a, b];
            let plain = diploid_copies(&p, 1);
            prop_assert!((expected_copies(&p, 1, 1).unwrap() - plain).abs() < 1e-12);
        }
    }
}
