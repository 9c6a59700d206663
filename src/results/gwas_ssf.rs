//! The tests of one gene as GWAS summary statistics (GWAS-SSF 1, github.com/EBISPOT/gwas-summary-statistics-standard), for
//! programs of colocalisation, fine mapping and Mendelian randomisation: a table `GENE.tsv.gz` and what it is in
//! `GENE.tsv.gz-meta.yaml`.
//!
//! The effect allele is the counted one. The standard has room for SNPs of human chromosomes with known alleles and a
//! frequency, and for estimates with a standard error; other rows are left out and counted. It means all tests of a gene,
//! whatever their p.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::catalogue::is_rsid;
use super::full::{Facts, SnpFacts, standard_error};
use crate::formats::{
    AtomicFile, Column, FormatError, TableFormat, TableTarget, TableWriter, percent_encoded,
};
use crate::genome::bare_chromosome;
use crate::model::Hit;
use crate::stats::{neg_log10_p, p_value};

/// What the metadata say of a study; `None` and empty lists are told as not reported.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SsfStudy {
    /// The genome the positions are of, such as GRCh38.
    pub genome_assembly: Option<String>,
    /// Samples.
    pub n_samples: usize,
    /// The covariates that were taken out.
    pub covariates: Vec<String>,
    /// The day the file is made, as [`utc_date`] writes it.
    pub date: String,
}

/// Rows that were written, and those that the standard has no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SsfRows {
    /// Rows written.
    pub n_written: u64,
    /// Rows of SNPs without a location, or not on chromosome 1 to 22, X, Y or M.
    pub n_without_place: u64,
    /// Rows of other SNPs whose alleles are not known or no bases.
    pub n_without_alleles: u64,
    /// Rows of other SNPs whose values are no numbers of alleles.
    pub n_without_frequency: u64,
    /// Other rows without an estimate or its standard error.
    pub n_without_effect: u64,
}

/// The summary statistics of a gene under construction.
pub struct GwasSsf {
    table: TableWriter,
    path: PathBuf,
    gene: String,
    rows: SsfRows,
    /// The place of the last row, and whether all came in order.
    last: (u8, i64),
    is_sorted: bool,
}

impl GwasSsf {
    /// Creates the table of a gene in a folder, which has to be there.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn create(folder: &Path, gene: &str) -> Result<Self, FormatError> {
        let path = folder.join(format!("{}.tsv.gz", file_stem(gene)));
        let target = TableTarget {
            format: TableFormat::TsvGz,
            ..TableTarget::tsv(&path)
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
        ];
        Ok(Self {
            table: TableWriter::create_as(&target, &columns)?,
            path,
            gene: gene.into(),
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
        let Some(place) = place(snp) else {
            self.rows.n_without_place += 1;
            return Ok(());
        };
        let (Some(other), Some(effect)) = (bases(&snp.reference), bases(&snp.alternate)) else {
            self.rows.n_without_alleles += 1;
            return Ok(());
        };
        let n_alleles = snp.n_alleles(facts.n_samples);
        let Some(count) = snp.allele_count.filter(|_| n_alleles > 0) else {
            self.rows.n_without_frequency += 1;
            return Ok(());
        };
        let se = standard_error(test);
        if !test.beta.is_finite() || !se.is_finite() {
            self.rows.n_without_effect += 1;
            return Ok(());
        }
        self.rows.n_written += 1;
        self.is_sorted &= self.last <= place;
        self.last = place;
        let (chrom, pos) = place;
        let table = &mut self.table;
        table.count(u64::from(chrom))?;
        table.integer(pos)?;
        table.text(&effect)?;
        table.text(&other)?;
        let frequency = count / n_alleles as f64;
        for number in [test.beta, se, frequency, p_value(test.ln_p)] {
            table.number(number)?;
        }
        table.text(&format!("{chrom}_{pos}_{other}_{effect}"))?;
        // The word the standard has for what is missing.
        table.text(if is_rsid(&snp.id) { &snp.id } else { "#NA" })?;
        table.text("OA")?;
        table.count(facts.n_of_pair(snp, gene) as u64)?;
        table.number(neg_log10_p(test.ln_p))?;
        table.end_row()
    }

    /// Puts the table and its metadata on the disk under their names.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn finish(self, study: &SsfStudy) -> Result<SsfRows, FormatError> {
        self.table.finish()?;
        let name = self.path.file_name().expect("a table has a name");
        let name = name.to_string_lossy();
        let meta = self.path.with_file_name(format!("{name}-meta.yaml"));
        let mut file = AtomicFile::create(&meta)?;
        let written = md5_of(&self.path).and_then(|md5| {
            let text = metadata(study, &self.gene, &name, &md5, self.is_sorted);
            file.write_all(text.as_bytes())
        });
        written.map_err(|source| FormatError::Io {
            path: meta,
            action: "cannot write",
            source,
        })?;
        file.finish()?;
        Ok(self.rows)
    }
}

