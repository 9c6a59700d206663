//! What is said, how much of it, and where.

use std::process::Command;

use crate::support::{fail, record, stderr, succeed};
use crate::{MAP_STORES, Study};

const CIS: &str = "--p-cis 0.5 --p-trans 0.01 --overwrite";

/// A study in which one sample has no covariates, of which is warned.
fn with_a_warning() -> Study {
    let study = Study::new("h5");
    let covariates = std::fs::read_to_string(study.path("covariates.tsv")).unwrap();
    let spoiled = covariates.replacen("sample00003", "nobody", 1);
    assert_ne!(covariates, spoiled);
    std::fs::write(study.path("covariates.tsv"), spoiled).unwrap();
    study
}

#[test]
fn quiet_says_nothing_but_errors_and_the_record_keeps_the_warnings() {
    let study = with_a_warning();
    let map = format!("{MAP_STORES} {CIS}");
    for quiet in ["-q", "--quiet", "--silent"] {
        let output = succeed(study.command(&map).arg(quiet));
        assert_eq!((output.stdout.len(), stderr(&output)), (0, String::new()));
        let warnings = record(&study.path("out"))["warnings"].to_string();
        assert!(warnings.contains("left out: sample00003"), "{warnings}");
    }
    let said = fail(
        &mut study.command(&format!("-q {MAP_STORES} --p-cis 0.5")),
        1,
    );
    assert!(said.starts_with("mpiqtl: error: out: holds"), "{said}");
    assert_eq!(said.lines().count(), 1);
    for words in [
        "plan -q --genotypes genotypes.h5 --expression expression.h5 --gmac 1",
        "simulate --quiet --snps 9 --genes 9 --samples 9 --out other",
        "import genotypes other/genotypes.vcf --out g.h5 -q",
    ] {
        if words.starts_with("import") {
            succeed(&mut study.command("simulate --snps 9 --genes 9 --format vcf --out other"));
        }
        assert_eq!(stderr(&succeed(&mut study.command(words))), "", "{words}");
    }
}

