//! The default table: exactly the columns of Matrix eQTL, `SNP gene beta t-stat p-value FDR`, or
//! `SNP gene F-test p-value FDR` for ANOVA, so that the programs that read its files read ours.

use std::collections::HashMap;
use std::path::Path;

use crate::formats::{FormatError, TableWriter};
use crate::model::Hit;
use crate::stats::{false_discovery_rates, p_value};

/// The IDs that rows of a table need.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// SNP IDs of the rows that have hits.
    pub snps: HashMap<u32, String>,
    /// Gene IDs by row.
    pub genes: Vec<String>,
}

/// Writes the hits of one class, whose p-values ascend, with their FDR over `n_tests`. The table is on the disk then
/// and gets its name when it is finished.
///
/// # Errors
/// If the file cannot be written; nothing is left of it then.
///
/// # Panics
/// If a hit's SNP or gene has no name.
pub fn write_matrix_eqtl(
    path: &Path,
    hits: &[Hit],
    n_tests: u64,
    names: &Names,
    is_anova: bool,
) -> Result<TableWriter, FormatError> {
    let p_values: Vec<f64> = hits.iter().map(|hit| p_value(hit.ln_p)).collect();
    let rates = false_discovery_rates(&p_values, n_tests);
    let header: &[&str] = if is_anova {
        &["SNP", "gene", "F-test", "p-value", "FDR"]
    } else {
        &["SNP", "gene", "beta", "t-stat", "p-value", "FDR"]
    };
    let mut table = TableWriter::create(path, header)?;
    for ((hit, p), fdr) in hits.iter().zip(&p_values).zip(&rates) {
        table.text(&names.snps[&hit.snp])?;
        table.text(&names.genes[hit.gene as usize])?;
        if !is_anova {
            table.number(hit.beta)?;
        }
        for number in [hit.statistic, *p, *fdr] {
            table.number(number)?;
        }
        table.end_row()?;
    }
    table.settle()?;
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::ln_two_sided_t;

    #[test]
    fn a_table_has_matrix_eqtls_columns_and_fdr() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.tsv");
        let hit = |snp, statistic| Hit {
            snp,
            gene: 0,
            beta: 0.5,
            statistic,
            ln_p: ln_two_sided_t(statistic, 2.0),
        };
        let names = Names {
            snps: HashMap::from([(4, "rs4".into()), (7, "rs7".into())]),
            genes: vec!["G".into()],
        };
        let table =
            write_matrix_eqtl(&path, &[hit(7, -1e200), hit(4, 0.0)], 10, &names, false).unwrap();
        assert!(!path.exists());
        table.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "SNP\tgene\tbeta\tt-stat\tp-value\tFDR\n\
             rs7\tG\t0.5\t-1e200\t2.2250738585072014e-308\t2.2250738585072014e-307\n\
             rs4\tG\t0.5\t0\t1\t1\n"
        );
    }
}
