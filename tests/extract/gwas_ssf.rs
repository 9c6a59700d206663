//! Summary statistics in GWAS-SSF say what the other tables say, leave out what the standard has no room for, and are
//! valid for the GWAS Catalog's own validator.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use flate2::read::MultiGzDecoder;

use super::column;
use super::support::{Table, fail, installed, mpiqtl, number, stderr, succeed};

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
        let mut n = 0;
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

    fn out(&self, name: &str) -> std::path::PathBuf {
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
        _ if n % 37 == 0 => fields[4] = "<DEL>".into(),
        _ if n % 11 == 0 => (fields[3], fields[4]) = ("at".into(), "a".into()),
        // All of one class: no estimate.
        _ if n % 53 == 0 => fields[9..].fill("0/0".into()),
        597 | 598 => fields[0] = "chrX".into(),
        599 | 600 => fields[0] = "scaffold_1".into(),
        _ => {}
    }
    if n % 10 == 0 {
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

/// The standard's number of a chromosome of the study.
fn chromosome(name: &str) -> Option<u32> {
    match name.strip_prefix("chr")? {
        "X" => Some(23),
        number => number.parse().ok(),
    }
}

/// Whether an allele is made of bases.
fn is_bases(allele: &str) -> bool {
    allele.chars().all(|base| "ACGTacgt".contains(base))
}

/// Every SNP of the genotypes, one a line.
fn all_snps(study: &Study) {
    let vcf = study.read("genotypes.vcf");
    let rows = vcf.lines().filter(|row| !row.starts_with('#'));
    let ids: Vec<&str> = rows.filter_map(|row| row.split('\t').nth(2)).collect();
    study.write("snps.txt", &(ids.join("\n") + "\n"));
}

#[test]
fn every_row_says_what_the_other_table_says_and_none_is_lost() {
    let study = Study::make();
    all_snps(&study);
    for words in [
        "--genes gene000001,gene000007 --snps snps.txt",
        "--genes gene000001,gene000007 --window 200000 --overwrite",
    ] {
        let said = study.extract(words);
        let list = Table::read(&study.out("genes.tsv"));
        let mut n_lacking: BTreeMap<&str, usize> = BTreeMap::new();
        for gene in by_name(&list) {
            let pairs = Table::read(&study.out(gene["table"]));
            let ssf = gunzip(&study.out(gene["gwas_ssf"]));
            let mut rows = by_name(&ssf);
            for pair in by_name(&pairs) {
                match lack(&pair) {
                    Some(lack) => *n_lacking.entry(lack).or_default() += 1,
                    None => assert_same(&rows.next().expect("a row"), &pair),
                }
            }
            assert_eq!(rows.next(), None, "{words}");
        }
        assert!(!n_lacking.is_empty());
        for (lack, n) in n_lacking {
            let told = [" tests", " test", ""].map(|noun| format!(" {n}{noun} {lack}"));
            assert!(
                told.iter().any(|told| said.contains(told)),
                "{told:?} in {said}"
            );
        }
        let floor = "p_value is 2.2250738585072014e-308 in ";
        assert!(said.contains(floor), "{said}");
    }
}

/// What a pair lacks to have a row.
fn lack(pair: &HashMap<&str, &str>) -> Option<&'static str> {
    if chromosome(pair["chrom"]).is_none() {
        Some("without a place")
    } else if !is_bases(pair["alt"]) {
        Some("without alleles")
    } else if pair["se"] == "NA" {
        Some("without a standard error")
    } else {
        None
    }
}

/// Whether a row of the standard holds the numbers of a row of pairs, to the last digit.
fn assert_same(row: &HashMap<&str, &str>, pair: &HashMap<&str, &str>) {
    for (ours, theirs) in [
        ("snp", "snp"),
        ("pos", "base_pair_location"),
        ("beta", "beta"),
        ("se", "standard_error"),
        ("p", "p_value"),
        ("neg_log10_p", "neg_log_10_p_value"),
        ("n", "n"),
    ] {
        assert_eq!(pair[ours], row[theirs], "{theirs} of {row:?}");
    }
    let chrom = chromosome(pair["chrom"]).expect("a chromosome of the standard");
    assert_eq!(row["chromosome"], chrom.to_string());
    assert_eq!(row["effect_allele"], pair["alt"].to_uppercase());
    assert_eq!(row["other_allele"], pair["ref"].to_uppercase());
    let frequency = number(pair["ac"]) / number(pair["an"]);
    assert_eq!(number(row["effect_allele_frequency"]), frequency);
    let (other, effect) = (row["other_allele"], row["effect_allele"]);
    let id = format!("{chrom}_{}_{other}_{effect}", pair["pos"]);
    assert_eq!((row["variant_id"], row["ref_allele"]), (id.as_str(), "OA"));
    let rsid = match pair["snp"].starts_with("rs") {
        true => pair["snp"],
        false => "#NA",
    };
    assert_eq!(row["rsid"], rsid);
}

