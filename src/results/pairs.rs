//! The table of chosen pairs: the columns of the full table in its bytes, and behind them, in place of the false discovery
//! rate, which only all tests together have, how many copies of the counted allele (`ac`) among how many alleles (`an`).

use std::path::Path;

use super::full::{Facts, columns, write_pair};
use crate::formats::{Column, FormatError, TableTarget, TableWriter};
use crate::model::Hit;

/// A table of chosen pairs under construction.
pub struct PairTable {
    table: TableWriter,
    is_anova: bool,
}

impl PairTable {
    /// Creates the table.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path, is_anova: bool) -> Result<Self, FormatError> {
        let mut header = columns(is_anova);
        header.extend([Column::number("ac"), Column::integer("an")]);
        let table = TableWriter::create_as(&TableTarget::tsv(path), &header)?;
        Ok(Self { table, is_anova })
    }

    /// Writes tests in their order.
    ///
    /// # Errors
    /// If the disk refuses.
    ///
    /// # Panics
    /// If there are no facts about a SNP or gene.
    pub fn push(&mut self, tests: &[Hit], facts: &Facts) -> Result<(), FormatError> {
        for test in tests {
            write_pair(&mut self.table, test, facts, self.is_anova)?;
            let snp = &facts.snps[&test.snp];
            self.table.number(snp.allele_count.unwrap_or(f64::NAN))?;
            match snp.allele_count {
                Some(_) => {
                    let n_called = facts.n_samples - snp.n_missing;
                    self.table.count(2 * n_called as u64)?;
                }
                None => self.table.missing()?,
            }
            self.table.end_row()?;
        }
        Ok(())
    }

    /// Puts the table on the disk under its name.
    ///
    /// # Errors
    /// If the disk refuses; then there is no table.
    pub fn finish(self) -> Result<(), FormatError> {
        self.table.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::full::{GeneFacts, SnpFacts};
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_row_ends_with_copies_and_alleles() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pairs.tsv");
        let snp = |allele_count| SnpFacts {
            id: "rs1".into(),
            n_missing: 2,
            allele_count,
            ..SnpFacts::default()
        };
        let gene = GeneFacts {
            id: "G".into(),
            ..GeneFacts::default()
        };
        let facts = Facts {
            n_samples: 10,
            snps: HashMap::from([(0, snp(Some(10.0))), (1, snp(None))]),
            genes: vec![gene],
        };
        let test = |snp| Hit {
            snp,
            gene: 0,
            beta: 0.5,
            statistic: 2.0,
            ln_p: 0.0,
        };
        let mut table = PairTable::create(&path, false).unwrap();
        table.push(&[test(0), test(1)], &facts).unwrap();
        table.finish().unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "snp\tchrom\tpos\tref\talt\tgene\tdistance\tn\tmaf\tmac\tbeta\tse\tt\tp\tneg_log10_p\tac\tan\n\
             rs1\tNA\tNA\tNA\tNA\tG\tNA\t8\t0.375\t6\t0.5\t0.25\t2\t1\t0\t10\t16\n\
             rs1\tNA\tNA\tNA\tNA\tG\tNA\t8\tNA\tNA\t0.5\t0.25\t2\t1\t0\tNA\tNA\n"
        );
    }
}