/// The metadata as YAML, of which texts as JSON are a part.
fn metadata(study: &SsfStudy, gene: &str, name: &str, md5: &str, is_sorted: bool) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let covariates = match study.covariates.is_empty() {
        true => String::new(),
        false => {
            let items = study
                .covariates
                .iter()
                .map(|name| format!("\n  - {}", quoted(name)));
            format!("\nadjusted_covariates:{}", items.collect::<String>())
        }
    };
    let assembly = study.genome_assembly.as_deref().unwrap_or("NR");
    format!(
        "---\n\
         date_metadata_last_modified: {}\n\
         trait_description:\n  - {}\n\
         genome_assembly: {}\n\
         coordinate_system: 1-based\n\
         genotyping_technology:\n  - NR\n\
         samples:\n  - sample_ancestry_category:\n      - NR\n    sample_size: {}\n\
         data_file_name: {}\n\
         file_type: GWAS-SSF v1.0\n\
         data_file_md5sum: {md5}\n\
         analysis_software: mpiqtl {}{covariates}\n\
         author_notes: p_value is {:e} where it is smaller; neg_log_10_p_value goes on\n\
         is_harmonised: false\n\
         is_sorted: {is_sorted}\n",
        study.date,
        quoted(&format!("expression of {gene}")),
        quoted(assembly),
        study.n_samples,
        quoted(name),
        env!("CARGO_PKG_VERSION"),
        f64::MIN_POSITIVE,
    )
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

/// Number of the chromosome (X 23, Y 24, M 25) and position.
fn place(snp: &SnpFacts) -> Option<(u8, i64)> {
    let site = snp.site.as_ref().filter(|site| site.pos > 0)?;
    let chrom = match bare_chromosome(&site.chrom) {
        "X" | "x" => 23,
        "Y" | "y" => 24,
        "M" | "MT" | "m" | "mt" => 25,
        number => number.parse().ok().filter(|n| (1..=25).contains(n))?,
    };
    Some((chrom, site.pos))
}

/// An allele of known bases, in capitals.
fn bases(allele: &str) -> Option<String> {
    let allele = allele.to_ascii_uppercase();
    let are_bases = allele.bytes().all(|base| b"ACGT".contains(&base));
    (are_bases && !allele.is_empty()).then_some(allele)
}

/// The longest stem of a file name, which leaves room for what follows it in the 255 bytes that systems allow.
const LONGEST_STEM: usize = 200;