#[test]
fn p_values_too_small_for_a_double_stay_apart_in_their_logarithm() {
    let study = Study::make();
    study.extract("--genes gene000001 --snps snp0000009,rs10");
    let ssf = gunzip(&study.out("gene000001.gwas-ssf.tsv.gz"));
    let best = by_name(&ssf).find(|row| row["snp"] == "snp0000009");
    let best = best.expect("the SNP that the gene is made of");
    assert_eq!(best["p_value"], "2.2250738585072014e-308");
    assert!(number(best["neg_log_10_p_value"]) > 400.0, "{best:?}");
}

#[test]
fn the_page_tells_what_is_known_and_what_was_given() {
    let study = Study::make();
    let genotyping = "--genotyping-technology Array --genotyping-technology Sequencing";
    study.extract(&format!(
        "--genes gene000007 --ancestry European {genotyping}"
    ));
    let name = "gene000007.gwas-ssf.tsv.gz";
    let page = study.read(&format!("out/{name}-meta.yaml"));
    let md5 = Command::new("md5sum").arg(study.out(name)).output();
    let md5 = String::from_utf8(md5.expect("md5sum").stdout).expect("text");
    for line in [
        "trait_description:\n  - \"expression of gene000007\"\n",
        "genome_assembly: \"GRCh38\"\n",
        "coordinate_system: 1-based\n",
        "genotyping_technology:\n  - \"Array\"\n  - \"Sequencing\"\n",
        "samples:\n  - sample_ancestry_category:\n      - \"European\"\n    sample_size: 60\n",
        &format!("data_file_name: \"{name}\"\n"),
        &format!("data_file_md5sum: \"{}\"\n", &md5[..32]),
        "adjusted_covariates:\n  - \"covariate1\"\n  - \"covariate2\"\n",
        "is_harmonised: false\n",
        "is_sorted: true\n",
    ] {
        assert!(page.contains(line), "{line} in\n{page}");
    }
    study.run(&format!(
        "{EXTRACT} --covariates covariates.tsv --model linear_cross --interaction covariate2 --genes gene000007 {SSF} \
         --out out --overwrite"
    ));
    let page = study.read(&format!("out/{name}-meta.yaml"));
    assert!(
        page.contains("of the interaction of the effect allele with covariate covariate2"),
        "{page}"
    );
}

#[test]
fn an_extraction_without_takes_the_earlier_one_away() {
    let study = Study::make();
    study.extract("--genes gene000001,gene000007");
    study.run(&format!(
        "{EXTRACT} --genes gene000007 --per-gene --out out --overwrite"
    ));
    let files = fs::read_dir(study.path().join("out")).expect("a folder");
    let mut names: Vec<_> = files
        .map(|file| file.expect("a file").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["gene000007.pairs.tsv", "genes.tsv"]);
    let list = Table::read(&study.out("genes.tsv"));
    assert_eq!(list.header.last().expect("columns"), "ld");
}

/// Has the validator's parts, the rows it wants and its look for all 22 chromosomes apart, judge a file, and reads the
/// metadata by its model.
const JUDGE: &str = "\
import sys, yaml, hashlib
from pathlib import Path
from gwas_sumstats_tools.validate import Validator
from gwas_sumstats_tools.schema.metadata import SumStatsMetadata
table = Path(sys.argv[1])
validator = Validator(table, minimum_rows=1)
for valid, message in [validator._validate_file_ext(), validator._validate_field_order(),
                       validator._validate_df(validator.as_pd_df())]:
    assert valid, (message, validator.errors_table)
page = yaml.safe_load(open(str(table) + '-meta.yaml'))
told = SumStatsMetadata.parse_obj(page)
assert set(page) <= set(SumStatsMetadata.__fields__), page
assert told.data_file_md5sum == hashlib.md5(table.read_bytes()).hexdigest()
assert told.trait_description == ['expression of ' + sys.argv[2]], told
assert told.samples[0].sample_size == 60 and told.genome_assembly == 'GRCh38', told
print(len(validator.as_pd_df()))
";

