//! What stands around the program says what the program does: configurations, scripts, README.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::help::{flags, flags_of, help, keys_of_map};
use support::{Table, fail, mpiqtl, number, succeed};

/// Flags of other programs that the README may show.
const FOREIGN_FLAGS: [&str; 18] = [
    "--features",
    "--array",
    "--hostfile",
    "--kill-on-bad-exit",
    "--name",
    "--partition",
    "--signal",
    "--bind-to",
    "--map-by",
    "--bench",
    "--release",
    "--locked",
    "--path",
    "--mpi",
    "--ntasks",
    "--time",
    "--constraint",
    "--cpus-per-task",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn configs() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join("configs"))
        .expect("there is a folder of configurations")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    paths.sort();
    paths
}

/// The key a line of a configuration gives, if it gives one.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(" = ")?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    is_key.then_some(key)
}

/// Runs `map` up to its first look at the genotypes, which are not there.
fn expect_accepted(config: &Path, more: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let genotypes = folder.path().join("no_such_genotypes.vcf");
    let mut command = mpiqtl();
    command
        .current_dir(root())
        .args(["map", "--config"])
        .arg(config);
    command
        .arg("--genotypes")
        .arg(&genotypes)
        .arg("--out")
        .arg(folder.path().join("out"));
    let said = fail(command.args(more), 1);
    assert!(
        said.contains("no_such_genotypes.vcf: cannot open"),
        "{}: {said}",
        config.display()
    );
}

#[test]
fn every_configuration_is_accepted() {
    let configs = configs();
    assert!(configs.len() >= 10, "{configs:?}");
    for config in configs {
        expect_accepted(&config, &[]);
    }
}

/// Configurations that run as they are in a checkout, after `mpiqtl simulate --out study` where they name it, with their
/// output folder and whether the README shows their first cis eQTL.
const EXAMPLES: [(&str, &str, bool); 6] = [
    ("anova", "study/anova_results", true),
    ("interaction", "study/interaction_results", true),
    ("error_covariance", "demo/error_covariance_results", true),
    ("qq", "study/qq_results", true),
    ("cis_only", "study/cis_results", false),
    ("toy", "demo/toy_results", false),
];

#[test]
fn the_examples_of_the_readme_come_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let checkout = folder.path();
    std::os::unix::fs::symlink(root().join("tests"), checkout.join("tests")).expect("a link");
    let run = |words: &[&str]| succeed(mpiqtl().current_dir(checkout).args(words));
    run(&["simulate", "--out", "study"]);
    let readme = read("README.md");
    for (config, out, is_shown) in EXAMPLES {
        let path = root().join(format!("configs/{config}.toml"));
        run(&["map", "--config", path.to_str().expect("a plain path")]);
        let table = Table::read(&checkout.join(out).join("cis.tsv"));
        let of = |names: &[&str]| {
            let is_it = |column: &String| names.contains(&column.as_str());
            let at = table.header.iter().position(is_it).expect("the column");
            table.rows[0][at].clone()
        };
        let statistic = format!("{:.4}", number(&of(&["t-stat", "F-test", "t"])));
        let row = [of(&["SNP", "snp"]), of(&["gene"]), statistic];
        let has_row = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            row.iter().all(|word| words.contains(&word.as_str()))
        };
        assert!(
            !is_shown || readme.lines().any(has_row),
            "README.md does not show {row:?} of {config}.toml"
        );
    }
}

#[test]
fn the_reference_explains_every_key_and_no_other() {
    let text = read("configs/reference.toml");
    let known: BTreeSet<String> = text
        .lines()
        .filter_map(|line| key(line.strip_prefix("# ").unwrap_or(line)))
        .map(String::from)
        .collect();
    assert_eq!(known, keys_of_map());
}

/// Keys of the reference that go with one model only, and two that do not go with each other.
const KEYS_OF_A_MODEL: [(&str, &str); 5] = [
    ("interaction", "linear_cross"),
    ("anova_groups", "anova"),
    ("anova_df", "anova"),
    ("shard", "anova"),
    ("scratch", "linear"),
];

#[test]
fn the_optional_keys_of_the_reference_are_accepted_too() {
    let folder = tempfile::tempdir().expect("a folder");
    for model in ["linear", "anova", "linear_cross"] {
        let goes_with_it = |key: &str| {
            KEYS_OF_A_MODEL
                .iter()
                .all(|&(of_a_model, owner)| key != of_a_model || owner == model)
        };
        let with_all_keys: String = read("configs/reference.toml")
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if key(rest).is_some_and(goes_with_it) => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let config = folder.path().join(format!("{model}.toml"));
        std::fs::write(&config, with_all_keys).expect("the folder can be written");
        // One class, or two: the file cannot ask for both.
        expect_accepted(&config, &["--p-all", "0", "--model", model]);
    }
}

