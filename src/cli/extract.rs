//! `mpiqtl extract`: every number of chosen pairs, whatever their p-values. Never starts MPI.

use std::path::Path;
use std::process::ExitCode;

use clap::{Arg, Args};

use super::failure::{of_command, usage};
use super::map_input::{MapInput, parse_bp};
use crate::formats::read_names;
use crate::genome::Region;
use crate::run::{
    ExtractConfig, LdFormat, LdOf, LdOptions, Log, Names, SnpChoice, SsfOptions, extract,
};

/// Shown below the flags of `extract`.
pub const EXAMPLES: &str = "\
Genotypes, expression, covariates and model are those of 'map'; thresholds, engine and speed change nothing here.
  mpiqtl extract --config study.toml --genes ENSG00000100376 --out locus.tsv
  mpiqtl extract --config study.toml --genes genes.txt --window 250000 --ld --out loci
  mpiqtl extract --config study.toml --snps rs738409,rs2294915 --out phewas.tsv
  mpiqtl extract --config study.toml --genes genes.txt --gwas-ssf --genome-assembly GRCh38 --out loci";

/// Options of `extract`: those of `map`, and which pairs.
#[derive(Args, Debug)]
pub struct ExtractInput {
    /// Genes: IDs with commas between them, or a file of IDs, one a line in the first column [default: all genes, if
    /// --region or --snps is given]
    #[arg(long, value_name = "FILE|IDS", help_heading = "Extract")]
    genes: Option<String>,

    /// SNPs at most so far from either end of the gene, in bp [default: cis_dist_bp]
    #[arg(long, value_name = "BP", value_parser = parse_bp, help_heading = "Extract")]
    window: Option<i64>,

    /// The SNPs of a region in place of windows, both ends inside, such as chr22:43900000-44100000; CHR, CHR:POS,
    /// CHR:FROM-TO or CHR:FROM-
    #[arg(
        long,
        value_name = "REGION",
        conflicts_with = "window",
        help_heading = "Extract"
    )]
    region: Option<Region>,

    /// SNPs in place of windows: IDs with commas between them, or a file of IDs
    #[arg(long, value_name = "FILE|IDS", conflicts_with_all = ["window", "region"], help_heading = "Extract")]
    snps: Option<String>,

    /// Write a folder with a table a gene, and genes.tsv, which lists them
    #[arg(long, help_heading = "Extract")]
    per_gene: bool,

    /// Write the correlations r of each gene's SNPs too, in a folder as --per-gene: adjusted (the covariates projected out,
    /// as the SNPs are tested, which goes with t of the same table), or raw (dosages as they are) [default if given:
    /// adjusted]
    #[arg(long, num_args = 0..=1, default_missing_value = "adjusted", value_name = "WHICH", help_heading = "Extract")]
    ld: Option<LdOf>,

    /// Form of the correlations: npy (NumPy, double precision), or tsv [default: npy]
    #[arg(long, value_name = "FORM", requires = "ld", help_heading = "Extract")]
    ld_format: Option<LdFormat>,

    /// Write each gene's tests as GWAS summary statistics too, in a folder as --per-gene: GENE.gwas-ssf.tsv.gz and its
    /// -meta.yaml, as the GWAS Catalog's standard GWAS-SSF wants them
    #[arg(long, help_heading = "Extract")]
    gwas_ssf: bool,

    /// The genome of the positions, such as GRCh38, which --gwas-ssf has to tell; NR if it is not to be reported
    #[arg(long, value_name = "NAME", value_parser = named, requires = "gwas_ssf", help_heading = "Extract")]
    genome_assembly: Option<String>,

    /// Ancestry of the samples for --gwas-ssf, such as European; give it again for others [default: NR, not reported]
    #[arg(long, value_name = "NAME", value_parser = named, requires = "gwas_ssf", help_heading = "Extract")]
    ancestry: Vec<String>,

    /// How genotypes were found, for --gwas-ssf, such as 'Genome-wide sequencing'; may be given again [default: NR, not
    /// reported]
    #[arg(long, value_name = "NAME", value_parser = named, requires = "gwas_ssf", help_heading = "Extract")]
    genotyping_technology: Vec<String>,

    #[command(flatten)]
    map: MapInput,
}

/// Options of `map` that change nothing here: a configuration may hold them, the help does not.
const WITHOUT_EFFECT: [&str; 22] = [
    "table_format",
    "sort",
    "report",
    "p_all",
    "p_cis",
    "p_trans",
    "columns",
    "p_histogram",
    "min_p",
    "audit",
    "fresh",
    "shard",
    "hit_memory",
    "scratch",
    "journal_secs",
    "block_snps",
    "block_genes",
    "engine",
    "simd",
    "oversubscribe",
    "measure_peak",
    "one_rank",
];

/// An option as the help of `extract` tells of it.
pub fn told(option: Arg) -> Arg {
    match option.get_id().as_str() {
        id if WITHOUT_EFFECT.contains(&id) => option.hide(true),
        "out" => option
            .value_name("FILE|FOLDER")
            .help("Table to write; with --per-gene, --ld or --gwas-ssf a folder. Not that of the configuration file, which is map's"),
        "overwrite" => option
            .help("Replace what is there; in a folder, the files of an earlier extraction [default: false]"),
        "cis_dist_bp" => option.help("As --window, which wins [default: 1000000] [Matrix eQTL: cisDist]"),
        "threads" => option.help("Threads that make correlations [default: the cores of this machine]"),
        "force" => option.help("Write correlations of more than 4 GiB a gene, or more than fits the free disk [default: false]"),
        _ => option,
    }
}

