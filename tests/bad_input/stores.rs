//! HDF5 stores that are cut, foreign, or lost a part.

use std::fs;
use std::path::Path;

use hdf5::types::{VarLenAscii, VarLenUnicode};
use mpiqtl::store::GenotypeStore;

use crate::support::{fail, succeed};
use crate::{FAILED, GENOTYPES, Study, one_sentence, tabs};

/// Changes a store. Done on a copy that no other test's process can have open and locked.
fn edit_store(path: &Path, edit: impl FnOnce(&hdf5::File)) {
    let copy = path.with_extension("copy");
    fs::rename(path, &copy).unwrap();
    let store = hdf5::File::open_rw(&copy).unwrap();
    edit(&store);
    store.close().unwrap();
    fs::copy(&copy, path).unwrap();
}

#[test]
fn a_truncated_store_is_an_error_at_any_length() {
    let study = Study::new();
    study.import();
    let whole = fs::read(study.path("genotypes.h5")).unwrap();
    for length in [
        8,
        9,
        64,
        100,
        1000,
        whole.len() / 3,
        whole.len() / 2,
        whole.len() - 1,
    ] {
        study.write("cut.h5", &whole[..length]);
        let mut map = study.map_all("cut.h5", "expression.h5");
        study.refuses(&mut map, &["cut.h5: ", "truncated"]);
    }
    let whole = fs::read(study.path("expression.h5")).unwrap();
    study.write("cut.h5", &whole[..whole.len() - 100]);
    let mut map = study.map_all("genotypes.h5", "cut.h5");
    study.refuses(&mut map, &["cut.h5: ", "truncated"]);
}

#[test]
fn the_first_bytes_of_a_store_are_no_table() {
    let study = Study::new();
    study.import();
    let whole = fs::read(study.path("genotypes.h5")).unwrap();
    for length in [1, 4, 7] {
        study.write("cut.h5", &whole[..length]);
        let mut map = study.map_all("cut.h5", "expression.h5");
        study.refuses(&mut map, &["cut.h5: ", "first bytes of HDF5", "truncated"]);
    }
    study.write("cut.h5", "");
    let mut map = study.map_all("cut.h5", "expression.h5");
    study.refuses(&mut map, &["cut.h5: the file is empty"]);
}

#[test]
fn a_foreign_hdf5_file_is_told_from_a_store() {
    let study = Study::new();
    study.import();
    let foreign = hdf5::File::create(study.path("foreign.copy")).unwrap();
    foreign
        .new_dataset::<f64>()
        .shape((3, 4))
        .create("matrix")
        .unwrap();
    foreign.close().unwrap();
    fs::copy(study.path("foreign.copy"), study.path("foreign.h5")).unwrap();
    let mut map = study.map_all("foreign.h5", "expression.h5");
    let parts = [
        "foreign.h5",
        "without the attribute format",
        "a store made by 'mpiqtl import' is wanted",
    ];
    study.refuses(&mut map, &parts);
    let mut map = study.map_all("genotypes.h5", "foreign.h5");
    study.refuses(&mut map, &["foreign.h5", "without the attribute format"]);

    edit_store(&study.path("genotypes.h5"), |store| {
        store.attr("version").unwrap().write_scalar(&77u32).unwrap();
    });
    let mut map = study.map_all("genotypes.h5", "expression.h5");
    study.refuses(
        &mut map,
        &["genotypes.h5", "version 77", "reads versions 1 and 2"],
    );
}

#[test]
fn a_store_that_lost_a_part_is_an_error() {
    for part in [
        "samples/id",
        "genotypes/code",
        "genotypes/id",
        "genotypes/pos",
        "genotypes/code_crc",
        "genotypes/pos_crc",
        "samples/id_crc",
    ] {
        let study = Study::new();
        study.import();
        edit_store(&study.path("genotypes.h5"), |store| {
            store.unlink(part).unwrap()
        });
        let mut map = study
            .command("map --genotypes genotypes.h5 --expression expression.h5 --p-cis 1 --out out");
        study.refuses(
            &mut map,
            &[
                "genotypes.h5",
                &format!("/{part} is missing"),
                "import again",
            ],
        );
    }
}

