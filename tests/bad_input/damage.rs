//! Stores in which a bit is flipped or whose end is lost: what is read is what was written, or an error.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use mpiqtl::store::{ExpressionStore, GenotypeStore, StoreError};

use crate::Study;

/// Everything a genotype store tells, numbers by their bits.
fn read_genotypes(path: &Path) -> Result<String, StoreError> {
    let store = GenotypeStore::open(path)?;
    let rows: Vec<u32> = (0..store.n_snps() as u32).collect();
    let columns: Vec<u32> = (0..store.samples().len() as u32).collect();
    let mut values = Vec::new();
    store.read_values(0..store.n_snps(), &columns, &mut values)?;
    let mut texts = Vec::new();
    store.ids_of(&rows, |_, text| texts.push(text))?;
    store.references_of(&rows, |_, text| texts.push(text))?;
    store.alternates_of(&rows, |_, text| texts.push(text))?;
    let (samples, places) = (store.samples(), store.places()?);
    let bits: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
    Ok(format!("{samples:?} {places:?} {bits:?} {texts:?}"))
}

/// Everything an expression store tells, numbers by their bits.
fn read_expression(path: &Path) -> Result<String, StoreError> {
    let store = ExpressionStore::open(path)?;
    let columns: Vec<u32> = (0..store.samples().len() as u32).collect();
    let values = store.read_values(&columns)?;
    let bits: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
    Ok(format!(
        "{:?} {:?} {bits:?}",
        store.samples(),
        store.genes()?
    ))
}

type Read = fn(&Path) -> Result<String, StoreError>;

fn flips(path: &Path, read: Read) {
    let wanted = read(path).unwrap();
    let whole = fs::read(path).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    let log = File::create("/tmp/w-store-flip.log").unwrap();
    let (mut same, mut refused) = (0, 0);
    let start: usize = std::env::var("FLIP_START").map_or(0, |s| s.parse().unwrap());
    let bits: u32 = std::env::var("FLIP_BITS").map_or(8, |s| s.parse().unwrap());
    println!("{} bytes", whole.len());
    for at in start..whole.len() {
        for bit in 0..bits {
            let bit = if bits == 8 { bit } else { (at % 8) as u32 };
            log.write_all_at(format!("{at} {bit}           \n").as_bytes(), 0)
                .unwrap();
            file.write_all_at(&[whole[at] ^ 1 << bit], at as u64)
                .unwrap();
            let t = std::time::Instant::now();
            match read(path) {
                Ok(found) => {
                    assert_eq!(found, wanted, "byte {at} bit {bit}");
                    same += 1;
                }
                Err(error) => {
                    refused += 1;
                    if std::env::var("FLIP_SAY").is_ok() {
                        println!("{at} {bit} {error}");
                    }
                }
            }
            if t.elapsed().as_millis() > 20 {
                println!("slow {at} {bit} {:?}", t.elapsed());
            }
        }
        file.write_all_at(&whole[at..=at], at as u64).unwrap();
    }
    println!("{same} same, {refused} refused");
}

#[test]
fn flip_genotypes() {
    let study = Study::new();
    study.import();
    flips(&study.path("genotypes.h5"), read_genotypes);
}
#[test]
fn flip_expression() {
    let study = Study::new();
    study.import();
    flips(&study.path("expression.h5"), read_expression);
}
