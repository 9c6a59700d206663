//! The upper tail of F for k terms tested together, as a function of R2: how much of the variance that the other
//! terms leave the k terms explain.
//!
//! `F = (R2/k) / ((1-R2)/df)` and `p = I_{1-R2}(df/2, k/2)`, in log space. For two terms the incomplete beta function
//! is a power: `ln p = (df/2)·ln(1-R2)`. Against 50-digit arithmetic the relative error of ln p is below 5e-14 for
//! df from 1 to a million and k from 1 to 12.

use super::beta::{Sides, ln_incomplete_beta};

/// Degrees of freedom of an F test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Degrees {
    /// k: terms tested together, at least 1.
    pub numerator: u32,
    /// df: residual degrees of freedom, positive.
    pub residual: f64,
}

/// ln of the p-value of `r_squared`: 0 at R2 = 0, -inf from R2 = 1 on.
///
/// # Panics
/// If there is no term or no residual degree of freedom.
pub fn ln_p_of_r_squared(r_squared: f64, degrees: Degrees) -> f64 {
    degrees.check();
    if r_squared <= 0.0 {
        return 0.0;
    }
    if r_squared >= 1.0 {
        return f64::NEG_INFINITY;
    }
    let a = 0.5 * degrees.residual;
    let ln_x = (-r_squared).ln_1p();
    if degrees.numerator == 2 {
        // 0.0 + x rather than x: a product below the smallest double gives 0, not -0.
        return 0.0 + a * ln_x;
    }
    let sides = Sides {
        x: 1.0 - r_squared,
        y: r_squared,
        ln_x,
    };
    ln_incomplete_beta(a, degrees.numerator, sides)
}

/// F of `r_squared`: inf from R2 = 1 on.
///
/// # Panics
/// If there is no term or no residual degree of freedom.
pub fn f_from_r_squared(r_squared: f64, degrees: Degrees) -> f64 {
    degrees.check();
    if r_squared >= 1.0 {
        return f64::INFINITY;
    }
    r_squared / (1.0 - r_squared) * (degrees.residual / f64::from(degrees.numerator))
}

