//! Input that cannot be meant: one sentence that says what was found where and what was wanted, and no results.

mod support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use support::{Table, fail, mpiqtl, record, stderr, succeed};

const FAILED: i32 = 1;
const USAGE: i32 = 2;

const GENOTYPES: &str = "\
snpid s1 s2 s3 s4 s5 s6 s7 s8
rs1 0 1 2 0 1 2 1 0
rs2 1 1 0 2 0 1 2 0
rs3 2 0 1 1 0 2 0 1
rs4 0 0 1 2 2 1 1 0
";
const SNP_LOCATIONS: &str = "\
snp chr pos
rs1 chr1 100
rs2 chr1 200
rs3 chr2 100
rs4 chr2 5000000
";
const EXPRESSION: &str = "\
geneid s1 s2 s3 s4 s5 s6 s7 s8
g1 0.1 1.3 1.9 0.2 0.8 2.2 1.1 -0.3
g2 5.5 4.1 6.3 5.2 4.9 6.1 5.7 5.0
g3 -1.2 0.4 0.3 -0.8 1.1 0.9 -0.1 0.6
";
const GENE_LOCATIONS: &str = "\
geneid chr left right
g1 chr1 50 150
g2 chr2 80 90
g3 chr1 900 990
";
const COVARIATES: &str = "\
id s1 s2 s3 s4 s5 s6 s7 s8
age 30 41 52 33 28 60 45 39
male 1 0 1 0 0 1 1 0
";
const VCF: &str = "\
##fileformat=VCFv4.2
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1 s2 s3 s4 s5 s6 s7 s8
chr1 100 rs1 A G . . . GT 0/0 0/1 1/1 0/0 0/1 1/1 0/1 0/0
chr1 200 rs2 A G . . . GT 0/1 0/1 0/0 1/1 0/0 0/1 1/1 0/0
chr2 100 rs3 A G . . . GT 1/1 0/0 0/1 0/1 0/0 1/1 0/0 0/1
";
const BED: &str = "\
#chr start end id s1 s2 s3 s4 s5 s6 s7 s8
chr1 49 150 g1 0.1 1.3 1.9 0.2 0.8 2.2 1.1 -0.3
chr2 79 90 g2 5.5 4.1 6.3 5.2 4.9 6.1 5.7 5.0
";

/// Tables are written with blanks above, for the eye.
fn tabs(text: &str) -> String {
    text.replace(' ', "\t")
}

/// A small study that is right, in a folder of its own: each test spoils one thing.
struct Study(tempfile::TempDir);

impl Study {
    fn new() -> Self {
        let study = Self(tempfile::tempdir().unwrap());
        study.write("genotypes.tsv", tabs(GENOTYPES));
        study.write("snp_locations.tsv", tabs(SNP_LOCATIONS));
        study.write("expression.tsv", tabs(EXPRESSION));
        study.write("gene_locations.tsv", tabs(GENE_LOCATIONS));
        study.write("covariates.tsv", tabs(COVARIATES));
        study.write("genotypes.vcf", tabs(VCF));
        study.write("expression.bed", tabs(BED));
        study
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Replaces `old`, which must be there, in a file.
    fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(&tabs(old)), "{name} has no '{old}'");
        self.write(name, text.replacen(&tabs(old), &tabs(new), 1));
    }

    fn command(&self, words: &str) -> Command {
        let mut command = mpiqtl();
        command.current_dir(self.0.path()).args(words.split(' '));
        command
    }

    /// `map` of the given genotypes and expression, all pairs.
    fn map_all(&self, genotypes: &str, expression: &str) -> Command {
        let inputs = format!("map --genotypes {genotypes} --expression {expression}");
        self.command(&format!("{inputs} --p-all 1 --out out"))
    }

    /// `map` of the text files, with everything: locations, covariates, cis and trans.
    fn map(&self) -> Command {
        self.map_with("--p-cis 1 --p-trans 1 --out out")
    }

    /// `map` of the text files with other thresholds or another output folder.
    fn map_with(&self, words: &str) -> Command {
        self.command(&format!(
            "map --genotypes genotypes.tsv --snp-locations snp_locations.tsv --expression expression.tsv \
             --gene-locations gene_locations.tsv --covariates covariates.tsv {words}"
        ))
    }

    /// Makes the stores `genotypes.h5` and `expression.h5`.
    fn import(&self) {
        let genotypes = "genotypes.tsv --snp-locations snp_locations.tsv --out genotypes.h5";
        succeed(&mut self.command(&format!("import genotypes {genotypes}")));
        let expression = "expression.tsv --gene-locations gene_locations.tsv --out expression.h5";
        succeed(&mut self.command(&format!("import expression {expression}")));
    }

    /// Runs a command that must fail with one sentence that has all these parts, and leave no results.
    fn refuses(&self, command: &mut Command, parts: &[&str]) -> String {
        let message = one_sentence(&fail(command, FAILED));
        for part in parts {
            assert!(message.contains(part), "'{part}' is not in\n{message}");
        }
        no_results(&self.path("out"));
        no_unfinished_files(self.0.path());
        message
    }

    /// Runs a command that must be refused before anything is opened.
    fn refuses_usage(&self, command: &mut Command, parts: &[&str]) {
        let said = fail(command, USAGE);
        for part in parts {
            assert!(said.contains(part), "'{part}' is not in\n{said}");
        }
        assert_eq!(said.matches("error:").count(), 1, "{said}");
        assert!(!self.path("out").exists());
    }
}

/// The one line that tells of the error.
fn one_sentence(said: &str) -> String {
    let errors: Vec<&str> = said.lines().filter(|line| line.contains("error")).collect();
    assert_eq!(errors.len(), 1, "one line of error is wanted\n{said}");
    let last = said.trim_end().lines().last();
    assert_eq!(
        last,
        Some(errors[0]),
        "nothing comes after the error\n{said}"
    );
    assert!(errors[0].starts_with("mpiqtl: error: "), "{said}");
    assert!(errors[0].len() < 500, "too long to be read\n{said}");
    errors[0].to_string()
}

/// No table and no record stands in the output folder, under any name.
fn no_results(out: &Path) {
    for name in ["all.tsv", "cis.tsv", "trans.tsv", "run.json"] {
        assert!(!out.join(name).exists(), "{name} was left");
    }
}

