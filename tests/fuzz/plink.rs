//! Campaigns of PLINK sets: any of the three files is spoiled, or cut at every length.

use std::fs;
use std::path::Path;

use mpiqtl::formats::GenotypeField;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::campaign::{Outcome, run, single};
use crate::judge::{Kind, import, judge_import};
use crate::mutation::spoil;

const CALLS: Kind = Kind::Genotypes(GenotypeField::Gt);

/// Three SNPs of five samples.
const BED: &[u8] = b"\x6c\x1b\x01\x78\x00\xff\x02\xaa\x01";

const BIM: &[u8] = b"1\trs1\t0\t100\tG\tA\n0\trs2\t0\t0\t0\tC\nX\t.\t0.5\t7\tT\tC\n";

const FAM: &[u8] = b"f1 a 0 0 1 -9\nf1 b 0 0 2 -9\nf2 c 0 0 0 -9\nf3 d 0 0 0 -9\nf4 e 0 0 0 -9\n";

/// Files of a set as [`import`] wants them: the .bed is the input.
fn write(folder: &Path, bim: &[u8], fam: &[u8]) {
    fs::write(folder.join("input.bim"), bim).expect("the SNPs can be written");
    fs::write(folder.join("input.fam"), fam).expect("the samples can be written");
}

fn spoiled(random: &mut ChaCha8Rng, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    spoil(random, &mut bytes, &[BED.into(), BIM.into(), FAM.into()]);
    bytes
}

#[test]
fn plink_sets() {
    run("plink_sets", 600, |random, folder| {
        let (mut bed, mut bim, mut fam) = (BED.to_vec(), BIM.to_vec(), FAM.to_vec());
        match random.random_range(0..4) {
            0 => bed = spoiled(random, BED),
            1 => bim = spoiled(random, BIM),
            2 => fam = spoiled(random, FAM),
            // Genotypes of the right number are always accepted.
            _ => bed[3..].iter_mut().for_each(|byte| *byte = random.random()),
        }
        write(folder, &bim, &fam);
        judge_import(CALLS, folder, &bed)
    });
}

#[test]
fn a_set_that_breaks_off_anywhere_is_an_error() {
    let files = [BED, BIM, FAM];
    for (which, whole) in files.iter().enumerate() {
        for length in 0..whole.len() {
            let outcome = single("cut_set", |folder| {
                let mut cut = files;
                cut[which] = &whole[..length];
                write(folder, cut[1], cut[2]);
                fs::write(folder.join("input"), cut[0]).expect("the genotypes can be written");
                Ok(match import(CALLS, folder) {
                    Ok(_) => Outcome::Accepted,
                    Err(_) => Outcome::Refused,
                })
            });
            // The last column of a .fam is not looked at, nor are four before it; a last line may lack its end.
            let is_whole = match which {
                0 => false,
                1 => length + 1 == whole.len(),
                _ => length >= whole.len() - b" 0 0 0 -9\n".len(),
            };
            let wanted = if is_whole {
                Outcome::Accepted
            } else {
                Outcome::Refused
            };
            assert_eq!(outcome, wanted, "{length} bytes of file {which}");
        }
    }
}
