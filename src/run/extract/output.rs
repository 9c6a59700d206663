//! Where extracted pairs go: one table, or a folder with files a gene.

use std::fs;
use std::path::Path;

use super::super::error::RunError;
use super::folder::{Folder, GeneLine};
use crate::model::Hit;
use crate::results::{Facts, PairTable, SsfRows, SsfStudy};
use crate::store::Gene;

/// Says whether results may be written at `out`, and changes nothing there. `inputs` are never to be replaced.
///
/// # Errors
/// If something is there already, unless it may be overwritten; if it is no file, or no folder, where one is wanted.
pub fn check(
    out: &Path,
    inputs: &[&Path],
    is_folder: bool,
    overwrite: bool,
) -> Result<(), RunError> {
    let shown = out.display();
    let refused = |text: String| Err(RunError::Input(text));
    let Ok(found) = fs::metadata(out) else {
        return Ok(());
    };
    let place = fs::canonicalize(out).ok();
    let mut inputs = inputs.iter().map(|input| fs::canonicalize(input).ok());
    if inputs.any(|input| input.is_some() && input == place) {
        return refused(format!(
            "{shown}: is an input of the study; give another --out"
        ));
    }
    if is_folder && !found.is_dir() {
        return refused(format!(
            "{shown}: is a file, and --per-gene, --ld and --gwas-ssf write a folder; give another --out"
        ));
    }
    if !is_folder && found.is_dir() {
        return refused(format!(
            "{shown}: is a folder, and one table is written; name a file in it, or give --per-gene"
        ));
    }
    let is_empty = is_folder && fs::read_dir(out).is_ok_and(|mut files| files.next().is_none());
    if is_empty || overwrite {
        return Ok(());
    }
    refused(format!(
        "{shown}: {}; give another --out, or --overwrite to replace it",
        if is_folder {
            "is a folder that holds something"
        } else {
            "is there already"
        }
    ))
}

/// Results under construction.
pub enum Output<'g> {
    /// One table of all pairs.
    One(PairTable),
    /// Files a gene.
    PerGene(Box<Folder<'g>>),
}

impl<'g> Output<'g> {
    /// Creates one table, and the folders it lies in.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn table(out: &Path, is_anova: bool) -> Result<Self, RunError> {
        if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_folder(folder)?;
        }
        Ok(Self::One(PairTable::create(out, is_anova)?))
    }

    /// Creates a folder of files a gene, with summary statistics in GWAS-SSF if something is said of the `study`; takes
    /// away what an earlier extraction left there.
    ///
    /// # Errors
    /// If it cannot be created, or a gene's ID cannot be made the name of a file.
    pub fn folder(
        out: &Path,
        genes: &'g [Gene],
        is_anova: bool,
        study: Option<SsfStudy>,
    ) -> Result<Self, RunError> {
        create_folder(out)?;
        let folder = Folder::open(out, genes, is_anova, study)?;
        Ok(Self::PerGene(Box::new(folder)))
    }

    /// Writes some tests of the gene at `place`; genes come in ascending order.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn push(&mut self, place: usize, tests: &[Hit], facts: &Facts) -> Result<(), RunError> {
        match self {
            Self::One(table) => Ok(table.push(tests, facts)?),
            Self::PerGene(folder) => folder.push(place, tests, facts),
        }
    }

    /// Gives the last table its name; in a folder writes the list of genes, `lines` `[n_genes]`. Returns the rows in
    /// GWAS-SSF by gene `[n_genes]`, if they were wanted.
    ///
    /// # Errors
    /// If the disk refuses, or no row of any gene could be written in GWAS-SSF.
    pub fn finish(self, lines: &[GeneLine]) -> Result<Option<Vec<SsfRows>>, RunError> {
        match self {
            Self::One(table) => {
                table.finish()?;
                Ok(None)
            }
            Self::PerGene(folder) => folder.finish(lines),
        }
    }
}

fn create_folder(folder: &Path) -> Result<(), RunError> {
    fs::create_dir_all(folder).map_err(|source| RunError::Output {
        path: folder.into(),
        action: "cannot be written; choose another --out",
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_replaced_on_request_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.tsv");
        assert!(check(&path, &[], false, false).is_ok());
        fs::write(&path, "").unwrap();
        let refused = check(&path, &[], false, false).unwrap_err().to_string();
        assert!(refused.contains("--overwrite"), "{refused}");
        assert!(check(&path, &[], false, true).is_ok());
        let refused = check(&path, &[&path], false, true).unwrap_err().to_string();
        assert!(refused.contains("is an input"), "{refused}");
        assert!(check(&path, &[], true, true).is_err());
        assert!(check(folder.path(), &[], false, true).is_err());
        assert!(check(folder.path(), &[], true, false).is_err());
        assert!(check(folder.path(), &[], true, true).is_ok());
        fs::remove_file(&path).unwrap();
        assert!(check(folder.path(), &[], true, false).is_ok());
    }
}
