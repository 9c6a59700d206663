//! Hard calls in BCF: each allele of a call is an integer, its number plus one times two, plus one if it is phased; 0 is a
//! missing allele, and what a call of fewer alleles than others leaves over has a value of its own.

use super::record::{BadSample, Matrix};
use super::typed::{Type, integer};
use crate::formats::vcf::BadCell;

/// The calls of a record.
pub(super) struct Calls<'a>(pub(super) &'a Matrix<'a>);

/// One allele of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Allele {
    Missing,
    Number(usize),
    /// The call is over.
    End,
}

impl Calls<'_> {
    /// Reads the copies of an allele, counted from 1, in every call; NaN if an allele of the call is missing.
    pub(super) fn read(
        &self,
        allele: usize,
        n_alternates: usize,
        values: &mut Vec<f64>,
    ) -> Result<(), BadSample> {
        let Matrix { kind, n, bytes } = *self.0;
        if (kind, n, n_alternates) == (Type::Int8, 2, 1) && read_pairs(bytes, values) {
            return Ok(());
        }
        values.clear();
        for (sample, call) in bytes.chunks_exact(n * kind.size()).enumerate() {
            let alleles = call
                .chunks_exact(kind.size())
                .map(|bytes| allele_of(bytes, kind));
            let copies = count(alleles, allele, n_alternates);
            values.push(copies.map_err(|bad| BadSample {
                sample,
                text: written(call, kind),
                bad,
            })?);
        }
        Ok(())
    }
}

fn allele_of(bytes: &[u8], kind: Type) -> Allele {
    let value = integer(bytes);
    let smallest = match kind {
        Type::Int8 => i32::from(i8::MIN),
        Type::Int16 => i32::from(i16::MIN),
        _ => i32::MIN,
    };
    match value {
        value if value == smallest + 1 => Allele::End,
        value if value == smallest || value >> 1 == 0 => Allele::Missing,
        // A negative one is a number that no ALT has.
        value => Allele::Number((value as u32 >> 1) as usize - 1),
    }
}

/// Copies of an allele in a call of any ploidy; NaN if any allele is missing, or there is none.
fn count(
    alleles: impl Iterator<Item = Allele>,
    counted: usize,
    n_alternates: usize,
) -> Result<f64, BadCell> {
    let (mut n_alleles, mut n_copies, mut is_missing) = (0, 0u32, false);
    for allele in alleles.take_while(|&allele| allele != Allele::End) {
        n_alleles += 1;
        match allele {
            Allele::Number(number) if number > n_alternates => return Err(BadCell::Allele(number)),
            Allele::Number(number) => n_copies += u32::from(number == counted),
            _ => is_missing = true,
        }
    }
    Ok(match is_missing || n_alleles == 0 {
        true => f64::NAN,
        false => f64::from(n_copies),
    })
}

/// A call as a VCF would write it.
fn written(call: &[u8], kind: Type) -> String {
    let mut text = String::new();
    for bytes in call.chunks_exact(kind.size()) {
        let separator = if integer(bytes) & 1 == 1 { "|" } else { "/" };
        let allele = match allele_of(bytes, kind) {
            Allele::End => break,
            Allele::Missing => ".".to_string(),
            Allele::Number(number) => number.to_string(),
        };
        text.push_str(if text.is_empty() { "" } else { separator });
        text.push_str(&allele);
    }
    text
}

/// Copies of the ALT allele by the byte of the first and of the second allele; NaN is missing.
const COPIES: [[f64; 256]; 2] = {
    let mut copies = [[0.0; 256]; 2];
    let mut place = 0;
    while place < 2 {
        copies[place][0] = f64::NAN;
        copies[place][1] = f64::NAN;
        copies[place][MISSING] = f64::NAN;
        copies[place][4] = 1.0;
        copies[place][5] = 1.0;
        place += 1;
    }
    copies[0][END] = f64::NAN;
    copies
};

const MISSING: usize = i8::MIN as u8 as usize;
const END: usize = MISSING + 1;

/// Bytes that an allele of a SNP with one ALT allele has: missing, 0 and 1, phased or not, and the end of a haploid call.
const IS_ALLELE: [bool; 256] = {
    let mut is_allele = [false; 256];
    let mut byte = 0;
    while byte < 6 {
        is_allele[byte] = true;
        byte += 1;
    }
    is_allele[MISSING] = true;
    is_allele[END] = true;
    is_allele
};

