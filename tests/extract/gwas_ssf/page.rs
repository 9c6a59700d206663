//! The metadata, and what the GWAS Catalog's validator says of both files.

use std::process::Command;

use super::super::support::{installed, succeed};
use super::{EXTRACT, SSF, Study, all_snps, gunzip};

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
    let output = succeed(&mut validate("gene000001.gwas-ssf.tsv.gz"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Validation status: True"), "{said}");
    // A window lies on one chromosome, and the catalog wants 22: of that alone it complains.
    study.extract("--genes gene000001,gene000007 --overwrite");
    let name = "gene000007.gwas-ssf.tsv.gz";
    let output = validate(name).output().expect("the validator starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Chromosome column missing values"), "{said}");
    let mut judge = Command::new(&python);
    judge
        .args(["-c", JUDGE])
        .arg(study.out(name))
        .arg("gene000007");
    let output = succeed(&mut judge);
    let n_rows = String::from_utf8_lossy(&output.stdout).trim().to_string();
    assert_eq!(gunzip(&study.out(name)).rows.len().to_string(), n_rows);
}
