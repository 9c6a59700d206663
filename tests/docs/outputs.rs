//! What `docs/output.md` says of files is what the program writes: every column and every key, and no other.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde_json::Value;

use crate::page::{Page, in_backticks};
use crate::support::{Table, mpiqtl, record, succeed};

/// Maps a small simulated study into `out` of a folder, with these options beside those for inputs.
fn map(folder: &Path, options: &[&str]) {
    let mut simulate = mpiqtl();
    let shape = [
        "simulate",
        "--snps",
        "200",
        "--genes",
        "20",
        "--samples",
        "40",
        "--out",
        "s",
    ];
    succeed(simulate.current_dir(folder).args(shape));
    let mut command = mpiqtl();
    let inputs = [
        "map",
        "--genotypes",
        "s/genotypes.h5",
        "--expression",
        "s/expression.h5",
        "--covariates",
        "s/covariates.tsv",
        "--out",
        "out",
    ];
    succeed(command.current_dir(folder).args(inputs).args(options));
}

/// The columns the page lists for a file, in order: the first column of the table under this header.
fn documented(first_header: &str) -> Vec<String> {
    let rows = Page::read("docs/output.md").table(first_header);
    let names = rows
        .iter()
        .flat_map(|row| in_backticks(&row[0]))
        .map(String::from);
    names.collect()
}

/// The header of a table.
fn columns(folder: &Path, name: &str) -> Vec<String> {
    Table::read(&folder.join("out").join(name)).header
}

#[test]
fn summary_statistics_have_the_columns_and_metadata_that_the_page_lists() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |words: &str| {
        let mut command = mpiqtl();
        succeed(
            command
                .current_dir(folder.path())
                .args(words.split_whitespace()),
        );
    };
    run("simulate --snps 200 --genes 5 --samples 40 --covariates 1 --format vcf --out .");
    run("import genotypes genotypes.vcf --out g.h5");
    run("import expression expression.bed --out e.h5");
    run(
        "extract --genotypes g.h5 --expression e.h5 --covariates covariates.tsv --genes gene000001 --gwas-ssf \
         --genome-assembly GRCh38 --out loci",
    );
    let file = folder.path().join("loci/gene000001.gwas-ssf.tsv.gz");
    let bytes = std::fs::read(&file).expect("the table");
    let mut text = String::new();
    let read = MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text);
    read.expect("gzip");
    assert_eq!(Table::parse(&text).header, documented("`gwas_ssf`"));
    let page = format!("{}-meta.yaml", file.display());
    let page = std::fs::read_to_string(page).expect("the metadata");
    for key in documented("metadata") {
        let stands = page
            .lines()
            .any(|line| line.starts_with(&format!("{key}:")));
        assert!(stands, "{key} in {page}");
    }
}

#[test]
fn tables_have_the_columns_that_the_page_lists() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    map(folder, &["--p-cis", "1", "--p-trans", "0.01"]);
    assert_eq!(
        columns(folder, "cis.tsv"),
        documented("`matrix_eqtl`, linear and linear_cross")
    );
    map(folder, &["--p-all", "1", "--model", "anova", "--overwrite"]);
    assert_eq!(
        columns(folder, "all.tsv"),
        documented("`matrix_eqtl`, anova")
    );
    let more = [
        "--columns",
        "full",
        "--p-histogram",
        "10",
        "--min-p",
        "--overwrite",
    ];
    let cis = ["--p-cis", "1", "--p-trans", "0.01"];
    map(folder, &[&more[..], &cis].concat());
    let full = documented("`full`");
    let without = |left_out: &[&str]| -> Vec<String> {
        let kept = full
            .iter()
            .filter(|name| !left_out.contains(&name.as_str()));
        kept.cloned().collect()
    };
    assert_eq!(columns(folder, "trans.tsv"), without(&["n_classes", "F"]));
    assert_eq!(
        columns(folder, "histogram_cis.tsv"),
        documented("histogram")
    );
    assert_eq!(columns(folder, "min_p_snps_cis.tsv"), {
        let smallest = documented("smallest p-values");
        smallest
            .into_iter()
            .filter(|name| name != "snp")
            .collect::<Vec<_>>()
    });
    assert_eq!(columns(folder, "min_p_genes_trans.tsv"), {
        let smallest = documented("smallest p-values");
        smallest
            .into_iter()
            .filter(|name| name != "gene")
            .collect::<Vec<_>>()
    });
    map(
        folder,
        &[&more[..], &["--p-all", "1", "--model", "anova"]].concat(),
    );
    assert_eq!(columns(folder, "all.tsv"), without(&["t"]));
}

#[test]
fn the_page_lists_every_file_a_run_may_write() {
    let listed: BTreeSet<String> = documented("file").into_iter().collect();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let more = ["--p-histogram", "10", "--min-p", "--overwrite"];
    let mut written = BTreeSet::new();
    for classes in [&["--p-all", "1"][..], &["--p-cis", "1", "--p-trans", "1"]] {
        map(folder, &[&more[..], classes].concat());
        let entries = std::fs::read_dir(folder.join("out")).expect("the output folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        written.extend(names.map(|name| name.into_string().expect("a plain name")));
    }
    for name in &written {
        let general = ["all", "cis", "trans"]
            .iter()
            .fold(name.clone(), |name, class| {
                match name.strip_suffix(&format!("_{class}.tsv")) {
                    Some(start) => format!("{start}_{{all,cis,trans}}.tsv"),
                    None => name,
                }
            });
        let general = general.replace("min_p_snps", "min_p_{snps,genes}");
        let general = general.replace("min_p_genes", "min_p_{snps,genes}");
        assert!(
            listed.contains(&general),
            "docs/output.md has no {general}: {listed:?}"
        );
    }
}

/// Every key of an object and of those within, as `outer.inner`; of a list those of its first element.
fn keys(value: &Value, before: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                let name = format!("{before}{key}");
                // The keys of `config` are those of a configuration.
                if name != "config" {
                    keys(inner, &format!("{name}."), found);
                }
                found.insert(name);
            }
        }
        Value::Array(values) => {
            if let Some(first) = values.first() {
                keys(first, before, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_page_lists_every_key_of_the_record() {
    let folder = tempfile::tempdir().expect("a folder");
    map(
        folder.path(),
        &["--p-cis", "1", "--p-trans", "0.01", "--audit", "5"],
    );
    let mut written = BTreeSet::new();
    keys(&record(&folder.path().join("out")), "", &mut written);
    let listed: BTreeSet<String> = documented("key").into_iter().collect();
    let missing: Vec<_> = written.difference(&listed).collect();
    let strange: Vec<_> = listed.difference(&written).collect();
    assert!(
        missing.is_empty() && strange.is_empty(),
        "docs/output.md lacks {missing:?} and has {strange:?}, which run.json has not"
    );
}