/// Nothing half-written is left, and every store that is left can be opened.
fn no_unfinished_files(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            no_unfinished_files(&path);
        }
        assert!(
            !name.ends_with(".part") && !name.starts_with(".probe"),
            "{name} was left"
        );
        if name.ends_with(".h5") && folder.ends_with("imported") {
            hdf5::File::open(&path).expect("a store is whole or absent");
        }
    }
}

/// Changes a store. Done on a copy that no other test's process can have open and locked.
fn edit_store(path: &Path, edit: impl FnOnce(&hdf5::File)) {
    let copy = path.with_extension("copy");
    fs::rename(path, &copy).unwrap();
    let store = hdf5::File::open_rw(&copy).unwrap();
    edit(&store);
    store.close().unwrap();
    fs::copy(&copy, path).unwrap();
}

/// The warnings of a run.
fn warnings(said: &str) -> Vec<&str> {
    said.lines()
        .filter(|line| line.starts_with("warning: "))
        .collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A bgzf file of one block a line, and where its blocks end; the last block is the empty one that marks the end.
fn bgzf(text: &str) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = Vec::new();
    let mut ends = Vec::new();
    for part in text.split_inclusive('\n').chain([""]) {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(part.as_bytes()).unwrap();
        let deflated = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(part.as_bytes());
        let size = (deflated.len() + 25) as u16;
        bytes.extend([
            0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0,
        ]);
        bytes.extend(size.to_le_bytes());
        bytes.extend(deflated);
        bytes.extend(crc.sum().to_le_bytes());
        bytes.extend((part.len() as u32).to_le_bytes());
        ends.push(bytes.len());
    }
    (bytes, ends)
}

#[test]
fn the_study_that_is_spoiled_below_is_right_before() {
    let study = Study::new();
    let said = stderr(&succeed(&mut study.map()));
    assert!(warnings(&said).is_empty(), "{said}");
    assert_eq!(record(&study.path("out"))["n_tests_all"], 12);
    assert_eq!(Table::read(&study.path("out/cis.tsv")).rows.len(), 5);
    assert_eq!(Table::read(&study.path("out/trans.tsv")).rows.len(), 7);
    succeed(
        study
            .map_all("genotypes.vcf", "expression.bed")
            .arg("--overwrite"),
    );
    assert_eq!(Table::read(&study.path("out/all.tsv")).rows.len(), 6);
}

#[test]
fn a_missing_file_is_named() {
    for name in [
        "genotypes",
        "snp_locations",
        "expression",
        "gene_locations",
        "covariates",
    ] {
        let study = Study::new();
        let name = format!("{name}.tsv");
        fs::remove_file(study.path(&name)).unwrap();
        study.refuses(&mut study.map(), &[&name, "cannot open", "No such file"]);
    }
    let study = Study::new();
    let mut folder = study.map_all(".", "expression.tsv");
    study.refuses(&mut folder, &[".: cannot read", "directory"]);
    let mut import = study.command("import genotypes absent.vcf --out out.h5");
    study.refuses(&mut import, &["absent.vcf: cannot open"]);
}

#[test]
fn a_wrong_delimiter_is_named() {
    let study = Study::new();
    study.write("genotypes.csv", GENOTYPES.replace(' ', ","));
    let mut commas = study.map_all("genotypes.csv", "expression.tsv");
    study.refuses(
        &mut commas,
        &[
            "genotypes.csv, line 1",
            "separated by commas",
            "wanted tabs",
        ],
    );
    study.write("expression.txt", EXPRESSION);
    let mut blanks = study.map_all("genotypes.tsv", "expression.txt");
    study.refuses(
        &mut blanks,
        &[
            "expression.txt, line 1",
            "separated by spaces",
            "wanted tabs",
        ],
    );
    study.edit(
        "genotypes.tsv",
        "rs3 2 0 1 1 0 2 0 1",
        "rs3,2,0,1,1,0,2,0,1",
    );
    study.refuses(
        &mut study.map(),
        &["genotypes.tsv, line 4", "has 1 fields", "wanted 9"],
    );
    study.write("genotypes.vcf", VCF);
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        &mut vcf,
        &[
            "genotypes.vcf, line 2",
            "wanted '#CHROM'",
            "separated by tabs",
        ],
    );
    study.write("genotypes.tsv", tabs(GENOTYPES));
    study.write("covariates.tsv", COVARIATES.replace(' ', ","));
    study.refuses(
        &mut study.map(),
        &["covariates.tsv, line 1", "separate the columns by tabs"],
    );
}

#[test]
fn a_ragged_row_is_found_by_line_and_name() {
    let spoil = |file: &str, old: &str, new: &str, parts: &[&str]| {
        let study = Study::new();
        study.edit(file, old, new);
        study.refuses(&mut study.map(), parts);
    };
    let short = &["genotypes.tsv, line 3", "'rs2' has 8 fields", "wanted 9"];
    spoil(
        "genotypes.tsv",
        "rs2 1 1 0 2 0 1 2 0",
        "rs2 1 1 0 2 0 1 2",
        short,
    );
    let long = &["expression.tsv, line 4", "'g3' has 10 fields", "wanted 9"];
    spoil("expression.tsv", "-0.1 0.6", "-0.1 0.6 7", long);
    let covariate = &["covariates.tsv, line 3", "8 fields", "wanted 9"];
    spoil(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "male 1 0 1 0 0 1 1",
        covariate,
    );
    let location = &[
        "snp_locations.tsv, line 3",
        "2 columns",
        "wanted 3: snp chr pos",
    ];
    spoil("snp_locations.tsv", "rs2 chr1 200", "rs2 chr1", location);

    let study = Study::new();
    study.edit("genotypes.vcf", "1/1 0/0\nchr2", "1/1\nchr2");
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        &mut vcf,
        &["genotypes.vcf, line 4", "16 columns", "wanted 17"],
    );
    study.edit("expression.bed", "5.7 5.0", "5.7");
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(
        &mut bed,
        &["expression.bed, line 3", "'g2' has 11 fields", "wanted 12"],
    );
}

