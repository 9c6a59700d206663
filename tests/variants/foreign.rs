//! Files that are not read: the commands that are named for them make files that are.

use std::fs;

use crate::Folder;
use crate::support::fail;

/// The commands between quotes in what was said.
fn commands(said: &str) -> Vec<&str> {
    let quoted = said.split('\'').skip(1).step_by(2);
    quoted.filter(|text| text.starts_with("plink2 ")).collect()
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
        let commands = commands(&said);
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
