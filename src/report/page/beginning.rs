//! The head of the page, with the main numbers, and its foot.

use super::Page;
use super::date::utc;
use super::parts::{Cell, facts};

impl Page<'_> {
    pub(super) fn beginning(&mut self) {
        let record = &self.content.record;
        let finished = format!(
            "{}, finished {}",
            record.program,
            utc(record.finished_unix_secs)
        );
        self.body.open("header", &[]);
        self.body.element("h1", &[], "eQTL report");
        self.body
            .open("p", &[])
            .element("code", &[], record.word("out"))
            .close();
        self.body.element("p", &[("class", &"soft")], finished);
        let cards = self.cards();
        let cards: Vec<(&str, Cell)> = cards
            .iter()
            .map(|(name, cell)| (name.as_str(), cell.clone()))
            .collect();
        facts(&mut self.body, "cards", &cards);
        self.contents();
        self.body.close();
    }

    fn cards(&self) -> Vec<(String, Cell)> {
        let record = &self.content.record;
        let mut cards = Vec::new();
        for class in &self.content.classes {
            let name = match class.tally.class.name {
                "all" => "eQTLs".into(),
                name => format!("{name} eQTLs"),
            };
            cards.push((name, Cell::Count(class.tally.class.n_eqtls)));
        }
        for class in &self.content.classes {
            let name = match class.tally.class.name {
                "all" => "genes with an eQTL".into(),
                name => format!("genes with a {name} eQTL"),
            };
            cards.push((name, Cell::Count(class.tally.genes.len())));
        }
        let tests = self
            .content
            .classes
            .iter()
            .map(|class| class.tally.class.n_tests)
            .sum();
        cards.push(("tests".into(), Cell::Count(tests)));
        cards.push(("samples".into(), Cell::Count(record.samples.n_used)));
        cards.push(("run time".into(), Cell::words(duration(record.total_secs))));
        cards
    }

    fn contents(&mut self) {
        const SECTIONS: [(&str, &str); 8] = [
            ("#run", "Run"),
            ("#samples", "Samples and rows"),
            ("#tests", "Tests"),
            ("#p-values", "p-values"),
            ("#distances", "Distance"),
            ("#map", "Map"),
            ("#strongest", "Strongest eQTLs"),
            ("#time", "Time"),
        ];
        self.body
            .open("nav", &[("aria-label", &"Contents")])
            .open("ul", &[]);
        for (link, name) in SECTIONS {
            self.body
                .open("li", &[])
                .element("a", &[("href", &link)], name)
                .close();
        }
        self.body.close().close();
    }

    pub(super) fn end(&mut self) {
        let body = &mut self.body;
        body.open("footer", &[]);
        body.element(
            "p",
            &[],
            "Statistics are those of Matrix eQTL (Shabalin 2012, doi 10.1093/bioinformatics/bts163); FDR is that of \
             Benjamini and Hochberg over all tests of a class. The pictures of this page are SVG files in the folder plots. \
             'mpiqtl report' makes it again.",
        );
        body.close();
    }
}

/// A time in the unit people would take.
pub(super) fn duration(secs: f64) -> String {
    match secs {
        secs if secs < 99.95 => format!("{secs:.1} s"),
        secs if secs < 5_970.0 => format!("{:.1} min", secs / 60.0),
        secs => format!("{:.1} h", secs / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_that_fits() {
        let shown = [0.951, 99.9, 150.0, 7200.0].map(duration);
        assert_eq!(shown, ["1.0 s", "99.9 s", "2.5 min", "2.0 h"]);
    }
}
