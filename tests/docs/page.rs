//! A page of Markdown: its blocks of code, links and headings.

use std::path::{Path, PathBuf};

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A block between two fences.
#[derive(Debug)]
pub struct Block {
    /// The word after the first fence, empty if there is none.
    pub language: String,
    /// The line of the first fence, from 1.
    pub line: usize,
    /// What stands between.
    pub lines: Vec<String>,
}

/// A page.
pub struct Page {
    /// Relative to the project.
    name: String,
    text: String,
}

impl Page {
    /// Reads a page by its name relative to the project.
    pub fn read(name: &str) -> Self {
        let path = root().join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self {
            name: name.into(),
            text,
        }
    }

    /// The pages of `docs/`, by name.
    pub fn all() -> Vec<Self> {
        let entries = std::fs::read_dir(root().join("docs")).expect("there is a folder of pages");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let names = names.map(|name| name.into_string().expect("a plain name"));
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
        names.sort();
        let names = names.iter().map(|name| format!("docs/{name}"));
        names.map(|name| Self::read(&name)).collect()
    }

    /// The same and what else is for readers.
    pub fn with_readmes() -> Vec<Self> {
        let mut pages = Self::all();
        pages.extend(
            [
                "README.md",
                "slurm/README.md",
                "benches/README.md",
                "packaging/README.md",
                "configs/pipelines/README.md",
            ]
            .map(Self::read),
        );
        pages
    }

    /// Relative to the project.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The blocks of code.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut inside = false;
        for (i, line) in self.text.lines().enumerate() {
            match line.strip_prefix("```") {
                Some(_) if inside => inside = false,
                Some(language) => {
                    inside = true;
                    blocks.push(Block {
                        language: language.trim().into(),
                        line: i + 1,
                        lines: Vec::new(),
                    });
                }
                None if inside => blocks
                    .last_mut()
                    .expect("a block has begun")
                    .lines
                    .push(line.into()),
                None => {}
            }
        }
        assert!(!inside, "{}: a block has no end", self.name);
        blocks
    }

    /// Lines outside of blocks.
    fn prose(&self) -> Vec<&str> {
        let mut inside = false;
        let outside = |line: &&str| {
            let is_fence = line.starts_with("```");
            inside ^= is_fence;
            !inside && !is_fence
        };
        self.text.lines().filter(outside).collect()
    }

    /// Where the links lead, those to other sites left out.
    pub fn links(&self) -> Vec<String> {
        let prose = self.prose().join("\n");
        let ends = prose.match_indices("](").map(|(at, _)| &prose[at + 2..]);
        let links = ends.map(|rest| rest.split(')').next().unwrap_or(rest));
        let own = links.filter(|link| !link.contains("://"));
        own.map(String::from).collect()
    }

    /// Fails unless a link leads to a file, and to a heading if it names one.
    pub fn follow(&self, link: &str) {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let folder = Path::new(&self.name).parent().unwrap_or(Path::new(""));
        let target: PathBuf = match file {
            "" => PathBuf::from(&self.name),
            file => folder.join(file),
        };
        let path = root().join(&target);
        assert!(
            path.exists(),
            "{}: the link {link} leads nowhere",
            self.name
        );
        if !heading.is_empty() {
            let page = Self::read(target.to_str().expect("a plain path"));
            assert!(
                page.headings().contains(&heading.to_string()),
                "{}: the link {link} names no heading of {:?}",
                self.name,
                page.headings()
            );
        }
    }

    /// The names that links have for headings.
    fn headings(&self) -> Vec<String> {
        let lines = self.prose().into_iter();
        let titles = lines.filter(|line| line.starts_with('#'));
        let anchor = |title: &str| {
            let title = title.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        };
        titles.map(anchor).collect()
    }

    /// The rows of the first table whose header starts with this cell, each as its cells.
    pub fn table(&self, first_header: &str) -> Vec<Vec<String>> {
        let cells = |line: &str| -> Vec<String> {
            let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
            inner.split(" | ").map(|cell| cell.trim().into()).collect()
        };
        let lines = self.prose();
        let header = lines.iter().position(|line| {
            line.starts_with('|') && cells(line).first().is_some_and(|cell| cell == first_header)
        });
        let header =
            header.unwrap_or_else(|| panic!("{} has no table '{first_header}'", self.name));
        let rows = lines[header + 2..].iter();
        rows.take_while(|line| line.starts_with('|'))
            .map(|line| cells(line))
            .collect()
    }
}

/// The words between backticks of a text.
pub fn in_backticks(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
