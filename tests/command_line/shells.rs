//! Completions and manual pages.

use std::fs;
use std::process::Command;

use crate::support::{fail, mpiqtl, succeed};

fn completions(shell: &str) -> String {
    let output = succeed(mpiqtl().args(["completions", shell]));
    String::from_utf8(output.stdout).unwrap()
}

/// What bash offers for a line whose last word is begun.
fn offered(line: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("mpiqtl.bash");
    fs::write(&script, completions("bash")).unwrap();
    let ask = format!(
        "source {}; COMP_WORDS=({line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
         [[ '{line}' == *' ' ]] && COMP_WORDS+=('') && COMP_CWORD=$((COMP_CWORD + 1)); \
         _mpiqtl mpiqtl \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display()
    );
    let output = succeed(Command::new("bash").args(["--norc", "-c", &ask]));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(String::from).collect()
}

#[test]
fn bash_completes_commands_flags_and_words() {
    assert_eq!(offered("mpiqtl ma"), ["map", "man"]);
    assert_eq!(
        offered("mpiqtl map --p-"),
        ["--p-all", "--p-cis", "--p-trans", "--p-histogram"]
    );
    assert_eq!(
        offered("mpiqtl map --model "),
        ["linear", "anova", "linear_cross"]
    );
    assert_eq!(offered("mpiqtl map --engine i"), ["i8"]);
    assert_eq!(offered("mpiqtl import ge"), ["genotypes"]);
    assert_eq!(offered("mpiqtl plan --sb"), ["--sbatch"]);
    // A file, where one is wanted.
    assert!(offered("mpiqtl map --genotypes Cargo.t").contains(&"Cargo.toml".into()));
}

#[test]
fn every_shell_has_completions() {
    for (shell, start) in [("zsh", "#compdef mpiqtl"), ("fish", "# Print an optspec")] {
        let text = completions(shell);
        assert!(text.starts_with(start), "{}", &text[..60]);
        assert!(text.contains("cis-dist-bp"));
        let checked = Command::new(shell).arg("-n").arg("/dev/stdin").output();
        if checked.is_err() {
            eprintln!("skipped: there is no {shell} to check its completions");
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("completions");
        fs::write(&script, text).unwrap();
        succeed(Command::new(shell).arg("-n").arg(script));
    }
    assert!(fail(mpiqtl().args(["completions", "csh"]), 2).contains("bash"));
}

#[test]
fn manual_pages_are_ones_that_man_takes_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    succeed(
        mpiqtl()
            .args(["man", "--out"])
            .arg(folder.path().join("man1")),
    );
    let pages: Vec<_> = fs::read_dir(folder.path().join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let names: Vec<_> = pages
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy())
        .collect();
    for name in [
        "mpiqtl.1",
        "mpiqtl-map.1",
        "mpiqtl-plan.1",
        "mpiqtl-import-genotypes.1",
    ] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
    for page in &pages {
        let Ok(checked) = Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-z"])
            .arg(page)
            .output()
        else {
            eprintln!("skipped: there is no groff to check manual pages");
            return;
        };
        let warnings = String::from_utf8_lossy(&checked.stderr);
        assert!(
            checked.status.success() && warnings.is_empty(),
            "{warnings}"
        );
    }
}

#[test]
fn a_page_is_printed_by_its_commands_name() {
    let page = |words: &[&str]| {
        let output = succeed(mpiqtl().arg("man").args(words));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(page(&[]).contains("mpiqtl\\-map"));
    let map = page(&["map"]);
    for part in [
        "\\fBmpiqtl map\\fR [OPTIONS]",
        concat!("\" \" \"mpiqtl ", env!("CARGO_PKG_VERSION"), "\" mpiqtl\n"),
        ".SH THRESHOLDS",
        "cis\\-dist\\-bp",
        "Matrix eQTL: cisDist",
    ] {
        assert!(map.contains(part), "{part} is not in\n{map}");
    }
    assert!(page(&["import", "genotypes"]).contains("genotype\\-field"));
    let said = fail(mpiqtl().args(["man", "mapp"]), 2);
    assert!(said.contains("'mapp' is no command; map, merge"), "{said}");
    if let Ok(mut man) = Command::new("man")
        .args(["-l", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .env("MANWIDTH", "100")
        .spawn()
    {
        use std::io::Write;
        man.stdin.take().unwrap().write_all(map.as_bytes()).unwrap();
        let read = man.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&read.stdout);
        assert!(
            text.contains("--cis-dist-bp") && read.stderr.is_empty(),
            "{text}"
        );
    }
}
