//! The tests that `docs/exactness.md` names are there.

use std::path::Path;

use crate::page::{Page, in_backticks, root};

/// All Rust sources under a folder, as one text.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text += &std::fs::read_to_string(&path).expect("a source");
        }
    }
    text
}

#[test]
fn laws_are_shown_by_tests_that_exist() {
    let code = sources(&root().join("tests")) + &sources(&root().join("src"));
    let rows = Page::read("docs/exactness.md").table("law");
    assert!(rows.len() >= 10, "{rows:?}");
    for row in rows {
        let tests: Vec<&str> = in_backticks(&row[1]);
        assert!(!tests.is_empty(), "no test for '{}'", row[0]);
        for test in tests {
            let is_file = test.contains('/') && root().join(test).exists();
            let is_test = code.contains(&format!("fn {test}("));
            assert!(
                is_file || is_test,
                "'{test}' is no test, and no file of tests"
            );
        }
    }
}
