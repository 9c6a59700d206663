//! Where extracted pairs go: one table, or a folder with a table a gene and, written last, `genes.tsv`, which lists them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::error::RunError;
use super::file_name::file_name;
use crate::formats::{FormatError, TableWriter};
use crate::model::Hit;
use crate::results::{Facts, PairTable};
use crate::store::Gene;

/// The list of the genes in a folder.
pub const INDEX: &str = "genes.tsv";

/// The endings of the files in a folder.
const ENDINGS: [&str; 3] = [".pairs.tsv", ".ld.npy", ".ld.tsv"];

/// What the list says of a gene beside its place.
#[derive(Clone, Debug)]
pub struct GeneLine {
    /// SNPs tested with it.
    pub n_snps: usize,
    /// Residual degrees of freedom of the model.
    pub df: f64,
    /// Its standard deviation with the covariates known.
    pub residual_sd: f64,
    /// The file of its correlations, if there is one.
    pub ld: Option<String>,
}

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
            "{shown}: is a file, and --per-gene and --ld write a folder; give another --out"
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
    /// A table a gene.
    PerGene {
        /// The folder.
        folder: PathBuf,
        /// The genes.
        genes: &'g [Gene],
        /// What is in the tables.
        is_anova: bool,
        /// The table that is being written, and of which gene.
        open: Option<(usize, PairTable)>,
    },
}

impl<'g> Output<'g> {
    /// Creates the output, and the folders it lies in; in a folder, takes away what an earlier extraction left there.
    ///
    /// # Errors
    /// If it cannot be created, or a gene's ID cannot be made the name of a file.
    pub fn create(
        out: &Path,
        is_folder: bool,
        genes: &'g [Gene],
        is_anova: bool,
    ) -> Result<Self, RunError> {
        let folder = if is_folder {
            Some(out)
        } else {
            out.parent().filter(|parent| !parent.as_os_str().is_empty())
        };
        if let Some(folder) = folder {
            fs::create_dir_all(folder).map_err(|source| RunError::Output {
                path: folder.into(),
                action: "cannot be written; choose another --out",
                source,
            })?;
        }
        if !is_folder {
            return Ok(Self::One(PairTable::create(out, is_anova)?));
        }
        genes.iter().try_for_each(|gene| {
            file_name(&gene.id)?;
            Ok::<_, RunError>(())
        })?;
        clear(out)?;
        Ok(Self::PerGene {
            folder: out.into(),
            genes,
            is_anova,
            open: None,
        })
    }

    /// Writes some tests of the gene at `place`; genes come in ascending order.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn push(&mut self, place: usize, tests: &[Hit], facts: &Facts) -> Result<(), RunError> {
        let table = match self {
            Self::One(table) => table,
            Self::PerGene {
                folder,
                genes,
                is_anova,
                open,
            } => {
                if let Some((_, table)) = open.take_if(|(other, _)| *other != place) {
                    table.finish()?;
                }
                if open.is_none() {
                    let path = folder.join(table_of(&genes[place])?);
                    *open = Some((place, PairTable::create(&path, *is_anova)?));
                }
                &mut open.as_mut().expect("it has just been opened").1
            }
        };
        Ok(table.push(tests, facts)?)
    }

    /// Gives the last table its name; in a folder writes the list of genes, `lines` `[n_genes]`.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(self, lines: &[GeneLine]) -> Result<(), RunError> {
        match self {
            Self::One(table) => Ok(table.finish()?),
            Self::PerGene {
                folder,
                genes,
                open,
                ..
            } => {
                open.map_or(Ok(()), |(_, table)| table.finish())?;
                write_index(&folder, genes, lines)
            }
        }
    }
}

/// The name of the table of a gene.
fn table_of(gene: &Gene) -> Result<String, RunError> {
    Ok(file_name(&gene.id)? + ".pairs.tsv")
}

fn write_index(folder: &Path, genes: &[Gene], lines: &[GeneLine]) -> Result<(), RunError> {
    let header = [
        "gene",
        "chrom",
        "left",
        "right",
        "n_snps",
        "df",
        "residual_sd",
        "table",
        "ld",
    ];
    let mut table = TableWriter::create(&folder.join(INDEX), &header)?;
    for (gene, line) in genes.iter().zip(lines) {
        table.text(&gene.id)?;
        write_place(&mut table, gene)?;
        table.count(line.n_snps as u64)?;
        table.number(line.df)?;
        table.number(line.residual_sd)?;
        table.text(&table_of(gene)?)?;
        table.text(line.ld.as_deref().unwrap_or("NA"))?;
        table.end_row()?;
    }
    Ok(table.finish()?)
}

fn write_place(table: &mut TableWriter, gene: &Gene) -> Result<(), FormatError> {
    match &gene.span {
        Some(span) => {
            table.text(&span.chrom)?;
            table.integer(span.left)?;
            table.integer(span.right)
        }
        None => ["NA"; 3].iter().try_for_each(|field| table.text(field)),
    }
}

/// Takes away the files an earlier list names, the list first: nothing else in a folder is ours.
fn clear(folder: &Path) -> Result<(), RunError> {
    let list = fs::read_to_string(folder.join(INDEX)).unwrap_or_default();
    let fields = list.lines().skip(1).flat_map(|line| line.split('\t'));
    let is_ours = |name: &&str| {
        ENDINGS.iter().any(|ending| name.ends_with(ending)) && !name.contains(['/', '\\'])
    };
    [INDEX]
        .into_iter()
        .chain(fields.filter(is_ours))
        .try_for_each(|name| {
            let path = folder.join(name);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != ErrorKind::NotFound => Err(RunError::Output {
                    path,
                    action: "an earlier result cannot be removed",
                    source,
                }),
                _ => Ok(()),
            }
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
    fn only_files_of_an_earlier_extraction_are_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        fs::create_dir(&inside).unwrap();
        for name in ["a.pairs.tsv", "b.pairs.tsv", "notes.txt"] {
            fs::write(inside.join(name), "").unwrap();
        }
        fs::write(folder.path().join("c.pairs.tsv"), "").unwrap();
        let list = "gene\ttable\tld\na\ta.pairs.tsv\tgone.ld.npy\nc\t../c.pairs.tsv\tnotes.txt\n";
        fs::write(inside.join(INDEX), list).unwrap();
        clear(&inside).unwrap();
        let mut left: Vec<_> = fs::read_dir(&inside)
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["b.pairs.tsv", "notes.txt"]);
        assert!(folder.path().join("c.pairs.tsv").exists());
    }
}
