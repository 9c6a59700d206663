//! Dosages and probabilities in BCF: floats or integers, several a sample, some of them missing.

use super::decimal::as_written;
use super::record::{BadSample, Matrix};
use super::typed::{Type, integer};
use crate::formats::number::{BadNumber, write_number};
use crate::formats::vcf::{BadCell, expected_copies};

/// The bits of a float that is missing, and of one where the values of a sample are over.
const MISSING: u32 = 0x7f80_0001;
const END: u32 = 0x7f80_0002;

/// The numbers of a record.
pub(super) struct Numbers<'a>(pub(super) &'a Matrix<'a>);

/// The texts of a record, filled up with zero bytes.
pub(super) struct Texts<'a>(pub(super) &'a Matrix<'a>);

impl Numbers<'_> {
    /// Reads the dosage of an allele, the `allele`-th of `n_alleles` numbers.
    pub(super) fn dosages(
        &self,
        allele: usize,
        n_alleles: usize,
        values: &mut Vec<f64>,
    ) -> Result<(), BadSample> {
        self.read(values, |numbers| match numbers {
            [] => Ok(f64::NAN),
            [one] if n_alleles > 1 && one.is_nan() => Ok(f64::NAN),
            numbers if numbers.len() == n_alleles => Ok(numbers[allele - 1]),
            numbers => Err(BadCell::Count(numbers.len())),
        })
    }

    /// Reads the dosage of an allele from the probabilities of the genotypes.
    pub(super) fn expected(
        &self,
        allele: usize,
        n_alternates: usize,
        values: &mut Vec<f64>,
    ) -> Result<(), BadSample> {
        self.read(values, |numbers| match numbers {
            [] => Ok(f64::NAN),
            [one] if one.is_nan() => Ok(f64::NAN),
            numbers => {
                expected_copies(numbers, allele, n_alternates).map_err(BadCell::Probabilities)
            }
        })
    }

    fn read(
        &self,
        values: &mut Vec<f64>,
        read: impl Fn(&[f64]) -> Result<f64, BadCell>,
    ) -> Result<(), BadSample> {
        let Matrix { kind, n, bytes } = *self.0;
        let mut numbers = Vec::new();
        for (sample, cell) in bytes.chunks_exact(n * kind.size()).enumerate() {
            numbers.clear();
            let of_cell = cell.chunks_exact(kind.size());
            numbers.extend(of_cell.map_while(|bytes| number_of(bytes, kind)));
            let is_infinite = numbers.iter().any(|x: &f64| x.is_infinite());
            let value = match is_infinite {
                true => Err(BadCell::Number(BadNumber::Infinite)),
                false => read(&numbers),
            };
            values.push(value.map_err(|bad| BadSample {
                sample,
                text: written(&numbers),
                bad,
            })?);
        }
        Ok(())
    }
}

/// A number, NaN where it is missing; `None` where the numbers of a sample are over.
fn number_of(bytes: &[u8], kind: Type) -> Option<f64> {
    let value = integer(bytes);
    let smallest = match kind {
        Type::Float => {
            return match value as u32 {
                END => None,
                MISSING => Some(f64::NAN),
                bits => Some(as_written(f32::from_bits(bits))),
            };
        }
        Type::Int8 => i32::from(i8::MIN),
        Type::Int16 => i32::from(i16::MIN),
        _ => i32::MIN,
    };
    match value {
        value if value == smallest => Some(f64::NAN),
        value if value == smallest + 1 => None,
        value => Some(f64::from(value)),
    }
}

/// Numbers as a VCF would write them.
fn written(numbers: &[f64]) -> String {
    let mut text = Vec::new();
    for (i, &x) in numbers.iter().enumerate() {
        text.extend((i > 0).then_some(b','));
        let written = match x.is_nan() {
            true => std::io::Write::write_all(&mut text, b"."),
            false => write_number(&mut text, x),
        };
        written.expect("memory takes it");
    }
    String::from_utf8(text).expect("numbers are text")
}

impl Texts<'_> {
    /// Reads the text of every sample.
    pub(super) fn read(
        &self,
        values: &mut Vec<f64>,
        read: impl Fn(&[u8]) -> Result<f64, BadCell>,
    ) -> Result<(), BadSample> {
        for (sample, cell) in self.0.bytes.chunks_exact(self.0.n).enumerate() {
            let end = cell
                .iter()
                .position(|&byte| byte == 0)
                .unwrap_or(cell.len());
            let text = if end == 0 { b"." } else { &cell[..end] };
            values.push(read(text).map_err(|bad| BadSample {
                sample,
                text: String::from_utf8_lossy(text).into_owned(),
                bad,
            })?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(bits: &[u32]) -> Vec<u8> {
        bits.iter().flat_map(|bits| bits.to_le_bytes()).collect()
    }

    fn shown(values: &[f64]) -> Vec<f64> {
        let shown = |x: &f64| if x.is_nan() { -9.0 } else { *x };
        values.iter().map(shown).collect()
    }

    #[test]
    fn dosages_are_floats_or_integers_and_may_be_missing() {
        let bytes = floats(&[1.05f32.to_bits(), MISSING, END, f32::NAN.to_bits()]);
        let matrix = Matrix {
            kind: Type::Float,
            n: 1,
            bytes: &bytes,
        };
        let mut values = Vec::new();
        assert!(Numbers(&matrix).dosages(1, 1, &mut values).is_ok());
        assert_eq!(shown(&values), [1.05, -9.0, -9.0, -9.0]);
        let matrix = Matrix {
            kind: Type::Int8,
            n: 1,
            bytes: &[2, 0x80, 0x81],
        };
        let mut values = Vec::new();
        assert!(Numbers(&matrix).dosages(1, 1, &mut values).is_ok());
        assert_eq!(shown(&values), [2.0, -9.0, -9.0]);
    }

    #[test]
    fn the_number_of_dosages_is_the_number_of_alleles() {
        let half = 0.5f32.to_bits();
        let bytes = floats(&[half, 1f32.to_bits(), MISSING, END]);
        let matrix = Matrix {
            kind: Type::Float,
            n: 2,
            bytes: &bytes,
        };
        let mut values = Vec::new();
        assert!(Numbers(&matrix).dosages(2, 2, &mut values).is_ok());
        assert_eq!(shown(&values), [1.0, -9.0]);
        let bad = Numbers(&matrix).dosages(1, 1, &mut values).err().unwrap();
        assert_eq!(
            (bad.sample, &*bad.text, bad.bad),
            (0, "0.5,1", BadCell::Count(2))
        );
    }

    #[test]
    fn an_infinite_number_is_an_error() {
        let bytes = floats(&[f32::INFINITY.to_bits()]);
        let matrix = Matrix {
            kind: Type::Float,
            n: 1,
            bytes: &bytes,
        };
        let bad = Numbers(&matrix)
            .dosages(1, 1, &mut Vec::new())
            .err()
            .unwrap();
        assert_eq!(bad.bad, BadCell::Number(BadNumber::Infinite));
    }
}
