//! `mpiqtl plan` says what `map` then does, from headers, IDs and places alone and without MPI.

mod files;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::{fail, mpiqtl, succeed};

/// A study as stores, and the words by which `map` and `plan` find it.
fn study(folder: &Path) -> Vec<String> {
    let out = folder.display().to_string();
    succeed(mpiqtl().args([
        "simulate",
        "--snps",
        "3000",
        "--genes",
        "40",
        "--samples",
        "60",
        "--out",
        &out,
    ]));
    let path = |name: &str| folder.join(name).display().to_string();
    let words = [
        "--genotypes",
        &path("genotypes.h5"),
        "--expression",
        &path("expression.h5"),
    ];
    let words = words.into_iter().chain(["--covariates"]);
    words
        .map(String::from)
        .chain([path("covariates.tsv")])
        .collect()
}

const CIS: [&str; 6] = [
    "--p-cis",
    "0.01",
    "--p-trans",
    "1e-4",
    "--block-snps",
    "500",
];

fn plan(words: &[String], more: &[&str]) -> Value {
    let mut command = mpiqtl();
    command
        .arg("plan")
        .args(words)
        .args(more)
        .args(["--json", "--gmac", "100"]);
    serde_json::from_slice(&succeed(&mut command).stdout).expect("JSON")
}

#[test]
fn a_plan_is_what_map_does() {
    let folder = tempfile::tempdir().unwrap();
    let words = study(folder.path());
    for options in [&CIS[..], &["--p-all", "1e-3"], &["--p-cis", "0.01"]] {
        let plan = plan(&words, options);
        let out = folder.path().join("out");
        let mut map = mpiqtl();
        map.arg("map")
            .args(&words)
            .args(options)
            .arg("--out")
            .arg(&out);
        succeed(map.args(["--overwrite", "--one-rank", "--threads", "1"]));
        let text = fs::read_to_string(out.join("run.json")).unwrap();
        let record: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(plan["tests"], record["ledger"]["made"]);
        for key in ["block_pairs", "tests"] {
            assert!(plan[key] != Value::Null, "{key}");
        }
        assert_eq!(plan["block_pairs"], record["ledger"]["block_pairs"]);
        for key in ["n_snps", "n_genes", "block_snps", "block_genes", "df"] {
            assert_eq!(plan[key], record[key], "{key}");
        }
        assert_eq!(plan["n_used"], record["samples"]["n_used"]);
    }
}

/// Overwrites the middle of a file, where its matrix lies, as far as nothing but a matrix can be.
fn spoil_matrix(path: &Path, matrix_bytes: usize) {
    let mut bytes = fs::read(path).unwrap();
    let window = |start: usize| {
        bytes[start..start + matrix_bytes]
            .iter()
            .all(|&code| code <= 2)
    };
    let start = (0..bytes.len() - matrix_bytes)
        .step_by(8)
        .find(|&start| window(start));
    let start = start.expect("the matrix of codes");
    bytes[start..start + matrix_bytes].fill(0xee);
    fs::write(path, bytes).unwrap();
}

#[test]
fn no_matrix_is_read_and_mpi_is_not_started() {
    let folder = tempfile::tempdir().unwrap();
    let words = study(folder.path());
    let whole = plan(&words, &CIS);
    // 2,900 of the 3,000 rows: somewhere inside the matrix whatever lies around it.
    spoil_matrix(&folder.path().join("genotypes.h5"), 2900 * 60);
    assert_eq!(plan(&words, &CIS), whole);
    let mut command = mpiqtl();
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OMPI_")) {
        command.env_remove(name);
    }
    command
        .env("OMPI_MCA_btl", "nonsense")
        .env("OMPI_MCA_pml", "nonsense");
    command
        .env("OMPI_MCA_ess", "nonsense")
        .env("OMPI_COMM_WORLD_SIZE", "nonsense");
    succeed(
        command
            .arg("plan")
            .args(&words)
            .args(CIS)
            .args(["--gmac", "9"]),
    );
}

