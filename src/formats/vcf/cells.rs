//! The sample columns of a VCF line: calls, dosages and probabilities of one ALT allele.

use super::super::input::quoted;
use super::super::number::{BadNumber, parse_value};
use super::FormatError;
use super::field::GenotypeField;
use super::probabilities::{BadProbabilities, expected_copies};
use super::record::Record;

/// The sample columns of a line, to be read for one of its ALT alleles.
pub(super) struct Cells<'a> {
    pub(super) record: &'a Record<'a>,
    pub(super) samples: &'a [String],
    /// The allele that is counted, from 1.
    pub(super) allele: usize,
}

/// Why a field is not a call or a dosage, or holds no probabilities.
#[derive(Debug, PartialEq)]
pub(in crate::formats) enum BadCell {
    Call,
    Allele(usize),
    Number(BadNumber),
    Count(usize),
    Probabilities(BadProbabilities),
}

impl Cells<'_> {
    /// Reads one value a sample. Gives how many values of another field than GT are missing though the sample has a call:
    /// plink2 writes no dosage where it is a whole number, unless it is told to.
    pub(super) fn read(
        &self,
        field: GenotypeField,
        values: &mut Vec<f64>,
    ) -> Result<u64, FormatError> {
        let record = self.record;
        let n_alternates = record.n_alternates;
        match field {
            GenotypeField::Gt => {
                let simple = record.format == b"GT" && n_alternates == 1;
                if simple && read_short_calls(record.cells, self.samples.len(), values) {
                    return Ok(0);
                }
                self.read_each(field, values, |call| {
                    count_copies(call, self.allele, n_alternates)
                })
            }
            GenotypeField::Ds => self.read_each(field, values, |dosage| {
                parse_dosage(dosage, self.allele, n_alternates.max(1))
            }),
            GenotypeField::Gp => self.read_each(field, values, |probabilities| {
                parse_probabilities(probabilities, self.allele, n_alternates)
            }),
        }
    }

    /// Reads the field of every sample; one that is left out at the end of a sample's column is missing.
    fn read_each(
        &self,
        field: GenotypeField,
        values: &mut Vec<f64>,
        read: impl Fn(&[u8]) -> Result<f64, BadCell>,
    ) -> Result<u64, FormatError> {
        let record = self.record;
        let position = |field: GenotypeField| {
            let mut names = record.format.split(|&byte| byte == b':');
            names.position(|name| name == field.name().as_bytes())
        };
        let index = position(field).ok_or_else(|| self.absent(field))?;
        let calls = position(GenotypeField::Gt).filter(|&calls| calls != index);

        let mut n_calls_alone = 0;
        values.clear();
        let mut cells = record.cells.split(|&byte| byte == b'\t');
        for (sample, cell) in self.samples.iter().zip(cells.by_ref()) {
            // An empty column is none that leaves out its last fields, but a line that breaks off.
            let left_out: &[u8] = if cell.is_empty() { b"" } else { b"." };
            let text = nth_part(cell, index).unwrap_or(left_out);
            match read(text) {
                Ok(value) => {
                    if value.is_nan() {
                        let call = calls.and_then(|calls| nth_part(cell, calls));
                        n_calls_alone += u64::from(call.is_some_and(is_called));
                    }
                    values.push(value);
                }
                Err(_) if record.is_ragged() => return Err(record.ragged()),
                Err(bad) => return Err(self.refused(field, sample, text, bad)),
            }
        }
        if values.len() != self.samples.len() || cells.next().is_some() {
            return Err(record.ragged());
        }
        Ok(n_calls_alone)
    }

    fn absent(&self, field: GenotypeField) -> FormatError {
        let id = quoted(self.record.id);
        let format = quoted(self.record.format);
        self.record.reader.line_error(
            format!("the FORMAT of SNP {id} is {format}, without {field}"),
            "set genotype_field to a field that every line has (GT, DS or GP), or remove the lines without it",
        )
    }

    fn refused(
        &self,
        field: GenotypeField,
        sample: &str,
        text: &[u8],
        bad: BadCell,
    ) -> FormatError {
        let (problem, wanted) = bad.explain(self.record.n_alternates);
        let id = quoted(self.record.id);
        let found = format!(
            "SNP {id}, sample {}: the {field} {} {problem}",
            quoted(sample.as_bytes()),
            quoted(text)
        );
        self.record.reader.line_error(found, wanted)
    }
}

/// Whether no allele of a call is missing.
fn is_called(call: &[u8]) -> bool {
    !call.is_empty() && !call.contains(&b'.')
}