#[test]
fn what_is_no_number_is_found_by_line_row_and_sample() {
    let spoil = |file: &str, old: &str, new: &str, parts: &[&str]| {
        let study = Study::new();
        study.edit(file, old, new);
        study.refuses(&mut study.map(), parts);
    };
    let word = &[
        "genotypes.tsv, line 3",
        "row 'rs2', sample 's4'",
        "'AG' is not a number",
    ];
    spoil("genotypes.tsv", "rs2 1 1 0 2", "rs2 1 1 0 AG", word);
    let comma = &[
        "expression.tsv, line 2",
        "row 'g1', sample 's2'",
        "'1,3' is not a number",
        "point for decimals",
    ];
    spoil("expression.tsv", "1.3", "1,3", comma);
    let empty = &[
        "expression.tsv, line 2",
        "row 'g1', sample 's2'",
        "'' is empty",
        "NA",
    ];
    spoil("expression.tsv", " 1.3 ", "  ", empty);
    let category = &[
        "covariates.tsv, line 3",
        "covariate 'male', sample 's1'",
        "'yes'",
        "0 and 1",
    ];
    spoil("covariates.tsv", "male 1", "male yes", category);
    let position = &[
        "snp_locations.tsv, line 3",
        "'rs2'",
        "'2e2.5'",
        "wanted a number of base pairs",
    ];
    spoil(
        "snp_locations.tsv",
        "rs2 chr1 200",
        "rs2 chr1 2e2.5",
        position,
    );
    let end = &[
        "gene_locations.tsv, line 3",
        "'g2'",
        "'-90'",
        "wanted a number of base pairs",
    ];
    spoil("gene_locations.tsv", "80 90", "80 -90", end);

    let study = Study::new();
    study.edit("genotypes.vcf", "chr1 200", "chr1 2OO");
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        &mut vcf,
        &[
            "genotypes.vcf, line 4",
            "POS is '2OO'",
            "wanted a whole number of base pairs",
        ],
    );
    study.edit("expression.bed", "5.7", "5.7.1");
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(
        &mut bed,
        &["expression.bed, line 3", "row 'g2', sample 's7'", "'5.7.1'"],
    );
}

#[test]
fn an_infinite_number_is_refused() {
    for infinite in ["Inf", "-inf", "1e999"] {
        let study = Study::new();
        study.edit("expression.tsv", "6.3", infinite);
        let found = format!("'{infinite}' is infinite");
        let parts = [
            "expression.tsv, line 3",
            "row 'g2', sample 's3'",
            &found,
            "NA",
        ];
        study.refuses(&mut study.map(), &parts);
    }
    let study = Study::new();
    study.edit("genotypes.tsv", "rs4 0", "rs4 inf");
    study.refuses(
        &mut study.map(),
        &["genotypes.tsv, line 5", "row 'rs4', sample 's1'"],
    );
    let study = Study::new();
    study.edit("covariates.tsv", "age 30", "age -Inf");
    study.refuses(
        &mut study.map(),
        &[
            "covariates.tsv, line 2",
            "covariate 'age', sample 's1'",
            "finite",
        ],
    );
}

#[test]
fn a_duplicate_snp_or_gene_is_named_with_both_rows() {
    let study = Study::new();
    study.edit("genotypes.tsv", "rs4", "rs1");
    study.refuses(
        &mut study.map(),
        &["genotypes.tsv", "SNP ID 'rs1'", "rows 1 and 4"],
    );
    let study = Study::new();
    study.edit("expression.tsv", "g3", "g2");
    study.refuses(
        &mut study.map(),
        &["expression.tsv", "gene ID 'g2'", "rows 2 and 3"],
    );
    let study = Study::new();
    study.edit("genotypes.vcf", "rs3", "rs1");
    let mut vcf = study.command("import genotypes genotypes.vcf --out out/g.h5");
    fs::create_dir(study.path("out")).unwrap();
    study.refuses(&mut vcf, &["genotypes.vcf", "SNP ID 'rs1'", "rows 1 and 3"]);
    study.edit("expression.bed", "g2", "g1");
    let mut bed = study.command("import expression expression.bed --out out/e.h5");
    study.refuses(
        &mut bed,
        &["expression.bed", "gene ID 'g1'", "rows 1 and 2"],
    );
    assert_eq!(fs::read_dir(study.path("out")).unwrap().count(), 0);
}

#[test]
fn a_duplicate_sample_is_named() {
    for (file, line) in [
        ("genotypes.tsv", 1),
        ("expression.tsv", 1),
        ("covariates.tsv", 1),
    ] {
        let study = Study::new();
        study.edit(file, "s6 s7", "s6 s2");
        let place = format!("{file}, line {line}");
        study.refuses(
            &mut study.map(),
            &[&place, "sample ID 's2' stands there twice"],
        );
    }
    let study = Study::new();
    study.edit("genotypes.vcf", "s6 s7", "s6 s2");
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        &mut vcf,
        &["genotypes.vcf, line 2", "sample ID 's2' stands there twice"],
    );
    study.edit("expression.bed", "s6 s7", "s6 s2");
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(
        &mut bed,
        &[
            "expression.bed, line 1",
            "sample ID 's2' stands there twice",
        ],
    );
    let study = Study::new();
    study.write("covariates.tsv", "id age\ns1 30\ns2 41\ns1 52\n");
    study.refuses(
        &mut study.map(),
        &["covariates.tsv, line 4", "sample 's1' stands there twice"],
    );
}

#[test]
fn a_repeated_covariate_or_location_is_told() {
    let study = Study::new();
    study.edit("covariates.tsv", "male", "age");
    study.refuses(
        &mut study.map(),
        &[
            "covariates.tsv, line 3",
            "covariate 'age' stands there twice",
        ],
    );
    let study = Study::new();
    study.edit(
        "snp_locations.tsv",
        "rs2 chr1 200",
        "rs2 chr1 200\nrs2 chr2 7",
    );
    let said = stderr(&succeed(&mut study.map()));
    assert!(
        said.contains("warning: 1 rows of the SNP location table repeat an ID (rs2); the first"),
        "{said}"
    );
}

#[test]
fn without_a_common_sample_both_sides_are_shown() {
    let study = Study::new();
    study.edit(
        "expression.tsv",
        "s1 s2 s3 s4 s5 s6 s7 s8",
        "S1 S2 S3 S4 S5 S6 S7 S8",
    );
    let parts = [
        "no sample ID is in both",
        "s1, s2",
        "S1, S2",
        "3 more",
        "rename",
    ];
    study.refuses(&mut study.map(), &parts);
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "s1 s2 s3 s4 s5 s6 s7 s8",
        "x1 x2 x3 x4 x5 x6 x7 x8",
    );
    let parts = [
        "covariates.tsv",
        "no sample ID of the genotypes",
        "'x1', 'x2'",
        "'s1', 's2'",
    ];
    study.refuses(&mut study.map(), &parts);
}

