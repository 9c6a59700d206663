//! How a job of several ranks ends when one of them fails, and which commands never become one.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::{fail, mpiqtl, mpirun, mpirun_itself, record, stderr, succeed};

/// A job that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with the stores of a simulated study.
struct Study(tempfile::TempDir);

impl Study {
    fn new() -> Self {
        Self::of_shape("--snps 300 --genes 20 --samples 40")
    }

    fn of_shape(shape: &str) -> Self {
        let study = Self(tempfile::tempdir().unwrap());
        let words = format!("simulate {shape} --out .");
        succeed(mpiqtl().args(words.split(' ')).current_dir(study.0.path()));
        study
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `map` on three ranks, of which rank 2 is started with words of its own: for mpirun, and for the program.
    fn map_with_rank_2(
        &self,
        launch: impl FnOnce(&mut Command) -> &mut Command,
        words: &[&str],
    ) -> Command {
        let mut job = mpirun_itself();
        job.current_dir(self.0.path());
        let program = mpiqtl().get_program().to_owned();
        job.args(["-n", "2"]).arg(&program).args(MAP).arg(":");
        launch(job.args(["-n", "1"]))
            .arg(&program)
            .args(MAP)
            .args(words);
        job
    }

    /// Adds `map`'s words, with paths relative to the study's folder, and runs there.
    fn map(&self, mut command: Command) -> Command {
        command.current_dir(self.0.path());
        command.args(MAP);
        command
    }

    fn has_no_results(&self) {
        let left = fs::read_dir(self.path("out")).into_iter().flatten();
        let names = left.map(|entry| entry.unwrap().file_name());
        // Why samples were refused may be told.
        let others = ["journal", "sample_report.tsv"];
        let left: Vec<_> = names
            .filter(|name| !others.iter().any(|other| name == other))
            .collect();
        assert!(left.is_empty(), "{left:?} was left");
    }
}

const MAP: [&str; 11] = [
    "map",
    "--genotypes",
    "genotypes.h5",
    "--expression",
    "expression.h5",
    "--p-cis",
    "0.1",
    "--p-trans",
    "0.01",
    "--out",
    "out",
];

/// A job that is stopped when the test is over, however it ends.
struct Job(Child);

impl Job {
    fn start(command: &mut Command) -> Self {
        let command = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self(command.spawn().expect("the job starts"))
    }

    /// Waits for the end. Standard error must have been taken and read by then, or fit a pipe.
    fn end(mut self) -> Output {
        let started = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < PATIENCE, "the job hangs");
            thread::sleep(Duration::from_millis(10));
        }
        let mut output = Output {
            status: self.0.wait().unwrap(),
            stdout: Vec::new(),
            stderr: Vec::new(),
        };
        if let Some(mut pipe) = self.0.stderr.take() {
            pipe.read_to_end(&mut output.stderr).unwrap();
        }
        output
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|status| status.is_none()) {
            // mpirun ends its ranks when it is asked to end, and only then.
            signal("TERM", self.0.id());
            thread::sleep(Duration::from_secs(3));
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

fn signal(name: &str, process: u32) {
    let status = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "process {process} is there to be signalled"
    );
}

/// Runs a job that must not hang; its exit code and what it said.
fn end_of(command: &mut Command) -> (Option<i32>, String) {
    let output = Job::start(command).end();
    // The launcher's own words may hold NULs.
    (output.status.code(), stderr(&output).replace('\0', ""))
}

/// Runs a job that must end with this code and say this once.
fn ends_with(command: &mut Command, code: i32, once: &str) -> String {
    let (found, said) = end_of(command);
    assert_eq!(found, Some(code), "{said}");
    assert_eq!(
        said.matches(once).count(),
        1,
        "'{once}' is wanted once\n{said}"
    );
    said
}

#[test]
fn an_error_on_any_one_rank_ends_the_job_with_its_words() {
    for rank in 0..3 {
        let study = Study::new();
        let mut job = study.map(mpirun(3));
        job.env("MPIQTL_FAULT", format!("error@scan:{rank}"));
        let words = format!("mpiqtl: error on rank {rank}: failing on purpose in phase scan");
        let said = ends_with(&mut job, 1, &words);
        assert_eq!(said.matches("failing on purpose").count(), 1, "{said}");
        study.has_no_results();
    }
}