impl BadCell {
    /// What is wrong with a field, as the end of a sentence about it, and what should stand there.
    pub(in crate::formats) fn explain(&self, n_alternates: usize) -> (String, String) {
        match *self {
            Self::Call => (
                "is not a call".to_string(),
                "wanted allele numbers or '.', separated by '|' or '/'".to_string(),
            ),
            Self::Allele(allele) => (
                format!("has allele {allele}"),
                format!("wanted the number of one of the ALT alleles, of which there are {n_alternates}, or 0"),
            ),
            Self::Number(bad) => (
                bad.problem().to_string(),
                "wanted a finite number, or '.' where it is missing".to_string(),
            ),
            Self::Count(n_values) => (
                format!("has {}", values_for(n_values, n_alternates.max(1))),
                "wanted one dosage an ALT allele; give each allele a line of its own with 'bcftools norm -m-'"
                    .to_string(),
            ),
            Self::Probabilities(BadProbabilities::Count(n_values)) => {
                let n_alleles = n_alternates + 1;
                (
                    format!("has {}", values_for(n_values, n_alternates)),
                    format!(
                        "wanted {}, one for each genotype of two alleles, or {n_alleles} of a haploid sample",
                        n_alleles * (n_alleles + 1) / 2
                    ),
                )
            }
            Self::Probabilities(BadProbabilities::Value(p)) => (
                format!("has {p}, which is no probability"),
                "wanted numbers from 0 to 1; some older programs write GP as Phred scores, which are not read"
                    .to_string(),
            ),
        }
    }
}

/// "2 values for 1 ALT allele".
fn values_for(n_values: usize, n_alternates: usize) -> String {
    format!(
        "{n_values} value{} for {n_alternates} ALT allele{}",
        plural(n_values),
        plural(n_alternates)
    )
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn nth_part(cell: &[u8], index: usize) -> Option<&[u8]> {
    cell.split(|&byte| byte == b':').nth(index)
}

/// Copies of the ALT allele by the allele's character; NaN is missing.
const COPIES: [f64; 256] = {
    let mut copies = [0.0; 256];
    copies[b'1' as usize] = 1.0;
    copies[b'.' as usize] = f64::NAN;
    copies
};

const IS_ALLELE: [bool; 256] = {
    let mut is_allele = [false; 256];
    is_allele[b'0' as usize] = true;
    is_allele[b'1' as usize] = true;
    is_allele[b'.' as usize] = true;
    is_allele
};

/// Reads sample columns of three characters each with one ALT allele, as nearly every line of a phased panel has them;
/// false if any of them is something else.
fn read_short_calls(cells: &[u8], n_samples: usize, values: &mut Vec<f64>) -> bool {
    if cells.len() + 1 != 4 * n_samples {
        return false;
    }
    let (calls, last) = cells.as_chunks::<4>();
    let &[a, between, b] = last else {
        return false;
    };
    let mut fits = is_short_call(a, between, b);
    let last = COPIES[a as usize] + COPIES[b as usize];
    values.clear();
    values.extend(calls.iter().map(|&[a, between, b, tab]| {
        fits &= is_short_call(a, between, b) & (tab == b'\t');
        COPIES[a as usize] + COPIES[b as usize]
    }));
    values.push(last);
    fits
}

/// Without branches, for it is asked for every sample of every line.
fn is_short_call(a: u8, between: u8, b: u8) -> bool {
    let separated = (between == b'|') | (between == b'/');
    IS_ALLELE[a as usize] & IS_ALLELE[b as usize] & separated
}

/// Copies of an allele in a call of any ploidy; NaN if any allele is missing.
pub(in crate::formats) fn count_copies(
    call: &[u8],
    allele: usize,
    n_alternates: usize,
) -> Result<f64, BadCell> {
    if let &[a, between, b] = call
        && n_alternates == 1
        && is_short_call(a, between, b)
    {
        return Ok(COPIES[a as usize] + COPIES[b as usize]);
    }
    let mut n_copies = 0u32;
    let mut missing = false;
    for text in call.split(|&byte| matches!(byte, b'|' | b'/')) {
        if text == b"." {
            missing = true;
            continue;
        }
        let index = allele_number(text).ok_or(BadCell::Call)?;
        if index > n_alternates {
            return Err(BadCell::Allele(index));
        }
        n_copies += u32::from(index == allele);
    }
    Ok(if missing {
        f64::NAN
    } else {
        f64::from(n_copies)
    })
}

fn allele_number(text: &[u8]) -> Option<usize> {
    const LONGEST: usize = 6;
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + usize::from(byte - b'0'))
    })
}