#[test]
fn dropped_samples_are_counted_and_named() {
    let study = Study::new();
    study.edit("genotypes.tsv", "s7 s8", "s7 s9");
    study.edit("expression.tsv", "s1 s2", "s0 s2");
    study.edit("covariates.tsv", "s5 s6", "s5 x6");
    let said = stderr(&succeed(&mut study.map()));
    assert!(said.contains("samples 5 in all files"), "{said}");
    let left_out = |file: &str, ids: &str| {
        let n_left = ids.split(", ").count();
        format!(
            "{n_left} of 8 samples in {file} are not in every other file and are left out: {ids}"
        )
    };
    let found = warnings(&said);
    let wanted = [
        left_out("genotypes", "s1, s6, s9"),
        left_out("expression", "s0, s6, s8"),
        left_out("covariates", "s1, x6, s8"),
    ];
    assert_eq!(found, wanted.map(|text| format!("warning: {text}")));

    let samples = &record(&study.path("out"))["samples"];
    assert_eq!(samples["n_used"], 5);
    let files = samples["files"].as_array().unwrap();
    assert_eq!(files[0]["file"], "genotypes");
    assert_eq!(files[0]["dropped"], serde_json::json!(["s1", "s6", "s9"]));
    assert_eq!(files[1]["dropped"], serde_json::json!(["s0", "s6", "s8"]));
    assert_eq!(files[2]["dropped"], serde_json::json!(["s1", "x6", "s8"]));
}

#[test]
fn a_long_list_of_dropped_samples_is_cut_on_the_screen_and_whole_in_the_record() {
    let study = Study::new();
    let extra: Vec<String> = (0..8).map(|i| format!("t{i}")).collect();
    let widen = |line: &str, with: &str| format!("{line}\t{with}\n");
    let text: String = tabs(EXPRESSION)
        .lines()
        .enumerate()
        .map(|(i, line)| {
            widen(
                line,
                &if i == 0 {
                    extra.join("\t")
                } else {
                    ["1"; 8].join("\t")
                },
            )
        })
        .collect();
    study.write("expression.tsv", text);
    let said = stderr(&succeed(&mut study.map()));
    assert!(said.contains("8 of 16 samples in expression"), "{said}");
    assert!(said.contains("t0, t1, t2, t3, t4 and 3 more"), "{said}");
    let dropped = record(&study.path("out"))["samples"]["files"][1]["dropped"].clone();
    assert_eq!(dropped, serde_json::json!(extra));
}

#[test]
fn too_small_an_overlap_stops_unless_it_is_allowed() {
    let study = Study::new();
    study.edit("expression.tsv", "s4 s5 s6 s7 s8", "x4 x5 x6 x7 x8");
    let mut map = study.map_all("genotypes.tsv", "expression.tsv");
    study.refuses(&mut map, &["only 3 samples", "(8)", "--min-samples 3"]);
    study.refuses(
        map.args(["--min-samples", "4"]),
        &["3 samples", "--min-samples asks for 4"],
    );
    let mut allowed = study.map_all("genotypes.tsv", "expression.tsv");
    succeed(allowed.args(["--min-samples", "3"]));
    assert_eq!(record(&study.path("out"))["samples"]["n_used"], 3);
}

#[test]
fn covariates_of_too_few_samples_stop_the_run_too() {
    let study = Study::new();
    study.edit("covariates.tsv", "s1 s2 s3 s4 s5", "x1 x2 x3 x4 x5");
    study.refuses(
        &mut study.map(),
        &["only 3 of the 8 samples", "covariates", "--min-samples 3"],
    );
}

#[test]
fn chromosome_names_that_never_meet_stop_the_run_with_a_hint() {
    let study = Study::new();
    let locations = GENE_LOCATIONS.replace("chr", "").replacen("  ", " chr ", 1);
    study.write("gene_locations.tsv", tabs(&locations));
    let hint = "'chr1' and '1' look like one chromosome under two names";
    let parts = [
        "no chromosome name in common",
        hint,
        "chr1, chr2",
        "1, 2",
        "rename",
    ];
    study.refuses(&mut study.map(), &parts);

    let study = Study::new();
    let locations = GENE_LOCATIONS
        .replace("chr1", "scaffold_7")
        .replace("chr2", "scaffold_7");
    study.write("gene_locations.tsv", tabs(&locations));
    let message = study.refuses(
        &mut study.map(),
        &["no chromosome name in common", "scaffold_7"],
    );
    assert!(!message.contains("look like"), "{message}");
}

#[test]
fn zero_cis_pairs_stop_the_run() {
    let study = Study::new();
    let far = GENE_LOCATIONS
        .replace("50 150", "90000000 90000100")
        .replace("80 90", "70000000 70000100");
    study.write(
        "gene_locations.tsv",
        tabs(&far.replace("900 990", "80000000 80000100")),
    );
    let parts = [
        "no SNP lies within 1,000,000 bp of any gene",
        "--cis-dist-bp",
        "genome build",
    ];
    study.refuses(&mut study.map(), &parts);
}

#[test]
fn cis_without_locations_says_which_are_missing() {
    let study = Study::new();
    let cis = |inputs: &str| study.command(&format!("map {inputs} --p-cis 1 --out out"));
    let mut no_snps = cis("--genotypes genotypes.tsv --expression expression.bed");
    study.refuses(
        &mut no_snps,
        &["no SNP has a location", "--snp-locations", "--p-all"],
    );
    let mut no_genes = cis("--genotypes genotypes.vcf --expression expression.tsv");
    study.refuses(
        &mut no_genes,
        &["no gene has a location", "--gene-locations", "--p-all"],
    );
    study.write(
        "snp_locations.tsv",
        tabs(&SNP_LOCATIONS.replace("rs", "snp")),
    );
    study.refuses(
        &mut study.map(),
        &[
            "snp_locations.tsv",
            "no SNP of the study",
            "the same in both",
        ],
    );
    study.write("snp_locations.tsv", tabs(SNP_LOCATIONS));
    study.write(
        "gene_locations.tsv",
        tabs(&GENE_LOCATIONS.replace("g", "ENSG")),
    );
    study.refuses(
        &mut study.map(),
        &[
            "gene_locations.tsv",
            "no gene of the study",
            "the same in both",
        ],
    );
}