impl Degrees {
    pub(super) fn check(self) {
        assert!(self.numerator > 0, "an F test has a term to test");
        assert!(self.residual > 0.0, "degrees of freedom are positive");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{ln_two_sided_t, t_from_correlation};
    use proptest::prelude::*;
    use statrs::distribution::{ContinuousCDF, FisherSnedecor};

    fn degrees(numerator: u32, residual: f64) -> Degrees {
        Degrees {
            numerator,
            residual,
        }
    }

    fn close(found: f64, wanted: f64, relative: f64, what: impl std::fmt::Debug) {
        assert!(
            (found - wanted).abs() <= relative * wanted.abs(),
            "{what:?}: found {found:e}, wanted {wanted:e}"
        );
    }

    #[test]
    fn log_p_agrees_with_50_digit_references() {
        for (r_squared, k, df, ln_p) in REFERENCES {
            let found = ln_p_of_r_squared(r_squared, degrees(k, df));
            close(found, ln_p, 1e-13, (r_squared, k, df));
        }
    }

    #[test]
    fn agrees_with_an_independent_library_where_that_one_reaches() {
        for k in 1..=12 {
            for df in [1.0, 3.0, 12.0, 303.0, 828.0, 20_000.0] {
                let reference = FisherSnedecor::new(f64::from(k), df).expect("valid degrees");
                for f in [0.05, 0.4, 1.0, 2.0, 6.0, 30.0] {
                    let degrees = degrees(k, df);
                    let ratio = f * f64::from(k) / df;
                    let r_squared = ratio / (1.0 + ratio);
                    close(f_from_r_squared(r_squared, degrees), f, 1e-12, degrees);
                    let p = reference.sf(f);
                    if p > 1e-290 {
                        let found = ln_p_of_r_squared(r_squared, degrees).exp();
                        close(found, p, 1e-10, (f, degrees));
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_explained_and_everything_explained_have_their_limits() {
        for k in [1, 2, 3, 12] {
            let degrees = degrees(k, 1.0);
            assert_eq!(ln_p_of_r_squared(0.0, degrees).to_bits(), 0);
            if k > 1 {
                // Too little to be told from p = 1: not -0 either.
                assert_eq!(ln_p_of_r_squared(5e-324, degrees).to_bits(), 0);
            }
            assert_eq!(ln_p_of_r_squared(1.0, degrees), f64::NEG_INFINITY);
            assert_eq!(ln_p_of_r_squared(1.0 + 1e-15, degrees), f64::NEG_INFINITY);
            assert_eq!(f_from_r_squared(0.0, degrees), 0.0);
            assert_eq!(f_from_r_squared(1.0, degrees), f64::INFINITY);
        }
    }

    #[test]
    fn many_terms_do_not_overflow() {
        for (r_squared, ln_p) in OF_3000_TERMS {
            let found = ln_p_of_r_squared(r_squared, degrees(3000, 1000.0));
            close(found, ln_p, 1e-11, r_squared);
        }
    }

    proptest! {
        #[test]
        fn one_term_has_the_p_of_t(r in 1e-6f64..0.999, df in 1u32..5_000) {
            let df = f64::from(df);
            let ln_p = ln_p_of_r_squared(r * r, degrees(1, df));
            let by_t = ln_two_sided_t(t_from_correlation(r, df), df);
            prop_assert!((ln_p - by_t).abs() <= 1e-12 * by_t.abs(), "{} {}", ln_p, by_t);
        }

        #[test]
        fn the_fraction_agrees_with_the_power_at_two_terms(r_squared in 0.0f64..1.0, df in 1u32..100_000) {
            let a = 0.5 * f64::from(df);
            let sides = Sides { x: 1.0 - r_squared, y: r_squared, ln_x: (-r_squared).ln_1p() };
            let power = ln_p_of_r_squared(r_squared, degrees(2, f64::from(df)));
            let fraction = ln_incomplete_beta(a, 2, sides);
            prop_assert!((fraction - power).abs() <= 1e-13 * power.abs(), "{} {}", fraction, power);
        }

        #[test]
        fn p_falls_as_more_is_explained(
            r_squared in 0.0f64..1.0,
            more in 1e-9f64..1.0,
            k in 1u32..13,
            df in 1u32..10_000,
        ) {
            let degrees = degrees(k, f64::from(df));
            let above = r_squared + more * (1.0 - r_squared);
            prop_assert!(ln_p_of_r_squared(above, degrees) <= ln_p_of_r_squared(r_squared, degrees));
        }
    }

    /// R2, ln p with 1000 df.
    const OF_3000_TERMS: [(f64, f64); 3] = [
        (0.7, -3.288118982498554e-7),
        (0.76, -1.8925751228493959),
        (0.99, -1197.119835460409),
    ];

    /// R2, k, df, ln p.
    const REFERENCES: [(f64, u32, f64, f64); 90] = [
        (0.0009990009990009992, 1, 1.0, -0.020330244331288178),
        (0.7142857142857143, 1, 1.0, -1.0243854376604968),
        (0.999000999000999, 1, 1.0, -3.905793533757903),
        (2.4999375015624612e-5, 1, 40.0, -0.025389456413586333),
        (0.058823529411764705, 1, 40.0, -2.106012286746008),
        (0.9615384615384616, 1, 40.0, -67.21975107911871),
        (1.207728009990326e-6, 1, 828.0, -0.02554296135323418),
        (0.003010234798314269, 1, 828.0, -2.169557151783698),
        (0.5470459518599562, 1, 828.0, -331.15832716558424),
        (1.6670000388911108e-8, 1, 59_988.0, -0.025550671429411427),
        (4.167326493361449e-5, 1, 59_988.0, -2.172859695457067),
        (0.016396668197022363, 1, 59_988.0, -499.5506475672304),
        (9.99999999e-10, 1, 1e6, -0.025550772881640368),
        (2.4999937500156254e-6, 1, 1e6, -2.172903225423163),
        (0.0009990009990009992, 1, 1e6, -503.4303335439977),
        (0.001996007984031936, 2, 1.0, -0.0009990013313365279),
        (0.8333333333333334, 2, 1.0, -0.8958797346140276),
        (0.9995002498750625, 2, 1.0, -3.800701167291872),
        (4.999750012499375e-5, 2, 40.0, -0.0009999750008333021),
        (0.1111111111111111, 2, 40.0, -2.355660713127669),
        (0.9803921568627451, 2, 40.0, -78.63651265448647),
        (2.4154531027702836e-6, 2, 828.0, -0.0009999987922724763),
        (0.006002400960384153, 2, 828.0, -2.492481941575361),
        (0.7072135785007072, 2, 828.0, -508.52111526931833),
        (3.33400002220444e-8, 2, 59_988.0, -0.0009999999833299996),
        (8.334305668994716e-5, 2, 59_988.0, -2.499895818284823),
        (0.03226430922113958, 2, 59_988.0, -983.6914935154132),
        (1.9999999960000004e-9, 2, 1e6, -0.0009999999990000002),
        (4.9999750001249995e-6, 2, 1e6, -2.4999937500208333),
        (0.001996007984031936, 2, 1e6, -999.0013313365279),
        (0.0029910269192422734, 3, 1.0, -6.949036331589024e-5),
        (0.8823529411764706, 3, 1.0, -0.8486399822648096),
        (0.9996667777407531, 3, 1.0, -3.7618414888115423),
        (7.499437542184336e-5, 3, 40.0, -4.447336835043986e-5),
        (0.15789473684210525, 3, 40.0, -2.613817619635522),
        (0.9868421052631579, 3, 40.0, -84.98388046769311),
        (3.623175278350441e-6, 3, 828.0, -4.3702974626869725e-5),
        (0.008976660682226212, 3, 828.0, -2.841894717636191),
        (0.7836990595611285, 3, 828.0, -630.8559360844373),
        (5.000999949939991e-8, 3, 59_988.0, -4.366412373170214e-5),
        (0.00012500937570317775, 3, 59_988.0, -2.8547729196001748),
        (0.04762811964183654, 3, 59_988.0, -1459.9445587784987),
        (2.999999991e-9, 3, 1e6, -4.366361241335105e-5),
        (7.499943750421873e-6, 3, 1e6, -2.854943410455016),
        (0.0029910269192422734, 3, 1e6, -1493.9782613063885),
        (0.00398406374501992, 4, 1.0, -5.9602267587157166e-6),
        (0.9090909090909091, 4, 1.0, -0.8242541869577744),
        (0.9997500624843789, 4, 1.0, -3.7417680122963706),
        (9.999000099990002e-5, 4, 40.0, -2.0969248533461087e-6),
        (0.2, 4, 40.0, -2.853433113850095),
        (0.9900990099009901, 4, 40.0, -89.26736215282143),
        (4.830894536741368e-6, 4, 828.0, -2.002148928739882e-6),
        (0.011933174224343675, 4, 828.0, -3.1882823016394117),
        (0.8285004142502072, 4, 828.0, -724.1135738735762),
        (6.667999822097765e-8, 4, 59_988.0, -1.9974037407531124e-6),
        (0.00016667222240741356, 4, 59_988.0, -3.207962730229576),
        (0.06251172094767769, 4, 59_988.0, -1928.6065160223022),
        (3.9999999839999995e-9, 4, 1e6, -1.997341310975896e-6),
        (9.99990000099999e-6, 4, 1e6, -3.208223864223333),
        (0.00398406374501992, 4, 1e6, -1988.413222456414),
        (0.006951340615690169, 7, 1.0, -8.172398192007167e-9),
        (0.9459459459459459, 7, 1.0, -0.7922690668721969),
        (0.999857163262391, 7, 1.0, -3.7154550630199554),
        (0.00017496938035843726, 7, 40.0, -2.6777854184188037e-10),
        (0.30434782608695654, 7, 40.0, -3.4601637507989498),
        (0.9943181818181818, 7, 40.0, -96.92634060590844),
        (8.454034808884466e-6, 7, 828.0, -2.1977595131242132e-10),
        (0.020697811945594325, 7, 828.0, -4.189013817956152),
        (0.8942258559018906, 7, 828.0, -916.4345041978512),
        (1.1668999105104458e-7, 7, 59_988.0, -2.1750785589837648e-10),
        (0.0002916399330061411, 7, 59_988.0, -4.236964428831387),
        (0.10449632770048366, 7, 59_988.0, -3291.481226048816),
        (6.999999951000001e-9, 7, 1e6, -2.1747810085275127e-10),
        (1.7499693755359278e-5, 7, 1e6, -4.237605065561833),
        (0.006951340615690169, 7, 1e6, -3468.6232621453814),
        (0.011857707509881424, 12, 1.0, -6.302822899490551e-13),
        (0.967741935483871, 12, 1.0, -0.774256664648581),
        (0.9999166736105325, 12, 1.0, -3.7006589476780456),
        (0.00029991002699190244, 12, 40.0, -1.282457860832974e-16),
        (0.42857142857142855, 12, 40.0, -4.205164378392053),
        (0.9966777408637874, 12, 40.0, -103.27755340914842),
        (1.4492543586324837e-5, 12, 828.0, -6.683059698582136e-17),
        (0.03496503496503497, 12, 828.0, -5.758598204169177),
        (0.9354536950420954, 12, 828.0, -1109.469052278053),
        (2.0003996798560354e-7, 12, 59_988.0, -6.449979613191721e-17),
        (0.000499850044986504, 12, 59_988.0, -5.879110573108772),
        (0.16669444907484582, 12, 59_988.0, -5431.75311670786),
        (1.1999999856e-8, 12, 1e6, -6.446954617791701e-17),
        (2.999910002699919e-5, 12, 1e6, -5.880739351714229),
        (0.011857707509881424, 12, 1e6, -5925.634129953063),
    ];
}
