//! The page: what a report says, section by section, in one HTML file that needs no other.
//!
//! Nothing of it is loaded or executed: its policy forbids all but its own style sheet, which is known by its checksum.

mod beginning;
mod date;
mod eqtls;
mod parts;
mod pvalues;
mod sections;
mod time;

use super::groups::Grouped;
use super::histogram::Histogram;
use super::places::Places;
use super::record::Record;
use super::tally::Tally;
use crate::plot::{DARK_STYLE, Markup, STYLE, Svg};

/// The style sheet of the page beside that of its pictures.
const PAGE_STYLE: &str = include_str!("page.css");

/// The SHA-256 of the style sheets, by which the policy knows them; a test says what it must be.
const STYLE_SHA256: &str = "lolDmRSMei+4AplIEYgOGCOpUdLw2ibckD56VAPUGyk=";

/// Pictures of eQTLs one by one, or in words why there are none.
pub type Boxes = Result<Vec<Option<Grouped>>, String>;

/// What is known of a class of tests.
pub struct ClassContent {
    /// What its table holds.
    pub tally: Tally,
    /// The histogram of its p-values.
    pub histogram: Option<Histogram>,
    /// Expression by genotype of its strongest eQTLs `[n_shown]`.
    pub boxes: Boxes,
}

/// What a report is made of.
pub struct Content {
    /// The record of the run.
    pub record: Record,
    /// The classes that were tested.
    pub classes: Vec<ClassContent>,
    /// Where SNPs and genes are.
    pub places: Places,
    /// Why places are not known, if they are not.
    pub no_places: Option<String>,
}

/// A page under construction.
struct Page<'a> {
    content: &'a Content,
    body: Markup,
    pictures: Vec<Svg>,
}

/// Makes the page and its pictures.
pub fn page(content: &Content) -> (String, Vec<Svg>) {
    let mut page = Page {
        content,
        body: Markup::new(),
        pictures: Vec::new(),
    };
    page.body.open("body", &[]);
    page.beginning();
    page.body.open("main", &[]);
    page.run();
    page.samples();
    page.tests();
    page.p_values();
    page.distances();
    page.map();
    page.strongest();
    page.time();
    page.body.close();
    page.end();
    page.body.close();
    let mut html = Markup::new();
    html.open("html", &[("lang", &"en")]);
    head(&mut html, content);
    html.insert(&page.body).close();
    (
        format!("<!DOCTYPE html>\n{}\n", html.as_str()),
        page.pictures,
    )
}

fn head(html: &mut Markup, content: &Content) {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{STYLE_SHA256}'; base-uri 'none'; form-action 'none'"
    );
    html.open("head", &[]);
    html.leaf("meta", &[("charset", &"utf-8")]);
    html.leaf(
        "meta",
        &[
            ("http-equiv", &"Content-Security-Policy"),
            ("content", &policy),
        ],
    );
    html.leaf(
        "meta",
        &[
            ("name", &"viewport"),
            ("content", &"width=device-width, initial-scale=1"),
        ],
    );
    html.leaf(
        "meta",
        &[("name", &"color-scheme"), ("content", &"light dark")],
    );
    html.leaf(
        "meta",
        &[("name", &"referrer"), ("content", &"no-referrer")],
    );
    html.leaf(
        "meta",
        &[("name", &"generator"), ("content", &content.record.program)],
    );
    html.element(
        "title",
        &[],
        format!("eQTL report: {}", content.record.word("out")),
    );
    html.style(&[PAGE_STYLE, STYLE, DARK_STYLE]);
    html.close();
}

impl Page<'_> {
    /// Opens a section.
    fn section(&mut self, id: &str, title: &str) {
        self.body
            .open("section", &[("id", &id)])
            .element("h2", &[], title);
    }

    /// Adds a picture, to the page and to the files.
    fn figure(&mut self, picture: Svg, caption: &str, numbers: impl FnOnce(&mut Markup)) {
        parts::figure(&mut self.body, &picture, caption, numbers);
        self.pictures.push(picture);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// Bytes in the 64 letters that policies take.
    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let quad = |three: &[u8]| {
            let bits = (0..3).fold(0u32, |bits, i| {
                bits << 8 | u32::from(three.get(i).copied().unwrap_or(0))
            });
            let letter = |i: usize| LETTERS[(bits >> (18 - 6 * i)) as usize & 63] as char;
            let quad: String = (0..=three.len()).map(letter).collect();
            format!("{quad:=<4}")
        };
        bytes.chunks(3).map(quad).collect()
    }

    #[test]
    fn the_policy_knows_the_style_sheet() {
        let started = Command::new("sha256sum")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut program = started.expect("sha256sum is part of every system this is built on");
        let sheet = [PAGE_STYLE, STYLE, DARK_STYLE].concat();
        program
            .stdin
            .take()
            .unwrap()
            .write_all(sheet.as_bytes())
            .unwrap();
        let said = program.wait_with_output().unwrap().stdout;
        let hex = std::str::from_utf8(&said)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        let bytes: Vec<u8> = (0..hex.len() / 2)
            .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
            .collect();
        assert_eq!(base64(b"Man"), "TWFu");
        assert_eq!(base64(b"M"), "TQ==");
        assert_eq!(
            STYLE_SHA256,
            base64(&bytes),
            "STYLE_SHA256 is not that of the style sheets"
        );
    }
}
