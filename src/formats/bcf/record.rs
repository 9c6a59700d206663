//! One record of a BCF: its first columns, and the field of the samples that is asked for.

use super::calls::Calls;
use super::header::Header;
use super::numbers::{Numbers, Texts};
use super::stream::Stream;
use super::typed::{Bytes, Type};
use crate::formats::input::{CONTROL, PRINTABLE, quoted};
use crate::formats::vcf::{
    BadCell, GenotypeField, MAX_ALTERNATES, Names, count_copies, parse_dosage, parse_probabilities,
};
use crate::formats::{FormatError, GenotypeRow};

/// Bytes of the columns of one length: CHROM, POS, length, QUAL, and how many there are of the rest.
const FIXED_BYTES: usize = 24;

const DAMAGED: &str =
    "the file is damaged; copy it again, or make it again with 'bcftools view -Ob'";

/// The current record of a stream.
pub(super) struct Record<'a> {
    stream: &'a Stream,
    header: &'a Header,
    chrom: &'a str,
    pos: i64,
    /// Empty for none.
    id: &'a [u8],
    alleles: Vec<&'a [u8]>,
    pub(super) n_alternates: usize,
    n_fields: usize,
}

/// The values of one field, of one type, row by row a sample.
pub(super) struct Matrix<'a> {
    pub(super) kind: Type,
    /// Values of a sample.
    pub(super) n: usize,
    pub(super) bytes: &'a [u8],
}

/// A sample that has something wrong in a field: its place, the field's value as a VCF would write it, and what is wrong.
pub(super) struct BadSample {
    pub(super) sample: usize,
    pub(super) text: String,
    pub(super) bad: BadCell,
}

