//! Simulated genotypes: hard calls in Hardy-Weinberg proportions, allele frequencies from 0.05 to 0.5.

use std::borrow::Cow;

use rand::{Rng, RngCore};

use super::layout::Layout;
use super::{Purpose, SimulateConfig};
use crate::store::{CodeType, RowPlace, RowSource};

/// Code of a missing genotype.
pub const MISSING: u8 = 255;

/// The simulated SNPs.
pub struct SimulatedSnps<'a> {
    /// The shape.
    pub config: &'a SimulateConfig,
    /// Where they lie.
    pub layout: &'a Layout,
}

impl SimulatedSnps<'_> {
    /// The codes of a SNP `[n_samples]`.
    pub fn codes(&self, row: usize) -> Vec<u8> {
        let mut rng = self.config.stream(Purpose::Genotypes, row);
        let frequency = rng.random_range(0.05..0.5);
        // Thresholds on 16 random bits: how many copies of the counted allele.
        let scale = 65536.0;
        let none = ((1.0 - frequency) * (1.0 - frequency) * scale) as u64;
        let not_two = ((1.0 - frequency * frequency) * scale) as u64;
        let (mut bits, mut left) = (0, 0);
        let mut codes = vec![0; self.config.samples];
        for code in &mut codes {
            if left == 0 {
                (bits, left) = (rng.next_u64(), 4);
            }
            let draw = bits & 0xffff;
            (bits, left) = (bits >> 16, left - 1);
            *code = u8::from(draw >= none) + u8::from(draw >= not_two);
        }
        if self.config.missing > 0.0 {
            for code in &mut codes {
                if rng.random::<f64>() < self.config.missing {
                    *code = MISSING;
                }
            }
        }
        codes
    }

    /// A SNP with mean 0 and variance 1, missing genotypes at the mean `[n_samples]`.
    pub fn standardized(&self, row: usize) -> Vec<f64> {
        let codes = self.codes(row);
        let present = || {
            codes
                .iter()
                .filter(|&&code| code != MISSING)
                .map(|&code| f64::from(code))
        };
        let n = present().count().max(1) as f64;
        let mean = present().sum::<f64>() / n;
        let variance = present().map(|code| (code - mean).powi(2)).sum::<f64>() / n;
        let scale = if variance > 0.0 {
            variance.sqrt().recip()
        } else {
            0.0
        };
        let value = |&code: &u8| match code {
            MISSING => 0.0,
            code => (f64::from(code) - mean) * scale,
        };
        codes.iter().map(value).collect()
    }

    /// The ID of a SNP.
    pub fn id(&self, row: usize) -> String {
        format!("snp{:07}", row + 1)
    }
}

impl RowSource for SimulatedSnps<'_> {
    fn len(&self) -> usize {
        self.config.snps
    }

    fn code_type(&self) -> CodeType {
        CodeType::U8
    }

    fn chrom_names(&self) -> &[String] {
        &self.layout.names
    }

    fn place(&self, row: usize) -> RowPlace {
        self.layout.snp(self.config, row)
    }

    fn text(&self, row: usize, field: usize) -> Cow<'_, str> {
        match field {
            0 => self.id(row).into(),
            1 => "A".into(),
            _ => "G".into(),
        }
    }

    fn encode(&self, row: usize, _: CodeType, bytes: &mut Vec<u8>) {
        bytes.extend(self.codes(row));
    }
}
