//! What the table of eQTLs of a class is to be: its file, its columns, and what a Parquet file says of itself.

use std::collections::HashSet;

use serde_json::json;

use super::config::{Columns, MapConfig, OF_TESTS};
use super::error::RunError;
use super::output::OutFolder;
use super::study::Study;
use super::tables::TestClass;
use crate::formats::{TableFormat, TableTarget};
use crate::genome::bare_chromosome;
use crate::results::{FullColumns, RowOrder};

/// The version of the columns in Parquet files; another one where a column changes its name, type or meaning.
const SCHEMA_VERSION: &str = "1";

/// Options of tables that a Parquet file tells, beside those of the tests. Others, paths among them, are none of a table's
/// business: its bytes must not hang on how they were made.
const OF_TABLES: [&str; 3] = ["columns", "table_format", "sort"];

/// Where the table of a class goes, and as what.
///
/// # Errors
/// If the places of SNPs cannot be read.
pub fn target(
    config: &MapConfig,
    out: &OutFolder,
    study: &Study,
    class: &TestClass,
) -> Result<TableTarget, RunError> {
    let is_placed = config.table_format == TableFormat::TsvGz && config.sort == RowOrder::Position;
    let furthest_bp = match is_placed {
        true => Some(
            study
                .genotypes
                .places()?
                .pos
                .iter()
                .copied()
                .max()
                .unwrap_or(0),
        ),
        false => None,
    };
    let notes = match config.table_format {
        TableFormat::Parquet => notes(config, study, class),
        _ => Vec::new(),
    };
    Ok(TableTarget {
        path: out.file(&class.table(config.table_format)),
        format: config.table_format,
        furthest_bp,
        notes,
    })
}

/// The columns of tables with facts about SNPs and genes; `None` for Matrix eQTL's.
///
/// # Errors
/// If the places of SNPs cannot be read.
pub fn full_columns(columns: Columns, study: &Study) -> Result<Option<FullColumns>, RunError> {
    Ok(match columns {
        Columns::MatrixEqtl => None,
        Columns::Full => Some(FullColumns::Own),
        Columns::EqtlCatalogue => {
            let names = study.genotypes.places()?.chrom_names;
            Some(FullColumns::Catalogue {
                bare: are_told_apart(&names),
            })
        }
    })
}

/// Whether names stay different without their `chr`; rows by position would not be so otherwise.
fn are_told_apart(names: &[String]) -> bool {
    let mut seen = HashSet::new();
    names.iter().all(|name| seen.insert(bare_chromosome(name)))
}

fn notes(config: &MapConfig, study: &Study, class: &TestClass) -> Vec<(String, String)> {
    let all = serde_json::to_value(config).expect("a configuration is plain data");
    let keys = OF_TESTS.into_iter().chain(OF_TABLES);
    let mut options: serde_json::Map<_, _> = keys
        .map(|key| (key.to_string(), all[key].clone()))
        .collect();
    options.insert("interaction".into(), json!(study.interaction));
    let run = json!({
        "class": class.name,
        "n_tests": class.n_tests,
        "n_samples": study.samples.ids.len(),
        "n_covariates": study.model.design().n_covariates(),
        "df": study.model.df(),
        "config": options,
    });
    let note = |key: &str, value: String| (format!("mpiqtl.{key}"), value);
    vec![
        note("schema_version", SCHEMA_VERSION.into()),
        note("version", env!("CARGO_PKG_VERSION").into()),
        note("run", run.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chromosomes_lose_their_chr_only_where_that_keeps_them_apart() {
        let told_apart = |names: &[&str]| {
            are_told_apart(
                &names
                    .iter()
                    .map(|name| name.to_string())
                    .collect::<Vec<_>>(),
            )
        };
        assert!(told_apart(&["chr1", "chr2", "scaffold"]));
        assert!(!told_apart(&["1", "chr1"]));
    }
}
