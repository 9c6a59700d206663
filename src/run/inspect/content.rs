//! What the values of a store are like: read once, a block of rows at a time.

use serde::Serialize;

use crate::store::{CodeType, ExpressionStore, GenotypeStore, StoreError};

/// Values read at a time.
const BLOCK_VALUES: usize = 4 << 20;

/// The code of a missing hard call.
const MISSING: usize = 255;

/// Upper ends of the classes of minor allele frequencies; a frequency at an end is in the next class.
const MAF_ENDS: [f64; 5] = [0.001, 0.01, 0.05, 0.1, 0.5];

/// Values of genotypes.
#[derive(Debug, Default, Serialize)]
pub struct GenotypeContent {
    /// Missing values.
    pub n_missing: u64,
    /// Their share of all values, from 0 to 1.
    pub missing_share: f64,
    /// SNPs with a missing value.
    pub n_snps_with_missing: u64,
    /// The smallest value; absent if all are missing.
    pub smallest: Option<f64>,
    /// The largest value.
    pub largest: Option<f64>,
    /// SNPs with one value in all samples, and those missing in all.
    pub n_constant_snps: u64,
    /// SNPs by minor allele frequency; absent if values are not numbers of alleles, from 0 to 2.
    pub maf: Option<Vec<MafClass>>,
}

/// SNPs whose minor allele has a frequency from `from` (with it) to `to` (without it, but for the last class).
#[derive(Debug, PartialEq, Serialize)]
pub struct MafClass {
    /// The smallest frequency of the class.
    pub from: f64,
    /// The end of the class.
    pub to: f64,
    /// SNPs in it.
    pub n_snps: u64,
}

/// Values of expression.
#[derive(Debug, Default, Serialize)]
pub struct ExpressionContent {
    /// Missing values.
    pub n_missing: u64,
    /// Their share of all values, from 0 to 1.
    pub missing_share: f64,
    /// Genes with a missing value.
    pub n_genes_with_missing: u64,
    /// The smallest value; absent if all are missing.
    pub smallest: Option<f64>,
    /// The largest value.
    pub largest: Option<f64>,
    /// Genes with one value in all samples, and those missing in all.
    pub n_constant_genes: u64,
}

/// A row in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    n: u64,
    n_missing: u64,
    sum: f64,
    smallest: f64,
    largest: f64,
}

impl Row {
    fn of_values(values: &[f64]) -> Self {
        let mut row = Self::empty(values.len() as u64);
        for &value in values {
            match value.is_nan() {
                true => row.n_missing += 1,
                false => row.see(value, 1.0),
            }
        }
        row
    }

    /// Hard calls are counted by code first, which is ten times faster.
    fn of_codes(codes: &[u8]) -> Self {
        let mut counts = [0u32; 256];
        codes
            .iter()
            .for_each(|&code| counts[usize::from(code)] += 1);
        let mut row = Self::empty(codes.len() as u64);
        row.n_missing = counts[MISSING].into();
        let seen = counts[..MISSING].iter().enumerate();
        seen.filter(|&(_, &count)| count > 0)
            .for_each(|(code, &count)| row.see(code as f64, count.into()));
        row
    }

    fn empty(n: u64) -> Self {
        Self {
            n,
            n_missing: 0,
            sum: 0.0,
            smallest: f64::INFINITY,
            largest: f64::NEG_INFINITY,
        }
    }

    fn see(&mut self, value: f64, times: f64) {
        self.sum += value * times;
        self.smallest = self.smallest.min(value);
        self.largest = self.largest.max(value);
    }

    fn is_constant(&self) -> bool {
        self.smallest >= self.largest
    }

    /// The frequency of the rarer allele; `None` of a row without values.
    fn maf(&self) -> Option<f64> {
        let chromosomes = 2.0 * (self.n - self.n_missing) as f64;
        (chromosomes > 0.0).then(|| self.sum.min(chromosomes - self.sum) / chromosomes)
    }
}

/// What all rows have in common.
struct All {
    n_values: u64,
    n_missing: u64,
    n_with_missing: u64,
    n_constant: u64,
    smallest: f64,
    largest: f64,
}