#[test]
fn the_reference_has_matrix_eqtls_names() {
    let reference = read("configs/reference.toml");
    let help = help(&["map"])
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let names: Vec<&str> = help
        .split("[Matrix eQTL: ")
        .skip(1)
        .map(|rest| rest.split(']').next().expect("a name"))
        .collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        assert!(
            reference.contains(name),
            "reference.toml does not name {name}"
        );
    }
}

#[test]
fn scripts_are_well_formed_and_can_be_started() {
    for script in [
        "scripts/setup",
        "scripts/demo",
        "scripts/test",
        "scripts/cluster",
        ".ci/run",
        "slurm/map.sbatch",
        "slurm/array.sbatch",
        "slurm/merge.sbatch",
        "slurm/submit-array",
        "slurm/strong-scaling.sbatch",
        "slurm/weak-scaling.sbatch",
        "slurm/site.env",
    ] {
        succeed(Command::new("bash").arg("-n").arg(root().join(script)));
        if !script.starts_with("slurm") {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(root().join(script))
                .expect("the script is there")
                .permissions()
                .mode();
            assert!(mode & 0o111 == 0o111, "{script} cannot be executed");
        }
    }
}

fn sbatch(arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    for (name, _) in std::env::vars()
        .filter(|(name, _)| name.starts_with("SLURM_") || name.starts_with("MPIQTL"))
    {
        command.env_remove(name);
    }
    command
        .current_dir(root())
        .arg("slurm/map.sbatch")
        .args(arguments)
        .env("MPIQTL_DRY_RUN", "1");
    command
}

fn dry_run(command: &mut Command) -> String {
    String::from_utf8(succeed(command).stdout).expect("a command line")
}

#[test]
fn the_slurm_script_starts_map_with_pmix_and_the_configuration() {
    let mut command = sbatch(&["configs/cf.toml", "--p-trans", "1e-7"]);
    command
        .env("SLURM_CPUS_PER_TASK", "3")
        .env("MPIQTL", "built/mpiqtl");
    let line = dry_run(&mut command);
    assert!(line.starts_with("srun --mpi=pmix "), "{line}");
    let wanted = "built/mpiqtl map --config configs/cf.toml --threads 3 --p-trans 1e-7";
    assert!(line.contains(wanted), "{line}");
}

#[test]
fn threads_given_to_the_slurm_script_win() {
    for threads in [
        &["configs/cf.toml", "--threads", "2"][..],
        &["configs/cf.toml", "--threads=2"],
    ] {
        let line = dry_run(sbatch(threads).env("SLURM_CPUS_PER_TASK", "3"));
        assert_eq!(line.matches("--threads").count(), 1, "{line}");
        assert!(line.trim_end().ends_with('2'), "{line}");
    }
}

#[test]
fn the_slurm_script_asks_for_a_configuration() {
    assert!(fail(&mut sbatch(&[]), 2).contains("usage: sbatch slurm/map.sbatch CONFIG.toml"));
    assert!(fail(&mut sbatch(&["--p-cis", "1e-3"]), 2).contains("usage:"));
    assert!(
        fail(&mut sbatch(&["configs/none.toml"]), 2).contains("configs/none.toml cannot be read")
    );
}

#[test]
fn the_readme_names_commands_and_flags_as_the_program_does() {
    let readme = read("README.md");
    let map = flags_of(&["map"]);
    for flag in &map {
        assert!(
            flags(&readme).contains(flag),
            "README.md does not name {flag}"
        );
    }
    for command in [
        "mpiqtl map",
        "mpiqtl import genotypes",
        "mpiqtl import expression",
        "mpiqtl plan",
        "mpiqtl simulate",
    ] {
        assert!(
            readme.contains(command),
            "README.md does not show '{command}'"
        );
    }
    let groups = help(&["map"]);
    for group in groups
        .lines()
        .filter_map(|line| line.strip_suffix(':'))
        .filter(|&line| line != "Options")
    {
        if group.chars().all(char::is_alphabetic) {
            assert!(
                readme.contains(&format!("| {group} |")),
                "README.md has no group '{group}'"
            );
        }
    }

    let mut known = map;
    for command in [
        &["import", "genotypes"][..],
        &["import", "expression"],
        &["inspect"],
        &["plan"],
        &["extract"],
        &["simulate"],
    ] {
        known.extend(flags_of(command));
    }
    known.extend(FOREIGN_FLAGS.map(String::from));
    known.insert("--help".into());
    for page in ["README.md", "slurm/README.md"] {
        let strange: Vec<String> = flags(&read(page)).difference(&known).cloned().collect();
        assert!(
            strange.is_empty(),
            "{page} has flags that --help does not know: {strange:?}"
        );
    }
}