#[test]
fn the_validator_of_the_catalog_takes_them() {
    let Some(validator) = installed("test-tools-gwas-ssf", "gwas-ssf") else {
        return;
    };
    let python = validator.with_file_name("python");
    let study = Study::make();
    all_snps(&study);
    study.extract("--genes gene000001,gene000007 --snps snps.txt");
    let validate = |name: &str| {
        let mut command = Command::new(&validator);
        command.arg("validate").arg(study.out(name));
        command.args(["--min-rows", "1"]);
        command
    };
    for gene in ["gene000001", "gene000007"] {
        let name = format!("{gene}.gwas-ssf.tsv.gz");
        let output = succeed(&mut validate(&name));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("Validation status: True"), "{said}");
    }
    // A window lies on one chromosome, and the catalog wants 22: of that alone it complains.
    study.extract("--genes gene000001,gene000007 --overwrite");
    let mut n_rows = BTreeMap::new();
    for gene in ["gene000001", "gene000007"] {
        let name = format!("{gene}.gwas-ssf.tsv.gz");
        let output = validate(&name).output().expect("the validator starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("Chromosome column missing values"), "{said}");
        let mut judge = Command::new(&python);
        judge.args(["-c", JUDGE]).arg(study.out(&name)).arg(gene);
        let output = succeed(&mut judge);
        let rows = String::from_utf8_lossy(&output.stdout).trim().to_string();
        n_rows.insert(gene, rows);
    }
    for (gene, n) in n_rows {
        let ssf = gunzip(&study.out(&format!("{gene}.gwas-ssf.tsv.gz")));
        assert_eq!(ssf.rows.len().to_string(), n);
    }
}

#[test]
fn what_cannot_be_told_in_the_standard_is_refused_before_anything_is_written() {
    let study = Study::make();
    study.run("simulate --snps 50 --genes 5 --samples 60 --format text --out text");
    study.run("import genotypes text/genotypes.tsv --out nowhere.h5");
    study.run(
        "import genotypes text/genotypes.tsv --snp-locations text/snp_locations.tsv --out nameless.h5",
    );
    study.run("import expression text/expression.tsv --gene-locations text/gene_locations.tsv --out text.h5");
    let out = "--out refused";
    for (words, code, wanted) in [
        (
            format!("{EXTRACT} --genes gene000001 --gwas-ssf {out}"),
            2,
            "--genome-assembly is missing, which --gwas-ssf has to tell; give that of the positions, such as GRCh38",
        ),
        (
            format!("{EXTRACT} --genes gene000001 --genome-assembly GRCh38 {out}"),
            2,
            "--gwas-ssf",
        ),
        (
            format!("{EXTRACT} --genes gene000001 {SSF} --model anova {out}"),
            1,
            "--gwas-ssf needs an effect and its standard error, which model anova has not; give --model linear",
        ),
        (
            format!(
                "extract --genotypes nowhere.h5 --expression text.h5 --snps snp0000001 {SSF} {out}"
            ),
            1,
            "nowhere.h5: the SNPs have no places, which --gwas-ssf needs; give --snp-locations",
        ),
        (
            format!(
                "extract --genotypes nameless.h5 --expression text.h5 --snps snp0000001 {SSF} {out}"
            ),
            1,
            "nameless.h5: the SNPs have no alleles, which --gwas-ssf needs; import VCF, BCF or PLINK",
        ),
        (
            format!("{EXTRACT} --genes gene000001 --region scaffold_1:1-900000000 {SSF} {out}"),
            1,
            "no test has a row in GWAS-SSF: 2 tests without a place on chromosome 1 to 22, X, Y or M",
        ),
    ] {
        let said = fail(&mut study.command(&words), code);
        assert!(said.contains(wanted), "{words}: {said}");
        assert!(!study.path().join("refused/genes.tsv").exists(), "{words}");
    }
}

#[test]
fn a_set_of_plink_names_no_reference_allele() {
    let Some(plink2) = installed("test-tools", "plink2") else {
        return;
    };
    let study = Study::make();
    // Two alleles of bases, as plink2 wants them.
    let vcf = study.read("genotypes.vcf");
    let rows = vcf.lines().filter(|row| !row.contains("<DEL>"));
    study.write("plain.vcf", &(rows.collect::<Vec<_>>().join("\n") + "\n"));
    let mut command = Command::new(plink2);
    let words =
        "--vcf plain.vcf --const-fid 0 --allow-extra-chr --output-chr chrM --make-bed --out set";
    succeed(command.current_dir(study.path()).args(words.split(' ')));
    study.run("import genotypes set.bed --out g.h5 --overwrite");
    study.extract("--genes gene000007");
    let ssf = gunzip(&study.out("gene000007.gwas-ssf.tsv.gz"));
    let [reference, id] = ["ref_allele", "variant_id"].map(|name| column(&ssf, name));
    assert!(ssf.rows.len() > 5);
    let is_unknown = |row: &Vec<String>| row[reference] == "#NA" && row[id] == "#NA";
    assert!(ssf.rows.iter().all(is_unknown));
}
