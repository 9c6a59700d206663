//! The full table: who, where, how many, and every statistic of a pair.
//!
//! `snp chrom pos ref alt gene distance n maf mac beta se t p neg_log10_p fdr`; ANOVA has `n_classes` after `mac` and F
//! in place of t, and no beta or se. The same facts in the columns of the eQTL Catalogue are in `catalogue`.

use super::catalogue;
use super::ranked::RankedHit;
use crate::formats::{Column, FormatError, TableTarget, TableWriter};
use crate::genome::{Site, Span};
use crate::model::Hit;
use crate::stats::{neg_log10_p, p_value};
use std::collections::HashMap;

/// What the table says of a SNP.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SnpFacts {
    /// Its ID.
    pub id: String,
    /// Where it is; `None` without a location.
    pub site: Option<Site>,
    /// The reference allele; empty if unknown.
    pub reference: String,
    /// The allele that is counted; empty if unknown.
    pub alternate: String,
    /// The number of samples without a genotype, among those used.
    pub n_missing: usize,
    /// Those of them that any gene misses too, ascending: what the samples of a pair hang on.
    pub missing: Vec<u32>,
    /// Copies of the counted allele over samples with a genotype; `None` if there are none or the values are no
    /// allele counts.
    pub allele_count: Option<f64>,
    /// Samples that carry the rarer allele; `None` if the values are no allele counts.
    pub n_carriers: Option<usize>,
    /// Genotype classes it has; for ANOVA.
    pub n_classes: Option<usize>,
}

impl SnpFacts {
    /// The number of alleles over those of `n_samples` that have a genotype.
    pub(super) fn n_alleles(&self, n_samples: usize) -> usize {
        2 * (n_samples - self.n_missing)
    }

    /// Copies of the rarer allele over those of `n_samples` that have a genotype.
    pub(super) fn minor_count(&self, n_samples: usize) -> Option<f64> {
        let n_alleles = self.n_alleles(n_samples) as f64;
        self.allele_count.map(|count| count.min(n_alleles - count))
    }

    /// The frequency of the rarer allele over those of `n_samples` that have a genotype; NaN if it is not known.
    pub(super) fn maf(&self, n_samples: usize) -> f64 {
        let n_alleles = self.n_alleles(n_samples) as f64;
        let minor = self.minor_count(n_samples);
        minor.map_or(f64::NAN, |minor| minor / n_alleles)
    }
}

/// What the table says of a gene.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeneFacts {
    /// Its ID.
    pub id: String,
    /// Where it is; `None` without a location.
    pub span: Option<Span>,
    /// The samples without expression, among those used, ascending.
    pub missing: Vec<u32>,
}

/// What the rows of full tables are made of.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Samples used.
    pub n_samples: usize,
    /// The SNPs that have hits.
    pub snps: HashMap<u32, SnpFacts>,
    /// The genes, by row.
    pub genes: Vec<GeneFacts>,
}

impl Facts {
    /// The samples in which neither the SNP nor the gene is missing.
    pub(super) fn n_of_pair(&self, snp: &SnpFacts, gene: &GeneFacts) -> usize {
        let in_both = n_in_both(&snp.missing, &gene.missing);
        self.n_samples - (snp.n_missing + gene.missing.len() - in_both)
    }
}

/// Which columns a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullColumns {
    /// Those of this program.
    Own,
    /// Those of the eQTL Catalogue, with chromosomes named without their `chr` if they are `bare`.
    Catalogue {
        /// Whether no two chromosomes get one name by it.
        bare: bool,
    },
}

/// A full table of one class of tests under construction.
pub struct FullTable {
    table: TableWriter,
    columns: FullColumns,
    is_anova: bool,
}

