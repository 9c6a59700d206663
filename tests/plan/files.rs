//! A plan of files is the plan of the stores they would be imported to, and nothing is imported.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{fail, mpiqtl, succeed};

/// A study as a VCF and a phenotype BED that lacks a sample, and as text; `None` without bcftools or plink2, which make the
/// other forms of it.
fn files() -> Option<tempfile::TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let shape = "--snps 3000 --genes 40 --samples 60 --missing 0.01 --format";
    for format in ["vcf", "text"] {
        let words = format!("simulate {shape} {format} --out {format}");
        succeed(mpiqtl().args(words.split(' ')).current_dir(&folder));
    }
    // A BCF cannot be made of a VCF that does not list its chromosomes.
    let vcf = folder.path().join("vcf/genotypes.vcf");
    let text = fs::read_to_string(&vcf).unwrap();
    let contigs = (1..=22).map(|n| format!("##contig=<ID=chr{n}>\n"));
    let header = contigs.collect::<String>() + "#CHROM";
    fs::write(&vcf, text.replacen("#CHROM", &header, 1)).unwrap();
    for name in ["vcf/expression.bed", "text/expression.tsv"] {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        let without_last = |line: &str| line.rsplit_once('\t').unwrap().0.to_string() + "\n";
        fs::write(&path, text.lines().map(without_last).collect::<String>()).unwrap();
    }
    for words in [
        "bcftools view -Ob -o vcf/genotypes.bcf vcf/genotypes.vcf",
        "bcftools view -Oz -o vcf/genotypes.vcf.gz vcf/genotypes.vcf",
        "bcftools index vcf/genotypes.bcf",
        "bcftools index -t vcf/genotypes.vcf.gz",
        "plink2 --vcf vcf/genotypes.vcf --make-bed --double-id --output-chr chrM --out vcf/set",
    ] {
        let (program, words) = words.split_once(' ').unwrap();
        let mut command = Command::new(program);
        let output = command.args(words.split(' ')).current_dir(&folder).output();
        let Ok(output) = output else {
            eprintln!("skipped: there is no {program}");
            return None;
        };
        assert!(output.status.success(), "{command:?}: {output:?}");
    }
    Some(folder)
}

/// Every form of the study: genotypes, expression, and the options of an import of either.
const FORMS: [[&str; 4]; 6] = [
    ["vcf/genotypes.vcf", "vcf/expression.bed", "", ""],
    ["vcf/genotypes.vcf.gz", "vcf/expression.bed", "", ""],
    ["vcf/genotypes.bcf", "vcf/expression.bed", "", ""],
    ["vcf/set", "vcf/expression.bed", "", ""],
    ["vcf/expression.bed", "vcf/expression.bed", "", ""],
    [
        "text/genotypes.tsv",
        "text/expression.tsv",
        " --snp-locations text/snp_locations.tsv",
        " --gene-locations text/gene_locations.tsv",
    ],
];

fn in_folder(folder: &Path, words: &str) -> std::process::Output {
    succeed(mpiqtl().args(words.split(' ')).current_dir(folder))
}