impl<'a> Record<'a> {
    /// Chromosome and position of the current record, of which no more is read.
    pub(super) fn place(
        stream: &'a Stream,
        header: &'a Header,
    ) -> Result<(&'a str, i64), FormatError> {
        let mut fixed = Bytes(&stream.shared);
        let (Some(contig), Some(pos)) = (fixed.number(), fixed.number()) else {
            return Err(stream.error("the record is too short", DAMAGED));
        };
        let name = usize::try_from(contig)
            .ok()
            .and_then(|index| header.contigs.get(index));
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            let found = format!("CHROM is contig {contig}, which the header does not name");
            return Err(stream.error(found, DAMAGED));
        };
        if name.contains(char::is_control) {
            let found = format!("{} {CONTROL}", quoted(name.as_bytes()));
            return Err(stream.error(found, PRINTABLE));
        }
        // Counted from 0, so that the place before the first base is -1.
        let pos = i64::from(pos) + 1;
        if pos < 0 {
            let found = format!("POS is {pos}");
            return Err(stream.error(found, "wanted a whole number of base pairs from 0"));
        }
        Ok((name, pos))
    }

    /// The current record.
    pub(super) fn parse(stream: &'a Stream, header: &'a Header) -> Result<Self, FormatError> {
        let (chrom, pos) = Self::place(stream, header)?;
        let damaged = |what: &str| stream.error(what, DAMAGED);
        let mut rest = Bytes(&stream.shared);
        let fixed = rest
            .take(FIXED_BYTES)
            .ok_or_else(|| damaged("the record is too short"))?;
        let n_alleles = usize::from(u16::from_le_bytes([fixed[18], fixed[19]]));
        let n_samples = u32::from_le_bytes([fixed[20], fixed[21], fixed[22], 0]) as usize;
        if n_alleles == 0 {
            return Err(damaged("the record has no REF allele"));
        }
        if n_samples != header.samples.len() {
            return Err(stream.error(
                format!("the record has {n_samples} samples"),
                format!("wanted {} as in the header", header.samples.len()),
            ));
        }
        let mut text = || {
            rest.text()
                .ok_or_else(|| damaged("ID, REF or ALT breaks off"))
        };
        let id = text()?;
        let alleles = (0..n_alleles)
            .map(|_| text())
            .collect::<Result<Vec<_>, _>>()?;
        if n_alleles > MAX_ALTERNATES + 1 {
            return Err(stream.error(
                format!("SNP {} has {} ALT alleles", quoted(id), n_alleles - 1),
                format!("at most {MAX_ALTERNATES} are read"),
            ));
        }
        Ok(Self {
            stream,
            header,
            chrom,
            pos,
            id,
            alleles,
            n_alternates: n_alleles - 1,
            n_fields: usize::from(fixed[23]),
        })
    }

    /// Fills in everything of a row but its values, for the ALT allele that it counts.
    pub(super) fn describe(&self, allele: usize, row: &mut GenotypeRow) -> Result<(), FormatError> {
        let or_none = |text: &'a [u8]| if text.is_empty() { b"." } else { text };
        let alternate = self.alleles.get(allele).copied().unwrap_or_default();
        let names = Names {
            chrom: self.chrom,
            pos: &self.pos.to_string(),
            id: self.name(or_none(self.id))?,
            reference: self.name(self.alleles[0])?,
            alternate: self.name(or_none(alternate))?,
            n_alternates: self.n_alternates,
        };
        names.describe(self.pos, row);
        Ok(())
    }

    /// Reads one value a sample, for one of the ALT alleles, counted from 1.
    pub(super) fn read(
        &self,
        field: GenotypeField,
        allele: usize,
        values: &mut Vec<f64>,
    ) -> Result<(), FormatError> {
        let matrix = self.matrix(field)?;
        let n_alternates = self.n_alternates;
        values.clear();
        let read = match (matrix.kind, field) {
            // A field of a type that the header does not tell is text, as it would be in a VCF.
            (Type::Text, GenotypeField::Gt) => {
                Texts(&matrix).read(values, |text| count_copies(text, allele, n_alternates))
            }
            (Type::Text, GenotypeField::Ds) => {
                let n_alleles = n_alternates.max(1);
                Texts(&matrix).read(values, |text| parse_dosage(text, allele, n_alleles))
            }
            (Type::Text, GenotypeField::Gp) => Texts(&matrix).read(values, |text| {
                parse_probabilities(text, allele, n_alternates)
            }),
            (Type::Missing, _) => {
                values.resize(self.header.samples.len(), f64::NAN);
                Ok(())
            }
            (Type::Float, GenotypeField::Gt) => {
                let found = format!(
                    "the GT of SNP {} is of numbers with decimals",
                    self.shown_id()
                );
                return Err(self.stream.error(found, DAMAGED));
            }
            (_, GenotypeField::Gt) => Calls(&matrix).read(allele, n_alternates, values),
            (_, GenotypeField::Ds) => Numbers(&matrix).dosages(allele, n_alternates.max(1), values),
            (_, GenotypeField::Gp) => Numbers(&matrix).expected(allele, n_alternates, values),
        };
        read.map_err(|bad| self.refused(field, &bad))
    }

    /// How many values `[n_samples]` of another field than GT are missing though the sample has a call.
    pub(super) fn calls_alone(&self, field: GenotypeField, allele: usize, values: &[f64]) -> u64 {
        if field == GenotypeField::Gt || !values.iter().any(|value| value.is_nan()) {
            return 0;
        }
        let mut calls = Vec::new();
        // It fails where the record has no calls.
        if self.read(GenotypeField::Gt, allele, &mut calls).is_err() {
            return 0;
        }
        let pairs = values.iter().zip(&calls);
        pairs
            .filter(|(value, call)| value.is_nan() && !call.is_nan())
            .count() as u64
    }

    /// Refuses a record that is without a field.
    pub(super) fn check_field(&self, field: GenotypeField) -> Result<(), FormatError> {
        self.matrix(field).map(drop)
    }

    /// The values of a field.
    fn matrix(&self, field: GenotypeField) -> Result<Matrix<'a>, FormatError> {
        let broken = || {
            self.stream
                .error("the fields of the samples break off", DAMAGED)
        };
        let wanted = self.header.index_of(field.name());
        let mut rest = Bytes(&self.stream.samples);
        for _ in 0..self.n_fields {
            let key = rest.integer().ok_or_else(broken)?;
            let (kind, n) = rest.descriptor().ok_or_else(broken)?;
            let n_bytes = (n * kind.size()).checked_mul(self.header.samples.len());
            let bytes = n_bytes
                .and_then(|n_bytes| rest.take(n_bytes))
                .ok_or_else(broken)?;
            if usize::try_from(key).is_ok_and(|key| Some(key) == wanted) {
                // A field of no values is one that every sample misses.
                let kind = if n == 0 { Type::Missing } else { kind };
                return Ok(Matrix { kind, n, bytes });
            }
        }
        Err(self.stream.error(
            format!("the FORMAT of SNP {} is without {field}", self.shown_id()),
            "set genotype_field to a field that every record has (GT, DS or GP), or remove the records without it",
        ))
    }

    /// The ID, or the place of a record without one.
    fn shown_id(&self) -> String {
        match self.id {
            b"" | b"." => quoted(format!("{}:{}", self.chrom, self.pos).as_bytes()),
            id => quoted(id),
        }
    }

    fn refused(&self, field: GenotypeField, bad: &BadSample) -> FormatError {
        let (problem, wanted) = bad.bad.explain(self.n_alternates);
        let found = format!(
            "SNP {}, sample {}: the {field} {} {problem}",
            self.shown_id(),
            quoted(self.header.samples[bad.sample].as_bytes()),
            quoted(bad.text.as_bytes())
        );
        self.stream.error(found, wanted)
    }

    /// A field as an ID or an allele: text that can stand in a table and in a message.
    fn name(&self, field: &'a [u8]) -> Result<&'a str, FormatError> {
        let refuse = |problem: &str, wanted: &str| {
            let found = format!("{} {problem}", quoted(field));
            Err(self.stream.error(found, wanted))
        };
        match std::str::from_utf8(field) {
            Ok(text) if text.contains(char::is_control) => refuse(CONTROL, PRINTABLE),
            Ok(text) => Ok(text),
            Err(_) => refuse("is not UTF-8 text", "write the name in plain letters"),
        }
    }
}
