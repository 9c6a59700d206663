//! A folder with the files of each gene and, written last, `genes.tsv`, which lists them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::error::RunError;
use super::file_name::file_name;
use super::gwas_ssf::check_written;
use crate::formats::{FormatError, TableWriter};
use crate::model::Hit;
use crate::results::{Facts, GwasSsf, METADATA_ENDING, PairTable, SsfRows, SsfStudy};
use crate::store::Gene;

/// The list of the genes in a folder.
pub const INDEX: &str = "genes.tsv";

/// The columns that every list begins with.
const HEADER: [&str; 9] = [
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

/// The ending of the table of a gene in GWAS-SSF.
const GWAS_SSF: &str = ".gwas-ssf.tsv.gz";

/// The endings of the files that a list names.
const ENDINGS: [&str; 4] = [".pairs.tsv", ".ld.npy", ".ld.tsv", GWAS_SSF];

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

/// The files of genes under construction.
pub struct Folder<'g> {
    path: PathBuf,
    genes: &'g [Gene],
    /// What is in the tables.
    is_anova: bool,
    /// What summary statistics in GWAS-SSF say of the study, if they are wanted.
    study: Option<SsfStudy>,
    /// Rows in GWAS-SSF by gene, so far.
    ssf_rows: Vec<SsfRows>,
    open: Option<OpenGene>,
}

/// The tables that are being written, and of which gene.
struct OpenGene {
    place: usize,
    pairs: PairTable,
    ssf: Option<GwasSsf>,
}

impl<'g> Folder<'g> {
    /// A folder that is there; takes away what an earlier extraction left in it.
    ///
    /// # Errors
    /// If a gene's ID cannot be made the name of a file, or something cannot be taken away.
    pub fn open(
        path: &Path,
        genes: &'g [Gene],
        is_anova: bool,
        study: Option<SsfStudy>,
    ) -> Result<Self, RunError> {
        for gene in genes {
            file_name(&gene.id)?;
        }
        clear(path)?;
        Ok(Self {
            path: path.into(),
            genes,
            is_anova,
            study,
            ssf_rows: vec![SsfRows::default(); genes.len()],
            open: None,
        })
    }

    /// Writes some tests of the gene at `place`; genes come in ascending order.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn push(&mut self, place: usize, tests: &[Hit], facts: &Facts) -> Result<(), RunError> {
        if self.open.as_ref().is_none_or(|open| open.place != place) {
            self.close()?;
            self.open = Some(self.begin(place)?);
        }
        let open = self.open.as_mut().expect("it has just been opened");
        open.pairs.push(tests, facts)?;
        if let Some(ssf) = &mut open.ssf {
            ssf.push(tests, facts)?;
        }
        Ok(())
    }

    fn begin(&self, place: usize) -> Result<OpenGene, RunError> {
        let gene = &self.genes[place];
        let file = |ending: &str| Ok::<_, RunError>(self.path.join(name_of(gene, ending)?));
        let ssf = self.study.as_ref().map(|study| {
            let path = file(GWAS_SSF)?;
            Ok::<_, RunError>(GwasSsf::create(&path, study)?)
        });
        Ok(OpenGene {
            place,
            pairs: PairTable::create(&file(ENDINGS[0])?, self.is_anova)?,
            ssf: ssf.transpose()?,
        })
    }

    /// Gives the files of the last gene their names.
    fn close(&mut self) -> Result<(), RunError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        open.pairs.finish()?;
        if let Some((ssf, study)) = open.ssf.zip(self.study.as_ref()) {
            let gene = &self.genes[open.place];
            self.ssf_rows[open.place] = ssf.finish(&gene.id, study)?;
        }
        Ok(())
    }

    /// Writes the list, `lines` `[n_genes]`, when all else is there; returns the rows in GWAS-SSF by gene `[n_genes]`, if
    /// they were wanted.
    ///
    /// # Errors
    /// If the disk refuses, or no row of any gene could be written in GWAS-SSF.
    pub fn finish(mut self, lines: &[GeneLine]) -> Result<Option<Vec<SsfRows>>, RunError> {
        self.close()?;
        let rows = self.study.is_some().then_some(self.ssf_rows);
        if let Some(rows) = &rows {
            check_written(rows)?;
        }
        write_index(&self.path, self.genes, lines, rows.as_deref())?;
        Ok(rows)
    }
}

/// The name of a file of a gene.
fn name_of(gene: &Gene, ending: &str) -> Result<String, RunError> {
    Ok(file_name(&gene.id)? + ending)
}

