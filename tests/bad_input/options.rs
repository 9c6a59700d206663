//! Options and configurations that cannot be meant: wrong usage, refused before anything is opened.

use std::process::Command;

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
    study.refuses_usage(&mut map("--genotype-field GL"), &["GL", "GT, DS or GP"]);
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let study = Study::new();
    let parts = ["--genotypes, --expression, --out are missing"];
    study.refuses_usage(&mut study.command("map --p-all 0.1"), &parts);
    let parts = [
        "--cis-dist-bp",
        "whole number of bp, such as 1000000 or 1e6",
    ];
    study.refuses_usage(&mut study.command("map --cis-dist-bp far"), &parts);
}

/// `map` of the text files without covariates.
fn map_plain(study: &Study, words: &str) -> Command {
    let inputs = "map --genotypes genotypes.tsv --expression expression.tsv --p-all 0.1 --out out";
    study.command(&format!("{inputs} {words}"))
}

#[test]
fn an_unknown_model_is_told_the_models() {
    let study = Study::new();
    for (word, meant) in [
        ("modelANOVA", "did you mean 'anova'?"),
        ("modelLINEAR", "did you mean 'linear'?"),
        ("modelLINEAR_CROSS", "did you mean 'linear_cross'?"),
        ("logistic", "is no model"),
    ] {
        let all = "'linear', 'anova' or 'linear_cross' is wanted";
        let mut flag = map_plain(&study, &format!("--model {word}"));
        study.refuses_usage(&mut flag, &["--model", word, all, meant]);
        study.write("study.toml", format!("out = \"out\"\nmodel = \"{word}\"\n"));
        let mut file = map_plain(&study, "--config study.toml");
        study.refuses_usage(&mut file, &["study.toml, line 2", word, all, meant]);
    }
}

#[test]
fn an_option_of_another_model_is_wrong_usage() {
    let study = Study::new();
    for (words, key, model, owner) in [
        ("--interaction age", "interaction", "linear", "linear_cross"),
        (
            "--model anova --interaction age",
            "interaction",
            "anova",
            "linear_cross",
        ),
        ("--anova-groups 3", "anova_groups", "linear", "anova"),
        (
            "--model linear_cross --anova-groups 3",
            "anova_groups",
            "linear_cross",
            "anova",
        ),
        ("--anova-df declared", "anova_df", "linear", "anova"),
        (
            "--model linear --anova-df observed",
            "anova_df",
            "linear",
            "anova",
        ),
    ] {
        let mut map = map_plain(&study, &format!("--covariates covariates.tsv {words}"));
        let part = format!(
            "{key} is given, but the model is {model}; give model {owner}, or leave {key} out"
        );
        study.refuses_usage(&mut map, &[&part]);
    }
    study.write("study.toml", "interaction = \"age\"\n");
    let mut file = map_plain(&study, "--config study.toml");
    study.refuses_usage(
        &mut file,
        &["interaction is given, but the model is linear"],
    );
}

#[test]
fn models_that_lack_something_are_wrong_usage() {
    let study = Study::new();
    let mut cross = map_plain(&study, "--model linear_cross");
    let parts = ["linear_cross is given without covariates", "--covariates"];
    study.refuses_usage(&mut cross, &parts);
    for groups in ["0", "1"] {
        let mut anova = map_plain(&study, &format!("--model anova --anova-groups {groups}"));
        let found = format!("anova_groups is {groups}");
        study.refuses_usage(&mut anova, &[&found, "2 to 16 classes"]);
    }
    for (words, part) in [
        ("--anova-groups three", "--anova-groups"),
        (
            "--anova-df fixed",
            "'fixed' is neither 'declared' nor 'observed'",
        ),
    ] {
        study.refuses_usage(
            &mut map_plain(&study, &format!("--model anova {words}")),
            &[part],
        );
    }
}

