//! The default table: exactly the columns of Matrix eQTL, `SNP gene beta t-stat p-value FDR`, or
//! `SNP gene F-test p-value FDR` for ANOVA, so that the programs that read its files read ours.

use std::collections::HashMap;

use super::ranked::RankedHit;
use crate::formats::{Column, FormatError, TableTarget, TableWriter};
use crate::stats::p_value;

/// The IDs that rows of a table need.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// SNP IDs of the rows that have hits.
    pub snps: HashMap<u32, String>,
    /// Gene IDs by row.
    pub genes: Vec<String>,
}

/// A table of one class of tests under construction.
pub struct EqtlTable {
    table: TableWriter,
    is_anova: bool,
}

impl EqtlTable {
    /// Creates the table.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(target: &TableTarget, is_anova: bool) -> Result<Self, FormatError> {
        let numbers: &[&str] = if is_anova {
            &["F-test", "p-value", "FDR"]
        } else {
            &["beta", "t-stat", "p-value", "FDR"]
        };
        let mut columns = vec![Column::text("SNP"), Column::text("gene")];
        columns.extend(numbers.iter().map(|name| Column::number(name)));
        let table = TableWriter::create_as(target, &columns)?;
        Ok(Self { table, is_anova })
    }

    /// Writes hits in their order.
    ///
    /// # Errors
    /// If the disk refuses.
    ///
    /// # Panics
    /// If a hit's SNP or gene has no name.
    pub fn push(&mut self, hits: &[RankedHit], names: &Names) -> Result<(), FormatError> {
        for RankedHit { hit, fdr } in hits {
            self.table.text(&names.snps[&hit.snp])?;
            self.table.text(&names.genes[hit.gene as usize])?;
            if !self.is_anova {
                self.table.number(hit.beta)?;
            }
            for number in [hit.statistic, p_value(hit.ln_p), *fdr] {
                self.table.number(number)?;
            }
            self.table.end_row()?;
        }
        Ok(())
    }

    /// Brings the table to the disk; it gets its name when it is finished.
    ///
    /// # Errors
    /// If the disk refuses; nothing is left of it then.
    pub fn settle(mut self) -> Result<TableWriter, FormatError> {
        self.table.settle()?;
        Ok(self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Hit;
    use crate::stats::ln_two_sided_t;

    #[test]
    fn a_table_has_matrix_eqtls_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.tsv");
        let hit = |snp, statistic, fdr| RankedHit {
            hit: Hit {
                snp,
                gene: 0,
                beta: 0.5,
                statistic,
                ln_p: ln_two_sided_t(statistic, 2.0),
            },
            fdr,
        };
        let names = Names {
            snps: HashMap::from([(4, "rs4".into()), (7, "rs7".into())]),
            genes: vec!["G".into()],
        };
        let mut table = EqtlTable::create(&TableTarget::tsv(&path), false).unwrap();
        table.push(&[hit(7, -1e200, 0.25)], &names).unwrap();
        table.push(&[hit(4, 0.0, 1.0)], &names).unwrap();
        let table = table.settle().unwrap();
        assert!(!path.exists());
        table.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "SNP\tgene\tbeta\tt-stat\tp-value\tFDR\n\
             rs7\tG\t0.5\t-1e200\t2.2250738585072014e-308\t0.25\n\
             rs4\tG\t0.5\t0\t1\t1\n"
        );
    }
}