#[test]
fn a_store_whose_names_are_lost_leaves_earlier_results_as_they_were() {
    let study = Study::new();
    study.import();
    let map = || study.map_all("genotypes.h5", "expression.h5");
    succeed(&mut map());
    let before = fs::read(study.path("out/run.json")).unwrap();
    edit_store(&study.path("genotypes.h5"), |store| {
        store.unlink("genotypes/id").unwrap()
    });
    let message = one_sentence(&fail(map().arg("--overwrite"), FAILED));
    assert!(message.contains("/genotypes/id is missing"), "{message}");
    assert_eq!(fs::read(study.path("out/run.json")).unwrap(), before);
    assert!(study.path("out/all.tsv").exists());
}

#[test]
fn a_file_that_is_only_named_h5_is_read_as_what_it_is() {
    let study = Study::new();
    study.write("named.h5", "this is not HDF5\n");
    let mut map = study.map_all("named.h5", "expression.tsv");
    study.refuses(&mut map, &["named.h5, line 1", "separated by spaces"]);
    study.write("named.h5", b"\0\0\0\x01binary");
    let mut map = study.map_all("named.h5", "expression.tsv");
    study.refuses(&mut map, &["named.h5", "binary", "wanted an HDF5 store"]);
    study.write("named.h5", tabs(GENOTYPES));
    succeed(&mut study.map_all("named.h5", "expression.tsv"));
}

/// Makes a store one of version 1, whose checksums are not asked.
fn without_checksums(store: &hdf5::File) {
    store.attr("version").unwrap().write_scalar(&1u32).unwrap();
}

/// Replaces a text column of the genotypes, in a store of version 1.
fn replace_text(study: &Study, name: &str, values: &[&[u8]]) {
    edit_store(&study.path("genotypes.h5"), |store| {
        without_checksums(store);
        store.unlink(name).unwrap();
        let values: Vec<VarLenAscii> = values
            .iter()
            .map(|bytes| VarLenAscii::from_ascii(&bytes.to_ascii_lowercase()).unwrap())
            .collect();
        let column = store.new_dataset::<VarLenAscii>().shape(values.len());
        column.create(name).unwrap().write_raw(&values).unwrap();
    });
}

#[test]
fn ids_of_a_store_that_cannot_stand_in_a_table_are_an_error() {
    let study = Study::new();
    study.import();
    replace_text(&study, "genotypes/id", &[b"rs1", b"r\ts2", b"rs3", b"rs4"]);
    let mut map = study.map_all("genotypes.h5", "expression.h5");
    study.refuses(
        &mut map,
        &["genotypes.h5", "/genotypes/id", "control characters"],
    );
    let samples: [&[u8]; 8] = [b"s1", b"s1", b"s3", b"s4", b"s5", b"s6", b"s7", b"s8"];
    replace_text(&study, "samples/id", &samples);
    let mut map = study.map_all("genotypes.h5", "expression.h5");
    study.refuses(
        &mut map,
        &["genotypes.h5", "sample ID 's1'", "stands there twice"],
    );
}

/// A study of two stores of version 1 in which one value, of the second row in genome order and the third sample, is another.
fn spoiled(group: &str, name: &str, value: f64) -> Study {
    let study = Study::new();
    study.edit("genotypes.tsv", "rs2 1 1 0", "rs2 1 1 0.12345");
    study.import();
    let store = study.path(if group == "genotypes" {
        "genotypes.h5"
    } else {
        "expression.h5"
    });
    edit_store(&store, |store| {
        without_checksums(store);
        let values = store.dataset(&format!("{group}/{name}")).unwrap();
        let mut all = values.read_raw::<f64>().unwrap();
        all[8 + 2] = value;
        values.write_raw(&all).unwrap();
    });
    study
}

#[test]
fn infinite_values_in_a_store_are_an_error_in_every_model() {
    for value in [f64::INFINITY, f64::NEG_INFINITY] {
        let genotypes = spoiled("genotypes", "code", value);
        let genes = spoiled("expression", "value", value);
        for words in [
            "linear",
            "linear_cross --covariates covariates.tsv",
            "anova",
            "anova --anova-df observed --anova-groups 4",
        ] {
            let mut map = genotypes.map_all("genotypes.h5", "expression.h5");
            map.arg("--model").args(words.split(' '));
            let parts = [
                "genotypes.h5: SNP 'rs2' (row 2) has infinite or far too large values",
                "import again",
            ];
            genotypes.refuses(&mut map, &parts);
            let mut map = genes.map_all("genotypes.h5", "expression.h5");
            map.arg("--model").args(words.split(' '));
            let parts = ["expression.h5: gene 'g3' has infinite or far too large values"];
            genes.refuses(&mut map, &parts);
        }
    }
}

