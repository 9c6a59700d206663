//! Where extracted pairs go: one table, or a folder with files a gene.

use std::fs;
use std::path::Path;

use super::super::error::RunError;
use super::folder::{Folder, GeneLine, INDEX, check_list};
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
    refuse_input(out, inputs)?;
    if !found.is_dir() && !found.is_file() {
        return refused(format!(
            "{shown}: is neither a file nor a folder; give another --out"
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
    if is_folder {
        refuse_input(&out.join(INDEX), inputs)?;
        check_list(out)?;
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

/// Refuses to replace one of the `inputs`.
fn refuse_input(out: &Path, inputs: &[&Path]) -> Result<(), RunError> {
    let Ok(place) = fs::canonicalize(out) else {
        return Ok(());
    };
    let is_there = |input: &&Path| fs::canonicalize(input).is_ok_and(|input| input == place);
    if inputs.iter().any(is_there) {
        return Err(RunError::Input(format!(
            "{}: is an input, which would be replaced; give another --out",
            out.display()
        )));
    }
    Ok(())
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

    #[test]
    fn a_device_is_not_replaced() {
        let refused = check(Path::new("/dev/null"), &[], false, true).unwrap_err();
        let refused = refused.to_string();
        assert!(refused.contains("neither a file nor a folder"), "{refused}");
    }

    #[test]
    fn the_list_in_a_folder_is_not_to_be_an_input_nor_somebody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join(INDEX);
        fs::write(
            &list,
            "gene\tchrom\tleft\tright\tn_snps\tdf\tresidual_sd\ttable\tld\n",
        )
        .unwrap();
        assert!(check(folder.path(), &[], true, true).is_ok());
        let refused = check(folder.path(), &[&list], true, true).unwrap_err();
        assert!(refused.to_string().contains("is an input"), "{refused}");
        fs::write(&list, "gene\tsymbol\n").unwrap();
        assert!(check(folder.path(), &[], true, true).is_err());
    }
}
