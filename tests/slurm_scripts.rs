//! The scripts of `slurm/` without Slurm: what they would start, and that no name reaches a shell as words.

use std::fs;
use std::path::Path;
use std::process::Command;

const SCRIPTS: [&str; 6] = [
    "map.sbatch",
    "array.sbatch",
    "merge.sbatch",
    "submit-array",
    "strong-scaling.sbatch",
    "weak-scaling.sbatch",
];

/// Does harm wherever a shell reads it.
const NAME: &str = r#"a "b" 'c' $(touch harm) `touch harm`; touch harm & *.toml"#;

/// What `script` needs before further flags of the program: every name is the harmful one.
fn words(script: &str) -> Vec<&'static str> {
    match script {
        "map.sbatch" => vec![NAME],
        "array.sbatch" | "submit-array" => vec!["12", NAME, NAME],
        "merge.sbatch" => vec![NAME],
        "strong-scaling.sbatch" => vec![NAME, NAME],
        _ => vec!["100", "20", "30", NAME],
    }
}

/// A folder with a configuration of the harmful name.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(NAME), "").expect("the name is a file name");
    folder
}

fn script(name: &str, folder: &Path) -> Command {
    let mut command = Command::new("bash");
    for (variable, _) in std::env::vars() {
        if ["SLURM_", "MPIQTL"]
            .iter()
            .any(|start| variable.starts_with(start))
        {
            command.env_remove(variable);
        }
    }
    command
        .current_dir(folder)
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("slurm")
                .join(name),
        )
        .env("MPIQTL_DRY_RUN", "1")
        .env("MPIQTL", "mpi qtl")
        .env("SLURM_ARRAY_TASK_ID", "7")
        .env("SLURM_NTASKS", "6");
    command
}

/// The commands of a dry run, each as the words a shell makes of it.
fn commands(command: &mut Command) -> Vec<Vec<String>> {
    // Words that are read wrongly do their harm there.
    let folder = command.get_current_dir().expect("a folder").to_owned();
    let output = command.output().expect("bash starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| {
            let print = format!("printf '%s\\0' {line}");
            let words = Command::new("bash")
                .args(["-c", &print])
                .current_dir(&folder)
                .output();
            let words = String::from_utf8(words.expect("bash starts").stdout).expect("text");
            let words = words.strip_suffix('\0').unwrap_or(&words);
            words.split('\0').map(String::from).collect()
        })
        .collect()
}

#[test]
fn a_name_stays_one_word_in_every_script() {
    for name in SCRIPTS {
        let folder = folder();
        let mut dry = script(name, folder.path());
        let commands = commands(dry.args(words(name)).args(["--covariates", NAME]));
        assert!(!commands.is_empty(), "{name} shows what it would start");
        for command in &commands {
            let whole = command.iter().any(|word| word.starts_with(NAME));
            assert!(whole, "{name}: {command:?}");
            let program = command[0] == "sbatch" || command.contains(&"mpi qtl".to_string());
            assert!(program, "{name}: {command:?}");
        }
        let files = fs::read_dir(folder.path()).expect("the folder").count();
        assert_eq!(files, 1, "{name} has written something");
    }
}

#[test]
fn every_script_asks_for_what_it_needs() {
    for name in SCRIPTS {
        let folder = folder();
        for given in [&[][..], &["--p-all", "1e-3", "1", "2"]] {
            let output = script(name, folder.path()).args(given).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{name} {given:?}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.starts_with("usage: "), "{name}: {said}");
            assert!(said.contains(name), "{name}: {said}");
        }
        if !["merge.sbatch", "weak-scaling.sbatch"].contains(&name) {
            let other: Vec<_> = words(name)
                .iter()
                .map(|word| word.replace(NAME, "none"))
                .collect();
            let output = script(name, folder.path()).args(other).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{name}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("none cannot be read"), "{name}: {said}");
        }
    }
}

#[test]
fn a_shard_is_told_its_number_and_how_many_there_are() {
    let folder = folder();
    let mut dry = script("array.sbatch", folder.path());
    let command = commands(dry.args(words("array.sbatch"))).remove(0);
    let at = command
        .iter()
        .position(|word| word == "--shard")
        .expect("a shard");
    assert_eq!(command[at + 1], "7/12");
    for outside in ["0", "13", "", "x"] {
        let mut dry = script("array.sbatch", folder.path());
        dry.env("SLURM_ARRAY_TASK_ID", outside)
            .args(words("array.sbatch"));
        let output = dry.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "element '{outside}'");
    }
}

#[test]
fn the_merge_waits_for_all_shards_and_takes_the_same_options() {
    let folder = folder();
    let mut dry = script("submit-array", folder.path());
    dry.args(["--partition=short", "--account=it's me"]);
    let commands = commands(dry.args(words("submit-array")));
    let [array, merge] = &commands[..] else {
        panic!("{commands:?}");
    };
    assert!(array.contains(&"--array=1-12".to_string()), "{array:?}");
    let waits = "--dependency=afterok:ARRAY".to_string();
    assert!(merge.contains(&waits), "{merge:?}");
    for command in [array, merge] {
        for option in ["--partition=short", "--account=it's me"] {
            assert!(command.contains(&option.to_string()), "{command:?}");
        }
    }
}

#[test]
fn rank_counts_double_up_to_all_or_are_those_asked_for() {
    for (asked, wanted) in [
        (None, &["1", "2", "4", "6"][..]),
        (Some("3 48"), &["3", "48"]),
    ] {
        for name in ["strong-scaling.sbatch", "weak-scaling.sbatch"] {
            let folder = folder();
            let mut dry = script(name, folder.path());
            if let Some(asked) = asked {
                dry.env("MPIQTL_RANKS", asked);
            }
            let commands = commands(dry.args(words(name)));
            let maps = commands
                .iter()
                .filter(|command| command.contains(&"map".to_string()));
            let ranks = maps.filter_map(|c| c.iter().find_map(|w| w.strip_prefix("--ntasks=")));
            assert_eq!(ranks.collect::<Vec<_>>(), wanted, "{name}");
        }
    }
    let folder = folder();
    let mut dry = script("strong-scaling.sbatch", folder.path());
    dry.env("MPIQTL_RANKS", "2 $(touch harm)")
        .args(words("strong-scaling.sbatch"));
    assert_eq!(dry.output().unwrap().status.code(), Some(2));
    assert!(!folder.path().join("harm").exists());
}

#[test]
fn a_site_file_is_read_and_a_missing_one_is_told() {
    let folder = folder();
    let site = folder.path().join("my site");
    fs::write(&site, "MPIQTL='of the site'\n").expect("a site file");
    let mut dry = script("map.sbatch", folder.path());
    let commands = commands(dry.env("MPIQTL_SITE", &site).args(words("map.sbatch")));
    assert!(
        commands[0].contains(&"of the site".to_string()),
        "{commands:?}"
    );
    let mut dry = script("map.sbatch", folder.path());
    let output = dry
        .env("MPIQTL_SITE", "none")
        .args(words("map.sbatch"))
        .output();
    assert!(!output.unwrap().status.success(), "a site file is missing");
}
