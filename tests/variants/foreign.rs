//! Files that are not read: the commands that are named for them make files that are.

use std::fs;

use crate::Folder;
use crate::support::fail;

/// The commands of a program between quotes in what was said.
fn commands<'s>(program: &str, said: &'s str) -> Vec<&'s str> {
    let quoted = said.split('\'').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with(program)).collect()
}

#[test]
fn the_commands_named_for_pgen_and_bgen_keep_dosages_and_calls() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    // Two alleles and diploid, so that plink2 keeps all of it.
    folder.tool("bcftools view -Ov -o plain.vcf -i ID=\"rs1\"||ID=\"del\"||ID=\"far\" study.vcf");
    let make = "plink2 --vcf plain.vcf dosage=DS --const-fid 0 --out made";
    if folder.tool(&format!("{make} --make-pgen")).is_none() {
        return;
    }
    folder.tool("plink2 --pfile made --export bgen-1.2 ref-first --out made");
    for file in ["made.pgen", "made.bgen"] {
        let said = fail(&mut folder.importing(file), 1);
        let commands = commands("plink2 ", &said);
        assert_eq!(commands.len(), 2, "{said}");
        for command in &commands {
            folder.tool(command);
        }
        assert!(folder.path("X.bed").exists(), "{said}");
        let (dosages, said) = folder.import("X.vcf.gz --genotype-field DS");
        assert!(said.contains(": 3 SNPs x 4 samples as u16"), "{said}");
        let (wanted, _) = folder.import("plain.vcf --genotype-field DS");
        assert_eq!(dosages.rows(), wanted.rows(), "{file}");
        for ending in ["bed", "bim", "fam", "vcf.gz"] {
            fs::remove_file(folder.path(&format!("X.{ending}"))).expect("it was made");
        }
    }
}

#[test]
fn the_commands_named_for_repeated_ids_give_every_snp_its_own() {
    let Some(folder) = Folder::with_study() else {
        return;
    };
    let study = fs::read_to_string(folder.path("study.vcf")).unwrap();
    let study = study
        .replace("\tdel\t", "\trs1\t")
        .replace("\tfar\t", "\trs1\t");
    fs::write(folder.path("repeated.vcf"), study).unwrap();
    let said = fail(&mut folder.importing("repeated.vcf"), 1);
    assert!(
        said.contains("SNP ID 'rs1' stands on rows 1 and 6; "),
        "{said}"
    );
    let [by_bcftools, _] = commands("bcftools ", &said)[..] else {
        panic!("two commands are named: {said}");
    };
    folder.tool(&format!("{by_bcftools} -o unique.vcf repeated.vcf"));
    let (content, _) = folder.import("unique.vcf");
    assert!(
        content.texts[0].contains(&"1_16390_ACGTACGT_A".into()),
        "{content:?}"
    );

    folder.tool("bcftools view -Ov -o two_alleles.vcf -M2 -m2 -t 1,2 -e ID=\"half\" repeated.vcf");
    let [by_plink2] = commands("plink2 ", &said)[..] else {
        panic!("one command is named: {said}");
    };
    let made = folder.tool(&format!(
        "{by_plink2} --vcf two_alleles.vcf --make-bed --out unique"
    ));
    if made.is_some() {
        let (content, _) = folder.import("unique.bed");
        assert!(
            content.texts[0].contains(&"1_16390_ACGTACGT_A".into()),
            "{content:?}"
        );
    }
}