/// A stem of a file name for an ID: letters, digits, `-`, `_` and points that do not lead stand for themselves, other
/// bytes as `%2F`. Different IDs have different stems; of one that is too long the end is a checksum behind `~`.
pub fn file_stem(id: &str) -> String {
    let mut stem = percent_encoded(id);
    if stem.is_empty() || stem.len() > LONGEST_STEM {
        stem.truncate(LONGEST_STEM);
        stem.push_str(&format!("~{:x}", md5::compute(id)));
    }
    stem
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
    use super::super::full::GeneFacts;
    use super::*;
    use std::collections::{BTreeSet, HashMap};

    use proptest::prelude::*;

    use crate::genome::Site;

    fn snp(id: &str, chrom: &str, pos: i64, alleles: [&str; 2], count: Option<f64>) -> SnpFacts {
        SnpFacts {
            id: id.into(),
            site: Some(Site {
                chrom: chrom.into(),
                pos,
            }),
            reference: alleles[0].into(),
            alternate: alleles[1].into(),
            n_missing: 2,
            allele_count: count,
            ..SnpFacts::default()
        }
    }

    fn facts(snps: Vec<SnpFacts>) -> Facts {
        Facts {
            n_samples: 10,
            snps: (0..).zip(snps).collect::<HashMap<_, _>>(),
            genes: vec![GeneFacts {
                id: "ENSG1".into(),
                ..GeneFacts::default()
            }],
        }
    }

    fn test(snp: u32, statistic: f64) -> Hit {
        Hit {
            snp,
            gene: 0,
            beta: 0.25 * statistic,
            statistic,
            ln_p: -1000.0,
        }
    }

    fn study() -> SsfStudy {
        SsfStudy {
            genome_assembly: Some("GRCh38".into()),
            n_samples: 10,
            covariates: vec!["age".into(), "a \"b\": c".into()],
            date: utc_date(1_795_219_200),
        }
    }

    /// Writes tests of SNPs, and returns rows, table and metadata.
    fn written(snps: Vec<SnpFacts>, tests: &[Hit]) -> (SsfRows, String, String) {
        let folder = tempfile::tempdir().unwrap();
        let mut table = GwasSsf::create(folder.path(), "ENSG1").unwrap();
        table.push(tests, &facts(snps)).unwrap();
        let rows = table.finish(&study()).unwrap();
        let mut text = String::new();
        let mut reader = crate::formats::open(&folder.path().join("ENSG1.tsv.gz")).unwrap();
        while reader.advance().unwrap() {
            text.push_str(std::str::from_utf8(reader.line()).unwrap());
            text.push('\n');
        }
        let meta = std::fs::read_to_string(folder.path().join("ENSG1.tsv.gz-meta.yaml")).unwrap();
        let md5 = md5_of(&folder.path().join("ENSG1.tsv.gz")).unwrap();
        assert!(
            meta.contains(&format!("\ndata_file_md5sum: {md5}\n")),
            "{meta}"
        );
        (rows, text, meta)
    }

    #[test]
    fn rows_have_the_standards_columns_in_its_order() {
        let snps = vec![
            snp("rs1", "chr1", 90, ["A", "g"], Some(4.0)),
            snp("mine", "X", 7, ["C", "CTT"], Some(16.0)),
        ];
        let (rows, text, meta) = written(snps, &[test(0, 2.0), test(1, -2.0)]);
        assert_eq!(
            text,
            "chromosome\tbase_pair_location\teffect_allele\tother_allele\tbeta\tstandard_error\t\
             effect_allele_frequency\tp_value\tvariant_id\trsid\tref_allele\tn\tneg_log_10_p_value\n\
             1\t90\tG\tA\t0.5\t0.25\t0.25\t2.2250738585072014e-308\t1_90_A_G\trs1\tOA\t8\t434.2944819032518\n\
             23\t7\tCTT\tC\t-0.5\t0.25\t1\t2.2250738585072014e-308\t23_7_C_CTT\t#NA\tOA\t8\t434.2944819032518\n"
        );
        assert_eq!(
            rows,
            SsfRows {
                n_written: 2,
                ..SsfRows::default()
            }
        );
        for line in [
            "date_metadata_last_modified: 2026-11-21",
            "  - \"expression of ENSG1\"",
            "genome_assembly: \"GRCh38\"",
            "    sample_size: 10",
            "data_file_name: \"ENSG1.tsv.gz\"",
            "  - \"a \\\"b\\\": c\"",
            "is_sorted: true",
        ] {
            assert!(meta.lines().any(|found| found == line), "{line} in\n{meta}");
        }
    }

    #[test]
    fn what_the_standard_has_no_room_for_is_counted() {
        let mut nowhere = snp("a", "1", 5, ["A", "G"], Some(4.0));
        nowhere.site = None;
        let snps = vec![
            nowhere,
            snp("b", "scaffold_7", 5, ["A", "G"], Some(4.0)),
            snp("c", "1", 0, ["A", "G"], Some(4.0)),
            snp("d", "1", 5, ["A", "<DEL>"], Some(4.0)),
            snp("e", "1", 5, ["", "G"], Some(4.0)),
            snp("f", "1", 5, ["A", "G"], None),
            snp("g", "1", 5, ["A", "G"], Some(4.0)),
            snp("h", "1", 4, ["A", "G"], Some(4.0)),
        ];
        let tests: Vec<Hit> = (0..6).map(|row| test(row, 2.0)).collect();
        let others = [test(6, 0.0), test(6, 2.0), test(7, 2.0)];
        let (rows, text, meta) = written(snps, &[&tests[..], &others].concat());
        assert_eq!(
            rows,
            SsfRows {
                n_written: 2,
                n_without_place: 3,
                n_without_alleles: 2,
                n_without_frequency: 1,
                n_without_effect: 1,
            }
        );
        assert_eq!(text.lines().count(), 3);
        assert!(meta.contains("is_sorted: false"), "{meta}");
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

    proptest! {
        #[test]
        fn names_stay_in_the_folder_and_apart(ids in prop::collection::btree_set(any::<String>(), 0..40)) {
            let mut all: BTreeSet<String> = ids;
            for id in ["..", ".", "", "/etc/passwd", "a/../b", "a\0b", "a%2Fb", "a/b", "ENSG1.2", "%", "~"] {
                all.insert(id.into());
            }
            for end in ["x", "y"] {
                all.insert("long".repeat(100) + end);
                all.insert("\u{e9}".repeat(100) + end);
            }
            let stems: BTreeSet<String> = all.iter().map(|id| file_stem(id)).collect();
            prop_assert_eq!(stems.len(), all.len());
            for stem in stems {
                let name = format!("{stem}.tsv.gz-meta.yaml.part");
                prop_assert!(name.len() <= 255 && !name.starts_with('.'));
                let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.%~".contains(c);
                prop_assert!(name.chars().all(allowed), "{}", name);
            }
        }
    }

    #[test]
    fn a_usual_id_is_its_own_name() {
        for id in ["ENSG00000008128.23", "probe_7-a"] {
            assert_eq!(file_stem(id), id);
        }
    }
}