#[test]
fn a_panic_on_any_one_rank_ends_the_job_with_its_words() {
    for rank in [0, 2] {
        let study = Study::new();
        let mut job = study.map(mpirun(3));
        job.env("MPIQTL_FAULT", format!("panic@scan:{rank}"));
        let said = ends_with(&mut job, 101, "failing on purpose in phase scan");
        assert_eq!(said.matches("mpiqtl: panic on rank").count(), 1, "{said}");
        assert!(
            said.contains(&format!("mpiqtl: panic on rank {rank}")),
            "{said}"
        );
        study.has_no_results();
    }
}

#[test]
fn a_failure_of_a_world_of_one_has_an_exit_code_and_no_rank() {
    let study = Study::new();
    let mut alone = study.map(mpiqtl());
    alone.env("MPIQTL_FAULT", "error@scan:0");
    ends_with(
        &mut alone,
        1,
        "mpiqtl: error: failing on purpose in phase scan",
    );
    let mut alone = study.map(mpiqtl());
    alone.env("MPIQTL_FAULT", "panic@scan:0");
    ends_with(&mut alone, 101, "failing on purpose in phase scan");
    study.has_no_results();
}

#[test]
fn a_rank_that_cannot_see_the_genotypes_ends_the_job() {
    let study = Study::new();
    fs::create_dir(study.path("elsewhere")).unwrap();
    let folder = study.path("elsewhere");
    let mut job = study.map_with_rank_2(|rank| rank.arg("--wdir").arg(folder), &[]);
    let words = "mpiqtl: error on rank 2: genotypes.h5: cannot be opened: No such file";
    let said = ends_with(&mut job, 1, words);
    assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
    study.has_no_results();
}

#[test]
fn a_rank_that_sees_other_genotypes_ends_the_job() {
    let study = Study::new();
    // The same shape, samples and places, other genotypes: a stale copy on one machine.
    let elsewhere = study.path("elsewhere");
    let shape = "simulate --snps 300 --genes 20 --samples 40 --seed 2 --out";
    succeed(mpiqtl().args(shape.split(' ')).arg(&elsewhere));
    let folder = &elsewhere;
    let mut job = study.map_with_rank_2(|rank| rank.arg("--wdir").arg(folder), &[]);
    let words =
        "mpiqtl: error on rank 2: genotypes.h5: is another file on this rank than on rank 0";
    let said = ends_with(&mut job, 1, words);
    assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
    study.has_no_results();
}

#[test]
fn a_rank_with_other_options_that_are_wrong_ends_the_job() {
    let study = Study::new();
    let mut job = study.map_with_rank_2(|rank| rank, &["--threads", "0"]);
    let (code, said) = end_of(&mut job);
    assert!(code.is_some_and(|code| code != 0), "{said}");
    assert_eq!(
        said.matches("mpiqtl: error: threads is 0").count(),
        1,
        "{said}"
    );
    study.has_no_results();
}

#[test]
fn a_rank_that_is_killed_while_it_scans_ends_the_job() {
    let study = Study::of_shape("--snps 30000 --genes 2500 --samples 1200");
    let mut job = Job::start(&mut study.map(mpirun(3)));
    let mut lines = BufReader::new(job.0.stderr.take().unwrap());
    let mut line = Vec::new();
    while !line.starts_with(b"study ") {
        line.clear();
        assert!(
            lines.read_until(b'\n', &mut line).unwrap() > 0,
            "the job ended before it scanned"
        );
    }
    let rest = thread::spawn(move || {
        let mut rest = Vec::new();
        lines.read_to_end(&mut rest).unwrap();
        String::from_utf8_lossy(&rest).into_owned()
    });
    thread::sleep(Duration::from_millis(300));
    signal("KILL", process_of_rank(&job, 2));
    let output = job.end();
    let said = rest.join().unwrap();
    assert!(!output.status.success(), "{said}");
    assert!(
        !said.contains("result"),
        "the job was done before the rank was killed\n{said}"
    );
    study.has_no_results();
}

/// The process of a rank, among the children of the job's mpirun.
fn process_of_rank(job: &Job, rank: usize) -> u32 {
    let parent = format!("PPid:\t{}", job.0.id());
    let wanted = format!("OMPI_COMM_WORLD_RANK={rank}");
    let is_it = |process: &Path| {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        status.lines().any(|line| line == parent)
            && environment
                .split(|&b| b == 0)
                .any(|v| v == wanted.as_bytes())
    };
    let processes = fs::read_dir("/proc")
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let found = processes
        .filter(|path| is_it(path))
        .find_map(|path| path.file_name()?.to_str()?.parse().ok());
    found.expect("the rank is a child of mpirun")
}

