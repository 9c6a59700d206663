//! BCF and the indexes of BCF and VCF, spoiled and cut: the study of `tests/variants` as bcftools 1.16 wrote it.

use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use mpiqtl::formats::GenotypeField;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::campaign::{Outcome, Verdict, run, single};
use crate::inputs::{bgzf, gzip};
use crate::judge::{Kind, clear, import, judge_import};
use crate::mutation::spoil;

const BCF: &[u8] = include_bytes!("study.bcf");
const BCF_INDEX: &[u8] = include_bytes!("study.bcf.csi");
const VCF: &[u8] = include_bytes!("study.vcf.gz");
const VCF_INDEX: &[u8] = include_bytes!("study.vcf.gz.tbi");

const FIELDS: [GenotypeField; 3] = [GenotypeField::Gt, GenotypeField::Ds, GenotypeField::Gp];

fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let read = MultiGzDecoder::new(bytes).read_to_end(&mut plain);
    read.expect("it is whole");
    plain
}

/// Spoils bytes as text is spoiled, or puts a number at the end of its type somewhere.
fn spoil_binary(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    const NUMBERS: [i32; 8] = [
        0,
        1,
        -1,
        i32::MAX,
        i32::MIN,
        0x00ff_ffff,
        0x0101_0101,
        1 << 20,
    ];
    if random.random_bool(0.4) {
        let others = vec![bytes.clone()];
        return spoil(random, bytes, &others);
    }
    for _ in 0..random.random_range(1..4) {
        let number = NUMBERS[random.random_range(0..NUMBERS.len())].to_le_bytes();
        let n = random.random_range(1..=4);
        let at = random.random_range(0..bytes.len().saturating_sub(4).max(1));
        for (byte, new) in bytes[at..].iter_mut().zip(&number[..n]) {
            *byte = *new;
        }
    }
}

#[test]
fn bcf() {
    let seed = plain(BCF);
    run("bcf", 1500, |random, folder| {
        let mut bytes = seed.clone();
        spoil_binary(random, &mut bytes);
        let bytes = match random.random_range(0..3) {
            0 => bytes,
            1 => gzip(&bytes),
            _ => bgzf(&bytes),
        };
        let field = FIELDS[random.random_range(0..FIELDS.len())];
        judge_import(Kind::Genotypes(field), folder, &bytes)
    });
}

/// A file and its index, spoiled or not, and a region of it.
fn judge_indexed(
    folder: &Path,
    (file, index, ending): (&[u8], &[u8], &str),
    region: &str,
) -> Verdict {
    fs::write(folder.join("region"), region).expect("the region can be written");
    let index_path = folder.join(format!("input{ending}"));
    // The index is written last, as it has to be the younger.
    fs::write(folder.join("input"), file).expect("the input can be written");
    fs::write(&index_path, index).expect("the index can be written");
    match import(Kind::Genotypes(GenotypeField::Gt), folder) {
        Ok(_) => Ok(Outcome::Accepted),
        Err(error) => clear(&error).map(|()| Outcome::Refused),
    }
}

const REGIONS: [&str; 6] = [
    "1",
    "1:16384-16390",
    "2:500000000-",
    "X:60,1:100",
    "2",
    "1:0",
];

#[test]
fn indexes() {
    run("indexes", 1500, |random, folder| {
        let (file, index, ending) = match random.random_bool(0.5) {
            true => (BCF, BCF_INDEX, ".csi"),
            false => (VCF, VCF_INDEX, ".tbi"),
        };
        let mut index = plain(index);
        spoil_binary(random, &mut index);
        let index = if random.random_bool(0.1) {
            index
        } else {
            bgzf(&index)
        };
        let region = REGIONS[random.random_range(0..REGIONS.len())];
        judge_indexed(folder, (file, &index, ending), region)
    });
}

#[test]
fn a_bcf_that_breaks_off_is_an_error_at_every_length() {
    let plain = plain(BCF);
    let n_header = 9 + u32::from_le_bytes(plain[5..9].try_into().unwrap()) as usize;
    // Where records end; a file that ends there is one of fewer records.
    let mut ends = vec![n_header];
    while let Some(&end) = ends.last().filter(|&&end| end < plain.len()) {
        let part = |at: usize| u32::from_le_bytes(plain[at..at + 4].try_into().unwrap()) as usize;
        ends.push(end + 8 + part(end) + part(end + 4));
    }
    assert_eq!(ends.len(), 13);
    single("bcf cut", |folder| {
        let cut = |bytes: &[u8]| {
            fs::write(folder.join("input"), bytes).unwrap();
            import(Kind::Genotypes(GenotypeField::Ds), folder).map_err(|error| error.to_string())
        };
        for length in 5..plain.len() {
            let found = cut(&plain[..length]);
            match ends.iter().position(|&end| end == length) {
                Some(0) => assert!(found.unwrap_err().contains("no SNPs"), "{length}"),
                Some(_) => assert!(found.is_ok(), "{length}: {found:?}"),
                None => {
                    let message = found.expect_err("a part of a record");
                    assert!(
                        message.contains("truncated or damaged"),
                        "{length}: {message}"
                    );
                }
            }
        }
        for length in 0..BCF.len() {
            let message = cut(&BCF[..length]).expect_err("a part of a file");
            assert!(
                length == 0 || message.contains("truncated or damaged"),
                "{length}: {message}"
            );
        }
        Ok(Outcome::Accepted)
    });
}

#[test]
fn an_index_that_breaks_off_is_an_error_at_every_length() {
    for (file, index, ending) in [(BCF, BCF_INDEX, ".csi"), (VCF, VCF_INDEX, ".tbi")] {
        single("index cut", |folder| {
            assert_eq!(
                judge_indexed(folder, (file, index, ending), "X")?,
                Outcome::Accepted
            );
            for length in 0..index.len() {
                let judged = judge_indexed(folder, (file, &index[..length], ending), "X")?;
                assert_eq!(judged, Outcome::Refused, "{ending} of {length} bytes");
            }
            Ok(Outcome::Accepted)
        });
    }
}

#[test]
fn gigabytes_that_are_announced_take_no_room() {
    let whole = plain(BCF);
    let n_header = 9 + u32::from_le_bytes(whole[5..9].try_into().unwrap()) as usize;
    for at in [5, n_header, n_header + 4] {
        let mut bytes = whole.clone();
        bytes[at..at + 4].copy_from_slice(&[0xff, 0xff, 0xff, 0x07]);
        let outcome = single("bcf of gigabytes", |folder| {
            judge_import(Kind::Genotypes(GenotypeField::Gt), folder, &bytes)
        });
        assert_eq!(outcome, Outcome::Refused);
    }
    // Bytes that do come, in a part that is longer than any.
    let mut endless = whole[..n_header].to_vec();
    endless.extend([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
    let zeros = gzip(&vec![0; 16 << 20]).repeat(64);
    let bytes = [gzip(&endless), zeros].concat();
    let outcome = single("bcf without end", |folder| {
        judge_import(Kind::Genotypes(GenotypeField::Gt), folder, &bytes)
    });
    assert_eq!(outcome, Outcome::Refused);
}