impl All {
    fn new() -> Self {
        Self {
            n_values: 0,
            n_missing: 0,
            n_with_missing: 0,
            n_constant: 0,
            smallest: f64::INFINITY,
            largest: f64::NEG_INFINITY,
        }
    }

    fn see(&mut self, row: &Row) {
        self.n_values += row.n;
        self.n_missing += row.n_missing;
        self.n_with_missing += u64::from(row.n_missing > 0);
        self.n_constant += u64::from(row.is_constant());
        self.smallest = self.smallest.min(row.smallest);
        self.largest = self.largest.max(row.largest);
    }

    fn missing_share(&self) -> f64 {
        self.n_missing as f64 / self.n_values.max(1) as f64
    }

    /// The smallest and the largest value, if there is one.
    fn range(&self) -> [Option<f64>; 2] {
        [self.smallest, self.largest].map(|value| value.is_finite().then_some(value))
    }
}

impl GenotypeContent {
    /// Reads all rows.
    ///
    /// # Errors
    /// If a row cannot be read, or is not what was written.
    pub fn of(store: &GenotypeStore) -> Result<Self, StoreError> {
        let columns: Vec<u32> = (0..store.samples().len() as u32).collect();
        let n = columns.len().max(1);
        let step = (BLOCK_VALUES / n).max(1);
        let (mut codes, mut values) = (Vec::new(), Vec::new());
        let (mut all, mut classes) = (All::new(), [0; MAF_ENDS.len()]);
        let mut see = |row: Row| {
            all.see(&row);
            if let Some(maf) = row.maf() {
                let class = MAF_ENDS.iter().position(|&end| maf < end);
                classes[class.unwrap_or(MAF_ENDS.len() - 1)] += 1;
            }
        };
        for start in (0..store.n_snps()).step_by(step) {
            let rows = start..(start + step).min(store.n_snps());
            if store.code_type() == CodeType::U8 {
                store.read_codes(rows, &columns, &mut codes)?;
                codes
                    .chunks_exact(n)
                    .for_each(|row| see(Row::of_codes(row)));
            } else {
                store.read_values(rows, &columns, &mut values)?;
                values
                    .chunks_exact(n)
                    .for_each(|row| see(Row::of_values(row)));
            }
        }
        let [smallest, largest] = all.range();
        let are_alleles = all.smallest >= 0.0 && all.largest <= 2.0;
        let starts = [0.0].into_iter().chain(MAF_ENDS);
        let maf = starts.zip(MAF_ENDS).zip(classes);
        let maf = maf.map(|((from, to), n_snps)| MafClass { from, to, n_snps });
        Ok(Self {
            n_missing: all.n_missing,
            missing_share: all.missing_share(),
            n_snps_with_missing: all.n_with_missing,
            smallest,
            largest,
            n_constant_snps: all.n_constant,
            maf: are_alleles.then(|| maf.collect()),
        })
    }
}

impl ExpressionContent {
    /// Reads all rows.
    ///
    /// # Errors
    /// If a row cannot be read, or is not what was written.
    pub fn of(store: &ExpressionStore) -> Result<Self, StoreError> {
        let columns: Vec<u32> = (0..store.samples().len() as u32).collect();
        let mut all = All::new();
        for gene in 0..store.n_genes() {
            all.see(&Row::of_values(&store.read_row(gene, &columns)?));
        }
        let [smallest, largest] = all.range();
        Ok(Self {
            n_missing: all.n_missing,
            missing_share: all.missing_share(),
            n_genes_with_missing: all.n_with_missing,
            smallest,
            largest,
            n_constant_genes: all.n_constant,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_and_values_are_the_same_row(codes in prop::collection::vec(0u8..=255, 1..60)) {
            let value = |&code: &u8| if code == 255 { f64::NAN } else { code.into() };
            let values: Vec<f64> = codes.iter().map(value).collect();
            prop_assert_eq!(Row::of_codes(&codes), Row::of_values(&values));
        }
    }

    #[test]
    fn a_row_without_values_is_constant_and_has_no_frequency() {
        let row = Row::of_codes(&[255, 255]);
        assert!(row.is_constant() && row.maf().is_none());
        assert_eq!(Row::of_codes(&[2, 2, 1, 255]).maf(), Some(1.0 / 6.0));
    }
}
