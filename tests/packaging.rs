//! What is in `packaging/` is well formed and names the packages, versions and files that the project has.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The value of a key of Cargo.toml's first table.
fn of_manifest(key: &str) -> String {
    let text = read("Cargo.toml");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{key} = ")));
    line.expect("the key is there").trim_matches('"').into()
}

/// The lists of words after `apt-get install` in a file, flags left out.
fn installed(text: &str) -> Vec<BTreeSet<String>> {
    let joined = text.replace("\\\n", " ");
    let lists = joined.lines().flat_map(|line| line.split("&&"));
    let lists = lists.filter_map(|command| command.split_once("apt-get install"));
    let words = lists.map(|(_, words)| {
        let words = words
            .split_whitespace()
            .filter(|word| !word.starts_with('-'));
        words.map(String::from).collect()
    });
    words.collect()
}

/// What `scripts/setup` installs to build with.
fn packages_of_setup() -> BTreeSet<String> {
    let text = read("scripts/setup");
    let list = text
        .lines()
        .find_map(|line| line.strip_prefix("packages=("));
    let list = list.expect("the list of packages").trim_end_matches(')');
    list.split_whitespace().map(String::from).collect()
}

#[test]
fn images_install_what_setup_does() {
    let mut wanted = packages_of_setup();
    // Unpacks the data of the demo, which no image runs.
    assert!(wanted.remove("xz-utils"));
    for name in ["packaging/Dockerfile", "packaging/mpiqtl.def"] {
        let lists = installed(&read(name));
        let [build, run] = &lists[..] else {
            panic!("{name}: wanted a list for each stage, found {lists:?}")
        };
        let missing: Vec<_> = wanted.difference(build).collect();
        assert!(missing.is_empty(), "{name} does not install {missing:?}");
        assert!(
            build
                .iter()
                .any(|package| package.starts_with("libclang1-")),
            "{name}: libclang"
        );
        assert!(
            build
                .iter()
                .any(|package| package.starts_with("libclang-common-")),
            "{name}"
        );
        let compilers = run
            .iter()
            .filter(|package| package.ends_with("-dev") || *package == "gcc");
        assert_eq!(
            compilers.count(),
            0,
            "{name}: the second stage has no compiler"
        );
    }
    let docker = installed(&read("packaging/Dockerfile"));
    assert_eq!(
        docker,
        installed(&read("packaging/mpiqtl.def")),
        "both images hold the same"
    );
}

/// What the program is linked with is in the packages of the second stage, where this is Debian.
#[test]
fn images_hold_the_libraries_the_program_is_linked_with() {
    let program = env!("CARGO_BIN_EXE_mpiqtl");
    let Ok(libraries) = Command::new("ldd").arg(program).output() else {
        return eprintln!("skipped: no ldd");
    };
    let libraries = String::from_utf8(libraries.stdout).expect("text");
    let run = installed(&read("packaging/Dockerfile")).remove(1);
    for (library, package) in [
        ("libmpi.so.40", "libopenmpi3"),
        ("libhdf5_serial.so.103", "libhdf5-103-1"),
        ("libopenblas.so.0", "libopenblas0-pthread"),
    ] {
        if libraries.contains(library) {
            assert!(
                run.contains(package),
                "{library} is in {package}, which is not among {run:?}"
            );
        } else {
            eprintln!("skipped: the program here is not linked with Debian's {library}");
        }
    }
}

#[test]
fn files_that_are_copied_exist_and_are_enough() {
    for name in ["packaging/Dockerfile", "packaging/mpiqtl.def"] {
        let text = read(name);
        for file in [
            "Cargo.toml",
            "Cargo.lock",
            "README.md",
            "src",
            "benches",
            "LICENSE-MIT",
        ] {
            assert!(root().join(file).exists(), "{file}");
            let is_copied = |line: &str| line.split_whitespace().any(|word| word == file);
            assert!(text.lines().any(is_copied), "{name} does not copy {file}");
            let sent = read("packaging/Dockerfile.dockerignore");
            assert!(
                sent.lines().any(|line| line == format!("!{file}")),
                "{file} is not sent"
            );
        }
    }
}

#[test]
fn versions_are_those_of_the_manifest() {
    let (version, rust) = (of_manifest("version"), of_manifest("rust-version"));
    for (name, wanted) in [
        ("packaging/Dockerfile", format!("ARG RUST={rust}.0")),
        (
            "packaging/mpiqtl.def",
            format!("--default-toolchain {rust}.0"),
        ),
        (
            "packaging/conda/recipe.yaml",
            format!("version: \"{version}\""),
        ),
        ("packaging/conda/recipe.yaml", format!("rust >={rust}")),
        (
            "packaging/spack/package.py",
            format!("version(\"{version}\")"),
        ),
        ("packaging/spack/package.py", format!("rust@{rust}:")),
        (
            "packaging/modulefiles/mpiqtl",
            format!("/opt/mpiqtl/{version}"),
        ),
    ] {
        assert!(
            read(name).contains(&wanted),
            "{name} does not say '{wanted}'"
        );
    }
}

