//! The pipelines of `configs/pipelines`: what they would start, and that they end with the bytes of a plain run.
//!
//! `scripts/setup --tests` puts Snakemake into the folder of targets. Where it, or Nextflow, is not to be had the tests
//! say so and are skipped.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{installed, mpiqtl, mpirun_itself, stderr, succeed};

const PIPELINES: &str = "configs/pipelines";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A tool that `scripts/setup --tests` installs, or one in the path.
fn tool(name: &str) -> Option<PathBuf> {
    installed("test-tools", name)
}

/// A folder with a small study as VCF and BED.
struct Work(tempfile::TempDir);

impl Work {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let shape = "simulate --snps 400 --genes 30 --samples 60 --format vcf --out study";
        succeed(mpiqtl().current_dir(folder.path()).args(shape.split(' ')));
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The tables of a run without any pipeline.
    fn plain(&self) -> PathBuf {
        let words = "map --genotypes study/genotypes.vcf --expression study/expression.bed --covariates \
                     study/covariates.tsv --p-cis 1e-4 --p-trans 1e-6 --out plain";
        succeed(
            mpiqtl()
                .current_dir(self.0.path())
                .args(words.split_whitespace()),
        );
        self.path("plain")
    }

    /// A script that starts ranks as `mpirun` does, after these lines.
    fn launcher(&self, before: &str) -> PathBuf {
        let path = self.path("launcher");
        fs::write(&path, format!("#!/bin/sh\n{before}\nexec mpirun \"$@\"\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be started");
        path
    }

    fn snakemake(&self, program: &Path, config: &[&str], more: &[&str]) -> Command {
        let mut command = Command::new(program);
        for (name, value) in mpirun_itself().get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let file = |name: &str| root().join(PIPELINES).join("snakemake").join(name);
        command
            .current_dir(self.0.path())
            .env("OMPI_MCA_rmaps_base_oversubscribe", "1")
            .env("OMPI_MCA_hwloc_base_binding_policy", "none")
            .env("HOME", self.0.path())
            .arg("--snakefile")
            .arg(file("Snakefile"))
            .arg("--configfile")
            .arg(file("config.yaml"))
            .args(["--cores", "2"])
            .args(more)
            .arg("--config")
            .arg(format!("mpiqtl={}", env!("CARGO_BIN_EXE_mpiqtl")))
            .args(config);
        command
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(output)
}

fn expect_same_tables(one: &Path, other: &Path) {
    for table in ["cis.tsv", "trans.tsv"] {
        let read = |folder: &Path| fs::read(folder.join(table)).expect("a table");
        assert!(read(one) == read(other), "{table} of {}", other.display());
    }
}

#[test]
fn snakemake_shows_the_jobs_of_both_ways() {
    let Some(program) = tool("snakemake") else {
        return;
    };
    let work = Work::new();
    let dry = ["--dry-run", "--printshellcmds"];
    let mpi = said(&succeed(&mut work.snakemake(&program, &["ranks=2"], &dry)));
    for part in [
        "import genotypes study/genotypes.vcf --overwrite --out study/pipeline/genotypes.h5",
        "import expression study/expression.bed",
        "mpirun -n 2 ",
        "--covariates study/covariates.tsv --p-cis 1e-4 --p-trans 1e-6 --threads 1 --out study/pipeline/map",
    ] {
        assert!(mpi.contains(part), "no '{part}' in\n{mpi}");
    }
    let shards = said(&succeed(&mut work.snakemake(&program, &["shards=3"], &dry)));
    for part in [
        "--shard 1/3",
        "--shard 2/3",
        "--shard 3/3",
        "merge study/pipeline/map",
    ] {
        assert!(shards.contains(part), "no '{part}' in\n{shards}");
    }
    assert!(!shards.contains("mpirun"), "{shards}");
}

#[test]
fn snakemake_ends_with_the_bytes_of_a_plain_run() {
    let Some(program) = tool("snakemake") else {
        return;
    };
    let work = Work::new();
    let plain = work.plain();
    succeed(&mut work.snakemake(&program, &["out=by_mpi"], &[]));
    expect_same_tables(&plain, &work.path("by_mpi/map"));
    succeed(&mut work.snakemake(&program, &["out=by_shards", "shards=3"], &[]));
    expect_same_tables(&plain, &work.path("by_shards/map"));
}

/// A launcher that is stopped on request once is started again; one that fails for good ends the pipeline.
#[test]
fn snakemake_starts_a_run_again_that_was_stopped_on_request() {
    let Some(program) = tool("snakemake") else {
        return;
    };
    let work = Work::new();
    let launcher = work.launcher("mkdir stopped_before 2>/dev/null && exit 75");
    let launcher = format!("launcher={}", launcher.display());
    let output = succeed(&mut work.snakemake(&program, &["out=again", &launcher], &[]));
    assert!(
        work.path("stopped_before").is_dir(),
        "it was stopped: {}",
        said(&output)
    );
    assert!(work.path("again/map/run.json").is_file());
    let launcher = work.launcher("exit 75");
    let launcher = format!("launcher={}", launcher.display());
    let config = ["out=never", &launcher, "retries=1"];
    let output = work
        .snakemake(&program, &config, &[])
        .output()
        .expect("it starts");
    assert!(!output.status.success(), "{}", said(&output));
}

#[test]
fn nextflow_shows_or_at_least_parses_the_pipeline() {
    let script = root().join(PIPELINES).join("nextflow/main.nf");
    if let Some(nextflow) = tool("nextflow") {
        let work = Work::new();
        let mut command = Command::new(nextflow);
        command
            .current_dir(work.0.path())
            .args(["run", "-preview"])
            .arg(&script);
        succeed(&mut command);
        return;
    }
    let (Some(groovy), Some(java)) = (tool("groovy"), tool("java")) else {
        return;
    };
    let java = fs::canonicalize(java).expect("java is a file");
    let home = java.ancestors().nth(2).expect("java lies in a folder bin");
    let parse = "args.each { new GroovyShell().parse(new File(it)) }";
    let config = root().join(PIPELINES).join("nextflow/nextflow.config");
    let mut command = Command::new(groovy);
    succeed(
        command
            .env("JAVA_HOME", home)
            .args(["-e", parse])
            .arg(&script)
            .arg(&config),
    );
}

/// The words of a text that follow `before`.
fn words_after<'t>(text: &'t str, before: &str) -> BTreeSet<&'t str> {
    let rests = text
        .match_indices(before)
        .map(|(at, _)| &text[at + before.len()..]);
    let is_end = |c: char| !c.is_alphanumeric() && c != '_';
    rests
        .map(|rest| rest.split(is_end).next().unwrap_or_default())
        .collect()
}