#[test]
fn bad_input_is_told_once_whatever_the_number_of_ranks() {
    let study = Study::new();
    let samples: Vec<String> = (1..=4).map(|i| format!("sample{i:05}")).collect();
    let text = format!("snpid\t{}\nrs1\t0\n", samples.join("\t"));
    fs::write(study.path("genotypes.h5"), text).unwrap();
    let words = "mpiqtl: error on rank 0: genotypes.h5, line 2: row 'rs1' has 2 fields; wanted 5";
    let said = ends_with(&mut study.map(mpirun(3)), 1, words);
    assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");

    let study = Study::new();
    let rows: Vec<String> = (1..=40).map(|i| format!("sample{i:05}\t1")).collect();
    fs::write(
        study.path("covariates.tsv"),
        format!("id\tbatch\n{}\n", rows.join("\n")),
    )
    .unwrap();
    let mut job = study.map(mpirun(3));
    job.args(["--covariates", "covariates.tsv"]);
    let said = ends_with(
        &mut job,
        1,
        "mpiqtl: error on rank 0: covariate 'batch' has the same value",
    );
    assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
}

/// A study whose SNPs from row `first` on hold a dosage, which ANOVA refuses.
fn with_dosages(first: usize) -> Study {
    let study = Study::new();
    let samples: Vec<String> = (1..=40).map(|i| format!("sample{i:05}")).collect();
    let mut text = format!("snpid\t{}\n", samples.join("\t"));
    for row in 0..3000 {
        text += &format!("rs{row}\t{}", if row < first { "2" } else { "0.5" });
        (1..40).for_each(|i| text += if (i * i + row) % 3 == 1 { "\t1" } else { "\t0" });
        text.push('\n');
    }
    fs::write(study.path("dosages.tsv"), text).unwrap();
    let words = "import genotypes dosages.tsv --out genotypes.h5 --overwrite";
    succeed(mpiqtl().args(words.split(' ')).current_dir(study.0.path()));
    study
}

/// ANOVA of all pairs, block by block.
fn anova(study: &Study, mut command: Command) -> Command {
    command.current_dir(study.0.path());
    let inputs = "map --genotypes genotypes.h5 --expression expression.h5 --p-all 0.01 --out out";
    command.args(inputs.split(' '));
    command.args(["--model", "anova", "--block-snps", "100", "--min-p"]);
    command
}

#[test]
fn rows_that_every_rank_refuses_are_told_once() {
    for ranks in [2, 4] {
        let study = with_dosages(0);
        let words = "mpiqtl: error on rank 0: genotypes.h5: SNP 'rs0' (row 1) has the value 0.5";
        let said = ends_with(&mut anova(&study, mpirun(ranks)), 1, words);
        assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
        assert!(!said.contains("MPI_ABORT"), "{said}");
        study.has_no_results();
    }
}

#[test]
fn a_row_that_one_rank_refuses_ends_the_others_in_good_order() {
    let study = with_dosages(2950);
    // Whichever rank is given it.
    let words = ": genotypes.h5: SNP 'rs2950' (row 2951) has the value 0.5";
    let said = ends_with(&mut anova(&study, mpirun(3)), 1, words);
    assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
    assert!(!said.contains("MPI_ABORT"), "{said}");
    study.has_no_results();
}

#[test]
fn of_rows_that_every_thread_refuses_the_first_is_told_once() {
    let study = with_dosages(0);
    for _ in 0..5 {
        let words = "mpiqtl: error: genotypes.h5: SNP 'rs0' (row 1) has the value 0.5";
        let said = ends_with(anova(&study, mpiqtl()).args(THREADS_3), 1, words);
        assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
    }
    study.has_no_results();
}

#[test]
fn a_row_that_one_thread_refuses_ends_all_threads_of_all_ranks() {
    let study = with_dosages(2950);
    let words = ": genotypes.h5: SNP 'rs2950' (row 2951) has the value 0.5";
    let said = ends_with(anova(&study, mpirun(2)).args(THREADS_3), 1, words);
    assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
    assert!(!said.contains("MPI_ABORT"), "{said}");
    study.has_no_results();
}