#[test]
fn the_script_for_slurm_is_one_that_bash_takes() {
    let folder = tempfile::tempdir().unwrap();
    let words = study(folder.path());
    let script = folder.path().join("job.sbatch");
    let out = "a folder's; $(touch x)";
    let mut command = mpiqtl();
    command
        .arg("plan")
        .args(&words)
        .args(CIS)
        .args(["--out", out, "--ranks", "12"]);
    command
        .args(["--threads", "3", "--gmac", "1"])
        .arg("--sbatch")
        .arg(&script);
    succeed(&mut command);
    let text = fs::read_to_string(&script).unwrap();
    assert!(text.starts_with("#!/bin/bash\n"), "{text}");
    for line in ["#SBATCH --ntasks=12", "#SBATCH --cpus-per-task=3"] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
    for start in ["#SBATCH --mem-per-cpu=", "#SBATCH --time=0-"] {
        assert!(
            text.lines().any(|found| found.starts_with(start)),
            "{start}"
        );
    }
    succeed(Command::new("bash").arg("-n").arg(&script));
    // What srun would be given: its words, one a line.
    let srun = folder.path().join("srun");
    fs::write(&srun, "#!/bin/bash\nprintf '%s\\n' \"$@\"\n").unwrap();
    succeed(Command::new("chmod").arg("+x").arg(&srun));
    let path = format!(
        "{}:{}",
        folder.path().display(),
        std::env::var("PATH").unwrap()
    );
    let started = succeed(Command::new("bash").arg(&script).env("PATH", path));
    let said = String::from_utf8(started.stdout).unwrap();
    let found: Vec<&str> = said.lines().skip_while(|line| *line != "map").collect();
    let mut wanted = vec!["map"];
    wanted.extend(words.iter().map(String::as_str));
    wanted.extend(CIS);
    wanted.extend(["--out", out, "--threads", "3"]);
    assert_eq!(found, wanted);
}

#[test]
fn a_biobank_on_thousands_of_ranks_is_planned_from_its_shape() {
    let mut command = mpiqtl();
    command.args(["plan", "--shape", "16000000x3000x54000", "--p-all", "5e-8"]);
    command.args(["--ranks", "8192", "--gmac", "150", "--json"]);
    let plan: Value = serde_json::from_slice(&succeed(&mut command).stdout).unwrap();
    assert_eq!(plan["tests"]["all"], 48_000_000_000u64);
    assert_eq!(
        plan["expected_null_hits"][0].as_f64().unwrap().round(),
        2400.0
    );
    for at in plan["efficiency"].as_array().unwrap() {
        assert!(at["efficiency"].as_f64().unwrap() >= 0.95, "{at}");
    }
}

#[test]
fn what_cannot_be_planned_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    succeed(mpiqtl().args([
        "simulate", "--snps", "50", "--genes", "5", "--format", "vcf", "--out", &out,
    ]));
    let refused = |words: &str| {
        let mut command = mpiqtl();
        command.arg("plan").args(words.split(' '));
        fail(command.current_dir(&folder), 1)
    };
    let said = refused("--genotypes genotypes.vcf --expression genotypes.vcf");
    assert!(said.contains("expression comes as phenotype BED"), "{said}");
    let with = "--snp-locations expression.bed --p-cis 0.1";
    let said = refused(&format!(
        "--genotypes genotypes.vcf --expression expression.bed {with}"
    ));
    assert!(said.contains("has its own locations"), "{said}");
    let shape =
        |more: &[&str], code| fail(mpiqtl().args(["plan", "--shape", "9x9x9"]).args(more), code);
    assert!(shape(&["--p-cis", "0.1"], 1).contains("--p-all"));
    assert!(shape(&["--ranks", "0"], 2).contains("--ranks"));
    assert!(shape(&["--gmac", "0"], 2).contains("--gmac"));
    assert!(shape(&["--sbatch", "-"], 2).contains("--shape"));
}
