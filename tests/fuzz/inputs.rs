//! Small inputs that are right, which the campaigns spoil. Written with blanks where the files have tabs.

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

/// A text with tabs for blanks.
pub fn tabs(text: &str) -> Vec<u8> {
    text.replace(' ', "\t").into_bytes()
}

/// The samples of every input below.
pub const SAMPLES: [&str; 4] = ["s1", "s2", "s3", "s4"];

pub const VCF: &str = "\
##fileformat=VCFv4.2
##contig=<ID=chr1>
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1 s2 s3 s4
chr1 100 rs1 A G . PASS AF=0.5 GT 0/0 0|1 1/1 ./.
chr1 200 rs2 A G,T . . . GT 0/1 1/2 2/2 0/0
chr2 100 . C . . . . GT 0/0 0/0 ./. 0/0
chrX 50 rs4 AT A . . . GT 0 1 1 .
";

pub const VCF_DOSAGES: &str = "\
##fileformat=VCFv4.3
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1 s2 s3 s4
1 100 rs1 A G . PASS . GT:DS 0/0:0.02 0|1:1 1/1:1.98 ./.:.
1 200 rs2 A G,T . . . DS:GT 0.5,0.25:0/1 0,0:0/0 .:./. 1,1:1/2
2 7 rs3 C T . . . GT:DS:GP 0/1:1.25:0,1,0 0/0:0 1/1:2 0/0
";

pub const GENOTYPES: &str = "\
snpid s1 s2 s3 s4
rs1 0 1 2 NA
rs2 1 1 0 2
rs3 0.25 1.75 . 1
\"rs4\" 0 0 1 2
";

pub const GENERAL: &str = "\
s1 s2 s3 s4
cg1 0.125 -1.5 2e3 1e-7
cg2 3 nan 0.1 -0
";

pub const EXPRESSION: &str = "\
geneid s1 s2 s3 s4
g1 0.1 1.3 1.9 -0.2
g2 5.5 NA 6.3 5.2
g3 -1.2 4e-1 0.3 -8.25
";

pub const BED: &str = "\
#chr start end id s1 s2 s3 s4
chr1 49 150 g1 0.1 1.3 1.9 0.2
chr2 79 90 g2 5.5 4.1 NA 5.2
chrX 0 1 g3 -1 0 1 2
";

pub const BED_OF_SIX: &str = "\
##made today
#chr start end gene length strand s1 s2 s3 s4
chr1 49 150 g1 1049 + 0.1 1.3 1.9 0.2
chr2 79 90 g2 77 - 5.5 4.1 NA 5.2
";

pub const COVARIATES_ACROSS: &str = "\
id s1 s2 s3 s4
age 30 41 52 33
male 1 0 NA 0
";

pub const COVARIATES_DOWN: &str = "\
id age male
s1 30 1
s2 41 0
s3 52 .
s4 33 0
";

pub const ERROR_COVARIANCE: &str = "\
id s1 s2 s3 s4
s1 2 0.5 0.25 0
s3 0.25 0.1 2 0
s2 0.5 1 0.1 0
s4 0 0 0 3e-2
";

pub const SNP_LOCATIONS: &str = "\
snp chr pos
rs1 chr1 100
rs2 chr1 2e6
rs3 chr2 100.5
rs4 chrX NA
";

pub const GENE_LOCATIONS: &str = "\
geneid chr left right
g1 chr1 50 150
g2 chr2 90 80
g3 NA 900 990
";

pub const CONFIG: &str = r#"# a study
genotypes = "g.h5"
expression = "e.bed.gz"
covariates = "c.tsv"
genotype_field = "DS"
model = "linear_cross"
interaction = "age"
p_cis = 1e-2
p_trans = 1e-5
cis_dist_bp = 1e6
min_samples = 3
skip_self = false
p_histogram = [0.0, 0.05, 1.0]
engine = "f32"
simd = "avx2"
threads = 2
out = "results"
columns = "full"
"#;

pub const CONFIG_OF_ANOVA: &str = r#"
genotypes = 'g.vcf'
expression = """e.tsv"""
model = "anova"
anova_groups = 4
anova_df = "observed"
p_all = 0.001
p_histogram = "qqplot"
min_p = true
audit = 5
block_snps = 3
block_genes = 4
out = "o"
"#;

/// Plain gzip.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// bgzf of one block a line, with its end marker.
pub fn bgzf(bytes: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 40_000;
    let lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let blocks = lines.flat_map(|line| line.chunks(BLOCK)).chain([&b""[..]]);
    blocks.flat_map(bgzf_block).collect()
}

fn bgzf_block(part: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(part).expect("memory takes it");
    let deflated = encoder.finish().expect("memory takes it");
    let mut crc = Crc::new();
    crc.update(part);
    let mut block = vec![
        0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0,
    ];
    block.extend((deflated.len() as u16 + 25).to_le_bytes());
    block.extend(deflated);
    block.extend(crc.sum().to_le_bytes());
    block.extend((part.len() as u32).to_le_bytes());
    block
}