impl FullTable {
    /// Creates the table.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(
        target: &TableTarget,
        columns: FullColumns,
        is_anova: bool,
    ) -> Result<Self, FormatError> {
        let header = match columns {
            FullColumns::Own => {
                let mut header = self::columns(is_anova);
                header.push(Column::number("fdr"));
                header
            }
            FullColumns::Catalogue { .. } => catalogue::columns(is_anova),
        };
        Ok(Self {
            table: TableWriter::create_as(target, &header)?,
            columns,
            is_anova,
        })
    }

    /// Writes hits in their order.
    ///
    /// # Errors
    /// If the disk refuses.
    ///
    /// # Panics
    /// If there are no facts about a hit's SNP or gene.
    pub fn push(&mut self, hits: &[RankedHit], facts: &Facts) -> Result<(), FormatError> {
        hits.iter()
            .try_for_each(|ranked| self.push_one(ranked, facts))
    }

    fn push_one(&mut self, ranked: &RankedHit, facts: &Facts) -> Result<(), FormatError> {
        let table = &mut self.table;
        match self.columns {
            FullColumns::Own => {
                write_pair(table, &ranked.hit, facts, self.is_anova)?;
                table.number(ranked.fdr)?;
            }
            FullColumns::Catalogue { bare } => catalogue::write_pair(table, ranked, facts, bare)?,
        }
        table.end_row()
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

/// Writes the columns of a pair up to those that hang on other pairs.
///
/// # Errors
/// If the disk refuses.
///
/// # Panics
/// If there are no facts about the SNP or the gene.
pub(super) fn write_pair(
    table: &mut TableWriter,
    hit: &Hit,
    facts: &Facts,
    is_anova: bool,
) -> Result<(), FormatError> {
    let (snp, gene) = (&facts.snps[&hit.snp], &facts.genes[hit.gene as usize]);
    table.text(&snp.id)?;
    text_if_known(table, snp.site.as_ref().map(|site| site.chrom.as_str()))?;
    integer_if_known(table, snp.site.as_ref().map(|site| site.pos))?;
    text_if_known(table, known(&snp.reference))?;
    text_if_known(table, known(&snp.alternate))?;
    table.text(&gene.id)?;
    integer_if_known(table, distance(snp, gene))?;
    table.count(facts.n_of_pair(snp, gene) as u64)?;
    table.number(snp.maf(facts.n_samples))?;
    table.number(snp.minor_count(facts.n_samples).unwrap_or(f64::NAN))?;
    if is_anova {
        table.count(snp.n_classes.unwrap_or(0) as u64)?;
    }
    let (p, neg_log10_p) = (p_value(hit.ln_p), neg_log10_p(hit.ln_p));
    for number in [hit.beta, standard_error(hit), hit.statistic, p, neg_log10_p] {
        table.number(number)?;
    }
    Ok(())
}

/// The columns that [`write_pair`] writes.
pub(super) fn columns(is_anova: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::text("snp"),
        Column::chromosome("chrom"),
        Column::position("pos"),
        Column::text("ref"),
        Column::text("alt"),
        Column::text("gene"),
        Column::integer("distance"),
        Column::integer("n"),
        Column::number("maf"),
        Column::number("mac"),
    ];
    if is_anova {
        columns.push(Column::integer("n_classes"));
    }
    let statistic = if is_anova { "F" } else { "t" };
    let numbers = ["beta", "se", statistic, "p", "neg_log10_p"];
    columns.extend(numbers.map(Column::number));
    columns
}

/// The standard error of beta; NaN where t = 0 does not tell it.
pub(super) fn standard_error(hit: &Hit) -> f64 {
    match hit.statistic {
        0.0 => f64::NAN,
        t => hit.beta / t,
    }
}

/// An allele, if it is known.
pub(super) fn known(allele: &str) -> Option<&str> {
    (!allele.is_empty()).then_some(allele)
}

pub(super) fn text_if_known(
    table: &mut TableWriter,
    text: Option<&str>,
) -> Result<(), FormatError> {
    match text {
        Some(text) => table.text(text),
        None => table.missing(),
    }
}