/// The number of the byte at which `text` stands in a file, once.
fn find(bytes: &[u8], text: &[u8]) -> usize {
    let mut found = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(text));
    let first = found.next().expect("it stands there");
    assert_eq!(found.next(), None, "it stands there once");
    first
}

#[test]
fn a_flipped_bit_is_told_with_its_dataset_row_and_id() {
    let study = Study::new();
    study.import();
    let whole = fs::read(study.path("genotypes.h5")).unwrap();
    let spoil = |bytes: &[u8]| {
        let mut spoiled = whole.clone();
        spoiled[find(&whole, bytes)] ^= 2;
        study.write("spoiled.h5", spoiled);
        study.map_all("spoiled.h5", "expression.h5")
    };
    // The second row, 1 1 0 2 0 1 2 0.
    let parts = [
        "spoiled.h5: SNP 'rs2' (row 2 of /genotypes/code) does not have the checksum that was written with it",
        "the file is damaged, import again",
    ];
    study.refuses(&mut spoil(&[1, 1, 0, 2, 0, 1, 2, 0]), &parts);
    let parts = ["rows 1 to 4 of /genotypes/id do not have the checksum"];
    study.refuses(&mut spoil(b"rs3"), &parts);
    let parts = ["rows 1 to 8 of /samples/id do not have the checksum"];
    study.refuses(&mut spoil(b"s7"), &parts);

    let whole = fs::read(study.path("expression.h5")).unwrap();
    let mut spoiled = whole.clone();
    spoiled[find(&whole, &4.9f64.to_le_bytes())] ^= 1;
    study.write("spoiled.h5", spoiled);
    let mut map = study.map_all("genotypes.h5", "spoiled.h5");
    study.refuses(&mut map, &["gene 'g2' (row 3 of /expression/value)"]);
}

/// A store of version 1 as it was made before there were checksums: of the earliest HDF5 layout, its attribute `format`
/// of variable length.
fn write_version_1(path: &Path) {
    let text = |words: &[&str]| -> Vec<VarLenUnicode> {
        words.iter().map(|word| word.parse().unwrap()).collect()
    };
    let file = hdf5::File::create(path).unwrap();
    let format = file.new_attr::<VarLenUnicode>().create("format").unwrap();
    format.write_scalar(&text(&["mpiqtl"])[0]).unwrap();
    let version = file.new_attr::<u32>().create("version").unwrap();
    version.write_scalar(&1u32).unwrap();
    let samples = file.create_group("samples").unwrap();
    let group = file.create_group("genotypes").unwrap();
    let ids = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];
    let write = |group: &hdf5::Group, name, words: &[&str]| {
        let column = group.new_dataset::<VarLenUnicode>().shape(words.len());
        column
            .create(name)
            .unwrap()
            .write_raw(&text(words))
            .unwrap();
    };
    write(&samples, "id", &ids);
    write(&group, "id", &["rs1", "rs2"]);
    write(&group, "ref", &["A", ""]);
    write(&group, "alt", &["G", ""]);
    write(&group, "chrom_name", &["chr1"]);
    let codes = ndarray::arr2(&[[0u8, 1, 2, 0, 1, 2, 1, 0], [1, 1, 0, 2, 0, 1, 255, 0]]);
    let matrix = group.new_dataset_builder().with_data(&codes).no_chunk();
    matrix.create("code").unwrap();
    let chrom = group.new_dataset_builder().with_data(&[0i32, 0]);
    chrom.create("chrom").unwrap();
    let pos = group.new_dataset_builder().with_data(&[100i64, 200]);
    pos.create("pos").unwrap();
}

#[test]
fn a_store_of_version_1_reads_without_checksums() {
    let study = Study::new();
    study.import();
    write_version_1(&study.path("old.copy"));
    fs::copy(study.path("old.copy"), study.path("old.h5")).unwrap();
    let store = GenotypeStore::open(&study.path("old.h5")).unwrap();
    let (mut values, mut ids) = (Vec::new(), Vec::new());
    store.read_values(0..2, &[6, 0], &mut values).unwrap();
    assert!(values[..2] == [1.0, 0.0] && values[2].is_nan() && values[3] == 1.0);
    store.ids_of(&[0, 1], |_, id| ids.push(id)).unwrap();
    assert_eq!(ids, ["rs1", "rs2"]);
    assert_eq!(store.places().unwrap().pos, [100, 200]);
    assert_ne!(store.fingerprint().unwrap(), 0);
    drop(store);
    succeed(&mut study.map_all("old.h5", "expression.h5"));
}
