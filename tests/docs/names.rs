//! Flags and keys that pages name are those of the program.

use std::collections::BTreeSet;

use crate::page::{Page, in_backticks};
use crate::support::help::{flags, flags_of, keys_of_map};

/// The commands whose flags pages may name.
const COMMANDS: [&[&str]; 9] = [
    &["map"],
    &["plan"],
    &["simulate"],
    &["merge"],
    &["import", "genotypes"],
    &["import", "expression"],
    &["inspect"],
    &["extract"],
    &["report"],
];

/// Flags of other programs, by the program that has them.
const FOREIGN_FLAGS: [(&str, &[&str]); 11] = [
    ("tensorQTL", &TENSORQTL),
    ("FastQTL", &FASTQTL),
    (
        "QTLtools",
        &["--nominal", "--mapping", "--sample", "--adjust"],
    ),
    (
        "cargo",
        &[
            "--release",
            "--features",
            "--locked",
            "--path",
            "--test",
            "--lib",
            "--bench",
            "--root",
        ],
    ),
    ("mpirun", &["--bind-to", "--map-by", "--hostfile"]),
    ("srun", &["--mpi", "--ntasks", "--time", "--signal"]),
    (
        "plink2",
        &[
            "--export",
            "--make-bed",
            "--bfile",
            "--pfile",
            "--maf",
            "--geno",
        ],
    ),
    (
        "snakemake",
        &[
            "--cores",
            "--snakefile",
            "--configfile",
            "--dry-run",
            "--executor",
            "--retries",
        ],
    ),
    (
        "containers",
        &[
            "--env",
            "--rm",
            "--volume",
            "--tag",
            "--file",
            "--isolation",
        ],
    ),
    ("SMR", &["--matrix-eqtl-format"]),
    ("spack, conda", &["--output-dir", "--recipe", "--variant"]),
];

const TENSORQTL: [&str; 26] = [
    "--mode",
    "--covariates",
    "--paired_covariate",
    "--permutations",
    "--interaction",
    "--cis_output",
    "--phenotype_groups",
    "--window",
    "--pval_threshold",
    "--logp",
    "--maf_threshold",
    "--maf_threshold_interaction",
    "--dosages",
    "--return_dense",
    "--return_r2",
    "--best_only",
    "--output_text",
    "--batch_size",
    "--chunk_size",
    "--susie_loci",
    "--max_effects",
    "--load_split",
    "--fdr",
    "--qvalue_lambda",
    "--seed",
    "--output_dir",
];

const FASTQTL: [&str; 33] = [
    "--vcf",
    "--bed",
    "--cov",
    "--grp",
    "--out",
    "--log",
    "--silent",
    "--seed",
    "--exclude-samples",
    "--include-samples",
    "--exclude-sites",
    "--include-sites",
    "--exclude-phenotypes",
    "--include-phenotypes",
    "--exclude-covariates",
    "--include-covariates",
    "--normal",
    "--window",
    "--threshold",
    "--maf-threshold",
    "--ma-sample-threshold",
    "--global-af-threshold",
    "--interaction-maf-threshold",
    "--permute",
    "--psequence",
    "--map",
    "--map-full",
    "--interaction",
    "--report-best-only",
    "--chunk",
    "--commands",
    "--region",
    "--std-err",
];

fn known_flags() -> BTreeSet<String> {
    let mut known: BTreeSet<String> = COMMANDS.iter().flat_map(|words| flags_of(words)).collect();
    let foreign = FOREIGN_FLAGS.iter().flat_map(|(_, flags)| flags.iter());
    known.extend(foreign.map(|flag| flag.to_string()));
    known.extend(["--help".to_string(), "--version".to_string()]);
    known
}

#[test]
fn flags_that_pages_name_exist() {
    let known = known_flags();
    for page in Page::all() {
        let named = flags(page.text());
        let strange: Vec<&String> = named.difference(&known).collect();
        assert!(
            strange.is_empty(),
            "{} has flags that --help does not know: {strange:?}",
            page.name()
        );
    }
}

#[test]
fn configurations_that_pages_show_have_keys_of_map() {
    let known = keys_of_map();
    for page in Page::all() {
        for block in page.blocks() {
            if block.language != "toml" {
                continue;
            }
            let keys = block.lines.iter().filter_map(|line| line.split_once('='));
            for (key, _) in keys {
                let key = key.trim();
                assert!(
                    known.contains(key),
                    "{}, line {}: '{key}' is no key of map",
                    page.name(),
                    block.line
                );
            }
        }
    }
}

/// The second column of the tables that translate options names what `map` has.
#[test]
fn translations_name_options_of_the_program() {
    let known = known_flags();
    for (name, first) in [
        ("docs/from-matrix-eqtl.md", "Matrix eQTL"),
        ("docs/from-tensorqtl.md", "tensorQTL"),
        ("docs/from-fastqtl.md", "FastQTL"),
    ] {
        let rows = Page::read(name).table(first);
        assert!(rows.len() >= 10, "{name}: {} rows", rows.len());
        for row in rows {
            for word in in_backticks(&row[1])
                .iter()
                .filter(|word| word.starts_with("--"))
            {
                let flag = word.split([' ', '=']).next().unwrap_or(word);
                assert!(known.contains(flag), "{name}: {flag} of {row:?}");
            }
        }
    }
}