/// The dosage of an allele, the `allele`-th of `n_alleles` numbers.
pub(in crate::formats) fn parse_dosage(
    text: &[u8],
    allele: usize,
    n_alleles: usize,
) -> Result<f64, BadCell> {
    if n_alleles == 1 {
        return match parse_value(text) {
            Err(_) if text.contains(&b',') => {
                Err(BadCell::Count(text.split(|&byte| byte == b',').count()))
            }
            value => value.map_err(BadCell::Number),
        };
    }
    if text == b"." {
        return Ok(f64::NAN);
    }
    let n_values = text.split(|&byte| byte == b',').count();
    if n_values != n_alleles {
        return Err(BadCell::Count(n_values));
    }
    let mut values = text.split(|&byte| byte == b',');
    let value = values.nth(allele - 1).unwrap_or_default();
    parse_value(value).map_err(BadCell::Number)
}

/// The dosage of an allele from the probabilities of the genotypes; NaN if one of them is missing.
pub(in crate::formats) fn parse_probabilities(
    text: &[u8],
    allele: usize,
    n_alternates: usize,
) -> Result<f64, BadCell> {
    if text == b"." {
        return Ok(f64::NAN);
    }
    // Nearly always there are three.
    let mut few = [0.0; 3];
    let mut many = Vec::new();
    let n_values = text.split(|&byte| byte == b',').count();
    let found = match few.get_mut(..n_values) {
        Some(few) => few,
        None => {
            many.resize(n_values, 0.0);
            &mut many[..]
        }
    };
    for (p, text) in found.iter_mut().zip(text.split(|&byte| byte == b',')) {
        *p = parse_value(text).map_err(BadCell::Number)?;
    }
    expected_copies(found, allele, n_alternates).map_err(BadCell::Probabilities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn alleles_of_any_ploidy_are_counted() {
        assert_eq!(count_copies(b"1", 1, 1), Ok(1.0));
        assert_eq!(count_copies(b"0/1/1/1", 1, 1), Ok(3.0));
        assert_eq!(count_copies(b"12|2", 12, 12), Ok(1.0));
        assert!(count_copies(b"1|.", 1, 1).unwrap().is_nan());
        assert_eq!(count_copies(b"2|0", 1, 1), Err(BadCell::Allele(2)));
        assert_eq!(count_copies(b"9999999", 1, 1), Err(BadCell::Call));
    }

    #[test]
    fn the_number_of_dosages_is_the_number_of_alleles() {
        assert_eq!(parse_dosage(b"0.1,0.2", 2, 2), Ok(0.2));
        assert_eq!(parse_dosage(b"0.1,0.2", 1, 1), Err(BadCell::Count(2)));
        assert_eq!(parse_dosage(b"0.1", 1, 3), Err(BadCell::Count(1)));
        let infinite = Err(BadCell::Number(BadNumber::Infinite));
        assert_eq!(parse_dosage(b"inf", 1, 1), infinite);
    }

    #[test]
    fn calls_that_are_not_separated_by_tabs_are_left_to_the_slow_path() {
        let mut values = Vec::new();
        assert!(read_short_calls(b"0|1\t1/1", 2, &mut values));
        assert_eq!(values, [1.0, 2.0]);
        assert!(!read_short_calls(b"0|1 1/1", 2, &mut values));
        assert!(!read_short_calls(b"0|1\t1/1", 3, &mut values));
    }

    proptest! {
        #[test]
        fn the_fast_path_reads_what_the_slow_one_reads(
            calls in prop::collection::vec("[01.2x][|/,][01.]", 1..9),
            broken in prop::option::of((0usize..40, any::<u8>())),
        ) {
            let mut line = calls.join("\t").into_bytes();
            if let Some((at, byte)) = broken {
                let at = at % line.len();
                line[at] = byte;
            }
            let mut fast = Vec::new();
            let fits = read_short_calls(&line, calls.len(), &mut fast);
            let cells: Vec<&[u8]> = line.split(|&byte| byte == b'\t').collect();
            let slow: Result<Vec<f64>, BadCell> =
                cells.iter().map(|call| count_copies(call, 1, 1)).collect();
            if fits {
                let slow = slow.unwrap();
                prop_assert_eq!(fast.len(), slow.len());
                for (a, b) in fast.iter().zip(&slow) {
                    prop_assert!(a == b || (a.is_nan() && b.is_nan()));
                }
            } else {
                let odd = cells.len() != calls.len() || cells.iter().any(|call| call.len() != 3);
                prop_assert!(slow.is_err() || odd);
            }
        }
    }
}
