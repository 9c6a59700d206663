//! The columns of the eQTL Catalogue (Kerimov 2021, doi 10.1038/s41588-021-00924-w), so that what reads its files reads
//! ours; behind them what it has no name for: `snp n t neg_log10_p fdr`, for ANOVA F in place of t.
//!
//! What is not known is missing: `r2` of an imputation, `median_tpm`, and alleles and counts where the input has none.
//! A row of expression is a gene, so the three columns that tell traits from genes say the same.

use super::full::{Facts, SnpFacts, integer_if_known, known, standard_error, text_if_known};
use super::ranked::RankedHit;
use crate::formats::{Column, FormatError, TableWriter};
use crate::genome::bare_chromosome;
use crate::stats::{neg_log10_p, p_value};

/// The columns that [`write_pair`] writes.
pub fn columns(is_anova: bool) -> Vec<Column> {
    vec![
        Column::text("molecular_trait_id"),
        Column::chromosome("chromosome"),
        Column::position("position"),
        Column::text("ref"),
        Column::text("alt"),
        Column::text("variant"),
        Column::integer("ma_samples"),
        Column::number("maf"),
        Column::number("pvalue"),
        Column::number("beta"),
        Column::number("se"),
        Column::text("type"),
        Column::integer("ac"),
        Column::integer("an"),
        Column::number("r2"),
        Column::text("molecular_trait_object_id"),
        Column::text("gene_id"),
        Column::number("median_tpm"),
        Column::text("rsid"),
        Column::text("snp"),
        Column::integer("n"),
        Column::number(if is_anova { "F" } else { "t" }),
        Column::number("neg_log10_p"),
        Column::number("fdr"),
    ]
}

/// Writes the columns of a pair; chromosomes without their `chr` if they are `bare`.
///
/// # Errors
/// If the disk refuses.
///
/// # Panics
/// If there are no facts about the SNP or the gene.
pub fn write_pair(
    table: &mut TableWriter,
    ranked: &RankedHit,
    facts: &Facts,
    bare: bool,
) -> Result<(), FormatError> {
    let hit = &ranked.hit;
    let (snp, gene) = (&facts.snps[&hit.snp], &facts.genes[hit.gene as usize]);
    let chrom = snp.site.as_ref().map(|site| match bare {
        true => bare_chromosome(&site.chrom),
        false => &site.chrom,
    });
    table.text(&gene.id)?;
    text_if_known(table, chrom)?;
    integer_if_known(table, snp.site.as_ref().map(|site| site.pos))?;
    text_if_known(table, known(&snp.reference))?;
    text_if_known(table, known(&snp.alternate))?;
    table.text(&variant(snp))?;
    integer_if_known(table, snp.n_carriers.map(|n| n as i64))?;
    table.number(snp.maf(facts.n_samples))?;
    for number in [p_value(hit.ln_p), hit.beta, standard_error(hit)] {
        table.number(number)?;
    }
    text_if_known(table, variant_type(snp))?;
    // A sum of dosages is no number of copies, but near to one.
    let ac = snp.allele_count.map(|count| count.round() as i64);
    integer_if_known(table, ac)?;
    integer_if_known(table, ac.map(|_| snp.n_alleles(facts.n_samples) as i64))?;
    table.missing()?;
    table.text(&gene.id)?;
    table.text(&gene.id)?;
    table.missing()?;
    text_if_known(table, is_rsid(&snp.id).then_some(snp.id.as_str()))?;
    table.text(&snp.id)?;
    table.count(facts.n_of_pair(snp, gene) as u64)?;
    for number in [hit.statistic, neg_log10_p(hit.ln_p), ranked.fdr] {
        table.number(number)?;
    }
    Ok(())
}

/// `chr1_1000_A_G` where place and alleles are known, otherwise the SNP's own ID.
fn variant(snp: &SnpFacts) -> String {
    match (&snp.site, known(&snp.reference), known(&snp.alternate)) {
        (Some(site), Some(reference), Some(alternate)) => {
            let chrom = bare_chromosome(&site.chrom);
            format!("chr{chrom}_{}_{reference}_{alternate}", site.pos)
        }
        _ => snp.id.clone(),
    }
}

/// SNP, INDEL or OTHER, if the alleles are known.
fn variant_type(snp: &SnpFacts) -> Option<&'static str> {
    let (reference, alternate) = (known(&snp.reference)?, known(&snp.alternate)?);
    let are_bases = [reference, alternate]
        .iter()
        .all(|allele| allele.bytes().all(|base| b"ACGTNacgtn".contains(&base)));
    Some(match (reference.len(), alternate.len()) {
        _ if !are_bases => "OTHER",
        (1, 1) => "SNP",
        (a, b) if a != b => "INDEL",
        _ => "OTHER",
    })
}

/// Whether an ID is one of dbSNP.
pub fn is_rsid(id: &str) -> bool {
    let digits = id.strip_prefix("rs").unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::full::FullColumns;
    use super::super::full::tests::{facts, written};
    use super::*;

    #[test]
    fn what_is_known_stands_in_the_catalogues_columns_and_what_is_not_is_na() {
        let text = written(FullColumns::Catalogue { bare: true }, false, 2.0);
        assert_eq!(
            text,
            "molecular_trait_id\tchromosome\tposition\tref\talt\tvariant\tma_samples\tmaf\tpvalue\tbeta\tse\ttype\tac\tan\t\
             r2\tmolecular_trait_object_id\tgene_id\tmedian_tpm\trsid\tsnp\tn\tt\tneg_log10_p\tfdr\n\
             G\t1\t90\tA\tG\tchr1_90_A_G\t5\t0.375\t1\t0.5\t0.25\tSNP\t10\t16\tNA\tG\tG\tNA\trs1\trs1\t6\t2\t0\t1\n\
             G\tNA\tNA\tNA\tNA\tprobe\tNA\tNA\t1\t0.5\tNA\tNA\tNA\tNA\tNA\tG\tG\tNA\tNA\tprobe\t7\t0\t0\t1\n"
        );
        let anova = written(FullColumns::Catalogue { bare: true }, true, 3.0);
        assert!(anova.contains("\tn\tF\tneg_log10_p\t"), "{anova}");
    }

    #[test]
    fn variants_are_told_by_their_alleles() {
        let mut snp = facts().snps[&0].clone();
        for (reference, alternate, wanted) in [
            ("A", "G", Some("SNP")),
            ("A", "AT", Some("INDEL")),
            ("CTT", "C", Some("INDEL")),
            ("AT", "GC", Some("OTHER")),
            ("A", "<DEL>", Some("OTHER")),
            ("A", "*", Some("OTHER")),
            ("", "G", None),
        ] {
            snp.reference = reference.into();
            snp.alternate = alternate.into();
            assert_eq!(variant_type(&snp), wanted, "{reference} {alternate}");
        }
        snp.site.as_mut().unwrap().chrom = "chrX".into();
        (snp.reference, snp.alternate) = ("A".into(), "G".into());
        assert_eq!(variant(&snp), "chrX_90_A_G");
    }

    #[test]
    fn an_rsid_is_rs_and_digits() {
        for (id, wanted) in [("rs12", true), ("rs", false), ("rs1a", false), ("1", false)] {
            assert_eq!(is_rsid(id), wanted, "{id}");
        }
    }
}