#[test]
fn a_failing_thread_does_not_leave_the_others_at_work() {
    // A minute of work for two cores and more: the job ends in time only if threads and ranks are stopped.
    let in_time = Duration::from_secs(25);
    let study = Study::of_shape("--snps 200000 --genes 8000 --samples 2000");
    for (kind, code) in [("error", 1), ("panic", 101)] {
        for ranks in [1, 2] {
            let mut job = study.map(mpirun(ranks));
            job.args(THREADS_2)
                .env("MPIQTL_FAULT", format!("{kind}@thread:{}", ranks - 1));
            let started = Instant::now();
            let said = ends_with(&mut job, code, "failing on purpose in phase thread");
            assert!(started.elapsed() < in_time, "the others worked on\n{said}");
            let told = match (kind, ranks) {
                ("error", 1) => "mpiqtl: error: failing on purpose",
                ("error", _) => "mpiqtl: error on rank 1: failing on purpose",
                (_, 1) => "panicked at",
                _ => "mpiqtl: panic on rank 1",
            };
            assert_eq!(said.matches(told).count(), 1, "{said}");
            study.has_no_results();
        }
    }
}

const THREADS_2: [&str; 3] = ["--threads", "2", "--oversubscribe"];
const THREADS_3: [&str; 3] = ["--threads", "3", "--oversubscribe"];

#[test]
fn ranks_of_several_threads_find_what_one_finds() {
    let study = Study::new();
    let blocks = ["--block-snps", "20", "--block-genes", "7", "--min-p"];
    let mut tables = Vec::new();
    for (ranks, threads) in [(1, 1), (1, 2), (2, 2)] {
        let mut job = study.map(mpirun(ranks));
        let threads_given = threads.to_string();
        job.args(blocks).args(["--overwrite", "--oversubscribe"]);
        let said = stderr(&succeed(job.args(["--threads", &threads_given])));
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        let line = format!(
            "on {ranks} rank{} x {threads} thread{}\n",
            plural(ranks),
            plural(threads)
        );
        assert!(said.contains(&line), "{said}");
        let record = record(&study.path("out"));
        assert_eq!(record["config"]["threads"], threads);
        for rank in record["ranks"].as_array().unwrap() {
            assert_eq!(rank["threads"], threads);
        }
        let names = ["cis.tsv", "trans.tsv", "min_p_genes_trans.tsv"];
        tables.push(names.map(|name| fs::read(study.path("out").join(name)).unwrap()));
    }
    assert!(tables.iter().all(|found| *found == tables[0]));
}

#[test]
fn more_threads_than_cores_are_refused_once_unless_that_is_meant() {
    let study = Study::new();
    let refused = |job: &mut Command, threads: &str, words: &str| {
        let said = ends_with(job.args(["--threads", threads]), 1, words);
        assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
        assert!(
            said.contains("--bind-to none") && said.contains("--oversubscribe"),
            "{said}"
        );
        study.has_no_results();
    };
    let words = "mpiqtl: error: threads is 99999, but this process may use ";
    refused(&mut study.map(mpiqtl()), "99999", words);
    // More ranks of two threads than there are cores.
    let cores = thread::available_parallelism().unwrap().get();
    if cores > 1 {
        let ranks = cores / 2 + 1;
        let words =
            format!("threads is 2, but the {ranks} ranks there together may use {cores} cores");
        refused(&mut study.map(mpirun(ranks)), "2", &words);
    }
    // mpirun was told already that there are more ranks than cores.
    let mut job = study.map(mpirun(cores + 1));
    succeed(job.args(["--threads", "1"]));
    let mut job = study.map(mpirun(cores + 1));
    succeed(job.arg("--overwrite"));
    assert_eq!(record(&study.path("out"))["config"]["threads"], 1);
}

#[test]
fn bad_models_are_told_once_whatever_the_number_of_ranks() {
    let study = Study::new();
    let samples: Vec<String> = (1..=40).map(|i| format!("sample{i:05}")).collect();
    let mut covariance = format!("id\t{}\n", samples.join("\t"));
    for id in &samples {
        // Every sample is the same.
        covariance += &format!("{id}{}\n", "\t1".repeat(40));
    }
    fs::write(study.path("kinship.tsv"), covariance).unwrap();
    let ages: Vec<String> = (0..40).map(|i| (20 + i * i % 41).to_string()).collect();
    let covariates = format!("id\t{}\nage\t{}\n", samples.join("\t"), ages.join("\t"));
    fs::write(study.path("covariates.tsv"), covariates).unwrap();
    for (words, wanted) in [
        (
            "--error-covariance kinship.tsv",
            "kinship.tsv: is not positive definite over the 40 samples used",
        ),
        (
            "--covariates covariates.tsv --model linear_cross --interaction sex",
            "covariates.tsv: interaction 'sex' is not among the covariates, which are age",
        ),
        (
            "--model anova --anova-groups 16 --min-samples 41",
            "40 samples are shared by all files, --min-samples asks for 41",
        ),
    ] {
        let mut job = study.map(mpirun(2));
        let wanted = format!("mpiqtl: error on rank 0: {wanted}");
        let said = ends_with(job.args(words.split(' ')), 1, &wanted);
        assert_eq!(said.matches("mpiqtl: error").count(), 1, "{said}");
        study.has_no_results();
    }
    let mut job = study.map(mpirun(2));
    let wanted = "error: interaction is given, but the model is linear";
    ends_with(job.args(["--interaction", "age"]), 2, wanted);
    study.has_no_results();
}