#[test]
fn locations_for_a_file_that_has_its_own_are_refused() {
    let study = Study::new();
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(
        vcf.args(["--snp-locations", "snp_locations.tsv"]),
        &["genotypes.vcf", "--snp-locations"],
    );
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(
        bed.args(["--gene-locations", "gene_locations.tsv"]),
        &["expression.bed", "--gene-locations"],
    );
    study.import();
    let mut store = study.map_all("genotypes.h5", "expression.h5");
    study.refuses(
        store.args(["--snp-locations", "snp_locations.tsv"]),
        &["genotypes.h5", "--snp-locations"],
    );
}

#[test]
fn files_given_for_each_other_are_told_apart() {
    let study = Study::new();
    let mut swapped = study.map_all("expression.bed", "genotypes.vcf");
    study.refuses(
        &mut swapped,
        &[
            "expression.bed",
            "phenotype BED",
            "genotypes come as VCF or text",
        ],
    );
    let mut twice = study.map_all("genotypes.vcf", "genotypes.vcf");
    study.refuses(
        &mut twice,
        &["genotypes.vcf", "this is a VCF", "expression comes as"],
    );
    study.import();
    let mut stores = study.map_all("expression.h5", "genotypes.h5");
    study.refuses(&mut stores, &["expression.h5", "without /genotypes"]);
    let mut again = study.command("import genotypes genotypes.h5 --out out.h5");
    study.refuses(&mut again, &["genotypes.h5", "is a store already"]);
    study.write("plink.bed", b"\x6c\x1b\x01\xff\xff");
    let mut plink = study.map_all("plink.bed", "expression.tsv");
    study.refuses(&mut plink, &["plink.bed", "PLINK bed", "plink2"]);
}

#[test]
fn collinear_and_constant_covariates_are_named() {
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "male 1 0 1 0 0 1 1 0\nfemale 0 1 0 1 1 0 0 1",
    );
    study.refuses(
        &mut study.map(),
        &[
            "covariate 'female'",
            "linear combination of 'male' and the intercept",
        ],
    );
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "batch 3 3 3 NA 3 3 3 3",
    );
    study.refuses(
        &mut study.map(),
        &["covariate 'batch'", "same value for all 8 samples"],
    );
}

#[test]
fn a_covariate_that_is_constant_over_the_samples_used_is_named() {
    let study = Study::new();
    study.edit(
        "covariates.tsv",
        "male 1 0 1 0 0 1 1 0",
        "late 0 0 0 0 0 0 0 1",
    );
    study.edit("expression.tsv", "s7 s8", "s7 s9");
    study.refuses(
        &mut study.map(),
        &["covariate 'late'", "same value for all 7 samples used"],
    );
}

#[test]
fn fewer_samples_than_the_covariates_allow_is_an_error() {
    let study = Study::new();
    let row = |i: i32| {
        let values: Vec<String> = (0..8)
            .map(|j| ((i * 7 + j * j * 3 + i * j) % 11).to_string())
            .collect();
        format!("c{i} {}\n", values.join(" "))
    };
    let rows: String = (0..7).map(row).collect();
    study.write(
        "covariates.tsv",
        tabs(&format!("id s1 s2 s3 s4 s5 s6 s7 s8\n{rows}")),
    );
    study.refuses(
        &mut study.map(),
        &["8 samples with 7 covariates leave -1 degrees of freedom"],
    );
}

#[test]
fn constant_rows_are_counted_and_warned_of() {
    let study = Study::new();
    study.edit(
        "genotypes.tsv",
        "rs2 1 1 0 2 0 1 2 0",
        "rs2 2 2 2 2 2 2 2 2",
    );
    study.edit(
        "genotypes.tsv",
        "rs3 2 0 1 1 0 2 0 1",
        "rs3 NA NA NA NA NA NA NA NA",
    );
    study.edit(
        "expression.tsv",
        "g2 5.5 4.1 6.3 5.2 4.9 6.1 5.7 5.0",
        "g2 5 5 5 5 5 5 NA 5",
    );
    let said = stderr(&succeed(&mut study.map()));
    let found = warnings(&said);
    assert_eq!(found.len(), 2, "{said}");
    assert!(
        found
            .iter()
            .any(|text| text.starts_with("warning: 2 SNPs are constant")),
        "{said}"
    );
    assert!(
        found
            .iter()
            .any(|text| text.starts_with("warning: 1 genes are constant")),
        "{said}"
    );
    let record = record(&study.path("out"));
    assert_eq!(
        (&record["n_constant_snps"], &record["n_constant_genes"]),
        (&2.into(), &1.into())
    );
    assert_eq!(record["n_tests_all"], 12);
}

#[test]
fn truncated_gzip_is_an_error_wherever_it_is_cut() {
    let study = Study::new();
    let text = tabs(GENOTYPES);
    let whole = gzip(&text);
    for cut in [
        3,
        10,
        25,
        whole.len() / 2,
        whole.len() - 9,
        whole.len() - 8,
        whole.len() - 1,
    ] {
        study.write("genotypes.tsv.gz", &whole[..cut]);
        let mut map = study.map_all("genotypes.tsv.gz", "expression.tsv");
        study.refuses(&mut map, &["genotypes.tsv.gz: ", "truncated or damaged"]);
    }
    study.write("genotypes.tsv.gz", &whole);
    succeed(&mut study.map_all("genotypes.tsv.gz", "expression.tsv"));
}

#[test]
fn a_long_gzip_that_breaks_off_leaves_no_store() {
    let study = Study::new();
    let rows: String = (0..20_000)
        .map(|i| format!("rs{i} {} 1 0 2 0 1 2 {}\n", i % 3, i % 2))
        .collect();
    let whole = gzip(&tabs(&format!("snpid s1 s2 s3 s4 s5 s6 s7 s8\n{rows}")));
    study.write("genotypes.tsv.gz", &whole[..whole.len() * 2 / 3]);
    let mut map = study.map_all("genotypes.tsv.gz", "expression.tsv");
    study.refuses(
        &mut map,
        &[
            "genotypes.tsv.gz: decompression stopped after line",
            "copy it again",
        ],
    );
    assert!(!study.path("out/imported/genotypes.h5").exists());
    let mut import = study.command("import genotypes genotypes.tsv.gz --out g.h5");
    study.refuses(&mut import, &["truncated or damaged"]);
    assert!(!study.path("g.h5").exists());
}