pub(super) fn integer_if_known(table: &mut TableWriter, n: Option<i64>) -> Result<(), FormatError> {
    match n {
        Some(n) => table.integer(n),
        None => table.missing(),
    }
}

/// How far the SNP lies from the nearer end of the gene, in bp: negative to its left, 0 inside, `None` on another
/// chromosome.
fn distance(snp: &SnpFacts, gene: &GeneFacts) -> Option<i64> {
    let (site, span) = (snp.site.as_ref()?, gene.span.as_ref()?);
    if site.chrom != span.chrom {
        return None;
    }
    Some((site.pos - span.left).min(0) + (site.pos - span.right).max(0))
}

/// The number of samples in both of two ascending lists.
fn n_in_both(a: &[u32], b: &[u32]) -> usize {
    a.iter()
        .filter(|sample| b.binary_search(sample).is_ok())
        .count()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::results) fn facts() -> Facts {
        let site = |pos| {
            Some(Site {
                chrom: "1".into(),
                pos,
            })
        };
        let snp = SnpFacts {
            id: "rs1".into(),
            site: site(90),
            reference: "A".into(),
            alternate: "G".into(),
            n_missing: 2,
            missing: vec![4],
            allele_count: Some(10.0),
            n_carriers: Some(5),
            n_classes: Some(2),
        };
        let bare = SnpFacts {
            id: "probe".into(),
            ..SnpFacts::default()
        };
        let gene = GeneFacts {
            id: "G".into(),
            span: Some(Span::new("1", 100, 200)),
            missing: vec![4, 7, 8],
        };
        Facts {
            n_samples: 10,
            snps: HashMap::from([(0, snp), (1, bare)]),
            genes: vec![gene],
        }
    }

    pub(in crate::results) fn written(
        columns: FullColumns,
        is_anova: bool,
        statistic: f64,
    ) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.tsv");
        let hit = |snp, statistic| Hit {
            snp,
            gene: 0,
            beta: if is_anova { f64::NAN } else { 0.5 },
            statistic,
            ln_p: 0.0,
        };
        let hits = [hit(0, statistic), hit(1, 0.0)].map(|hit| RankedHit { hit, fdr: 1.0 });
        let target = TableTarget::tsv(&path);
        let mut table = FullTable::create(&target, columns, is_anova).unwrap();
        table.push(&hits, &facts()).unwrap();
        table.settle().unwrap().finish().unwrap();
        std::fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn every_column_is_there_and_what_is_unknown_is_na() {
        assert_eq!(
            written(FullColumns::Own, false, 2.0),
            "snp\tchrom\tpos\tref\talt\tgene\tdistance\tn\tmaf\tmac\tbeta\tse\tt\tp\tneg_log10_p\tfdr\n\
             rs1\t1\t90\tA\tG\tG\t-10\t6\t0.375\t6\t0.5\t0.25\t2\t1\t0\t1\n\
             probe\tNA\tNA\tNA\tNA\tG\tNA\t7\tNA\tNA\t0.5\tNA\t0\t1\t0\t1\n"
        );
    }

    #[test]
    fn anova_has_classes_and_f_and_no_beta() {
        let text = written(FullColumns::Own, true, 3.0);
        assert!(
            text.contains("\tmac\tn_classes\tbeta\tse\tF\tp\t"),
            "{text}"
        );
        assert!(text.contains("\t0.375\t6\t2\tNA\tNA\t3\t1\t"), "{text}");
    }

    #[test]
    fn a_distance_is_to_the_nearer_end() {
        let facts = facts();
        let mut snp = facts.snps[&0].clone();
        for (pos, wanted) in [(90, -10), (100, 0), (150, 0), (200, 0), (201, 1)] {
            snp.site.as_mut().unwrap().pos = pos;
            assert_eq!(distance(&snp, &facts.genes[0]), Some(wanted));
        }
        snp.site.as_mut().unwrap().chrom = "2".into();
        assert_eq!(distance(&snp, &facts.genes[0]), None);
    }
}