#[test]
fn nextflow_uses_parameters_and_processes_that_are_there() {
    let read = |name: &str| {
        fs::read_to_string(root().join(PIPELINES).join("nextflow").join(name)).expect("a file")
    };
    let (script, config) = (read("main.nf"), read("nextflow.config"));
    let head = script.split("\nprocess ").next().expect("a head");
    let given = words_after(head, "\nparams.");
    assert!(given.len() >= 10, "{given:?}");
    for text in [&script, &config] {
        let used = words_after(text, "params.");
        let strange: Vec<_> = used.difference(&given).collect();
        assert!(
            strange.is_empty(),
            "{strange:?} have no default at the head of main.nf"
        );
    }
    let processes = words_after(&script, "\nprocess ");
    let workflow = script.split("\nworkflow {").nth(1).expect("a workflow");
    for process in &processes {
        assert!(
            workflow.contains(&format!("{process}(")),
            "{process} is not used"
        );
    }
    let configured = words_after(&config, "withName: ");
    assert!(
        configured.is_subset(&processes),
        "{configured:?} of {processes:?}"
    );
    for text in [&script, &config] {
        let count = |c| text.chars().filter(|&found| found == c).count();
        assert_eq!(count('{'), count('}'), "braces");
        assert_eq!(text.matches("\"\"\"").count() % 2, 0, "quotes");
    }
    assert!(config.contains("task.exitStatus == 75 ? 'retry' : 'terminate'"));
}

/// The names of a pipeline's file that stand for the program's options are options.
#[test]
fn pipelines_name_flags_of_the_program() {
    let mut known = support::help::flags_of(&["map"]);
    known.extend(support::help::flags_of(&["merge"]));
    known.extend(support::help::flags_of(&["import", "genotypes"]));
    let foreign = [
        "--snakefile",
        "--configfile",
        "--cores",
        "--mpi",
        "--kill-on-bad-exit",
        "--ntasks",
        "--cpus-per-task",
        "--signal",
        "--format",
    ];
    known.extend(foreign.map(String::from));
    for name in [
        "snakemake/Snakefile",
        "snakemake/config.yaml",
        "nextflow/main.nf",
        "nextflow/nextflow.config",
    ] {
        let path = root().join(PIPELINES).join(name);
        let text = fs::read_to_string(&path).expect("a file of a pipeline");
        let named = support::help::flags(&text);
        let strange: Vec<_> = named
            .difference(&known)
            .filter(|flag| !own_parameter(flag))
            .collect();
        assert!(strange.is_empty(), "{name}: {strange:?}");
    }
}

/// Parameters of the Nextflow pipeline, in the example at its head.
fn own_parameter(flag: &str) -> bool {
    ["--genotypes", "--expression", "--covariates", "--out"].contains(&flag)
}
