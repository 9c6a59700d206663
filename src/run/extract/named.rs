//! From IDs to rows; of IDs that are not there, which ones might have been meant.

use std::collections::HashMap;

use super::super::error::RunError;
use super::config::Names;
use crate::store::{Gene, GenotypeStore};

/// IDs that are not known and are told one by one.
const SHOWN: usize = 5;

/// How alike two IDs must be for one to be offered for the other, from 0 to 1.
const LIKE: f64 = 0.8;

/// The rows of the genes with some IDs, ascending.
///
/// # Errors
/// IDs that no gene has, with the nearest ones.
pub fn gene_rows(genes: &[Gene], names: &Names) -> Result<Vec<u32>, RunError> {
    let mut wanted = Wanted::new(names);
    for (row, gene) in (0..).zip(genes) {
        wanted.look(row, &gene.id);
    }
    let ids = |look: &mut dyn FnMut(&str)| {
        genes.iter().for_each(|gene| look(&gene.id));
        Ok(())
    };
    wanted.rows("gene", ids)
}

/// The rows of the SNPs with some IDs, ascending; all of them where an ID stands for several rows.
///
/// # Errors
/// IDs that no SNP has, with the nearest ones; a store that cannot be read.
pub fn snp_rows(store: &GenotypeStore, names: &Names) -> Result<Vec<u32>, RunError> {
    let all: Vec<u32> = (0..store.n_snps() as u32).collect();
    let mut wanted = Wanted::new(names);
    store.ids_of(&all, |row, id| wanted.look(row, &id))?;
    let ids = |look: &mut dyn FnMut(&str)| Ok(store.ids_of(&all, |_, id| look(&id))?);
    wanted.rows("SNP", ids)
}

/// IDs that are looked for.
struct Wanted<'n> {
    names: &'n Names,
    /// Whether each has been found.
    is_found: HashMap<&'n str, bool>,
    rows: Vec<u32>,
}

impl<'n> Wanted<'n> {
    fn new(names: &'n Names) -> Self {
        let is_found = names.ids.iter().map(|id| (id.as_str(), false)).collect();
        Self {
            names,
            is_found,
            rows: Vec::new(),
        }
    }

    fn look(&mut self, row: u32, id: &str) {
        if let Some(is_found) = self.is_found.get_mut(id) {
            *is_found = true;
            self.rows.push(row);
        }
    }

    /// The rows that were found, if all IDs were. `for_each` passes every ID there is.
    fn rows(
        self,
        what: &str,
        for_each: impl FnOnce(&mut dyn FnMut(&str)) -> Result<(), RunError>,
    ) -> Result<Vec<u32>, RunError> {
        let ids = self.names.ids.iter().map(String::as_str);
        let unknown: Vec<&str> = ids.filter(|id| !self.is_found[id]).collect();
        if unknown.is_empty() {
            return Ok(self.rows);
        }
        let mut nearest: Vec<(f64, String)> = vec![(LIKE, String::new()); unknown.len().min(SHOWN)];
        for_each(&mut |id| {
            for (unknown, nearest) in unknown.iter().zip(&mut nearest) {
                let likeness = likeness(unknown, id);
                if likeness > nearest.0 {
                    *nearest = (likeness, id.to_string());
                }
            }
        })?;
        let told = unknown.iter().zip(&nearest).map(|(id, (_, near))| {
            let hint = match near.is_empty() {
                true => String::new(),
                false => format!(" (did you mean '{near}'?)"),
            };
            format!("'{id}'{hint}")
        });
        let mut told = told.collect::<Vec<_>>().join(", ");
        if unknown.len() > SHOWN {
            told.push_str(&format!(" and {} more", unknown.len() - SHOWN));
        }
        let (which, advice) = match (unknown.len(), self.names.ids.len()) {
            (1, 1) => (format!("the {what} ID is"), "it or leave it"),
            (1, all) => (format!("one of {all} {what} IDs is"), "it or leave it"),
            (n, all) => (format!("{n} of {all} {what} IDs are"), "them or leave them"),
        };
        Err(RunError::Input(format!(
            "{}: {which} not in the study: {told}; correct {advice} out",
            self.names.source
        )))
    }
}

/// How alike two IDs are, from 0 to 1; 2 if they are versions of one.
fn likeness(a: &str, b: &str) -> f64 {
    match without_version(a) == without_version(b) {
        true => 2.0,
        false => strsim::jaro_winkler(a, b),
    }
}

/// An ID without the version that Ensembl and GENCODE put behind a point.
fn without_version(id: &str) -> &str {
    match id.rsplit_once('.') {
        Some((stem, version)) if version.bytes().all(|byte| byte.is_ascii_digit()) => stem,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(wanted: &[&str]) -> Result<Vec<u32>, String> {
        let gene = |id: &str| Gene {
            id: id.into(),
            span: None,
        };
        let genes = ["ENSG0001.4", "ENSG0002.1", "XIST"].map(gene);
        let names = Names {
            source: "--genes".into(),
            file: None,
            ids: wanted.iter().map(|id| id.to_string()).collect(),
        };
        gene_rows(&genes, &names).map_err(|error| error.to_string())
    }

    #[test]
    fn rows_ascend_whatever_the_order_of_the_ids() {
        assert_eq!(rows(&["XIST", "ENSG0001.4"]), Ok(vec![0, 2]));
    }

    #[test]
    fn one_unknown_id_is_told_as_one() {
        let refused = |wanted: &[&str]| rows(wanted).unwrap_err();
        let one = refused(&["zzz"]);
        assert!(
            one.starts_with("--genes: the gene ID is not in the study: 'zzz'; correct it"),
            "{one}"
        );
        let one = refused(&["XIST", "zzz"]);
        assert!(
            one.starts_with("--genes: one of 2 gene IDs is not in the study"),
            "{one}"
        );
    }

    #[test]
    fn unknown_ids_are_named_with_the_nearest() {
        let refused = rows(&["XIST", "ENSG0002", "zzz"]).unwrap_err();
        assert_eq!(
            refused,
            "--genes: 2 of 3 gene IDs are not in the study: 'ENSG0002' (did you mean 'ENSG0002.1'?), 'zzz'; correct them \
             or leave them out"
        );
        // ENSG0001.4 is no further letter by letter, and another gene.
        let refused = rows(&["ENSG0002.4"]).unwrap_err();
        assert!(refused.contains("did you mean 'ENSG0002.1'"), "{refused}");
        let refused = rows(&["a", "b", "c", "d", "e", "f"]).unwrap_err();
        assert!(refused.contains("'e' and 1 more;"), "{refused}");
    }
}
