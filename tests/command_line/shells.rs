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

/// What fish offers for a line whose last word is begun, or `None` where there is no fish.
fn offered_by_fish(line: &str) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("mpiqtl.fish");
    fs::write(&script, completions("fish")).unwrap();
    let ask = format!("source {}; complete -C '{line}'", script.display());
    let mut fish = Command::new("fish");
    fish.args(["--no-config", "-c", &ask])
        .env("HOME", folder.path());
    if is_missing(&mut fish) {
        return None;
    }
    let text = String::from_utf8(succeed(&mut fish).stdout).unwrap();
    // Behind a tab stands what a word means.
    let words = text.lines().filter_map(|line| line.split('\t').next());
    Some(words.map(String::from).collect())
}

/// An interactive zsh on a terminal of its own: types a line and the tab key, and prints what the terminal shows then and
/// the line that zsh has made of it, in angle brackets.
const ASK_ZSH: &str = r#"
zmodload zsh/zpty
zpty shell zsh -f -i
until_it_shows() {
    local piece
    REPLY=
    while zpty -r shell piece; do
        REPLY+=$piece
        [[ $REPLY == *"$1"* ]] && return
    done
}
zpty -w shell 'PS1= PS2= RPS1= TERM=dumb; stty -echo cols 200; fpath=('$1' $fpath); autoload -Uz compinit; compinit -u -D
show() { print -r -- "<$BUFFER>"; BUFFER= }; zle -N show; bindkey "^X" show; print re""ady'
until_it_shows ready
zpty -n -w shell $2$'\t\x18'
until_it_shows '>'
print -r -- $REPLY
zpty -d shell
"#;

/// What zsh shows after a line and the tab key, or `None` where there is no zsh.
fn shown_by_zsh(line: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("_mpiqtl"), completions("zsh")).unwrap();
    let mut zsh = Command::new("timeout");
    zsh.args(["60", "zsh", "-f", "-c", ASK_ZSH, "ask"]);
    zsh.arg(folder.path()).arg(line).env("HOME", folder.path());
    if is_missing(&mut Command::new("zsh")) {
        return None;
    }
    Some(String::from_utf8_lossy(&succeed(&mut zsh).stdout).into_owned())
}

/// Whether a shell is not there, which is said.
fn is_missing(shell: &mut Command) -> bool {
    let name = shell.get_program().to_string_lossy().into_owned();
    let is_missing = Command::new(&name).args(["-c", "exit"]).status().is_err();
    if is_missing {
        eprintln!(
            "skipped: there is no {name} to complete a line; scripts/setup --tests installs it"
        );
    }
    is_missing
}

#[test]
fn fish_completes_commands_flags_and_words() {
    for (line, wanted) in [
        ("mpiqtl ma", &["man", "map"][..]),
        (
            "mpiqtl map --p-",
            &["--p-all", "--p-cis", "--p-histogram", "--p-trans"],
        ),
        ("mpiqtl map --cis-di", &["--cis-dist-bp"]),
        ("mpiqtl map --model ", &["anova", "linear", "linear_cross"]),
        ("mpiqtl map --engine i", &["i8"]),
        ("mpiqtl import ge", &["genotypes"]),
    ] {
        let Some(found) = offered_by_fish(line) else {
            return;
        };
        assert_eq!(found, wanted, "{line}");
    }
    let files = offered_by_fish("mpiqtl map --genotypes Cargo.t").unwrap();
    assert_eq!(files, ["Cargo.toml"]);
}

#[test]
fn zsh_completes_commands_flags_and_words() {
    // What one word only can be is put into the line.
    for (line, wanted) in [
        ("mpiqtl map --cis-di", "<mpiqtl map --cis-dist-bp=>"),
        ("mpiqtl map --model an", "<mpiqtl map --model anova >"),
        ("mpiqtl map --engine=i", "<mpiqtl map --engine=i8 >"),
        ("mpiqtl import ge", "<mpiqtl import genotypes >"),
        (
            "mpiqtl map --genotypes=Cargo.t",
            "<mpiqtl map --genotypes=Cargo.toml >",
        ),
    ] {
        let Some(shown) = shown_by_zsh(line) else {
            return;
        };
        assert!(shown.contains(wanted), "{line}: {shown:?}");
    }
    // What more than one can be is listed.
    for (line, wanted) in [
        (
            "mpiqtl map --p-",
            &["--p-all", "--p-cis", "--p-histogram", "--p-trans"][..],
        ),
        ("mpiqtl map --model ", &["anova", "linear", "linear_cross"]),
        ("mpiqtl ma", &["man", "map"]),
    ] {
        let shown = shown_by_zsh(line).unwrap();
        for word in wanted {
            assert!(
                shown.split_whitespace().any(|found| found == *word),
                "{line}: no {word} in {shown:?}"
            );
        }
    }
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
