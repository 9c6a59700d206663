//! Options and configurations that cannot be meant: wrong usage, refused before anything is opened.

use crate::Study;

#[test]
fn thresholds_that_cannot_be_meant_are_wrong_usage() {
    let study = Study::new();
    let map = |words: &str| {
        let inputs = "map --genotypes genotypes.tsv --expression expression.tsv --out out";
        study.command(&format!("{inputs} {words}"))
    };
    let above = ["p_trans (0.1) is above p_cis (0.01)"];
    study.refuses_usage(&mut map("--p-cis 0.01 --p-trans 0.1"), &above);
    study.refuses_usage(
        &mut map("--p-trans 0.1"),
        &["p_trans (0.1) is given without p_cis"],
    );
    study.refuses_usage(&mut map("--p-all 1.5"), &["p_all is 1.5", "from 0 to 1"]);
    study.refuses_usage(&mut map("--p-cis=-0.1"), &["p_cis is -0.1", "from 0 to 1"]);
    study.refuses_usage(&mut map("--p-cis nan"), &["p_cis is NaN", "from 0 to 1"]);
    study.refuses_usage(&mut map("--p-cis 1e-5x"), &["1e-5x", "--p-cis"]);
    study.refuses_usage(
        &mut map("--p-all 0.1 --p-cis 0.1"),
        &["p_all is given with p_cis or p_trans"],
    );
    study.refuses_usage(&mut map("--p-all 0"), &["nothing to report"]);
    study.refuses_usage(
        &mut map("--cis-dist-bp=-1"),
        &["cis_dist_bp is -1", "0 bp or more"],
    );
    study.refuses_usage(&mut map("--threads 0"), &["threads is 0"]);
    study.refuses_usage(&mut map("--genotype-field GP"), &["GP", "GT or DS"]);
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let study = Study::new();
    let parts = ["--genotypes, --expression, --out are missing"];
    study.refuses_usage(&mut study.command("map --p-all 0.1"), &parts);
    let parts = ["--model", "only 'linear' is offered"];
    study.refuses_usage(&mut study.command("map --model ANOVA"), &parts);
    let parts = [
        "--cis-dist-bp",
        "whole number of bp, such as 1000000 or 1e6",
    ];
    study.refuses_usage(&mut study.command("map --cis-dist-bp far"), &parts);
}

#[test]
fn a_configuration_that_cannot_be_meant_is_wrong_usage() {
    let study = Study::new();
    let refused = |text: &str, parts: &[&str]| {
        study.write("study.toml", text);
        study.refuses_usage(
            &mut study.command("map --config study.toml --out out"),
            parts,
        );
    };
    refused(
        "cisDist = 5\n",
        &[
            "study.toml",
            "'cisDist' is no configuration key",
            "'cis_dist_bp'",
        ],
    );
    refused(
        "p_cis = 0.1\nthreads = \"two\"\n",
        &["study.toml, line 2", "string \"two\""],
    );
    refused(
        "p_cis = 0.1\np_cis = 0.2\n",
        &["study.toml, line 2", "duplicate key"],
    );
    refused("genotypes = genotypes.tsv\n", &["study.toml, line 1"]);
    refused(
        "genotypes = \"genotypes.tsv\"\n",
        &["--expression is missing", "configuration file"],
    );
    let mut absent = study.command("map --config absent.toml --out out");
    study.refuses_usage(
        &mut absent,
        &["absent.toml", "cannot be read", "No such file"],
    );
}

#[test]
fn an_unknown_flag_is_wrong_usage_with_the_nearest_known_one() {
    let study = Study::new();
    let mut flag = study.map();
    study.refuses_usage(
        flag.args(["--cis-dist", "5"]),
        &["'--cis-dist'", "'--cis-dist-bp'"],
    );
    study.refuses_usage(&mut study.command("mapp"), &["'mapp'", "'map'"]);
    study.refuses_usage(
        &mut study.command("import genotypes genotypes.tsv"),
        &["--out"],
    );
    study.refuses_usage(
        &mut study.command("simulate --samples 0 --out out"),
        &["--samples is 0"],
    );
    study.refuses_usage(
        &mut study.command("simulate --missing 2 --out out"),
        &["--missing is 2"],
    );
}
