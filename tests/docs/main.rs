//! The pages of `docs/` say what the program does: their commands run and print what stands there, their flags, keys,
//! columns and links exist.

mod names;
mod outputs;
mod page;
mod session;
#[path = "../support/mod.rs"]
mod support;
mod tests_named;

use page::Page;

#[test]
fn every_session_prints_what_its_page_shows() {
    let pages = Page::all();
    assert!(
        pages.len() >= 8,
        "{:?}",
        pages.iter().map(Page::name).collect::<Vec<_>>()
    );
    std::thread::scope(|scope| {
        for page in &pages {
            scope.spawn(move || session::run(page));
        }
    });
}

/// A command outside of a session would not be run.
#[test]
fn commands_of_the_program_stand_in_sessions() {
    for page in Page::all() {
        for block in page
            .blocks()
            .iter()
            .filter(|block| block.language != "console")
        {
            let is_command = |line: &String| line.starts_with("mpiqtl ") || line.starts_with("$ ");
            assert!(
                !block.lines.iter().any(is_command),
                "{}, line {}: mark the block as console",
                page.name(),
                block.line
            );
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    let pages = Page::with_readmes();
    for page in &pages {
        for link in page.links() {
            page.follow(&link);
        }
    }
}

#[test]
fn every_page_is_found_from_the_readme() {
    let readme = Page::read("README.md");
    let links = readme.links();
    for page in Page::all() {
        let name = page.name();
        assert!(
            links.iter().any(|link| link == name),
            "README.md has no link to {name}"
        );
    }
}

#[test]
fn no_page_is_longer_than_a_reader_is_patient() {
    for page in Page::with_readmes() {
        let lines = page.text().lines().count();
        assert!(lines <= 300, "{} has {lines} lines", page.name());
    }
}