#[test]
fn a_histogram_that_cannot_be_made_is_wrong_usage() {
    let study = Study::new();
    for (flag, file, part) in [
        ("true", "true", "give a number of bins"),
        ("0", "0", "0 is no number of bins"),
        ("65001", "65001", "from 1 to 65000"),
        ("10.5", "10.5", "10.5 is no number of bins"),
        ("0.5,", "[0.5]", "edge"),
        ("0.01,1.5", "[0.01, 1.5]", "the edge 1.5 is no p-value"),
        ("0.01,1,0.01", "[0.01, 1, 0.01]", "0.01 is there twice"),
        (
            "qq",
            "\"qq\"",
            "'qq' is no histogram; give a number of bins",
        ),
    ] {
        let mut map = map_plain(&study, &format!("--p-histogram {flag}"));
        study.refuses_usage(&mut map, &["--p-histogram", part]);
        study.write("study.toml", format!("# bins\np_histogram = {file}\n"));
        let mut map = map_plain(&study, "--config study.toml");
        study.refuses_usage(&mut map, &["study.toml, line 2", part]);
    }
}

#[test]
fn outputs_and_checks_that_cannot_be_meant_are_wrong_usage() {
    let study = Study::new();
    for (words, part) in [
        (
            "--columns all",
            "'all' is none of 'matrix_eqtl', 'full' and 'eqtl_catalogue'",
        ),
        ("--audit many", "--audit"),
        ("--min-p 1", "--min-p"),
        ("--skip-self no", "--skip-self"),
    ] {
        study.refuses_usage(&mut map_plain(&study, words), &[part]);
    }
    for (line, part) in [
        ("columns = \"all\"", "'all' is none of"),
        ("audit = -1", "-1"),
        ("min_p = \"yes\"", "yes"),
        ("skip_self = 1", "boolean"),
    ] {
        study.write("study.toml", format!("{line}\n"));
        let mut map = map_plain(&study, "--config study.toml");
        study.refuses_usage(&mut map, &["study.toml, line 1", part]);
    }
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

#[test]
fn an_engine_or_instructions_that_are_not_known_are_wrong_usage() {
    let study = Study::new();
    let engines = "'auto', 'i8', 'f32' or 'f64' is wanted";
    let simds = "'auto', 'avx512', 'avx2' and 'portable'";
    for (key, word, wanted) in [
        ("engine", "f16", engines),
        ("engine", "I8", engines),
        ("simd", "sse", simds),
        ("simd", "AVX2", simds),
    ] {
        let found = format!("'{word}'");
        let mut flag = map_plain(&study, &format!("--{key} {word}"));
        study.refuses_usage(&mut flag, &[&format!("--{key}"), &found, wanted]);
        study.write("study.toml", format!("out = \"out\"\n{key} = \"{word}\"\n"));
        let mut file = map_plain(&study, "--config study.toml");
        study.refuses_usage(&mut file, &["study.toml, line 2", &found, wanted]);
    }
    for line in ["engine = 8", "simd = true", "oversubscribe = 2"] {
        study.write("study.toml", format!("{line}\n"));
        let mut file = map_plain(&study, "--config study.toml");
        study.refuses_usage(&mut file, &["study.toml, line 1"]);
    }
}

#[test]
fn a_number_of_threads_that_cannot_be_meant_is_wrong_usage() {
    let study = Study::new();
    let none = ["threads is 0", "at least 1 is wanted"];
    study.refuses_usage(&mut map_plain(&study, "--threads 0"), &none);
    study.refuses_usage(
        &mut map_plain(&study, "--threads two"),
        &["--threads", "two"],
    );
    study.write("study.toml", "threads = 0\n");
    study.refuses_usage(&mut map_plain(&study, "--config study.toml"), &none);
    study.write("study.toml", "threads = \"many\"\n");
    let mut file = map_plain(&study, "--config study.toml");
    study.refuses_usage(&mut file, &["study.toml, line 1", "many"]);
}
