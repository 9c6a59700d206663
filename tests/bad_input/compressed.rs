//! Gzip and bgzf files that break off.

use std::fs;
use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

use crate::support::succeed;
use crate::{BED, GENOTYPES, Study, VCF, tabs};

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
