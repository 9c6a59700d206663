//! What was run, on which samples and rows, and the ledger of tests.

use std::fmt::Write;

use serde_json::Value;

use super::parts::{Cell, facts, folded_table, note, paragraph, table};
use super::{ClassContent, Page};
use crate::plot::{grouped, many, shortest, significant};
use crate::report::figures::bp;
use crate::report::record::{Record, SampleFile};

/// Samples that are named where some are left out.
const NAMED: usize = 8;

/// The most that are named in a folded table.
const MOST_NAMED: usize = 1000;

impl Page<'_> {
    pub(super) fn run(&mut self) {
        let record = &self.content.record;
        self.section("run", "Run");
        let mut list = vec![
            ("model", Cell::words(model(record))),
            ("tests", Cell::words(classes(record))),
            ("residual df", Cell::Given(record.df)),
        ];
        if let Some(shards) = record.shards {
            list.push(("merged of", Cell::words(format!("{shards} shards"))));
        }
        let libraries = record
            .libraries
            .iter()
            .map(|(name, version)| format!("{name}: {version}"));
        let libraries: Vec<String> = libraries.collect();
        list.push(("program", Cell::words(&record.program)));
        list.push(("libraries", Cell::words(libraries.join("; "))));
        list.push(("command", Cell::Id(record.command.join(" "))));
        facts(&mut self.body, "facts", &list);
        table(
            &mut self.body,
            "Inputs",
            &["input", "file", "shape"],
            &inputs(record),
        );
        let options = record
            .config
            .iter()
            .map(|(key, value)| vec![Cell::Id(key.clone()), Cell::words(option(value))]);
        folded_table(
            &mut self.body,
            "Every option, as resolved",
            &["option", "value"],
            &options.collect::<Vec<_>>(),
        );
        self.body.close();
    }

    pub(super) fn samples(&mut self) {
        let record = &self.content.record;
        self.section("samples", "Samples and rows");
        let files = &record.samples.files;
        let rows = files.iter().map(|file| {
            let n_dropped = file.dropped.len() as u64;
            vec![
                Cell::words(&file.file),
                Cell::Count(file.n_samples),
                Cell::Count(file.n_samples.saturating_sub(n_dropped)),
                Cell::Count(n_dropped),
                Cell::words(some_of(&file.dropped)),
            ]
        });
        let header = ["file", "samples", "used", "left out", "which"];
        table(
            &mut self.body,
            "Samples, matched by ID",
            &header,
            &rows.collect::<Vec<_>>(),
        );
        files
            .iter()
            .filter(|file| file.dropped.len() > NAMED)
            .for_each(|file| self.left_out(file));
        let row = |what: &str, n: u64, constant: u64| {
            vec![Cell::words(what), Cell::Count(n), Cell::Count(constant)]
        };
        let rows = [
            row("SNPs", record.n_snps, record.n_constant_snps),
            row("genes", record.n_genes, record.n_constant_genes),
        ];
        table(
            &mut self.body,
            "Rows",
            &["rows", "tested", "of them constant"],
            &rows,
        );
        let constant = match &record.interaction_covariate {
            None => {
                "A row is constant if it does not vary once the covariates are known: r is 0 in each of its tests, which \
                 count."
                    .into()
            }
            Some(name) => format!(
                "A gene is constant if it does not vary once the covariates are known, a SNP if its product with {name} does \
                 not once it and the covariates are known: r is 0 in each of their tests, which count."
            ),
        };
        paragraph(&mut self.body, &constant);
        self.body.close();
    }

    fn left_out(&mut self, file: &SampleFile) {
        let rows: Vec<Vec<Cell>> = file
            .dropped
            .iter()
            .take(MOST_NAMED)
            .map(|id| vec![Cell::Id(id.clone())])
            .collect();
        let caption = match file.dropped.len() {
            n if n > MOST_NAMED => format!(
                "The first {MOST_NAMED} samples of {} that are left out; run.json has all",
                file.file
            ),
            _ => format!("Samples of {} that are left out", file.file),
        };
        folded_table(&mut self.body, &caption, &["sample"], &rows);
    }

    pub(super) fn tests(&mut self) {
        let content = self.content;
        let record = &content.record;
        self.section("tests", "Tests");
        let header = [
            "class",
            "planned",
            "made",
            "p at most",
            "eQTLs",
            "FDR ≤ 0.05",
            "FDR ≤ 0.01",
            "genes",
            "SNPs",
        ];
        let rows: Vec<Vec<Cell>> = content
            .classes
            .iter()
            .map(|class| ledger_row(record, class))
            .collect();
        table(
            &mut self.body,
            "Ledger of tests, and what was found",
            &header,
            &rows,
        );
        let pairs = format!(
            "Tests were counted while they were made, in {}; a run whose counts do not balance fails. Genes and \
             SNPs are those with an eQTL in the table.",
            many(record.ledger.block_pairs, "block pair")
        );
        paragraph(&mut self.body, &pairs);
        content
            .classes
            .iter()
            .for_each(|class| self.cut_short(class));
        if let Some(audit) = record.audit {
            let words = format!(
                "Audit: {} eQTLs and {} other pairs were fitted again from the raw data; |r| differs by at most {}.",
                grouped(audit.n_eqtls),
                grouped(audit.n_others),
                significant(audit.largest_difference)
            );
            paragraph(&mut self.body, &words);
        }
        self.body.close();
    }

    /// Says so where the threshold of p ends a table before a rate of 0.05 does.
    fn cut_short(&mut self, class: &ClassContent) {
        let tally = &class.tally;
        let is_cut = tally.class.n_eqtls > 0
            && tally.class.n_eqtls < tally.class.n_tests
            && tally.largest_rate < 0.05;
        if is_cut {
            let words = format!(
                "The largest FDR in the {} table is {}: with a larger threshold than {} more eQTLs would have an FDR of at \
                 most 0.05.",
                tally.class.name,
                significant(tally.largest_rate),
                shortest(tally.class.threshold)
            );
            note(&mut self.body, &words);
        }
    }
}

