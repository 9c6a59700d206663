//! Small studies, and what a run of them writes.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Lcg, Table, mpiqtl, succeed};

/// A study in a folder of its own.
pub struct Study {
    folder: tempfile::TempDir,
    inputs: &'static str,
}

/// What a run wrote, its record apart: bytes by name.
pub type Written = BTreeMap<String, Vec<u8>>;

const SAMPLES: usize = 30;
const SNPS: usize = 160;
const GENES: usize = 24;

impl Study {
    /// 600 SNPs with alleles on some chromosomes, 40 genes, as stores.
    pub fn simulated() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let words =
            "simulate --snps 600 --genes 40 --samples 50 --covariates 3 --missing 0.02 --out .";
        succeed(mpiqtl().args(words.split(' ')).current_dir(folder.path()));
        let inputs =
            "--genotypes genotypes.h5 --expression expression.h5 --covariates covariates.tsv";
        Self { folder, inputs }
    }

    /// 160 SNPs as text, eight of a place, with gaps of `gap_bp` between places; every seventh has none.
    pub fn text(gap_bp: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut random = Lcg(3);
        let header =
            |id: &str| (0..SAMPLES).fold(id.to_string(), |line, i| line + &format!("\ts{i}"));
        let mut genotypes = header("snp");
        let mut locations = String::from("snp\tchr\tpos");
        for snp in 0..SNPS {
            write!(genotypes, "\nsnp{snp:03}").unwrap();
            (0..SAMPLES).for_each(|_| write!(genotypes, "\t{}", random.below(3)).unwrap());
            if snp % 7 > 0 {
                let chrom = ["1", "2", "X"][snp % 3];
                let pos = snp as i64 / 8 * gap_bp;
                write!(locations, "\nsnp{snp:03}\t{chrom}\t{pos}").unwrap();
            }
        }
        let mut expression = header("gene");
        let mut gene_locations = String::from("geneid\tchr\tleft\tright");
        for gene in 0..GENES {
            write!(expression, "\ngene{gene:02}").unwrap();
            (0..SAMPLES).for_each(|_| write!(expression, "\t{}", random.noise()).unwrap());
            let (chrom, left) = (["1", "2", "X"][gene % 3], gene as i64 * gap_bp);
            write!(
                gene_locations,
                "\ngene{gene:02}\t{chrom}\t{left}\t{}",
                left + 10
            )
            .unwrap();
        }
        for (name, text) in [
            ("genotypes", genotypes),
            ("snp_locations", locations),
            ("expression", expression),
            ("gene_locations", gene_locations),
        ] {
            fs::write(folder.path().join(format!("{name}.tsv")), text + "\n").unwrap();
        }
        let inputs = "--genotypes genotypes.tsv --snp-locations snp_locations.tsv --expression expression.tsv \
                      --gene-locations gene_locations.tsv";
        Self { folder, inputs }
    }

    /// A path of the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `map` to the folder `out` with these words.
    pub fn map(&self, mut command: Command, out: &str, words: &str) -> Command {
        command.current_dir(self.folder.path()).arg("map");
        command.args(self.inputs.split_whitespace());
        command.args(["--out", out]).args(words.split_whitespace());
        command
    }

    /// What a run with these words writes, alone and in peace.
    pub fn written(&self, words: &str) -> Written {
        let out = tempfile::tempdir_in(self.folder.path()).unwrap();
        let mut command = self.map(mpiqtl(), out.path().to_str().unwrap(), words);
        succeed(command.arg("--overwrite"));
        written(out.path())
    }
}

/// What stands in an output folder, the record, reports and folders apart.
pub fn written(out: &Path) -> Written {
    let entries = fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let is_told_of = |path: &Path| name(path) == "run.json" || name(path).contains("report");
    let files = entries.filter(|path| path.is_file() && !is_told_of(path));
    files
        .map(|path| (name(&path), fs::read(&path).unwrap()))
        .collect()
}

/// Fails with the names of files that differ.
pub fn assert_same(found: &Written, wanted: &Written, how: &str) {
    assert!(found.keys().eq(wanted.keys()), "{how}: {:?}", found.keys());
    for (name, bytes) in wanted {
        assert!(found[name] == *bytes, "{how}: {name} differs");
    }
}

/// The text of a table, plain or in blocks.
pub fn text(written: &Written, name: &str) -> String {
    use std::io::Read;
    let mut text = String::new();
    match name.ends_with(".gz") {
        true => flate2::read::MultiGzDecoder::new(&written[name][..]).read_to_string(&mut text),
        false => (&written[name][..]).read_to_string(&mut text),
    }
    .unwrap();
    text
}

/// A table, plain or in blocks.
pub fn table(written: &Written, name: &str) -> Table {
    Table::parse(&text(written, name))
}
