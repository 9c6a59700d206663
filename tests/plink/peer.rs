//! plink2 itself, where it is installed: it makes the sets, filters them too, and converts what is not read.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::set::{Content, Set};
use crate::support::{fail, mpiqtl, succeed};

/// A study with missing calls, as VCF, of which plink2 makes a set; `None`, with a message, without plink2.
fn study() -> Option<tempfile::TempDir> {
    if Command::new("plink2").arg("--version").output().is_err() {
        eprintln!("SKIPPED: no plink2 (scripts/setup --tests installs it)");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let shape = "--snps 500 --genes 3 --samples 203 --covariates 0 --missing 0.03 --seed 5";
    let words = format!("simulate {shape} --format vcf --out .");
    run(folder.path(), &words);
    plink2(
        folder.path(),
        "--vcf genotypes.vcf --make-bed --output-chr chrM --out made",
    );
    Some(folder)
}

fn run(folder: &Path, words: &str) {
    succeed(mpiqtl().current_dir(folder).args(words.split_whitespace()));
}

fn plink2(folder: &Path, words: &str) {
    let words = words.split_whitespace();
    succeed(
        Command::new("plink2")
            .current_dir(folder)
            .args(words)
            .arg("--silent"),
    );
}

fn content(folder: &Path, import: &str) -> Content {
    run(
        folder,
        &format!("import genotypes {import} --out g.h5 --overwrite"),
    );
    Content::read(&folder.join("g.h5"))
}

#[test]
fn a_set_made_by_plink2_is_the_vcf_it_was_made_from() {
    let Some(study) = study() else {
        return;
    };
    let from_vcf = content(study.path(), "genotypes.vcf");
    assert!(from_vcf.rows.iter().any(|row| row.codes.contains(&255)));
    let from_set = content(study.path(), "made.bed");
    assert_eq!(from_set, from_vcf);
    // And back.
    plink2(
        study.path(),
        "--bfile made --export vcf bgz --output-chr chrM --out back",
    );
    assert_eq!(content(study.path(), "back.vcf.gz"), from_vcf);
}

#[test]
fn filters_leave_what_plink2_leaves() {
    let Some(study) = study() else {
        return;
    };
    let folder = study.path();
    let fam = fs::read_to_string(folder.join("made.fam")).unwrap();
    let mut keep = String::from("#FID\tIID\n");
    for line in fam.lines().step_by(3) {
        let mut fields = line.split_whitespace();
        let (fid, iid) = (fields.next().unwrap(), fields.next().unwrap());
        keep.push_str(&format!("{fid}\t{iid}\n"));
    }
    fs::write(folder.join("keep.txt"), keep).unwrap();
    let bim = fs::read_to_string(folder.join("made.bim")).unwrap();
    let ids = bim.lines().enumerate().filter(|(i, _)| i % 7 != 0);
    let ids = ids.map(|(_, line)| line.split('\t').nth(1).unwrap());
    let ids: Vec<&str> = ids.chain(["rs0"]).collect();
    fs::write(folder.join("extract.txt"), ids.join("\n")).unwrap();

    let filters = "--keep keep.txt --extract extract.txt --geno 0.03 --maf 0.2";
    let words = format!("--bfile made {filters} --make-bed --output-chr chrM --out filtered");
    plink2(folder, &words);
    let by_plink2 = content(folder, "filtered");
    for input in ["made", "genotypes.vcf"] {
        let ours = content(folder, &format!("{input} {filters}"));
        assert_eq!(ours, by_plink2, "{input}");
    }
    let n_left = by_plink2.rows.len();
    assert!(n_left > 20 && n_left < 300, "{n_left} SNPs are left");
    assert_eq!(by_plink2.samples.len(), 68);
}

#[test]
fn what_is_not_read_is_converted_by_the_command_that_is_named() {
    let Some(study) = study() else {
        return;
    };
    let folder = study.path();
    let wanted = content(folder, "made");
    plink2(
        folder,
        "--bfile made --export ind-major-bed --output-chr chrM --out X",
    );
    plink2(folder, "--bfile made --make-pgen --output-chr chrM --out P");
    for (input, words, made) in [
        ("X.bed", "plink2 --bfile X --make-bed --out Y", "Y"),
        ("P.pgen", "plink2 --pfile P --make-bed --out X", "X"),
    ] {
        let import = format!("import genotypes {input} --out refused.h5");
        let said = fail(mpiqtl().current_dir(folder).args(import.split(' ')), 1);
        assert!(said.contains(words), "{said}");
        let words = words.strip_prefix("plink2 ").unwrap();
        plink2(folder, &format!("{words} --output-chr chrM"));
        assert_eq!(content(folder, made), wanted, "{input}");
    }
}

#[test]
fn genotypes_of_every_number_of_samples_are_read_as_plink2_exports_them() {
    if study().is_none() {
        return;
    }
    for n_samples in 1..=9 {
        let set = Set::new(n_samples);
        let folder = set.path("");
        plink2(&folder, "--bfile set --export vcf --out exported");
        let ours = content(&folder, "set");
        let exported = content(&folder, "exported.vcf");
        let codes = |content: &Content| -> Vec<(String, Vec<u8>)> {
            let rows = content.rows.iter();
            rows.map(|row| (row.id.clone(), row.codes.clone()))
                .collect()
        };
        assert_eq!(codes(&ours), codes(&exported), "{n_samples} samples");
    }
}
