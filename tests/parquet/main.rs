//! Expression as tensorQTL's Parquet, as pandas 3.1 and pyarrow 26 wrote it from `phenotypes.bed`: with the ID as the fourth
//! column, as the index with a name (zstd) and without, and with chromosomes as categories in two row groups (without
//! compression).

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::mpiqtl;

const FILES: [&str; 4] = ["plain", "index", "unnamed", "categories"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/parquet")
        .join(name)
}

fn import(input: &Path, out: &Path) -> Command {
    let mut command = mpiqtl();
    command
        .args(["import", "expression"])
        .arg(input)
        .arg("--out")
        .arg(out);
    command
}

#[cfg(not(feature = "parquet"))]
#[test]
fn without_the_feature_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in FILES {
        let input = path(&format!("{name}.bed.parquet"));
        let said = support::fail(&mut import(&input, &folder.path().join("e.h5")), 1);
        assert!(
            said.contains("this is Parquet, which this mpiqtl was built without"),
            "{said}"
        );
        assert!(said.contains("--features parquet"), "{said}");
    }
}

#[cfg(feature = "parquet")]
mod with_the_feature {
    use std::fs;

    use mpiqtl::store::ExpressionStore;

    use super::support::{fail, succeed};
    use super::*;

    /// Samples, and of each gene its ID, its place and the bits of its values.
    type Content = (Vec<String>, Vec<(String, String, Vec<u64>)>);

    fn content(input: &Path) -> Content {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("e.h5");
        succeed(&mut import(input, &out));
        let store = ExpressionStore::open(&out).expect("a store");
        let columns: Vec<u32> = (0..store.samples().len() as u32).collect();
        let genes = store
            .genes()
            .expect("there are genes")
            .into_iter()
            .enumerate();
        let row = |(row, gene): (usize, mpiqtl::store::Gene)| {
            let values = store.read_row(row, &columns).expect("there are values");
            let bits = values.into_iter().map(f64::to_bits).collect();
            (gene.id, format!("{:?}", gene.span), bits)
        };
        (store.samples().to_vec(), genes.map(row).collect())
    }

    #[test]
    fn every_form_that_pandas_writes_is_the_same_expression() {
        let wanted = content(&path("phenotypes.bed"));
        assert_eq!(wanted.1.len(), 3);
        for name in FILES {
            assert_eq!(
                content(&path(&format!("{name}.bed.parquet"))),
                wanted,
                "{name}"
            );
        }
    }

    #[test]
    fn a_file_that_breaks_off_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let (input, out) = (folder.path().join("e.parquet"), folder.path().join("e.h5"));
        let bytes = fs::read(path("plain.bed.parquet")).expect("the file is there");
        for length in [
            5,
            9,
            100,
            1000,
            bytes.len() / 2,
            bytes.len() - 4,
            bytes.len() - 1,
        ] {
            fs::write(&input, &bytes[..length]).expect("the folder can be written");
            let said = fail(&mut import(&input, &out), 1);
            assert!(
                said.contains("cannot be read as Parquet"),
                "{length}: {said}"
            );
            assert!(said.contains("truncated or damaged"), "{length}: {said}");
            assert!(!out.exists(), "{length}");
        }
    }
}
