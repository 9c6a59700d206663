//! A BCF gives the store that the VCF gives which it was made from: every ID, place, allele, sample and code.

use std::fs;

use crate::support::{fail, real_data};
use crate::{Folder, STUDY};

#[test]
fn a_bcf_gives_the_store_of_its_vcf() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    folder.tool("bcftools view -Ou -o plain.bcf study.vcf");
    for field in ["GT", "DS", "GP"] {
        let import = |file: &str| folder.import(&format!("{file} --genotype-field {field}"));
        let (wanted, said) = import("study.vcf");
        assert!(said.contains(": 15 SNPs x 4 samples as "), "{said}");
        for file in ["study.vcf.gz", "study.bcf", "plain.bcf"] {
            assert!(import(file).0 == wanted, "{field} of {file}");
        }
        // Calls are whole numbers, and dosages of up to four decimals keep them in two bytes.
        let code = match field {
            "GT" => "as u8",
            "DS" => "as u16 with 4 decimals",
            _ => "as ",
        };
        assert!(said.contains(code), "{said}");
    }
}

#[test]
fn a_bcf_of_numbers_as_text_gives_the_store_of_its_vcf() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    let text = STUDY.replace("Type=Float", "Type=String");
    fs::write(folder.path("texts.vcf"), text).unwrap();
    folder.tool("bcftools view -Ob -o texts.bcf texts.vcf");
    for field in ["GT", "DS", "GP"] {
        let import = |file: &str| folder.import(&format!("{file} --genotype-field {field}")).0;
        assert!(import("texts.bcf") == import("study.vcf"), "{field}");
    }
}

#[test]
fn chromosome_22_is_the_same_from_both() {
    let Some(study) = real_data("geuvadis_qtltools") else {
        return;
    };
    let folder = Folder::new();
    let vcf = study.join("original/genotypes.chr22.vcf.gz");
    let vcf = vcf.display();
    if folder
        .tool(&format!("bcftools view -Ob -o g.bcf {vcf}"))
        .is_none()
    {
        return;
    }
    let (wanted, said) = folder.import(&format!("{vcf}"));
    assert!(said.contains("85,485 SNPs x 358 samples as u8"), "{said}");
    assert!(folder.import("g.bcf").0 == wanted);
    let region = "--region chr22:20,000,000-30,000,000";
    folder.tool("bcftools index g.bcf");
    let (wanted, said) = folder.import(&format!("{vcf} {region}"));
    assert!(said.contains("genotypes.chr22.vcf.gz.tbi"), "{said}");
    assert!(folder.import(&format!("g.bcf {region}")).0 == wanted);
}

#[test]
fn a_bcf_that_does_not_fit_is_found_by_record_snp_and_sample() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    let refuse = |old: &str, new: &str, field: &str, part: &str| {
        assert!(STUDY.contains(old), "{old}");
        fs::write(folder.path("wrong.vcf"), STUDY.replace(old, new)).unwrap();
        folder.tool("bcftools view -Ob -o wrong.bcf wrong.vcf");
        let said = fail(
            &mut folder.importing(&format!("wrong.bcf --genotype-field {field}")),
            1,
        );
        assert!(said.contains(part), "{said}");
    };
    refuse(
        "1/1:1.98:",
        "1/1:inf:",
        "DS",
        "wrong.bcf, record 1: SNP 'rs1', sample 's3': the DS 'Inf' is infinite; wanted a finite number",
    );
    refuse(
        "0.5,0.25:0.4",
        "0.5:0.4",
        "DS",
        "wrong.bcf, record 2: SNP 'rs2', sample 's1': the DS '0.5' has 1 value for 2 ALT alleles; wanted one dosage",
    );
    refuse(
        "0.1,0.677,0.223",
        "0,12,40",
        "GP",
        "wrong.bcf, record 4: SNP 'edge', sample 's1': the GP '0,12,40' has 12, which is no probability",
    );
    refuse(
        "DP:GT:DS:GP\t7:0|1:1.123:0.1,0.677,0.223\t300:1|1:1.5\t.:0/0:0.0001:1,0,0\t70000:0/0",
        "DP:GT\t7:0|1\t300:1|1\t.:0/0\t70000:0/0",
        "DS",
        "wrong.bcf, record 4: the FORMAT of SNP 'edge' is without DS; set genotype_field",
    );
}

#[test]
fn calls_without_a_dosage_are_counted_alike_in_both() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    let warned = |file: &str| -> String {
        let (_, said) = folder.import(&format!("{file} --genotype-field DS"));
        let warning = said
            .lines()
            .find(|line| line.contains("a call (GT) and no DS"));
        let warning = warning.unwrap_or_else(|| panic!("no warning: {said}"));
        let count = warning
            .split(": ")
            .last()
            .and_then(|text| text.split(' ').next());
        count.unwrap().into()
    };
    let from_vcf = warned("study.vcf");
    assert_eq!(warned("study.bcf"), from_vcf);
    // 2/2 and 0/0, which have a point for the dosage.
    assert!(from_vcf.parse::<u32>().unwrap() >= 2, "{from_vcf}");
}
