//! What a measurement was made on: machine, system, libraries, and the commit.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use mpiqtl::kernel::Simd;

/// CPU flags that decide which kernels run, and whether the machine is a virtual one.
const FLAGS: [&str; 11] = [
    "sse4_2",
    "fma",
    "avx",
    "avx2",
    "avx_vnni",
    "avx512f",
    "avx512bw",
    "avx512vl",
    "avx512_vnni",
    "amx_int8",
    "hypervisor",
];

/// The load averages of the last 1, 5 and 15 minutes.
pub fn load() -> String {
    let text = read("/proc/loadavg");
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// A line a fact. `clocks` are cycles a second before and after the bench, `load_before` what [`load`] said before.
pub fn describe(bench: &str, clocks: &[f64; 2], load_before: &str) -> String {
    let mut text = String::new();
    let mut fact = |what: &str, value: String| {
        writeln!(text, "{what:<18} {}", value.trim()).expect("memory");
    };
    fact("bench", bench.into());
    fact("words", super::words().join(" "));
    fact("variables", variables());
    fact("date", said_by("date", &["-u", "+%Y-%m-%d %H:%M:%S UTC"]));
    fact("commit", commit());
    let cpu = read("/proc/cpuinfo");
    fact("cpu", field(&cpu, "model name"));
    fact("cpu flags", flags(&cpu));
    fact("best simd", format!("{:?}", Simd::best()));
    let [before, after] = clocks.map(|clock| clock / 1e9);
    fact(
        "clock",
        format!("{before:.2} GHz before, {after:.2} GHz after"),
    );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    fact("cores for us", cores.to_string());
    fact(
        "hardware threads",
        cpu.lines()
            .filter(|line| line.starts_with("processor"))
            .count()
            .to_string(),
    );
    fact("cores a socket", field(&cpu, "cpu cores"));
    fact("memory", field(&read("/proc/meminfo"), "MemTotal"));
    fact("kernel", read("/proc/sys/kernel/osrelease"));
    fact(
        "load averages",
        format!("{load_before} before, {} after", load()),
    );
    fact("rustc", said_by("rustc", &["--version"]));
    let libraries = libraries();
    for library in ["blas", "mpi", "hdf5"] {
        fact(library, libraries[library].as_str().unwrap_or("?").into());
    }
    text
}

/// The variables of the environment that can change the figures.
fn variables() -> String {
    const STARTS: [&str; 6] = [
        "MPIQTL_",
        "OPENBLAS_",
        "GOTO_",
        "OMP_",
        "OMPI_MCA_",
        "RUSTFLAGS",
    ];
    let matters = |name: &str| STARTS.iter().any(|start| name.starts_with(start));
    let mut set: Vec<String> = std::env::vars()
        .filter(|(name, _)| matters(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    set.sort();
    set.join(" ")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|_| "?".into())
}

/// What a program prints, on one line; `?` if there is none.
fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    let output = output.filter(|output| output.status.success());
    output.map_or("?".into(), |output| {
        String::from_utf8_lossy(&output.stdout).trim().into()
    })
}

fn commit() -> String {
    let changed = match said_by("git", &["status", "--porcelain", "--untracked-files=no"]).as_str()
    {
        "" => "",
        _ => ", with changes",
    };
    said_by("git", &["rev-parse", "HEAD"]) + changed
}

/// The first value of a name in text of `name : value` lines.
fn field(text: &str, name: &str) -> String {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut values = lines.filter(|(key, _)| key.trim() == name);
    values
        .next()
        .map_or("?".into(), |(_, value)| value.trim().into())
}

fn flags(cpu: &str) -> String {
    let all = field(cpu, "flags");
    let here: Vec<&str> = all.split(' ').filter(|flag| FLAGS.contains(flag)).collect();
    here.join(" ")
}

/// The libraries as a run of the program records them.
fn libraries() -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let study = folder.path().display().to_string();
    mpiqtl(&["simulate", "--snps", "50", "--genes", "5", "--out", &study]);
    let (genotypes, expression, out) = (path("genotypes.h5"), path("expression.h5"), path("out"));
    let inputs = ["--genotypes", &genotypes, "--expression", &expression];
    mpiqtl(
        &[
            &["map", "--out", &out, "--one-rank", "--threads", "1"],
            &inputs[..],
        ]
        .concat(),
    );
    let text = std::fs::read_to_string(Path::new(&out).join("run.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    record["libraries"].clone()
}

fn mpiqtl(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_mpiqtl"))
        .args(arguments)
        .output()
        .expect("the program runs");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {log}");
}