fn ledger_row(record: &Record, class: &ClassContent) -> Vec<Cell> {
    let tally = &class.tally;
    let ledger = &record.ledger;
    let (planned, made) = match tally.class.name {
        "cis" => (ledger.planned.cis, ledger.made.cis),
        "trans" => (ledger.planned.trans, ledger.made.trans),
        _ => (ledger.planned.all, ledger.made.all),
    };
    vec![
        Cell::words(tally.class.name),
        Cell::Count(planned),
        Cell::Count(made),
        Cell::Given(tally.class.threshold),
        Cell::Count(tally.class.n_eqtls),
        Cell::Count(tally.n_below[0]),
        Cell::Count(tally.n_below[1]),
        Cell::Count(tally.genes.len()),
        Cell::Count(tally.snps.len()),
    ]
}

/// The model in words.
fn model(record: &Record) -> String {
    let mut words = match record.word("model") {
        "anova" => format!(
            "anova: expression on {} genotype classes, {} degrees of freedom",
            shortest(record.number("anova_groups").unwrap_or(3.0)),
            record.word("anova_df")
        ),
        "linear_cross" => format!(
            "linear_cross: expression on the genotype and its product with {}, which is tested",
            record
                .interaction_covariate
                .as_deref()
                .unwrap_or("a covariate")
        ),
        "linear" => "linear: expression on the genotype".into(),
        other => other.to_string(),
    };
    let _ = match record.n_covariates {
        1 => write!(words, ", 1 covariate"),
        n => write!(words, ", {n} covariates"),
    };
    if !record.word("error_covariance").is_empty() {
        words.push_str(", given covariance of the errors");
    }
    words
}

/// The classes of tests and their thresholds in words.
fn classes(record: &Record) -> String {
    let classes = record.classes();
    let each = classes.iter().map(|class| match class.name {
        "all" => format!("all pairs, p ≤ {}", shortest(class.threshold)),
        name => format!("{name}, p ≤ {}", shortest(class.threshold)),
    });
    let mut words = each.collect::<Vec<_>>().join("; ");
    if classes.iter().any(|class| class.name == "cis") {
        let reach = record.number("cis_dist_bp").unwrap_or(0.0);
        let _ = write!(
            words,
            "; cis within {} of either end of the gene",
            bp(reach)
        );
        if classes.len() == 1 {
            words.push_str("; trans pairs were neither tested nor counted");
        }
    }
    words
}

/// The files that were read.
fn inputs(record: &Record) -> Vec<Vec<Cell>> {
    let samples = |file: &str| {
        let found = record.samples.files.iter().find(|found| found.file == file);
        found.map_or(0, |found| found.n_samples)
    };
    let shape = |rows: u64, what: &str, n: u64| {
        format!("{} {what} × {} samples", grouped(rows), grouped(n))
    };
    let mut genotypes = shape(record.n_snps, "SNPs", samples("genotypes"));
    if !record.genotype_code.is_empty() {
        let _ = write!(genotypes, ", as {}", record.genotype_code);
    }
    let shapes = [
        ("genotypes", genotypes),
        (
            "expression",
            shape(record.n_genes, "genes", samples("expression")),
        ),
        (
            "covariates",
            shape(record.n_covariates, "covariates", samples("covariates")),
        ),
        (
            "error_covariance",
            format!("{} samples", grouped(samples("error covariance"))),
        ),
        ("snp_locations", String::new()),
        ("gene_locations", String::new()),
    ];
    let given = shapes
        .into_iter()
        .filter(|(key, _)| !record.word(key).is_empty());
    let row = |(key, shape): (&str, String)| {
        vec![
            Cell::words(key.replace('_', " ")),
            Cell::Id(record.word(key).into()),
            Cell::words(shape),
        ]
    };
    given.map(row).collect()
}

/// The value of an option as a configuration file would have it.
fn option(value: &Value) -> String {
    match value {
        Value::Null => "not given".into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// "a, b and 4 more".
fn some_of(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
