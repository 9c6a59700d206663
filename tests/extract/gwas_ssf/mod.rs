//! Summary statistics in GWAS-SSF say what the other tables say, leave out what the standard has no room for, and are
//! valid for the GWAS Catalog's own validator.

mod page;
mod refused;
mod rows;

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::MultiGzDecoder;

use super::support::{Table, mpiqtl, stderr, succeed};

/// A study as stores, made of VCF: SNPs on 22 chromosomes and X, some with alleles or places that the standard has no room
/// for, some with an rsID; the first gene goes with a SNP so well that p is below what a double holds.
struct Study(tempfile::TempDir);

impl Study {
    fn make() -> Self {
        let study = Self(tempfile::tempdir().expect("a folder"));
        let shape =
            "simulate --snps 600 --genes 12 --samples 60 --covariates 2 --missing 0.02 --seed 5";
        study.run(&format!("{shape} --format vcf --out ."));
        let vcf = study.read("genotypes.vcf");
        let rows = vcf.lines().map(String::from);
        let mut n = 0_usize;
        let rows: Vec<String> = rows
            .map(|row| match row.starts_with('#') {
                true => row,
                false => {
                    n += 1;
                    odd(n, &row)
                }
            })
            .collect();
        study.write("genotypes.vcf", &(rows.join("\n") + "\n"));
        let snp = rows
            .iter()
            .find(|row| row.split('\t').nth(2) == Some("snp0000009"));
        let bed = study.read("expression.bed");
        let bed = with_gene_of(snp.expect("a usual SNP"), &bed);
        study.write("expression.bed", &bed);
        study.run("import genotypes genotypes.vcf --out g.h5");
        study.run("import expression expression.bed --out e.h5");
        study
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("it is there")
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("the folder can be written");
    }

    fn command(&self, words: &str) -> Command {
        let mut command = mpiqtl();
        command
            .current_dir(self.path())
            .args(words.split_whitespace());
        command
    }

    fn run(&self, words: &str) -> String {
        stderr(&succeed(&mut self.command(words)))
    }

    /// Extracts in GWAS-SSF to `out`, and returns what was said.
    fn extract(&self, words: &str) -> String {
        self.run(&format!(
            "{EXTRACT} --covariates covariates.tsv {words} {SSF} --out out"
        ))
    }

    fn out(&self, name: &str) -> PathBuf {
        self.path().join("out").join(name)
    }
}

const EXTRACT: &str = "extract --genotypes g.h5 --expression e.h5";
const SSF: &str = "--gwas-ssf --genome-assembly GRCh38";

/// The `n`th row of the VCF, made odd.
fn odd(n: usize, row: &str) -> String {
    let mut fields: Vec<String> = row.split('\t').map(String::from).collect();
    match n {
        9 => fields[9..].iter_mut().for_each(|call| {
            if call.contains('.') {
                *call = "0/1".into();
            }
        }),
        _ if n.is_multiple_of(37) => fields[4] = "<DEL>".into(),
        _ if n.is_multiple_of(11) => (fields[3], fields[4]) = ("at".into(), "a".into()),
        // All of one class: no estimate.
        _ if n.is_multiple_of(53) => fields[9..].fill("0/0".into()),
        597 | 598 => fields[0] = "chrX".into(),
        599 | 600 => fields[0] = "scaffold_1".into(),
        _ => {}
    }
    if n.is_multiple_of(10) {
        fields[2] = format!("rs{n}");
    }
    fields.join("\t")
}

/// A phenotype BED whose first gene is a SNP and very little else.
fn with_gene_of(snp: &str, bed: &str) -> String {
    let calls = snp.split('\t').skip(9);
    let values = calls.enumerate().map(|(i, call)| {
        let copies = call.matches('1').count() as f64;
        format!("{}", copies + 1e-9 * (i as f64 * 2.4).sin())
    });
    let values: Vec<String> = values.collect();
    let mut lines: Vec<String> = bed.lines().map(String::from).collect();
    let first = &mut lines[1];
    let place: Vec<&str> = first.split('\t').take(4).collect();
    *first = format!("{}\t{}", place.join("\t"), values.join("\t"));
    lines.join("\n") + "\n"
}

fn gunzip(path: &Path) -> Table {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    let read = MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text);
    read.expect("gzip");
    Table::parse(&text)
}

/// The rows of a table as columns by name.
fn by_name(table: &Table) -> impl Iterator<Item = HashMap<&str, &str>> {
    table.rows.iter().map(|row| {
        let fields = table.header.iter().zip(row);
        fields
            .map(|(name, field)| (name.as_str(), field.as_str()))
            .collect()
    })
}

/// Every SNP of the genotypes, one a line.
fn all_snps(study: &Study) {
    let vcf = study.read("genotypes.vcf");
    let rows = vcf.lines().filter(|row| !row.starts_with('#'));
    let ids: Vec<&str> = rows.filter_map(|row| row.split('\t').nth(2)).collect();
    study.write("snps.txt", &(ids.join("\n") + "\n"));
}