/// Extracts.
pub fn run(input: ExtractInput) -> ExitCode {
    match input.resolve() {
        Ok(config) => of_command(extract(&config, Log::new(true))),
        Err(message) => usage(&message),
    }
}

impl ExtractInput {
    fn resolve(mut self) -> Result<ExtractConfig, String> {
        if self.genes.is_none() && self.region.is_none() && self.snps.is_none() {
            return Err(
                "--genes is missing; give IDs or a file of IDs, or --region or --snps for all genes".into(),
            );
        }
        let gwas_ssf = self.gwas_ssf()?;
        // In the configuration file these two are of `map`, whose results are not to be touched.
        let out = self.map.out.take();
        let overwrite = self.map.overwrite.take().unwrap_or(false);
        let out = out.ok_or(
            "--out is missing; give a file, or with --per-gene, --ld or --gwas-ssf a folder",
        )?;
        let config_file = self.map.config.clone();
        let mut map = std::mem::take(&mut self.map).with_file()?;
        let map_out = map.out.clone();
        map.out.get_or_insert_with(|| out.clone());
        map.shard = None;
        map.cis_dist_bp = self.window.or(map.cis_dist_bp);
        let snps = match (self.region, &self.snps) {
            (Some(region), _) => SnpChoice::Region(region),
            (None, Some(given)) => SnpChoice::Named(names("--snps", given)?),
            (None, None) => SnpChoice::Window,
        };
        let ld = self.ld.map(|of| LdOptions {
            of,
            format: self.ld_format.unwrap_or_default(),
        });
        Ok(ExtractConfig {
            study: map.resolve()?,
            map_out,
            genes: self
                .genes
                .map(|given| names("--genes", &given))
                .transpose()?,
            snps,
            out,
            per_gene: self.per_gene,
            ld,
            gwas_ssf,
            overwrite,
            config_file,
        })
    }

    /// What summary statistics say, if they are asked for.
    fn gwas_ssf(&mut self) -> Result<Option<SsfOptions>, String> {
        if !self.gwas_ssf {
            return Ok(None);
        }
        let genome_assembly = self.genome_assembly.take().ok_or(
            "--genome-assembly is missing, which --gwas-ssf has to tell; give that of the positions, such as GRCh38, or NR \
             if it is not to be reported",
        )?;
        Ok(Some(SsfOptions {
            genome_assembly,
            ancestries: std::mem::take(&mut self.ancestry),
            genotyping_technologies: std::mem::take(&mut self.genotyping_technology),
        }))
    }
}

/// A name that stands on one line.
fn named(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("wanted a name, such as NR where it is not to be reported".into()),
        name if name.contains(char::is_control) => Err("wanted a name on one line".into()),
        name => Ok(name.into()),
    }
}

/// IDs, from a file if there is one of that name, else as they are given.
fn names(flag: &str, given: &str) -> Result<Names, String> {
    let path = Path::new(given);
    if path.is_file() {
        return Ok(Names {
            source: given.into(),
            file: Some(path.into()),
            ids: read_names(path).map_err(|error| error.to_string())?,
        });
    }
    let mut ids: Vec<String> = Vec::new();
    for id in given.split(',').map(str::trim) {
        if id.is_empty() {
            return Err(format!("{flag} is '{given}', in which an ID is empty"));
        }
        if !ids.iter().any(|other| other == id) {
            ids.push(id.into());
        }
    }
    let source = match ids.len() {
        1 => format!("{flag} (an ID, for there is no such file)"),
        _ => flag.into(),
    };
    Ok(Names {
        source,
        file: None,
        ids,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    /// A command line.
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        input: ExtractInput,
    }

    #[test]
    fn lists_and_the_configuration_file_are_inputs() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_string();
        let file = |name: &str, text: &str| {
            std::fs::write(path(name), text).unwrap();
            path(name)
        };
        let genes = file("genes.txt", "x\n");
        let snps = file("snps.txt", "y\n");
        let config = file("c.toml", "genotypes = \"g.h5\"\nexpression = \"e.h5\"\n");
        let out = path("out.tsv");
        let line = [
            "extract", "--config", &config, "--genes", &genes, "--snps", &snps, "--out", &out,
        ];
        let found = Line::try_parse_from(line).unwrap().input.resolve().unwrap();
        for input in [genes, snps, config] {
            assert!(found.inputs().contains(&Path::new(&input)), "{input}");
        }
    }

    #[test]
    fn ids_are_given_on_the_line_or_in_a_file() {
        let given = |text: &str| names("--genes", text).map(|names| (names.source, names.ids));
        assert_eq!(
            given("b, a,b"),
            Ok(("--genes".into(), vec!["b".into(), "a".into()]))
        );
        assert!(given("a,,b").unwrap_err().contains("an ID is empty"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids.txt");
        std::fs::write(&path, "x\ty\nz\n").unwrap();
        let path = path.to_str().unwrap();
        assert_eq!(given(path), Ok((path.into(), vec!["x".into(), "z".into()])));
    }
}
