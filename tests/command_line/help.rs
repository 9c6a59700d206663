//! Help: short by -h, whole by --help, the same in the README, and for those who know other programs' names.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{fail, mpiqtl, succeed};

fn help(command: &[&str], flag: &str) -> String {
    let output = succeed(mpiqtl().args(command).arg(flag));
    String::from_utf8(output.stdout).expect("help is text")
}

/// The flag a line of help is of, if it is the first of one.
fn flag_of(line: &str) -> Option<&str> {
    let starts = ["      --", "  -q, --", "  -v, --", "  -h, --", "  -V, --"];
    let rest = starts.iter().find_map(|start| line.strip_prefix(start))?;
    rest.split(|c: char| c.is_whitespace() || c == '[').next()
}

/// The groups of `map -h`, each with its flags, in its order.
fn groups() -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in help(&["map"], "-h").lines() {
        match (line.strip_suffix(':'), groups.last_mut()) {
            (Some(group), _) => groups.push((group.into(), Vec::new())),
            (None, Some((_, flags))) => flags.extend(flag_of(line).map(String::from)),
            (None, None) => {}
        }
    }
    groups.retain(|(_, flags)| !flags.is_empty());
    groups
}

#[test]
fn the_short_help_has_a_line_a_flag_in_groups() {
    for command in [
        &["map"][..],
        &["plan"],
        &["merge"],
        &["import", "genotypes"],
        &["import", "expression"],
        &["simulate"],
    ] {
        for line in help(command, "-h").lines() {
            assert!(line.chars().count() <= 100, "{line}");
            let is_text = line.starts_with("                        ");
            assert!(
                !is_text,
                "a flag of {command:?} needs more than a line: {line}"
            );
        }
    }
    let names: Vec<String> = groups().into_iter().map(|(name, _)| name).collect();
    let wanted = [
        "Options",
        "Input",
        "Model",
        "Thresholds",
        "Output",
        "Restart",
        "Distribution",
        "Speed",
    ];
    assert_eq!(names, wanted);
}

#[test]
fn the_long_help_has_the_default_of_every_option() {
    let long = help(&["map"], "--help");
    let lines: Vec<&str> = long.lines().collect();
    let starts = (0..lines.len()).filter(|&i| flag_of(lines[i]).is_some());
    let mut starts: Vec<usize> = starts.collect();
    starts.push(lines.len());
    let mut n_flags = 0;
    for piece in starts.windows(2) {
        let flag = flag_of(lines[piece[0]]).expect("a flag");
        let text = lines[piece[0]..piece[1]].join(" ");
        let is_told = text.contains("[default: ") || text.contains("Required.");
        let is_no_key = ["config", "quiet", "verbose", "dry-run", "help"].contains(&flag);
        assert!(is_told != is_no_key, "{text}");
        n_flags += 1;
    }
    let in_groups: usize = groups().iter().map(|(_, flags)| flags.len()).sum();
    assert_eq!(n_flags, in_groups, "both helps have all flags");
}

#[test]
fn the_readme_has_the_groups_of_the_help() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("there is a README");
    let rows = readme.lines().filter_map(|line| {
        let (group, flags) = line.strip_prefix("| ")?.split_once(" | `--")?;
        let flags = format!("`--{flags}");
        let flags = flags.split("`--").skip(1);
        let flags = flags.filter_map(|rest| rest.split('`').next().map(String::from));
        Some((group.to_string(), flags.collect::<Vec<String>>()))
    });
    let found: Vec<_> = rows.collect();
    let wanted: Vec<_> = groups().into_iter().skip(1).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_name_of_another_program_is_told_with_ours() {
    let usage = |words: &[&str]| fail(mpiqtl().args(words), 2);
    for (flag, ours) in [
        ("--pvOutputThreshold_tra", "'--p-trans'"),
        ("--pvOutputThreshold.cis", "'--p-cis'"),
        ("--pvOutputThreshold", "'--p-all' or '--p-trans'"),
        ("--useModel", "'--model'"),
        ("--cvrt", "'--covariates'"),
        ("--min.pv.by.genesnp", "'--min-p'"),
        ("--vcf", "'--genotypes'"),
    ] {
        for said in [
            usage(&["map", flag, "1"]),
            usage(&["map", &format!("{flag}=1")]),
        ] {
            let tip = format!("tip: '{flag}' of ");
            assert!(
                said.contains(&tip) && said.contains(&format!(" is {ours}")),
                "{said}"
            );
        }
    }
    for (words, near) in [
        (&["map", "--p_cis", "1"][..], "'--p-cis'"),
        (&["map", "--covariate", "x"], "'--covariates'"),
        (&["map", "--model", "linaer"], "did you mean 'linear'?"),
        (&["map", "--engine", "I8"], "did you mean 'i8'?"),
        (&["map", "--simd", "avx-512"], "did you mean 'avx512'?"),
        (&["map", "--columns", "Full"], "did you mean 'full'?"),
        (&["map", "--genotype-field", "ds"], "did you mean 'DS'?"),
        (
            &["map", "--anova-df", "observe"],
            "did you mean 'observed'?",
        ),
        (&["simulat"], "'simulate'"),
    ] {
        let said = usage(words);
        assert!(said.contains(near), "{said}");
    }
}

#[test]
fn a_wrong_key_of_a_configuration_is_told_with_the_right_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("c.toml");
    let mut seen = BTreeSet::new();
    for (key, ours) in [
        ("pvOutputThreshold_cis", "Matrix eQTL is 'p_cis' here"),
        ("snpspos", "Matrix eQTL is 'snp_locations' here"),
        ("p-cis", "did you mean 'p_cis'?"),
        ("gene_location", "did you mean 'gene_locations'?"),
        ("dry_run", "is no configuration key"),
    ] {
        std::fs::write(&config, format!("{key} = 1\n")).expect("it can be written");
        let mut command = mpiqtl();
        command.arg("map").arg("--config").arg(&config);
        let said = fail(&mut command, 2);
        assert!(
            said.contains(&format!("'{key}' is no configuration key")),
            "{said}"
        );
        assert!(said.contains(ours), "{said}");
        seen.insert(said);
    }
    assert_eq!(seen.len(), 5);
}