fn write_index(
    folder: &Path,
    genes: &[Gene],
    lines: &[GeneLine],
    ssf_rows: Option<&[SsfRows]>,
) -> Result<(), RunError> {
    let mut header = HEADER.to_vec();
    header.extend(ssf_rows.map(|_| "gwas_ssf"));
    let mut table = TableWriter::create(&folder.join(INDEX), &header)?;
    for (place, (gene, line)) in genes.iter().zip(lines).enumerate() {
        table.text(&gene.id)?;
        write_place(&mut table, gene)?;
        table.count(line.n_snps as u64)?;
        table.number(line.df)?;
        table.number(line.residual_sd)?;
        table.text(&name_of(gene, ENDINGS[0])?)?;
        table.text(line.ld.as_deref().unwrap_or("NA"))?;
        if let Some(rows) = ssf_rows {
            let name = (rows[place].n_written > 0).then(|| name_of(gene, GWAS_SSF));
            table.text(name.transpose()?.as_deref().unwrap_or("NA"))?;
        }
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

/// Refuses a folder whose `genes.tsv` is something else than a list of an extraction.
///
/// # Errors
/// If it is, or cannot be read.
pub fn check_list(folder: &Path) -> Result<(), RunError> {
    read_list(folder).map(drop)
}

/// The list in a folder; empty if there is none.
fn read_list(folder: &Path) -> Result<String, RunError> {
    let path = folder.join(INDEX);
    let list = match fs::read(&path) {
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(String::new()),
        Err(source) => {
            return Err(RunError::Output {
                path,
                action: "cannot be read, and the list of genes goes there; choose another --out",
                source,
            });
        }
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    let first = list.lines().next().unwrap_or_default();
    if first.split('\t').take(HEADER.len()).eq(HEADER) {
        return Ok(list);
    }
    Err(RunError::Input(format!(
        "{}: is no list of 'extract', whose first line begins with 'gene', 'chrom' and 'left', and would be replaced; give \
         another --out",
        path.display()
    )))
}

/// Takes away the files an earlier list names, the list first: nothing else in a folder is ours.
fn clear(folder: &Path) -> Result<(), RunError> {
    let list = read_list(folder)?;
    let fields = list.lines().skip(1).flat_map(|line| line.split('\t'));
    let is_ours = |name: &&str| {
        ENDINGS.iter().any(|ending| name.ends_with(ending)) && !name.contains(['/', '\\'])
    };
    remove(&folder.join(INDEX))?;
    for name in fields.filter(is_ours) {
        remove(&folder.join(name))?;
        if name.ends_with(GWAS_SSF) {
            remove(&folder.join(format!("{name}{METADATA_ENDING}")))?;
        }
    }
    Ok(())
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> Result<(), RunError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(RunError::Output {
            path: path.into(),
            action: "an earlier result cannot be removed",
            source,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_an_earlier_extraction_are_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        fs::create_dir(&inside).unwrap();
        let ours = [
            "a.pairs.tsv",
            "a.gwas-ssf.tsv.gz",
            "a.gwas-ssf.tsv.gz-meta.yaml",
        ];
        let others = ["b.gwas-ssf.tsv.gz-meta.yaml", "b.pairs.tsv", "notes.txt"];
        for name in ours.iter().chain(&others) {
            fs::write(inside.join(name), "").unwrap();
        }
        fs::write(folder.path().join("c.pairs.tsv"), "").unwrap();
        let list = "gene\tchrom\tleft\tright\tn_snps\tdf\tresidual_sd\ttable\tld\tgwas_ssf\n\
                    a\t1\t1\t2\t3\t4\t5\ta.pairs.tsv\tgone.ld.npy\ta.gwas-ssf.tsv.gz\n\
                    c\t1\t1\t2\t3\t4\t5\t../c.pairs.tsv\tnotes.txt\tNA\n";
        fs::write(inside.join(INDEX), list).unwrap();
        clear(&inside).unwrap();
        let mut left: Vec<_> = fs::read_dir(&inside)
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, others);
        assert!(folder.path().join("c.pairs.tsv").exists());
    }

    #[test]
    fn a_list_of_somebody_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join(INDEX);
        for text in ["", "gene\tsymbol\nENSG1\ta.pairs.tsv\n", "gene\n"] {
            fs::write(&list, text).unwrap();
            let refused = clear(folder.path()).unwrap_err().to_string();
            assert!(refused.contains("no list of 'extract'"), "{refused}");
            assert_eq!(fs::read_to_string(&list).unwrap(), text);
        }
    }
}