#[test]
fn truncated_bgzf_is_an_error_even_between_blocks() {
    let study = Study::new();
    let (whole, ends) = bgzf(&tabs(VCF));
    study.write("genotypes.vcf.gz", &whole);
    succeed(&mut study.map_all("genotypes.vcf.gz", "expression.tsv"));
    fs::remove_dir_all(study.path("out")).unwrap();
    let between = ends[..ends.len() - 1].iter().copied();
    for cut in between.chain([15, ends[0] + 3, ends[2] + 20, whole.len() - 1]) {
        study.write("genotypes.vcf.gz", &whole[..cut]);
        let mut import = study.command("import genotypes genotypes.vcf.gz --out g.h5");
        study.refuses(&mut import, &["genotypes.vcf.gz: ", "truncated or damaged"]);
        assert!(!study.path("g.h5").exists());
    }
    study.write("expression.bed.gz", &gzip(&tabs(BED))[..60]);
    let mut bed = study.map_all("genotypes.tsv", "expression.bed.gz");
    study.refuses(&mut bed, &["expression.bed.gz: ", "truncated or damaged"]);
}

#[test]
fn a_truncated_store_is_an_error_at_any_length() {
    let study = Study::new();
    study.import();
    let whole = fs::read(study.path("genotypes.h5")).unwrap();
    for length in [
        8,
        9,
        64,
        100,
        1000,
        whole.len() / 3,
        whole.len() / 2,
        whole.len() - 1,
    ] {
        study.write("cut.h5", &whole[..length]);
        let mut map = study.map_all("cut.h5", "expression.h5");
        study.refuses(&mut map, &["cut.h5: ", "truncated"]);
    }
    let whole = fs::read(study.path("expression.h5")).unwrap();
    study.write("cut.h5", &whole[..whole.len() - 100]);
    let mut map = study.map_all("genotypes.h5", "cut.h5");
    study.refuses(&mut map, &["cut.h5: ", "truncated"]);
}

#[test]
fn the_first_bytes_of_a_store_are_no_table() {
    let study = Study::new();
    study.import();
    let whole = fs::read(study.path("genotypes.h5")).unwrap();
    for length in [1, 4, 7] {
        study.write("cut.h5", &whole[..length]);
        let mut map = study.map_all("cut.h5", "expression.h5");
        study.refuses(&mut map, &["cut.h5: ", "first bytes of HDF5", "truncated"]);
    }
    study.write("cut.h5", "");
    let mut map = study.map_all("cut.h5", "expression.h5");
    study.refuses(&mut map, &["cut.h5: the file is empty"]);
}

#[test]
fn a_foreign_hdf5_file_is_told_from_a_store() {
    let study = Study::new();
    study.import();
    let foreign = hdf5::File::create(study.path("foreign.copy")).unwrap();
    foreign
        .new_dataset::<f64>()
        .shape((3, 4))
        .create("matrix")
        .unwrap();
    foreign.close().unwrap();
    fs::copy(study.path("foreign.copy"), study.path("foreign.h5")).unwrap();
    let mut map = study.map_all("foreign.h5", "expression.h5");
    let parts = [
        "foreign.h5",
        "without the attribute format",
        "a store made by 'mpiqtl import' is wanted",
    ];
    study.refuses(&mut map, &parts);
    let mut map = study.map_all("genotypes.h5", "foreign.h5");
    study.refuses(&mut map, &["foreign.h5", "without the attribute format"]);

    edit_store(&study.path("genotypes.h5"), |store| {
        store.attr("version").unwrap().write_scalar(&77u32).unwrap();
    });
    let mut map = study.map_all("genotypes.h5", "expression.h5");
    study.refuses(&mut map, &["genotypes.h5", "version 77", "reads version 1"]);
}

#[test]
fn a_store_that_lost_a_part_is_an_error() {
    for part in [
        "samples/id",
        "genotypes/code",
        "genotypes/id",
        "genotypes/pos",
    ] {
        let study = Study::new();
        study.import();
        edit_store(&study.path("genotypes.h5"), |store| {
            store.unlink(part).unwrap()
        });
        let mut map = study
            .command("map --genotypes genotypes.h5 --expression expression.h5 --p-cis 1 --out out");
        study.refuses(
            &mut map,
            &[
                "genotypes.h5",
                &format!("/{part} is missing"),
                "import again",
            ],
        );
    }
}

#[test]
fn a_file_that_is_only_named_h5_is_read_as_what_it_is() {
    let study = Study::new();
    study.write("named.h5", "this is not HDF5\n");
    let mut map = study.map_all("named.h5", "expression.tsv");
    study.refuses(&mut map, &["named.h5, line 1", "separated by spaces"]);
    study.write("named.h5", b"\0\0\0\x01binary");
    let mut map = study.map_all("named.h5", "expression.tsv");
    study.refuses(&mut map, &["named.h5", "binary", "wanted an HDF5 store"]);
    study.write("named.h5", tabs(GENOTYPES));
    succeed(&mut study.map_all("named.h5", "expression.tsv"));
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let study = Study::new();
    study.write("file", "");
    for out in ["file", "file/below"] {
        let mut map = study.map_with(&format!("--p-cis 1 --p-trans 1 --out {out}"));
        study.refuses(&mut map, &[out, "cannot be written", "--out"]);
    }
    for out in ["file/g.h5", "absent/g.h5"] {
        let mut import = study.command(&format!("import genotypes genotypes.tsv --out {out}"));
        study.refuses(&mut import, &[out, "cannot be written"]);
    }
    let mut simulate = study.command("simulate --snps 5 --genes 2 --samples 9 --out file/study");
    study.refuses(&mut simulate, &["file/study", "cannot be written"]);
}