#[test]
fn a_run_says_what_is_on_and_verbose_says_everything() {
    let study = with_a_warning();
    let map = format!("{MAP_STORES} {CIS} --block-snps 100");
    let normal = succeed(&mut study.command(&map));
    let said = stderr(&normal);
    assert!(
        normal.stdout.is_empty(),
        "results are files, words go to standard error"
    );
    for part in [
        "config  p_cis = 0.5",
        "samples 39 in all files",
        "warning: 1 of 40",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    for part in [
        "config  min_p",
        "config  shard",
        "rank    0",
        "block pairs 1 to",
    ] {
        assert!(!said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains(['\r', '\x1b']), "a log is plain: {said:?}");
    for verbose in ["-v", "--verbose"] {
        let said = stderr(&succeed(study.command(&map).arg(verbose)));
        for part in [
            "config  min_p = false",
            "config  shard = not given",
            "scan    block pairs 1 to 4 go to rank 0",
            "1 thread, 4 block pairs, 8,000 tests",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    let said = fail(study.command(&map).args(["-q", "-v"]), 2);
    assert!(
        said.contains("'--quiet' cannot be used with '--verbose'"),
        "{said}"
    );
}

/// What a terminal of 100 columns is given by a command that runs on it, or `None` where util-linux is not there.
fn on_terminal(study: &Study, words: &str, environment: &[(&str, &str)]) -> Option<String> {
    let program = env!("CARGO_BIN_EXE_mpiqtl");
    let line = format!("stty cols 100; exec {program} {words}");
    let mut command = Command::new("script");
    command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    command.current_dir(study.path("."));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
        .env("TERM", "xterm")
        .envs(environment.iter().copied());
    match command.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(_) => {
            eprintln!("skipped: there is no script(1) to make a terminal");
            None
        }
    }
}

#[test]
fn a_terminal_shows_one_live_line_and_nothing_of_it_stays() {
    let study = Study::new("h5");
    let map = format!("{MAP_STORES} {CIS} --block-snps 40");
    let slow = [("MPIQTL_SLOW_MS", "150")];
    let Some(said) = on_terminal(&study, &map, &slow) else {
        return;
    };
    let line = live_lines(&said, "scan").find(|line| line.contains("ETA"));
    let line = line.unwrap_or_else(|| panic!("no live line in {said:?}"));
    for part in ["scan", " %", "eQTLs", "tests/s", "ETA"] {
        assert!(line.contains(part), "{part}: {line:?}");
    }
    // It is taken away before the results are told: what stands in each line of the terminal is what came after it was
    // cleared for the last time.
    let mut stays = said
        .lines()
        .filter_map(|line| line.rsplit("\x1b[2K").next());
    let left = stays.clone().find(|line| line.contains("ETA"));
    assert_eq!(left, None, "{said:?}");
    assert!(
        stays.any(|line| line.starts_with("result  out/cis.tsv")),
        "{said:?}"
    );
    let quiet = on_terminal(&study, &format!("{map} -q"), &slow);
    assert_eq!(quiet.as_deref(), Some(""));
}

/// The live lines of a phase that a terminal showed, in their order.
fn live_lines<'a>(said: &'a str, phase: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = said.split(['\r', '\n']).map(|line| {
        let escape = line.rfind("\x1b[2K");
        &line[escape.map_or(0, |at| at + 4)..]
    });
    lines.filter(move |line| line.split(' ').next() == Some(phase) && line.contains(" %  "))
}

#[test]
fn every_phase_that_lasts_has_a_live_line_with_pace_and_time_left() {
    let study = Study(tempfile::tempdir().expect("a folder"));
    let shape = "simulate --snps 1500 --genes 50 --samples 30 --format text --out .";
    succeed(&mut study.command(shape));
    let map = "map --genotypes genotypes.tsv --expression expression.tsv --p-all 1 --out out --one-rank --threads 1";
    let slow = [("MPIQTL_SLOW_LOOK_MS", "260")];
    let Some(said) = on_terminal(&study, map, &slow) else {
        return;
    };
    for (phase, unit) in [
        ("import", "SNPs, "),
        ("prepare", "50 genes, "),
        ("scan", "tests/s"),
        ("sort", "eQTLs read, "),
        ("write", "75,000 eQTLs, "),
        ("report", "65,536 eQTLs, "),
    ] {
        let mut lines = live_lines(&said, phase);
        let line = lines.find(|line| line.contains(unit) && line.contains("ETA "));
        let line = line.unwrap_or_else(|| panic!("no line of {phase} in {said:?}"));
        let pace = phase == "scan" || line.contains(" a second");
        assert!(pace, "{line:?}");
    }
    // The report of a run that is over has one too.
    let report = on_terminal(&study, "report out", &slow).expect("there is a terminal");
    assert!(live_lines(&report, "report").next().is_some(), "{report:?}");
    assert!(report.trim_end().ends_with("report  out/report.html"));
}

#[test]
fn a_phase_that_is_soon_over_shows_nothing() {
    let study = Study::new("h5");
    let Some(said) = on_terminal(&study, &format!("{MAP_STORES} {CIS}"), &[]) else {
        return;
    };
    let record = record(&study.path("out"));
    let phases = record["phases"].as_array().expect("phases").iter();
    let mut n_short = 0;
    for phase in phases.filter(|phase| phase["secs"].as_f64() < Some(0.2)) {
        n_short += 1;
        let name = phase["phase"].as_str().expect("a name");
        let also = if name == "write" { "sort" } else { name };
        for name in [name, also] {
            assert_eq!(live_lines(&said, name).next(), None, "{said:?}");
        }
    }
    assert!(n_short > 0, "{record}");
}

#[test]
fn colours_are_for_terminals_without_no_color() {
    let study = with_a_warning();
    let map = format!("{MAP_STORES} {CIS}");
    let refused = "map --genotypes none.h5 --expression expression.h5 --out o --one-rank";
    for (words, word) in [(map.as_str(), "warning:"), (refused, "mpiqtl: error")] {
        let Some(colours) = on_terminal(&study, words, &[]) else {
            return;
        };
        let start = colours.find(word).unwrap_or_else(|| panic!("{colours:?}"));
        assert!(colours[..start].ends_with('m'), "{colours:?}");
        for environment in [[("NO_COLOR", "1")], [("TERM", "dumb")]] {
            let plain = on_terminal(&study, words, &environment).expect("there is a terminal");
            assert!(
                plain.contains(&format!("\n{word}")) || plain.starts_with(word),
                "{plain:?}"
            );
        }
    }
    let Some(usage) = on_terminal(&study, "map --nonsense", &[("NO_COLOR", "1")]) else {
        return;
    };
    assert!(usage.contains("error: unexpected argument"), "{usage:?}");
    assert!(!usage.contains("\x1b[1m"), "{usage:?}");
}
