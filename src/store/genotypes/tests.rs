//! Codes and texts come back as they were written, and damage is found where it is.

use super::*;

/// Threads of a rank read one store.
const _: fn() = || {
    fn is_shared<T: Sync>() {}
    is_shared::<GenotypeStore>();
};
use crate::store::GenotypeWriter;
use ndarray::Array2;

/// A store whose codes are replaced by a dataset of another kind.
fn with_codes(path: &Path, replace: impl FnOnce(&hdf5::Group, Array2<u8>)) {
    let samples: Vec<String> = (0..40).map(|i| format!("s{i}")).collect();
    let mut writer = GenotypeWriter::create(path, path, &samples).unwrap();
    for snp in 0..90usize {
        let values: Vec<f64> = (0..40).map(|s| ((snp * 5 + s * s) % 3) as f64).collect();
        writer
            .push([&snp.to_string(), "", ""], None, &values)
            .unwrap();
    }
    writer.finish().unwrap();
    let file = hdf5::File::open_rw(path).unwrap();
    let group = file.group("genotypes").unwrap();
    let old = group.dataset("code").unwrap();
    let codes = old.read_2d::<u8>().unwrap();
    let crc: u32 = old.attr("crc").unwrap().read_scalar().unwrap();
    group.unlink("code").unwrap();
    replace(&group, codes);
    let code = group.dataset("code").unwrap();
    let attribute = code.new_attr::<u32>().create("crc").unwrap();
    attribute.write_scalar(&crc).unwrap();
}

fn values(path: &Path) -> Vec<f64> {
    let mut values = Vec::new();
    let store = GenotypeStore::open(path).unwrap();
    store.read_values(7..80, &[39, 2, 11], &mut values).unwrap();
    values
}

#[test]
fn chunked_and_compressed_codes_read_as_mapped_ones() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["mapped.h5", "chunked.h5"].map(|name| folder.path().join(name));
    with_codes(&paths[0], |group, codes| {
        group
            .new_dataset_builder()
            .with_data(&codes)
            .no_chunk()
            .create("code")
            .unwrap();
    });
    with_codes(&paths[1], |group, codes| {
        let builder = group.new_dataset_builder().with_data(&codes);
        builder.chunk((16, 40)).deflate(4).create("code").unwrap();
    });
    assert!(GenotypeStore::open(&paths[0]).unwrap().is_mapped());
    assert!(!GenotypeStore::open(&paths[1]).unwrap().is_mapped());
    assert_eq!(values(&paths[0]), values(&paths[1]));
}

#[test]
fn rows_read_ahead_released_and_read_by_several_threads_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mapped.h5");
    with_codes(&path, |group, codes| {
        let builder = group.new_dataset_builder().with_data(&codes);
        builder.no_chunk().create("code").unwrap();
    });
    let store = GenotypeStore::open(&path).unwrap();
    let row = |row: usize| {
        let mut values = Vec::new();
        store.prefetch(row as u32..90);
        store
            .read_values(row..row + 1, &[39, 2, 11], &mut values)
            .unwrap();
        values
    };
    let wanted: Vec<_> = (0..90).map(row).collect();
    // Rows of 40 bytes: each page is read by one thread while another gives it up.
    std::thread::scope(|scope| {
        for start in 0..3 {
            let (row, wanted) = (&row, &wanted);
            scope.spawn(move || {
                for _ in 0..20 {
                    (start..90)
                        .step_by(3)
                        .for_each(|i| assert_eq!(row(i), wanted[i]));
                }
            });
        }
    });
}

#[test]
fn a_type_that_would_be_converted_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signed.h5");
    with_codes(&path, |group, codes| {
        let signed = codes.mapv(|code| code as i8);
        group
            .new_dataset_builder()
            .with_data(&signed)
            .create("code")
            .unwrap();
    });
    let message = GenotypeStore::open(&path)
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(message.contains("no code type"), "{message}");
}

const MANY: usize = 5000;

/// A store of so many SNPs that its checksums are mapped; `edit` may change the ID and the codes of a row.
fn many_rows(path: &Path, edit: impl Fn(usize, &mut String, &mut [f64])) -> GenotypeStore {
    let samples: Vec<String> = (0..3).map(|i| format!("s{i}")).collect();
    let mut writer = GenotypeWriter::create(path, path, &samples).unwrap();
    for row in 0..MANY {
        let mut codes = [row % 3, row / 3 % 3, row / 9 % 3].map(|code| code as f64);
        let mut id = format!("rs{row}");
        edit(row, &mut id, &mut codes);
        writer.push([&id, "A", "C"], None, &codes).unwrap();
    }
    writer.finish().unwrap();
    GenotypeStore::open(path).unwrap()
}

#[test]
fn the_fingerprint_covers_every_row_and_every_id() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.h5");
    let fingerprint =
        |edit: fn(usize, &mut String, &mut [f64])| many_rows(&path, edit).fingerprint().unwrap();
    let plain = fingerprint(|_, _, _| ());
    assert_eq!(fingerprint(|_, _, _| ()), plain);
    let of_code = fingerprint(|row, _, codes| codes[1] += f64::from(row == 4321));
    let of_id = fingerprint(|row, id, _| id.extend((row == 4321).then_some('x')));
    assert!(of_code != plain && of_id != plain && of_code != of_id);
}

#[test]
fn mapped_checksums_find_a_damaged_row_and_nothing_but_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.h5");
    drop(many_rows(&path, |_, _, _| ()));
    let offset = |name: &str| {
        let file = hdf5::File::open(&path).unwrap();
        let dataset = file.dataset(name).unwrap();
        dataset.offset().unwrap() as usize
    };
    let places = [
        offset("genotypes/code") + 3 * 4567,
        offset("genotypes/code_crc") + 4 * 4567,
    ];
    for at in places {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let store = GenotypeStore::open(&path).unwrap();
        let mut codes = Vec::new();
        for row in 0..MANY {
            let read = store.read_codes(row..row + 1, &[0], &mut codes);
            assert_eq!(read.is_err(), row == 4567, "row {row}");
        }
        let message = store
            .read_codes(0..MANY, &[2], &mut codes)
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("SNP 'rs4567' (row 4568 of /genotypes/code)"),
            "{message}"
        );
        drop(store);
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
    }
}

#[test]
fn texts_of_any_pieces_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = many_rows(&folder.path().join("g.h5"), |row, id, _| {
        if row == 4200 {
            *id = "long".repeat(30_000);
        }
    });
    let mut found = Vec::new();
    store
        .ids_of(&[0, 4095, 4096, 4200, 4999], |row, id| {
            found.push((row, id))
        })
        .unwrap();
    let wanted = |row: u32| {
        (
            row,
            if row == 4200 {
                "long".repeat(30_000)
            } else {
                format!("rs{row}")
            },
        )
    };
    assert_eq!(found, [0, 4095, 4096, 4200, 4999].map(wanted));
}

#[test]
fn a_store_that_was_replaced_since_it_was_opened_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.h5");
    let store = many_rows(&path, |_, _, _| ());
    store.check_unchanged().unwrap();
    many_rows(&path, |_, _, _| ());
    let message = store.check_unchanged().unwrap_err().to_string();
    assert!(
        message.contains("g.h5: another file stands where"),
        "{message}"
    );
}
