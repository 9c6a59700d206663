//! What cannot be meant is refused in a sentence, and nothing is written.

use std::fs;

use super::Study;
use super::support::{fail, mpiqtl, succeed};

#[test]
fn what_is_not_in_the_study_is_named_with_what_is() {
    let study = Study::simulate();
    for (words, wanted) in [
        (
            "--genes gene000001,gene00002",
            "--genes: one of 2 gene IDs is not in the study: 'gene00002' (did you mean 'gene000",
        ),
        (
            "--genes gene000001 --snps nothing,snp0000001",
            "--snps: one of 2 SNP IDs is not in the study: 'nothing'; correct it",
        ),
        (
            "--region 1:1-2",
            "no SNP lies on chromosome '1' of the region 1:1-2",
        ),
        (
            "--region 1",
            "no SNP lies on chromosome '1' of the region 1; did you mean 'chr1'?",
        ),
        (
            "--region chr1:900000000-",
            "no SNP lies in the region chr1:900000000-; give a larger one",
        ),
        (
            "--region chr1:9-8",
            "'chr1:9-8' is no region: it ends before it begins; wanted CHR, CHR:POS, CHR:FROM-TO or CHR:FROM-",
        ),
        (
            "--region chr1,chr2",
            "it names 2 regions, and one is wanted",
        ),
        (
            "--genes gene000001 --window 0 --region chr1:1-2",
            "cannot be used with",
        ),
        ("--window 5", "--genes is missing"),
        ("--genes gene000001,,b", "an ID is empty"),
    ] {
        let mut command = study.command("extract");
        command.args(words.split(' ')).args(["--out", "out.tsv"]);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{words}");
        assert!(said.contains(wanted), "{words}: {said}");
        assert!(!study.path().join("out.tsv").exists());
    }
}

#[test]
fn an_output_that_is_there_is_left_alone() {
    let study = Study::simulate();
    let path = study.path().join("out.tsv");
    fs::write(&path, "mine").unwrap();
    let run = |words: &[&str]| {
        let mut command = study.command("extract");
        command
            .args(["--genes", "gene000001", "--out", "out.tsv"])
            .args(words);
        command
    };
    let said = fail(&mut run(&[]), 1);
    assert!(
        said.contains("out.tsv: is there already; give another --out, or --overwrite"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let said = fail(&mut run(&["--overwrite", "--per-gene"]), 1);
    assert!(said.contains("out.tsv: is a file"), "{said}");
    // What fails late leaves it alone too.
    fail(&mut run(&["--overwrite", "--snps", "nothing"]), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    succeed(&mut run(&["--overwrite"]));
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .starts_with("snp\tchrom\t")
    );
    assert!(!study.path().join("out.tsv.part").exists());
}

#[test]
fn the_results_of_map_are_not_touched() {
    let study = Study::simulate();
    succeed(
        study
            .command("map")
            .args(["--p-all", "0.01", "--out", "map"]),
    );
    let before = fs::read(study.path().join("map/run.json")).unwrap();
    let config = "genotypes = \"genotypes.h5\"\nexpression = \"expression.h5\"\nout = \"map\"\noverwrite = true\n";
    fs::write(study.path().join("study.toml"), config).unwrap();
    let extract = |words: &str| {
        let mut command = mpiqtl();
        command
            .current_dir(study.path())
            .args(["extract", "--config", "study.toml"]);
        command.args(words.split(' '));
        command
    };
    let said = fail(&mut extract("--genes gene000001"), 2);
    assert!(said.contains("--out is missing"), "{said}");
    succeed(&mut extract("--genes gene000001 --out a.tsv"));
    // `overwrite` of the file is that of map.
    assert!(fail(&mut extract("--genes gene000001 --out a.tsv"), 1).contains("is there already"));
    assert_eq!(fs::read(study.path().join("map/run.json")).unwrap(), before);
}

#[test]
fn text_needs_a_folder_to_be_imported_to() {
    let study = Study::simulate();
    let mut command = mpiqtl();
    command.current_dir(study.path().join("text")).args([
        "extract",
        "--genotypes",
        "genotypes.tsv",
        "--expression",
        "expression.tsv",
        "--snps",
        "snp0000001",
        "--out",
        "a.tsv",
    ]);
    let said = fail(&mut command, 1);
    assert!(
        said.contains("give its folder as 'out' in the configuration file"),
        "{said}"
    );
}

#[test]
fn correlations_that_are_not_there_or_too_large_are_refused() {
    let study = Study::simulate();
    let mut command = study.command("extract");
    command.args([
        "--genes",
        "gene000001",
        "--model",
        "anova",
        "--ld",
        "--out",
        "ld",
    ]);
    let said = fail(&mut command, 1);
    assert!(
        said.contains("--ld adjusted") && said.contains("--ld raw"),
        "{said}"
    );
    let mut command = study.command("extract");
    command.args([
        "--genes",
        "gene000001",
        "--model",
        "anova",
        "--ld",
        "raw",
        "--out",
        "ld",
    ]);
    succeed(&mut command);

    let folder = tempfile::tempdir().unwrap();
    let shape = "simulate --snps 24000 --genes 2 --samples 20 --covariates 0 --out .";
    let run = |words: &str| {
        let mut command = mpiqtl();
        command.current_dir(folder.path()).args(words.split(' '));
        command
    };
    succeed(&mut run(shape));
    let stores = "extract --genotypes genotypes.h5 --expression expression.h5";
    let ids: String = (1..=24_000).map(|i| format!("snp{i:07}\n")).collect();
    fs::write(folder.path().join("snps.txt"), ids).unwrap();
    let all = "--genes gene000001 --snps snps.txt --ld --out ld";
    let said = fail(&mut run(&format!("{stores} {all}")), 1);
    assert!(
        said.contains("SNPs take 4.") && said.contains("GiB; choose fewer"),
        "{said}"
    );
    assert!(!folder.path().join("ld").exists());
}

#[test]
fn a_gene_whose_id_is_a_path_stays_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "g.tsv",
        "id\ta\tb\tc\td\te\nrs1\t0\t1\t2\t1\t0\nrs2\t1\t1\t0\t2\t2\n",
    );
    write(
        "e.tsv",
        "id\ta\tb\tc\td\te\n../evil\t0\t1\t2\t4\t0\n/a b\t1\t3\t2\t4\t0\n",
    );
    let run = |words: &str| {
        let mut command = mpiqtl();
        succeed(command.current_dir(folder.path()).args(words.split(' ')));
    };
    run("import genotypes g.tsv --out g.h5");
    run("import expression e.tsv --out e.h5");
    run("extract --genotypes g.h5 --expression e.h5 --snps rs1,rs2 --per-gene --ld --out out");
    let mut names: Vec<_> = fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let wanted = [
        "%2E.%2Fevil.ld.npy",
        "%2E.%2Fevil.pairs.tsv",
        "%2Fa%20b.pairs.tsv",
        "genes.tsv",
    ];
    assert_eq!(names, wanted);
}