fn json(folder: &Path, words: &str) -> Value {
    let output = in_folder(folder, &format!("plan {words} --json --gmac 100"));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<_> = names.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

#[test]
fn a_plan_of_files_of_any_format_is_that_of_their_stores() {
    let Some(folder) = files() else { return };
    let folder = folder.path();
    let before = [names(folder), names(&folder.join("vcf"))];
    let plan_of = |[genotypes, expression, snps, genes]: [&str; 4], options: &str| {
        let files = format!("--genotypes {genotypes} --expression {expression}{snps}{genes}");
        json(folder, &format!("{files} {options}"))
    };
    let options = [
        "--p-cis 0.01 --p-trans 1e-4 --cis-dist-bp 100000 --block-snps 500",
        "--p-cis 0.01 --cis-dist-bp 0",
        "--p-all 1e-3",
        "--p-all 1e-3 --skip-self",
        "--p-cis 0.01 --match-chromosomes",
    ];
    let mut of_files: Vec<Vec<Value>> = FORMS
        .iter()
        .map(|form| options.map(|options| plan_of(*form, options)).to_vec())
        .collect();
    for (form, of_files) in FORMS.iter().zip(&mut of_files) {
        let is_indexed = ["vcf.gz", "bcf"].iter().any(|end| form[0].ends_with(end));
        for (options, plan) in options.iter().zip(of_files) {
            let is_counted = is_indexed && *options == "--p-all 1e-3";
            assert_eq!(plan["is_at_least"], is_counted, "{form:?} {options}");
            plan["is_at_least"] = false.into();
        }
    }
    assert_eq!([names(folder), names(&folder.join("vcf"))], before);
    for (form, of_files) in FORMS.into_iter().zip(of_files) {
        let [genotypes, expression, snps, genes] = form;
        in_folder(
            folder,
            &format!("import genotypes {genotypes}{snps} --out g.h5 --overwrite"),
        );
        in_folder(
            folder,
            &format!("import expression {expression}{genes} --out e.h5 --overwrite"),
        );
        let of_stores = options.map(|options| plan_of(["g.h5", "e.h5", "", ""], options));
        assert_eq!(of_files, of_stores, "{genotypes}");
        assert!(
            of_files.iter().all(|plan| plan["n_snps"] != 0),
            "{genotypes}"
        );
    }
}

#[test]
fn a_pass_over_a_file_is_told_and_spared_by_an_index_and_by_an_earlier_import() {
    let Some(folder) = files() else { return };
    let folder = folder.path();
    let said = |words: &str| {
        let files = "--genotypes vcf/genotypes.vcf.gz --expression vcf/expression.bed --gmac 1";
        let output = in_folder(folder, &format!("plan {files} {words}"));
        String::from_utf8(output.stderr).unwrap()
    };
    const PASS: &str = "a pass over the file for its SNPs and their places";
    let cis = said("--p-cis 0.01");
    assert!(
        cis.contains(PASS) && cis.contains("3,000 SNPs x 60 samples"),
        "{cis}"
    );
    let all = said("--p-all 1e-3");
    assert!(
        all.contains("3,000 records by vcf/genotypes.vcf.gz.tbi"),
        "{all}"
    );
    assert!(!all.contains(PASS), "{all}");
    // An index that is older than its file may be of another one.
    let index = fs::File::open(folder.join("vcf/genotypes.vcf.gz.tbi")).unwrap();
    index.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert!(said("--p-all 1e-3").contains(PASS));
    let map = "map --genotypes vcf/genotypes.vcf.gz --expression vcf/expression.bed --p-cis 0.01";
    in_folder(folder, &format!("{map} --out results --one-rank"));
    let cis = said("--p-cis 0.01 --out results");
    assert!(!cis.contains("look"), "{cis}");
}

#[test]
fn sites_of_several_alleles_are_counted_by_a_pass() {
    let Some(folder) = files() else { return };
    let folder = folder.path();
    let path = folder.join("vcf/genotypes.vcf");
    let text = fs::read_to_string(&path).unwrap();
    let last = text.lines().last().unwrap();
    let mut fields: Vec<&str> = last.split('\t').collect();
    let alternates = fields[4].to_string() + ",TTTT";
    fields[2] = "many";
    fields[4] = &alternates;
    fs::write(&path, text.clone() + &fields.join("\t") + "\n").unwrap();
    let words = "--genotypes vcf/genotypes.vcf --expression vcf/expression.bed --p-cis 0.01";
    assert_eq!(json(folder, words)["n_snps"], 3002);
    // What an import would refuse is refused; values are not looked at.
    fields[2] = text.lines().find(|line| !line.starts_with('#')).unwrap();
    fields[2] = fields[2].split('\t').nth(2).unwrap();
    fields[4] = "TTTT";
    fs::write(&path, text.clone() + &fields.join("\t") + "\n").unwrap();
    let said = fail(
        mpiqtl()
            .arg("plan")
            .args(words.split(' '))
            .current_dir(folder),
        1,
    );
    assert!(said.contains("rows 1 and 3001"), "{said}");
    fields[2] = "wrong";
    fields[12] = "no call";
    fs::write(&path, text.clone() + &fields.join("\t") + "\n").unwrap();
    assert_eq!(json(folder, words)["n_snps"], 3001);
}

/// The words of a plan of an indexed file of the study.
const INDEXED: &str =
    "--genotypes vcf/genotypes.vcf.gz --expression vcf/expression.bed --gmac 1 --p-all 1e-3";

fn refused(folder: &Path, words: &str) -> String {
    fail(mpiqtl().args(words.split(' ')).current_dir(folder), 1)
}

#[test]
fn records_of_an_index_are_told_as_a_least_number_of_snps() {
    let Some(folder) = files() else { return };
    let folder = folder.path();
    let told = |words: &str| {
        let output = in_folder(folder, &format!("plan -q {INDEXED}{words}"));
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let by_index = told("");
    for line in [
        "study     at least 3,000 SNPs (records of the index) x 40 genes",
        "tests     at least 120,000 all: at least 120 of them",
    ] {
        assert!(by_index.contains(line), "{by_index}");
    }
    assert!(told(" --out o --sbatch -").contains("plan: at least 120000 tests"));
    assert!(!told(" --skip-self").contains("at least"));
}

#[test]
fn an_index_that_is_not_whole_is_warned_of_and_not_needed() {
    let Some(folder) = files() else { return };
    let folder = folder.path();
    let index = folder.join("vcf/genotypes.vcf.gz.tbi");
    let whole = fs::read(&index).unwrap();
    for n in [0, whole.len() / 2] {
        fs::write(&index, &whole[..n]).unwrap();
        let output = in_folder(folder, &format!("plan {INDEXED}"));
        let said = String::from_utf8(output.stderr).unwrap();
        let warning = "warning: vcf/genotypes.vcf.gz.tbi: ";
        assert!(said.contains(warning), "{n} bytes: {said}");
        assert!(said.contains("this time all of the file is read"), "{said}");
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.contains("study     3,000 SNPs x 40 genes"), "{told}");
    }
}

#[test]
fn a_field_that_the_genotypes_lack_is_refused_as_an_import_does() {
    let Some(folder) = files() else { return };
    let folder = folder.path();
    for genotypes in ["genotypes.vcf", "genotypes.vcf.gz", "genotypes.bcf"] {
        let import = format!("import genotypes vcf/{genotypes} --genotype-field DS --out g.h5");
        let wanted = refused(folder, &import);
        let wanted = wanted.lines().find(|line| line.contains("without DS"));
        let wanted = wanted.expect("the words of the import");
        for options in ["--p-cis 0.01", "--p-all 1e-3"] {
            let files = format!("--genotypes vcf/{genotypes} --expression vcf/expression.bed");
            let words = format!("plan {files} --genotype-field DS {options}");
            let said = refused(folder, &words);
            assert!(said.contains(wanted), "{options}: {said}");
        }
    }
}

#[test]
fn locations_without_classes_are_warned_of_as_a_run_does() {
    let Some(folder) = files() else { return };
    let folder = folder.path();
    let [genotypes, expression, snps, genes] = FORMS[5];
    let words =
        format!("--genotypes {genotypes} --expression {expression}{snps}{genes} --p-all 0.01");
    let plan = format!("plan {words} --gmac 1");
    let dry_run = format!("map {words} --out results --dry-run");
    for words in [plan, dry_run] {
        let said = String::from_utf8(in_folder(folder, &words).stderr).unwrap();
        let warning = "warning: locations are given, but all pairs are one class";
        assert_eq!(said.matches(warning).count(), 1, "{words}: {said}");
    }
}

#[cfg(feature = "parquet")]
#[test]
fn expression_as_parquet_is_planned_like_the_bed_it_was_made_from() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parquet");
    let plan_of = |name: &str| {
        let files = format!("--genotypes phenotypes.bed --expression {name}");
        json(&folder, &format!("{files} --p-cis 0.01 --out {name}.none"))
    };
    assert_eq!(plan_of("plain.bed.parquet"), plan_of("phenotypes.bed"));
}