/// Runs a check of syntax; where its program is not installed it says so.
fn check(program: &str, arguments: &[&str]) {
    let run = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output();
    let Ok(output) = run else {
        return eprintln!("skipped: {program} is not installed");
    };
    assert!(
        output.status.success(),
        "{program} {arguments:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn scripts_and_recipes_are_well_formed() {
    check("bash", &["-n", "packaging/conda/build.sh"]);
    let python = "import ast, sys; ast.parse(open(sys.argv[1]).read())";
    check("python3", &["-c", python, "packaging/spack/package.py"]);
    let sections = read("packaging/mpiqtl.def");
    for section in ["%post", "%files", "%runscript", "%environment", "%test"] {
        assert!(
            sections.lines().any(|line| line.starts_with(section)),
            "{section}"
        );
    }
}

/// The commands of the images, as a shell reads them.
#[test]
fn commands_of_the_dockerfile_are_those_of_a_shell() {
    let text = read("packaging/Dockerfile").replace("\\\n", " ");
    let commands: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("RUN "))
        .collect();
    assert_eq!(commands.len(), 4);
    for command in commands {
        check("bash", &["-n", "-c", command]);
    }
    let instructions = [
        "FROM",
        "RUN",
        "ARG",
        "ENV",
        "WORKDIR",
        "COPY",
        "ENTRYPOINT",
        "CMD",
        "#",
        "",
    ];
    for line in text.lines() {
        let first = line.split_whitespace().next().unwrap_or_default();
        assert!(
            instructions.contains(&first),
            "'{first}' is no instruction of a Dockerfile"
        );
    }
}

/// Environment Modules themselves load the file, where they are installed.
#[test]
fn the_module_file_sets_what_it_says_and_takes_it_back() {
    let init = Path::new("/usr/share/modules/init/bash");
    if !init.exists() {
        return eprintln!("skipped: Environment Modules are not installed");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let text = read("packaging/modulefiles/mpiqtl");
    let version = of_manifest("version");
    let (root, mpi) = (
        format!("set root /opt/mpiqtl/{version}"),
        "set mpi  openmpi",
    );
    assert!(
        text.contains(&root) && text.contains(mpi),
        "what a site changes stands alone"
    );
    let text = text
        .replace(&root, "set root /the/root")
        .replace(mpi, "set mpi the_mpi/1");
    for name in ["mpiqtl", "the_mpi"] {
        std::fs::create_dir(path(name)).expect("a folder");
    }
    std::fs::write(path(&format!("mpiqtl/{version}")), text).expect("a module file");
    std::fs::write(path("the_mpi/1"), "#%Module1.0\nsetenv THE_MPI there\n")
        .expect("a module file");
    let session = format!(
        "source {}; module use {}; module load mpiqtl; echo \"$MPIQTL $THE_MPI ${{PATH%%:*}}\"; \
         module unload mpiqtl; echo \"gone:$MPIQTL\"",
        init.display(),
        folder.path().display()
    );
    let output = Command::new("bash")
        .args(["-c", &session])
        .output()
        .expect("bash starts");
    let said = String::from_utf8_lossy(&output.stdout);
    for wanted in ["/the/root/bin/mpiqtl there /the/root/bin\n", "gone:\n"] {
        assert!(
            said.contains(wanted),
            "no '{wanted}' in {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// rattler-build itself reads and renders the recipe, where `scripts/setup --tests` could install it.
#[test]
fn the_conda_recipe_renders() {
    let target = Path::new(env!("CARGO_BIN_EXE_mpiqtl"))
        .ancestors()
        .nth(2)
        .expect("targets");
    let python = target.join("test-tools/bin/python");
    let program = "\
from rattler_build import Stage0Recipe, VariantConfig
conda_forge = 'c_compiler: [gcc]\\nrust_compiler: [rust]\\nc_stdlib: [sysroot]\\nc_stdlib_version: [\"2.17\"]\\n'
recipe = Stage0Recipe.from_file('packaging/conda/recipe.yaml')
for variant in recipe.render(VariantConfig.from_yaml(conda_forge)):
    print(variant.recipe.to_dict()['requirements'])
";
    let Ok(output) = Command::new(python)
        .args(["-c", program])
        .current_dir(root())
        .output()
    else {
        return eprintln!(
            "skipped: no rattler-build; scripts/setup --tests installs what can be had"
        );
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{failed}");
    for package in [
        "gcc_linux-64",
        "rust_linux-64",
        "clangdev",
        "openmpi",
        "hdf5",
        "openblas",
    ] {
        assert!(said.contains(package), "{said}");
    }
}