#[test]
fn a_full_disk_is_told_once_and_leaves_nothing() {
    let study = Study::new();
    for name in ["histogram_trans.tsv", "min_p_snps_trans.tsv", "run.json"] {
        fs::create_dir_all(study.path("out")).unwrap();
        // What is written to this device finds no room.
        let part = study.path("out").join(format!("{name}.part"));
        std::os::unix::fs::symlink("/dev/full", part).unwrap();
        let mut job = study.map(mpirun(2));
        job.args(["--min-p", "--p-histogram", "qqplot"]);
        let words = format!("mpiqtl: error on rank 0: out/{name}.part: cannot write: No space");
        ends_with(&mut job, 1, &words);
        study.has_no_results();
    }
}

#[test]
fn wrong_usage_is_told_once_whatever_the_number_of_ranks() {
    let study = Study::new();
    let mut job = study.map(mpirun(3));
    ends_with(
        job.args(["--threads", "0"]),
        2,
        "error: threads is 0; at least 1 is wanted",
    );
    let mut job = study.map(mpirun(3));
    ends_with(
        job.args(["--cis-dist", "5"]),
        2,
        "unexpected argument '--cis-dist'",
    );
    let mut job = study.map(mpirun(3));
    ends_with(
        job.args(["--config", "absent.toml"]),
        2,
        "absent.toml: cannot be read",
    );
    study.has_no_results();
}

#[test]
fn a_start_by_the_wrong_launcher_names_the_right_ones() {
    let study = Study::new();
    for variable in ["SLURM_NTASKS", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE"] {
        let mut alone = study.map(mpiqtl());
        let said = ends_with(alone.env(variable, "4"), 1, "mpiqtl: error: ");
        for part in [
            &format!("{variable}=4"),
            "srun --mpi=pmix",
            "mpirun",
            "--one-rank",
        ] {
            assert!(said.contains(part), "'{part}' is not in\n{said}");
        }
        study.has_no_results();
    }
    let mut meant = study.map(mpiqtl());
    succeed(meant.env("SLURM_NTASKS", "4").arg("--one-rank"));
    assert_eq!(
        record(&study.path("out"))["ranks"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_single_task_of_slurm_is_no_wrong_start() {
    let study = Study::new();
    succeed(study.map(mpiqtl()).env("SLURM_NTASKS", "1"));
    assert_eq!(record(&study.path("out"))["complete"], true);
}

#[test]
fn only_map_starts_mpi() {
    let study = Study::new();
    let without_mpi = |words: &str| {
        let mut command = mpiqtl();
        command.current_dir(study.0.path()).args(words.split(' '));
        // No such transport: MPI cannot start.
        command.env("OMPI_MCA_pml", "nonexistent");
        command
    };
    succeed(&mut without_mpi(
        "simulate --snps 30 --genes 3 --samples 20 --format vcf --out simulated",
    ));
    succeed(&mut without_mpi(
        "import genotypes simulated/genotypes.vcf --out g.h5",
    ));
    succeed(&mut without_mpi(
        "import expression simulated/expression.bed --out e.h5",
    ));
    for words in [
        "--help",
        "--version",
        "map --help",
        "import --help",
        "simulate --help",
    ] {
        assert!(!succeed(&mut without_mpi(words)).stdout.is_empty());
    }
    fail(&mut without_mpi("map --threads 0"), 2);
    // What MPI itself says on its way out differs from time to time.
    let (code, said) = end_of(study.map(mpiqtl()).env("OMPI_MCA_pml", "nonexistent"));
    assert_ne!(code, Some(0), "map has to start MPI\n{said}");
    assert!(!said.contains("ranks x"), "map went on without MPI\n{said}");
    study.has_no_results();
    succeed(&mut study.map(mpiqtl()));
}
