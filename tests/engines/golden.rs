//! The golden cases in every way: what Matrix eQTL gives, f64 gives (`tests/golden.rs`), and so all others do.

use crate::support::golden::{Case, root};
use crate::way::check_all;

/// The names of all cases.
fn names() -> Vec<String> {
    let entries = std::fs::read_dir(root()).expect("the golden cases");
    let folders = entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir());
    let names = folders.map(|entry| entry.file_name().into_string().expect("a plain name"));
    names.collect()
}

#[test]
fn hits_of_every_case_are_the_same() {
    for name in names() {
        let case = Case::open(&name);
        let by_integers = check_all(&name, |out| case.map_for_hits(out));
        assert!(by_integers.iter().all(|written| written.engine() == "i8"));
        assert!(by_integers.iter().all(|written| written.n_rows() > 0));
    }
}

#[test]
fn histograms_and_smallest_p_values_of_every_case_are_the_same() {
    for name in names() {
        let case = Case::open(&name);
        let needs_all = case.min_p() || case.p_histogram().is_some();
        if needs_all {
            let by_integers = check_all(&name, |out| case.map(out));
            assert!(by_integers.iter().all(|written| written.engine() == "f32"));
        }
    }
}