#[test]
fn a_second_import_to_the_same_store_is_refused_and_a_dead_one_is_no_obstacle() {
    let study = Study::new();
    let import = || study.command("import genotypes genotypes.tsv --out g.h5");
    study.write("g.h5.values.part", "left");
    let other = fs::File::open(study.path("g.h5.values.part")).unwrap();
    other.lock().unwrap();
    let message = one_sentence(&fail(&mut import(), FAILED));
    assert!(
        message.contains("g.h5.values.part: another process is importing"),
        "{message}"
    );
    assert_eq!(fs::read(study.path("g.h5.values.part")).unwrap(), b"left");
    other.unlock().unwrap();
    succeed(&mut import());
    no_unfinished_files(study.0.path());
    succeed(&mut study.map_all("g.h5", "expression.tsv"));
}

#[test]
fn a_result_whose_name_is_taken_by_a_folder_is_named() {
    let study = Study::new();
    fs::create_dir_all(study.path("out/trans.tsv")).unwrap();
    let message = one_sentence(&fail(&mut study.map(), FAILED));
    assert!(
        message.contains("out/trans.tsv") && message.contains("cannot be removed"),
        "{message}"
    );
    assert!(!study.path("out/run.json").exists());
    assert!(!study.path("out/cis.tsv").exists());
    no_unfinished_files(study.0.path());
}

#[test]
fn thresholds_that_cannot_be_meant_are_wrong_usage() {
    let study = Study::new();
    let map = |words: &str| {
        let inputs = "map --genotypes genotypes.tsv --expression expression.tsv --out out";
        study.command(&format!("{inputs} {words}"))
    };
    let above = ["p_trans (0.1) is above p_cis (0.01)"];
    study.refuses_usage(&mut map("--p-cis 0.01 --p-trans 0.1"), &above);
    study.refuses_usage(
        &mut map("--p-trans 0.1"),
        &["p_trans (0.1) is above p_cis, which is not given"],
    );
    study.refuses_usage(&mut map("--p-all 1.5"), &["p_all is 1.5", "from 0 to 1"]);
    study.refuses_usage(&mut map("--p-cis=-0.1"), &["p_cis is -0.1", "from 0 to 1"]);
    study.refuses_usage(&mut map("--p-cis nan"), &["p_cis is NaN", "from 0 to 1"]);
    study.refuses_usage(&mut map("--p-cis 1e-5x"), &["1e-5x", "--p-cis"]);
    study.refuses_usage(
        &mut map("--p-all 0.1 --p-cis 0.1"),
        &["p_all goes without p_cis and p_trans"],
    );
    study.refuses_usage(&mut map("--p-all 0"), &["nothing to report"]);
    study.refuses_usage(
        &mut map("--cis-dist-bp=-1"),
        &["cis_dist_bp is -1", "0 bp or more"],
    );
    study.refuses_usage(&mut map("--threads 0"), &["threads is 0"]);
    study.refuses_usage(&mut map("--genotype-field GP"), &["GP", "GT or DS"]);
}

#[test]
fn a_configuration_that_cannot_be_meant_is_wrong_usage() {
    let study = Study::new();
    let refused = |text: &str, parts: &[&str]| {
        study.write("study.toml", text);
        study.refuses_usage(
            &mut study.command("map --config study.toml --out out"),
            parts,
        );
    };
    refused(
        "cisDist = 5\n",
        &[
            "study.toml",
            "'cisDist' is no configuration key",
            "'cis_dist_bp'",
        ],
    );
    refused(
        "p_cis = 0.1\nthreads = \"two\"\n",
        &["study.toml, line 2", "string \"two\""],
    );
    refused(
        "p_cis = 0.1\np_cis = 0.2\n",
        &["study.toml, line 2", "duplicate key"],
    );
    refused("genotypes = genotypes.tsv\n", &["study.toml, line 1"]);
    refused(
        "genotypes = \"genotypes.tsv\"\n",
        &["--expression is missing", "'expression'"],
    );
    let mut absent = study.command("map --config absent.toml --out out");
    study.refuses_usage(
        &mut absent,
        &["absent.toml", "cannot be read", "No such file"],
    );
}

#[test]
fn an_unknown_flag_is_wrong_usage_with_the_nearest_known_one() {
    let study = Study::new();
    let mut flag = study.map();
    study.refuses_usage(
        flag.args(["--cis-dist", "5"]),
        &["'--cis-dist'", "'--cis-dist-bp'"],
    );
    study.refuses_usage(&mut study.command("mapp"), &["'mapp'", "'map'"]);
    study.refuses_usage(
        &mut study.command("import genotypes genotypes.tsv"),
        &["--out"],
    );
    study.refuses_usage(
        &mut study.command("simulate --samples 0 --out out"),
        &["--samples is 0"],
    );
    study.refuses_usage(
        &mut study.command("simulate --missing 2 --out out"),
        &["--missing is 2"],
    );
}

#[test]
fn a_complete_run_is_replaced_on_request_only() {
    let study = Study::new();
    succeed(&mut study.map());
    let table = fs::read(study.path("out/cis.tsv")).unwrap();
    let first = fs::read(study.path("out/run.json")).unwrap();
    let message = one_sentence(&fail(&mut study.map_with("--p-cis 1 --out out"), FAILED));
    assert!(
        message.contains("out: holds the results of a complete run"),
        "{message}"
    );
    assert!(message.contains("--overwrite"), "{message}");
    assert_eq!(fs::read(study.path("out/run.json")).unwrap(), first);

    succeed(&mut study.map_with("--p-cis 1 --out out --overwrite"));
    assert_eq!(record(&study.path("out"))["config"]["p_trans"], 0.0);
    assert_eq!(fs::read(study.path("out/cis.tsv")).unwrap(), table);
    assert!(
        !study.path("out/trans.tsv").exists(),
        "a table of the earlier run stayed"
    );
}

#[test]
fn bad_input_leaves_earlier_results_as_they_were() {
    let study = Study::new();
    succeed(&mut study.map());
    let results = || {
        ["cis.tsv", "trans.tsv", "run.json"]
            .map(|name| fs::read(study.path("out").join(name)).unwrap())
    };
    let before = results();
    let overwriting = |spoil: &dyn Fn()| {
        spoil();
        one_sentence(&fail(study.map().arg("--overwrite"), FAILED));
        assert_eq!(results(), before);
        no_unfinished_files(study.0.path());
    };
    overwriting(&|| study.edit("expression.tsv", "5.5", "five"));
    study.write("expression.tsv", tabs(EXPRESSION));
    overwriting(&|| {
        study.edit(
            "covariates.tsv",
            "age 30 41 52 33 28 60 45 39",
            "age 3 3 3 3 3 3 3 3",
        )
    });
    overwriting(&|| fs::remove_file(study.path("covariates.tsv")).unwrap());
}

