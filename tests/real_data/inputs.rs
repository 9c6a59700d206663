//! Which files of a study a run reads.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::support::{Table, mpiqtl, succeed};

/// The files of a study; a name stands for the file or for its gzip form.
pub struct Files {
    /// Genotypes.
    pub genotypes: &'static str,
    /// Expression.
    pub expression: &'static str,
    /// Locations of SNPs and genes, where they are in files of their own.
    pub locations: Option<(&'static str, &'static str)>,
}

/// Text files of the usual names.
pub const TEXT: Files = Files {
    genotypes: "snps.tsv",
    expression: "expr.tsv",
    locations: Some(("snpsloc.tsv", "geneloc.tsv")),
};

/// The same with dosages.
pub const DOSAGES: Files = Files {
    genotypes: "snps_ds.tsv",
    ..TEXT
};

/// The sample that comes with Matrix eQTL.
pub const SAMPLE: Files = Files {
    genotypes: "SNP.txt",
    expression: "GE.txt",
    locations: Some(("snpsloc.txt", "geneloc.txt")),
};

/// Chromosome 22 as text.
pub const CHR22_TEXT: Files = TEXT;

/// Chromosome 22 from VCF and BED.
pub const CHR22: Files = Files {
    genotypes: CHR22_VCF,
    expression: "original/genes.50percent.chr22.bed",
    locations: None,
};

/// Chromosome 22 with simulated expression.
pub const CHR22_SIMULATED: Files = Files {
    expression: "original/genes.simulated.chr22.bed",
    ..CHR22
};

const CHR22_VCF: &str = "original/genotypes.chr22.vcf";

/// The covariates of a run.
pub enum Covariates {
    /// None.
    None,
    /// All of a file.
    File(&'static str),
    /// Those of `covariates.tsv` with these names.
    Some(&'static [&'static str]),
}

/// The file of this name, or its gzip form.
pub fn file(folder: &Path, name: &str) -> PathBuf {
    let plain = folder.join(name);
    match plain.exists() {
        true => plain,
        false => folder.join(format!("{name}.gz")),
    }
}

/// The lines of a file, or of its gzip form.
pub fn lines(folder: &Path, name: &str) -> impl Iterator<Item = String> {
    let path = file(folder, name);
    let file = File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let bytes: Box<dyn Read> = match path.extension().is_some_and(|ending| ending == "gz") {
        true => Box::new(flate2::read::MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    let lines = BufReader::with_capacity(1 << 20, bytes).lines();
    lines.map(|line| line.expect("lines of text"))
}

/// The table of this name, or its gzip form.
pub fn table(folder: &Path, name: &str) -> Table {
    Table::parse(&lines(folder, name).collect::<Vec<_>>().join("\n"))
}

impl Files {
    /// The genotypes as `map` is given them: the VCF of chromosome 22 is imported once for all tests.
    pub fn genotypes(&self, folder: &Path) -> PathBuf {
        static CHR22_STORE: OnceLock<PathBuf> = OnceLock::new();
        let input = file(folder, self.genotypes);
        if self.genotypes != CHR22_VCF {
            return input;
        }
        let import = || {
            let store = Path::new(env!("CARGO_TARGET_TMPDIR")).join("geuvadis_chr22.h5");
            let mut command = mpiqtl();
            command.args(["import", "genotypes", "--overwrite", "--out"]);
            succeed(command.arg(&store).arg(input));
            store
        };
        CHR22_STORE.get_or_init(import).clone()
    }
}

impl Covariates {
    /// The covariate file, which may have to be made in `made`.
    pub fn file(&self, folder: &Path, made: &Path) -> Option<PathBuf> {
        match self {
            Self::None => None,
            Self::File(name) => Some(file(folder, name)),
            Self::Some(names) => {
                let table = table(folder, "covariates.tsv");
                let kept = table
                    .rows
                    .iter()
                    .filter(|row| names.contains(&row[0].as_str()));
                let lines = std::iter::once(&table.header).chain(kept);
                let text: String = lines.map(|row| row.join("\t") + "\n").collect();
                let path = made.join("covariates.tsv");
                std::fs::write(&path, text).expect("a file");
                Some(path)
            }
        }
    }
}

/// The error covariance that the reference's note names: a file of the study, or a diagonal, which is made in `made`.
pub fn error_covariance(folder: &Path, note: &str, files: &Files, made: &Path) -> PathBuf {
    let named = note.strip_prefix("errorCovariance = ");
    match named.expect("the note names the covariance") {
        "diag(seq(1,2,length.out=16))" => {
            let header = lines(folder, files.genotypes).next().expect("a header");
            let samples: Vec<&str> = header.split('\t').skip(1).collect();
            assert_eq!(samples.len(), 16);
            let mut text = format!("id\t{}\n", samples.join("\t"));
            for (i, sample) in samples.iter().enumerate() {
                let value = |j| if i == j { 1.0 + i as f64 / 15.0 } else { 0.0 };
                let row: Vec<String> = (0..16).map(|j| f64::to_string(&value(j))).collect();
                text += &format!("{sample}\t{}\n", row.join("\t"));
            }
            let path = made.join("error_covariance.tsv");
            std::fs::write(&path, text).expect("a file");
            path
        }
        name => folder.join(name),
    }
}