/// Reads calls of at most two alleles of one ALT, as nearly every record has them; false if there is something else.
fn read_pairs(bytes: &[u8], values: &mut Vec<f64>) -> bool {
    let (calls, _) = bytes.as_chunks::<2>();
    let mut fits = true;
    values.clear();
    values.extend(calls.iter().map(|&[a, b]| {
        // Without branches, for it is asked for every sample of every record.
        fits &= IS_ALLELE[a as usize] & IS_ALLELE[b as usize];
        COPIES[0][a as usize] + COPIES[1][b as usize]
    }));
    fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(
        n: usize,
        bytes: &[u8],
        allele: usize,
        n_alternates: usize,
    ) -> Result<Vec<f64>, String> {
        let matrix = Matrix {
            kind: Type::Int8,
            n,
            bytes,
        };
        let mut values = Vec::new();
        let read = Calls(&matrix).read(allele, n_alternates, &mut values);
        let shown = |x: f64| if x.is_nan() { -9.0 } else { x };
        match read {
            Ok(()) => Ok(values.into_iter().map(shown).collect()),
            Err(bad) => Err(format!("{}: {:?}", bad.text, bad.bad)),
        }
    }

    #[test]
    fn calls_of_any_ploidy_are_counted() {
        // 0/0 0|1 1/1 ./. ./1 1 .
        let pairs = [2, 2, 2, 5, 4, 4, 0, 0, 0, 4, 4, 0x81, 0, 0x81];
        assert_eq!(
            read(2, &pairs, 1, 1).unwrap(),
            [0.0, 1.0, 2.0, -9.0, -9.0, 1.0, -9.0]
        );
        assert_eq!(
            read(3, &[4, 4, 5, 2, 0x81, 0x81], 1, 1).unwrap(),
            [3.0, 0.0]
        );
        assert_eq!(read(2, &[4, 6, 6, 6], 2, 2).unwrap(), [1.0, 2.0]);
        assert_eq!(
            read(1, &[4, 2, 0, 0x80, 0x81], 1, 1).unwrap(),
            [1.0, 0.0, -9.0, -9.0, -9.0]
        );
    }

    #[test]
    fn wider_integers_are_the_same_calls() {
        let wide: Vec<u8> = [2i16, 5, 4, i16::MIN + 1]
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        let matrix = Matrix {
            kind: Type::Int16,
            n: 2,
            bytes: &wide,
        };
        let mut values = Vec::new();
        assert!(Calls(&matrix).read(1, 1, &mut values).is_ok());
        assert_eq!(values, [1.0, 1.0]);
    }

    #[test]
    fn an_allele_that_alt_does_not_list_is_an_error() {
        assert_eq!(read(2, &[2, 2, 2, 7], 1, 1).unwrap_err(), "0|2: Allele(2)");
        assert_eq!(read(2, &[6, 0x81], 1, 1).unwrap_err(), "2: Allele(2)");
        assert!(read(2, &[2, 0xf0], 1, 1).unwrap_err().contains("Allele("));
    }

    proptest! {
        #[test]
        fn the_fast_path_reads_what_the_slow_one_reads(
            calls in prop::collection::vec(prop::sample::select(vec![0u8, 1, 2, 3, 4, 5, 6, 0x80, 0x81, 0xff]), 2..20),
        ) {
            let bytes = &calls[..calls.len() / 2 * 2];
            let mut fast = Vec::new();
            let fits = read_pairs(bytes, &mut fast);
            let slow: Result<Vec<f64>, BadCell> = bytes
                .chunks_exact(2)
                .map(|call| count(call.chunks_exact(1).map(|byte| allele_of(byte, Type::Int8)), 1, 1))
                .collect();
            prop_assert_eq!(fits, bytes.iter().all(|&byte| IS_ALLELE[byte as usize]));
            if let (true, Ok(slow)) = (fits, slow) {
                for (a, b) in fast.iter().zip(&slow) {
                    prop_assert!(a == b || (a.is_nan() && b.is_nan()));
                }
            }
        }
    }
}