#[test]
fn a_store_whose_names_are_lost_leaves_earlier_results_as_they_were() {
    let study = Study::new();
    study.import();
    let map = || study.map_all("genotypes.h5", "expression.h5");
    succeed(&mut map());
    let before = fs::read(study.path("out/run.json")).unwrap();
    edit_store(&study.path("genotypes.h5"), |store| {
        store.unlink("genotypes/id").unwrap()
    });
    let message = one_sentence(&fail(map().arg("--overwrite"), FAILED));
    assert!(message.contains("/genotypes/id is missing"), "{message}");
    assert_eq!(fs::read(study.path("out/run.json")).unwrap(), before);
    assert!(study.path("out/all.tsv").exists());
}

#[test]
fn a_bad_call_is_found_by_line_snp_and_sample() {
    let spoil = |old: &str, new: &str, parts: &[&str]| {
        let study = Study::new();
        study.edit("genotypes.vcf", old, new);
        study.refuses(&mut study.map_all("genotypes.vcf", "expression.tsv"), parts);
    };
    let place = "genotypes.vcf, line 3: SNP 'rs1', sample 's2'";
    spoil(
        "0/0 0/1 1/1",
        "0/0 A/G 1/1",
        &[place, "'A/G' is not a call", "allele numbers"],
    );
    spoil(
        "0/0 0/1 1/1",
        "0/0 0/2 1/1",
        &[place, "'0/2' has allele 2", "of which there are 1"],
    );
    spoil("0/0 0/1 1/1", "0/0  1/1", &[place, "''"]);
    let no_gt = [
        "genotypes.vcf, line 3",
        "FORMAT of SNP 'rs1' is 'DP', without GT",
        "genotype_field",
    ];
    spoil("GT 0/0 0/1 1/1", "DP 0/0 0/1 1/1", &no_gt);
}

#[test]
fn a_missing_dosage_field_is_named() {
    let study = Study::new();
    let mut map = study.map_all("genotypes.vcf", "expression.tsv");
    let parts = [
        "genotypes.vcf, line 3",
        "SNP 'rs1'",
        "without DS",
        "GT or DS",
    ];
    study.refuses(map.args(["--genotype-field", "DS"]), &parts);
    study.write(
        "genotypes.vcf",
        tabs(VCF)
            .replace("GT\t", "GT:DS\t")
            .replace("/0", "/0:0.5x"),
    );
    let mut map = study.map_all("genotypes.vcf", "expression.tsv");
    let parts = [
        "genotypes.vcf, line 3",
        "SNP 'rs1', sample 's1'",
        "the DS '0.5x' is not a number",
    ];
    study.refuses(map.args(["--genotype-field", "DS"]), &parts);
}

#[test]
fn several_alternate_alleles_become_several_snps() {
    let study = Study::new();
    let site = "rs9 A C,G . . . GT 0/1 0/2 1/2 2/2 0/0 1/1 0/1 ./.";
    study.edit(
        "genotypes.vcf",
        "rs2 A G . . . GT 0/1 0/1 0/0 1/1 0/0 0/1 1/1 0/0",
        site,
    );
    succeed(&mut study.map_all("genotypes.vcf", "expression.tsv"));
    let table = Table::read(&study.path("out/all.tsv"));
    let mut snps: Vec<&str> = table.rows.iter().map(|row| row[0].as_str()).collect();
    snps.sort_unstable();
    snps.dedup();
    assert_eq!(snps, ["rs1", "rs3", "rs9_C", "rs9_G"]);
    assert_eq!(record(&study.path("out"))["n_snps"], 4);
}

#[test]
fn one_dosage_for_several_alleles_says_how_to_split_them() {
    let study = Study::new();
    study.write(
        "genotypes.vcf",
        tabs(VCF)
            .replace("GT\t", "GT:DS\t")
            .replace("/1", "/1:1")
            .replace("/0", "/0:0"),
    );
    study.edit("genotypes.vcf", "rs2 A G", "rs2 A C,G");
    let mut map = study.map_all("genotypes.vcf", "expression.tsv");
    let parts = [
        "genotypes.vcf, line 4",
        "SNP 'rs2', sample 's1'",
        "1 value for 2 ALT alleles",
        "bcftools norm",
    ];
    study.refuses(map.args(["--genotype-field", "DS"]), &parts);
}

#[test]
fn a_file_with_a_header_only_is_an_error() {
    let first_lines =
        |text: &str, n: usize| tabs(&text.split_inclusive('\n').take(n).collect::<String>());
    let study = Study::new();
    study.write("genotypes.tsv", first_lines(GENOTYPES, 1));
    study.refuses(
        &mut study.map(),
        &["genotypes.tsv", "has a header but no SNPs"],
    );
    study.write("genotypes.tsv", "");
    study.refuses(&mut study.map(), &["genotypes.tsv", "empty"]);
    study.write("genotypes.vcf", first_lines(VCF, 2));
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(&mut vcf, &["genotypes.vcf", "has a header but no SNPs"]);
    study.write("genotypes.vcf", first_lines(VCF, 1));
    let mut vcf = study.map_all("genotypes.vcf", "expression.tsv");
    study.refuses(&mut vcf, &["genotypes.vcf", "wanted a '#CHROM' line"]);

    let study = Study::new();
    study.write("expression.bed", first_lines(BED, 1));
    let mut bed = study.map_all("genotypes.tsv", "expression.bed");
    study.refuses(&mut bed, &["expression.bed", "has a header but no genes"]);
    study.write("covariates.tsv", first_lines(COVARIATES, 1));
    study.refuses(&mut study.map(), &["covariates.tsv", "header only"]);
    let study = Study::new();
    study.write("snp_locations.tsv", first_lines(SNP_LOCATIONS, 1));
    study.refuses(
        &mut study.map(),
        &[
            "snp_locations.tsv",
            "no SNP of the study",
            "the same in both",
        ],
    );
}
