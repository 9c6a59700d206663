//! Stores in which a bit is flipped or whose end is lost: what is read is what was written, or an error.
//!
//! No byte is left that changes what is read and is not seen: HDF5 checks the superblock and the object headers, the
//! store checks rows, columns and text. Bytes that nobody reads, the gaps between datasets and the unused ends of heaps, may
//! change. The text attribute `counted_allele` lies in an unchecked heap, and this program does not read it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;

use mpiqtl::store::{ExpressionStore, GenotypeStore, StoreError};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{GENOTYPES, Study, tabs};

/// Flipped are bits of every `STEP`th byte, each time the next bit: every bit of a byte within 8 steps.
const STEP: usize = 7;

/// Lengths a store is cut to.
const CUTS: usize = 200;

/// Reads all that a store tells, numbers by their bits.
type Read = fn(&Path) -> Result<String, StoreError>;

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
    let provenance = store.provenance()?;
    Ok(format!(
        "{samples:?} {places:?} {:?} {texts:?} {provenance:?}",
        bits(&values)
    ))
}

fn read_expression(path: &Path) -> Result<String, StoreError> {
    let store = ExpressionStore::open(path)?;
    let columns: Vec<u32> = (0..store.samples().len() as u32).collect();
    let values = bits(&store.read_values(&columns)?);
    let (samples, genes) = (store.samples(), store.genes()?);
    let provenance = store.provenance()?;
    Ok(format!("{samples:?} {genes:?} {values:?} {provenance:?}"))
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Reads a damaged store, which must be an error of one line or all that was written. Says whether it was an error.
fn is_refused(path: &Path, read: Read, wanted: &str, damage: &str) -> bool {
    match read(path) {
        Ok(found) => {
            assert_eq!(found, wanted, "{damage} changes what is read");
            false
        }
        Err(error) => {
            let said = error.to_string();
            let name = path.file_name().expect("a name").to_string_lossy();
            assert!(
                said.contains(&*name) && !said.contains('\n'),
                "{damage}: {said}"
            );
            true
        }
    }
}

/// Flips bits all over a store, one at a time, and cuts it.
fn damage(path: &Path, read: Read) {
    let wanted = read(path).unwrap();
    let whole = fs::read(path).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    let mut n_refused = 0;
    for (step, at) in (0..whole.len()).step_by(STEP).enumerate() {
        let bit = step % 8;
        file.write_all_at(&[whole[at] ^ 1 << bit], at as u64)
            .unwrap();
        let damage = format!("bit {bit} of byte {at}");
        n_refused += usize::from(is_refused(path, read, &wanted, &damage));
        file.write_all_at(&whole[at..=at], at as u64).unwrap();
    }
    // The rest lies in gaps and unused ends.
    assert!(
        3 * STEP * n_refused > whole.len(),
        "{n_refused} flips are refused"
    );
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..CUTS {
        let length = rng.random_range(0..whole.len());
        file.write_all_at(&whole, 0).unwrap();
        file.set_len(length as u64).unwrap();
        let damage = format!("a cut at {length}");
        assert!(
            is_refused(path, read, &wanted, &damage),
            "{damage} is not seen"
        );
    }
}

#[test]
fn no_flipped_bit_and_no_cut_changes_what_is_read_of_hard_calls() {
    let study = Study::new();
    study.import();
    damage(&study.path("genotypes.h5"), read_genotypes);
}

#[test]
fn no_flipped_bit_and_no_cut_changes_what_is_read_of_dosages() {
    let study = Study::new();
    study.write("genotypes.tsv", tabs(GENOTYPES).replace("\t1", "\t1.25"));
    study.import();
    let path = study.path("genotypes.h5");
    let code_type = GenotypeStore::open(&path).unwrap().code_type();
    assert_eq!(code_type.describe(), "u16 with 2 decimals");
    damage(&path, read_genotypes);
}

#[test]
fn no_flipped_bit_and_no_cut_changes_what_is_read_of_expression() {
    let study = Study::new();
    study.import();
    damage(&study.path("expression.h5"), read_expression);
}
