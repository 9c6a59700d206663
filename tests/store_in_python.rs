//! The lines of docs/store.md read a store, with the h5py of Debian (python3-h5py).

mod support;

use std::path::Path;
use std::process::Command;

use mpiqtl::store::GenotypeStore;
use support::{mpiqtl, succeed};

/// A Python that has h5py; `None`, with a message, where there is none.
fn python() -> Option<&'static str> {
    let has_h5py = |python: &&str| {
        let found = Command::new(python).args(["-c", "import h5py"]).output();
        found.is_ok_and(|output| output.status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has_h5py);
    if found.is_none() {
        eprintln!("SKIPPED: no h5py (scripts/setup --tests installs it)");
    }
    found
}

/// The lines of the page's first block of a language.
fn block(language: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/store.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let start = format!("```{language}\n");
    let from = page.find(&start).expect("a block") + start.len();
    let length = page[from..].find("```").expect("its end");
    page[from..from + length].to_string()
}

#[test]
fn three_lines_read_a_store() {
    let Some(python) = python() else {
        return;
    };
    let lines = block("python");
    assert_eq!(lines.lines().count(), 3, "{lines}");
    let folder = tempfile::tempdir().unwrap();
    let simulate = "simulate --snps 90 --genes 3 --samples 17 --missing 0.1 --out .";
    succeed(
        mpiqtl()
            .current_dir(folder.path())
            .args(simulate.split(' ')),
    );
    let more = "print(codes.dtype, codes.shape)\nprint(*codes[41])\nprint(ids[41], samples[16])\n\
                provenance = store['genotypes/provenance']\n\
                print(dict(zip(provenance['name'].asstr(), provenance['value'].asstr()))['program'])\n";
    let mut command = Command::new(python);
    command
        .current_dir(folder.path())
        .arg("-c")
        .arg(lines + more);
    let said = String::from_utf8(succeed(&mut command).stdout).unwrap();

    let store = GenotypeStore::open(&folder.path().join("genotypes.h5")).unwrap();
    let columns: Vec<u32> = (0..17).collect();
    let (mut codes, mut id) = (Vec::new(), String::new());
    store.read_codes(41..42, &columns, &mut codes).unwrap();
    store.ids_of(&[41], |_, found| id = found).unwrap();
    let codes: Vec<String> = codes.iter().map(u8::to_string).collect();
    assert!(
        codes.contains(&"255".to_string()),
        "a missing one is among them"
    );
    let wanted = format!(
        "uint8 (90, 17)\n{}\n{id} {}\nmpiqtl {}\n",
        codes.join(" "),
        store.samples()[16],
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(said, wanted);
}
