//! What is refused in a sentence.

use super::super::support::fail;
use super::{EXTRACT, SSF, Study};

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
