//! What goes with a table: a page of YAML that says of what trait, samples and genome it is.

use std::time::{Duration, UNIX_EPOCH};

/// What the standard wants for something that is not reported.
const NOT_REPORTED: &str = "NR";

/// What is said of a study beside its tables; an empty list is told as not reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SsfStudy {
    /// The genome the positions are of, such as GRCh38.
    pub genome_assembly: String,
    /// Ancestries of the samples in broad categories, such as European.
    pub ancestries: Vec<String>,
    /// How genotypes were found, such as an array or sequencing.
    pub genotyping_technologies: Vec<String>,
    /// Whether the allele that is not counted is that of the reference genome; otherwise it may or may not be.
    pub is_reference_known: bool,
    /// Samples.
    pub n_samples: usize,
    /// The covariates that were taken out.
    pub covariates: Vec<String>,
    /// The covariate whose interaction with the SNP beta is of, where it is not that of the SNP itself.
    pub interaction: Option<String>,
    /// The day the file is made, as [`utc_date`] writes it.
    pub date: String,
}

/// The table that is told of.
pub struct Table<'t> {
    /// The name of its file.
    pub name: &'t str,
    /// The checksum of its bytes, in hexadecimal digits.
    pub md5: &'t str,
    /// The gene it is of.
    pub gene: &'t str,
    /// Whether its rows stand by place.
    pub is_sorted: bool,
}

/// The page. Texts stand as JSON writes them, which YAML reads.
pub fn metadata(study: &SsfStudy, table: &Table<'_>) -> String {
    let covariates = match study.covariates.is_empty() {
        true => String::new(),
        false => format!("adjusted_covariates:{}\n", list(&study.covariates, 2)),
    };
    format!(
        "---\n\
         author_notes: {}\n\
         date_metadata_last_modified: {}\n\
         trait_description:\n  - {}\n\
         genome_assembly: {}\n\
         coordinate_system: 1-based\n\
         genotyping_technology:{}\n\
         samples:\n  - sample_ancestry_category:{}\n    sample_size: {}\n\
         data_file_name: {}\n\
         file_type: GWAS-SSF v1.0\n\
         data_file_md5sum: {}\n\
         analysis_software: mpiqtl {}\n\
         {covariates}\
         is_harmonised: false\n\
         is_sorted: {}\n",
        quoted(&notes(study.interaction.as_deref())),
        study.date,
        quoted(&format!("expression of {}", table.gene)),
        quoted(&study.genome_assembly),
        list(&study.genotyping_technologies, 2),
        list(&study.ancestries, 6),
        study.n_samples,
        quoted(table.name),
        quoted(table.md5),
        env!("CARGO_PKG_VERSION"),
        table.is_sorted,
    )
}

/// What a reader of the numbers has to know and no field has room for.
fn notes(interaction: Option<&str>) -> String {
    let of = match interaction {
        Some(covariate) => format!(
            "beta is of the interaction of the effect allele with covariate {covariate}, not of the allele alone; "
        ),
        None => String::new(),
    };
    format!(
        "{of}p_value is {:e} where it is smaller, neg_log_10_p_value has no such floor; snp is the ID in the study",
        f64::MIN_POSITIVE
    )
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A list below its key, indented by so many blanks.
fn list(items: &[String], indent: usize) -> String {
    let item = |text: &str| format!("\n{:indent$}- {text}", "");
    match items {
        [] => item(NOT_REPORTED),
        items => items.iter().map(|text| item(&quoted(text))).collect(),
    }
}

/// The day in Greenwich some seconds after 1970, as 2026-11-21.
pub fn utc_date(unix_secs: u64) -> String {
    let moment = UNIX_EPOCH + Duration::from_secs(unix_secs);
    let mut text = humantime::format_rfc3339_seconds(moment).to_string();
    text.truncate("2026-11-21".len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table<'_> = Table {
        name: "G.gwas-ssf.tsv.gz",
        md5: "0123e4",
        gene: "ENSG1",
        is_sorted: true,
    };

    #[test]
    fn what_is_known_is_told_and_what_is_not_is_not_reported() {
        let study = SsfStudy {
            genome_assembly: "GRCh38".into(),
            ancestries: vec!["European".into(), "African: \"west\"".into()],
            n_samples: 10,
            covariates: vec!["age".into(), "a \"b\": c".into()],
            interaction: Some("sex".into()),
            date: utc_date(1_795_219_200),
            ..SsfStudy::default()
        };
        let text = metadata(&study, &TABLE);
        let wanted = "\
---
author_notes: \"beta is of the interaction of the effect allele with covariate sex, not of the allele alone; p_value is \
2.2250738585072014e-308 where it is smaller, neg_log_10_p_value has no such floor; snp is the ID in the study\"
date_metadata_last_modified: 2026-11-21
trait_description:
  - \"expression of ENSG1\"
genome_assembly: \"GRCh38\"
coordinate_system: 1-based
genotyping_technology:
  - NR
samples:
  - sample_ancestry_category:
      - \"European\"
      - \"African: \\\"west\\\"\"
    sample_size: 10
data_file_name: \"G.gwas-ssf.tsv.gz\"
file_type: GWAS-SSF v1.0
data_file_md5sum: \"0123e4\"
analysis_software: mpiqtl ";
        assert!(text.starts_with(wanted), "{text}");
        let end = "\nadjusted_covariates:\n  - \"age\"\n  - \"a \\\"b\\\": c\"\nis_harmonised: false\nis_sorted: true\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn a_study_without_covariates_has_no_list_of_them() {
        let text = metadata(&SsfStudy::default(), &TABLE);
        assert!(!text.contains("adjusted_covariates"), "{text}");
        assert!(!text.contains("interaction"), "{text}");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (secs, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (4_107_542_400, "2100-03-01"),
            (1_735_603_200, "2024-12-31"),
        ] {
            assert_eq!(utc_date(secs), day);
        }
    }
}
