//! The full table: who, where, how many, and every statistic of a pair.
//!
//! `snp chrom pos ref alt gene distance n maf mac beta se t p neg_log10_p fdr`; ANOVA has `n_classes` after `mac` and F
//! in place of t, and no beta or se.

use std::collections::HashMap;
use std::path::Path;

use super::ranked::RankedHit;
use crate::formats::{FormatError, TableWriter};
use crate::genome::{Site, Span};
use crate::model::Hit;
use crate::stats::{neg_log10_p, p_value};

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
    /// Copies of the counted allele over samples with a genotype; `None` if the values are no allele counts.
    pub allele_count: Option<f64>,
    /// Genotype classes it has; for ANOVA.
    pub n_classes: Option<usize>,
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

/// A full table of one class of tests under construction.
pub struct FullTable {
    table: TableWriter,
    is_anova: bool,
}

impl FullTable {
    /// Creates the table.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(path: &Path, is_anova: bool) -> Result<Self, FormatError> {
        let mut header = columns(is_anova);
        header.push("fdr");
        let table = TableWriter::create(path, &header)?;
        Ok(Self { table, is_anova })
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
        write_pair(&mut self.table, &ranked.hit, facts, self.is_anova)?;
        self.table.number(ranked.fdr)?;
        self.table.end_row()
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
    table.text(snp.site.as_ref().map_or("NA", |site| &site.chrom))?;
    integer_or_na(table, snp.site.as_ref().map(|site| site.pos))?;
    table.text(known(&snp.reference))?;
    table.text(known(&snp.alternate))?;
    table.text(&gene.id)?;
    integer_or_na(table, distance(snp, gene))?;
    let n_missing = snp.n_missing + gene.missing.len() - n_in_both(&snp.missing, &gene.missing);
    table.count((facts.n_samples - n_missing) as u64)?;
    let n_alleles = 2.0 * (facts.n_samples - snp.n_missing) as f64;
    let minor = snp.allele_count.map(|count| count.min(n_alleles - count));
    table.number(minor.map_or(f64::NAN, |minor| minor / n_alleles))?;
    table.number(minor.unwrap_or(f64::NAN))?;
    if is_anova {
        table.count(snp.n_classes.unwrap_or(0) as u64)?;
    }
    let se = match hit.statistic {
        0.0 => f64::NAN,
        t => hit.beta / t,
    };
    let (p, neg_log10_p) = (p_value(hit.ln_p), neg_log10_p(hit.ln_p));
    for number in [hit.beta, se, hit.statistic, p, neg_log10_p] {
        table.number(number)?;
    }
    Ok(())
}

/// The names of the columns that [`write_pair`] writes.
pub(super) fn columns(is_anova: bool) -> Vec<&'static str> {
    let mut header = vec![
        "snp", "chrom", "pos", "ref", "alt", "gene", "distance", "n", "maf", "mac",
    ];
    if is_anova {
        header.push("n_classes");
    }
    let statistic = if is_anova { "F" } else { "t" };
    header.extend(["beta", "se", statistic, "p", "neg_log10_p"]);
    header
}

fn known(allele: &str) -> &str {
    if allele.is_empty() { "NA" } else { allele }
}

fn integer_or_na(table: &mut TableWriter, n: Option<i64>) -> Result<(), FormatError> {
    match n {
        Some(n) => table.integer(n),
        None => table.text("NA"),
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
mod tests {
    use super::*;

    fn facts() -> Facts {
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

    fn written(is_anova: bool, statistic: f64) -> String {
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
        let mut table = FullTable::create(&path, is_anova).unwrap();
        table.push(&hits, &facts()).unwrap();
        table.settle().unwrap().finish().unwrap();
        std::fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn every_column_is_there_and_what_is_unknown_is_na() {
        assert_eq!(
            written(false, 2.0),
            "snp\tchrom\tpos\tref\talt\tgene\tdistance\tn\tmaf\tmac\tbeta\tse\tt\tp\tneg_log10_p\tfdr\n\
             rs1\t1\t90\tA\tG\tG\t-10\t6\t0.375\t6\t0.5\t0.25\t2\t1\t0\t1\n\
             probe\tNA\tNA\tNA\tNA\tG\tNA\t7\tNA\tNA\t0.5\tNA\t0\t1\t0\t1\n"
        );
    }

    #[test]
    fn anova_has_classes_and_f_and_no_beta() {
        let text = written(true, 3.0);
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
