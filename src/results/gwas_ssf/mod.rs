//! The tests of one gene as GWAS summary statistics (GWAS-SSF 1, github.com/EBISPOT/gwas-summary-statistics-standard), for
//! programs of colocalisation, fine mapping and Mendelian randomisation: a table, `.tsv.gz`, and what it is in a page
//! beside it, `.tsv.gz-meta.yaml`.
//!
//! The effect allele is the counted one. The standard has room for SNPs of human chromosomes with known alleles and a
//! frequency, and for estimates with a standard error; other rows are left out and counted. It means all tests of a gene,
//! whatever their p. Behind its own columns stands `snp`, the ID in the study, by which rows meet other tables.

mod metadata;
mod rows;
mod variant;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

pub use self::metadata::{SsfStudy, utc_date};
pub use self::rows::SsfRows;
use self::variant::{Unfit, Variant};
use super::catalogue::is_rsid;
use super::full::{Facts, GeneFacts, SnpFacts, standard_error};
use crate::formats::{AtomicFile, Column, FormatError, TableFormat, TableTarget, TableWriter};
use crate::model::Hit;
use crate::stats::{neg_log10_p, p_value};

/// The end of the name of a page, behind the name of its table.
pub const METADATA_ENDING: &str = "-meta.yaml";

/// The standard's word for a value that is missing.
const MISSING: &str = "#NA";

/// The summary statistics of a gene under construction.
pub struct GwasSsf {
    table: TableWriter,
    path: PathBuf,
    is_reference_known: bool,
    rows: SsfRows,
    /// The place of the last row, and whether all came in order.
    last: (u8, i64),
    is_sorted: bool,
}

impl GwasSsf {
    /// Creates the table of a gene of a study at a path that ends in `.tsv.gz`.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path, study: &SsfStudy) -> Result<Self, FormatError> {
        let target = TableTarget {
            format: TableFormat::TsvGz,
            ..TableTarget::tsv(path)
        };
        let columns = [
            Column::integer("chromosome"),
            Column::integer("base_pair_location"),
            Column::text("effect_allele"),
            Column::text("other_allele"),
            Column::number("beta"),
            Column::number("standard_error"),
            Column::number("effect_allele_frequency"),
            Column::number("p_value"),
            Column::text("variant_id"),
            Column::text("rsid"),
            Column::text("ref_allele"),
            Column::integer("n"),
            Column::number("neg_log_10_p_value"),
            Column::text("snp"),
        ];
        Ok(Self {
            table: TableWriter::create_as(&target, &columns)?,
            path: path.into(),
            is_reference_known: study.is_reference_known,
            rows: SsfRows::default(),
            last: (0, 0),
            is_sorted: true,
        })
    }

    /// Writes tests of the gene in their order.
    ///
    /// # Errors
    /// If the disk refuses.
    ///
    /// # Panics
    /// If there are no facts about a SNP or the gene.
    pub fn push(&mut self, tests: &[Hit], facts: &Facts) -> Result<(), FormatError> {
        tests.iter().try_for_each(|test| self.push_one(test, facts))
    }

    fn push_one(&mut self, test: &Hit, facts: &Facts) -> Result<(), FormatError> {
        let (snp, gene) = (&facts.snps[&test.snp], &facts.genes[test.gene as usize]);
        let variant = match Variant::of(snp) {
            Ok(variant) => variant,
            Err(Unfit::Place) => {
                self.rows.n_without_place += 1;
                return Ok(());
            }
            Err(Unfit::Alleles) => {
                self.rows.n_without_alleles += 1;
                return Ok(());
            }
        };
        let n_alleles = snp.n_alleles(facts.n_samples);
        let Some(copies) = snp.allele_count.filter(|_| n_alleles > 0) else {
            self.rows.n_without_frequency += 1;
            return Ok(());
        };
        if test.statistic.is_infinite() || test.ln_p == f64::NEG_INFINITY {
            self.rows.n_perfect += 1;
            return Ok(());
        }
        if !test.beta.is_finite() || !standard_error(test).is_finite() {
            self.rows.n_without_effect += 1;
            return Ok(());
        }
        let frequency = copies / n_alleles as f64;
        self.write(test, &variant, frequency, (snp, gene, facts))
    }

    fn write(
        &mut self,
        test: &Hit,
        variant: &Variant,
        frequency: f64,
        (snp, gene, facts): (&SnpFacts, &GeneFacts, &Facts),
    ) -> Result<(), FormatError> {
        let p = p_value(test.ln_p);
        let place = (variant.chrom, variant.pos);
        self.is_sorted &= self.last <= place;
        self.last = place;
        self.rows.n_written += 1;
        self.rows.n_below_floor += u64::from(p <= f64::MIN_POSITIVE);
        let table = &mut self.table;
        table.count(u64::from(variant.chrom))?;
        table.integer(variant.pos)?;
        table.text(&variant.effect)?;
        table.text(&variant.other)?;
        for number in [test.beta, standard_error(test), frequency, p] {
            table.number(number)?;
        }
        let rsid = is_rsid(&snp.id).then_some(snp.id.as_str());
        let (id, reference) = match self.is_reference_known {
            true => (variant.id(), "OA"),
            false => (MISSING.into(), MISSING),
        };
        for text in [&id, rsid.unwrap_or(MISSING), reference] {
            table.text(text)?;
        }
        table.count(facts.n_of_pair(snp, gene) as u64)?;
        table.number(neg_log10_p(test.ln_p))?;
        table.text(&snp.id)?;
        table.end_row()
    }

    /// Puts the table of `gene` and its page on the disk under their names. Without a row there is neither.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(self, gene: &str, study: &SsfStudy) -> Result<SsfRows, FormatError> {
        if self.rows.n_written == 0 {
            return Ok(self.rows);
        }
        self.table.finish()?;
        let name = self.path.file_name().expect("a table has a name");
        let name = name.to_string_lossy();
        let page = self.path.with_file_name(format!("{name}{METADATA_ENDING}"));
        let mut file = AtomicFile::create(&page)?;
        let written = md5_of(&self.path).and_then(|md5| {
            let table = metadata::Table {
                name: &name,
                md5: &md5,
                gene,
                is_sorted: self.is_sorted,
            };
            file.write_all(metadata::metadata(study, &table).as_bytes())
        });
        written.map_err(|source| FormatError::Io {
            path: page,
            action: "cannot write",
            source,
        })?;
        file.finish()?;
        Ok(self.rows)
    }
}

fn md5_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut md5 = md5::Context::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(format!("{:x}", md5.finalize())),
            n => md5.consume(&buffer[..n]),
        }
    }
}

#[cfg(test)]
mod tests;
