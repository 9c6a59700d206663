//! Parts that pages are made of: tables, lists of facts, figures.

use crate::plot::{Markup, Svg, grouped, shortest, significant};

/// One cell of a table, or one fact.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Words.
    Words(String),
    /// An ID, which may be long.
    Id(String),
    /// A count.
    Count(u64),
    /// A number; all its digits stand in the page for programs, four for people.
    Number(f64),
    /// A number as somebody gave it.
    Given(f64),
    /// A p-value below what a double holds, by its -log10.
    Power(f64),
    /// Nothing to say.
    None,
}

impl Cell {
    /// Words.
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// A p-value, by its -log10 where it is at the floor of a table.
    pub fn p(p: f64, neg_log10_p: f64) -> Self {
        match p < 1e-300 {
            true => Self::Power(neg_log10_p),
            false => Self::Number(p),
        }
    }

    fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Count(_) | Self::Number(_) | Self::Given(_) | Self::Power(_)
        )
    }

    /// Writes what is in the cell.
    pub fn write(&self, to: &mut Markup) {
        match self {
            Self::Words(words) => to.say(words),
            Self::Id(id) => to.element("code", &[], id),
            Self::Count(count) => to.element("data", &[("value", count)], grouped(*count)),
            Self::Number(x) => to.element("data", &[("value", &format!("{x:?}"))], significant(*x)),
            Self::Given(x) => to.element("data", &[("value", &format!("{x:?}"))], shortest(*x)),
            Self::Power(x) => to.say(power(*x)),
            Self::None => to.say("–"),
        };
    }
}

/// 10 to the power of -x with two digits: 4.6e-412.
fn power(x: f64) -> String {
    if x == f64::INFINITY {
        return "0".into();
    }
    let exponent = x.ceil();
    let digits = 10f64.powf(exponent - x);
    match digits < 9.95 {
        true => format!("{digits:.1}e-{exponent}"),
        false => format!("1.0e-{}", exponent - 1.0),
    }
}

/// A table under a caption; a column is one of numbers if its first cell is one.
pub fn table(to: &mut Markup, caption: &str, header: &[&str], rows: &[Vec<Cell>]) {
    let is_number = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let mut told = cells.filter(|cell| !matches!(cell, Cell::None));
        told.next().is_some_and(Cell::is_number)
    };
    let class = |column: usize| if is_number(column) { "n" } else { "" };
    let around: [(&str, &dyn std::fmt::Display); 4] = [
        ("class", &"scroll"),
        ("role", &"region"),
        ("tabindex", &"0"),
        ("aria-label", &caption),
    ];
    to.open("div", &around).open("table", &[]);
    to.element("caption", &[], caption);
    to.open("thead", &[]).open("tr", &[]);
    for (column, name) in header.iter().enumerate() {
        to.element("th", &[("scope", &"col"), ("class", &class(column))], name);
    }
    to.close().close().open("tbody", &[]);
    for row in rows {
        to.open("tr", &[]);
        for (column, cell) in row.iter().enumerate() {
            let class = match cell {
                Cell::Id(_) => "id",
                _ => class(column),
            };
            to.open("td", &[("class", &class)]);
            cell.write(to);
            to.close();
        }
        to.close();
    }
    to.close().close().close();
}

/// A table that is folded away.
pub fn folded_table(to: &mut Markup, caption: &str, header: &[&str], rows: &[Vec<Cell>]) {
    to.open("details", &[]).element("summary", &[], caption);
    table(to, caption, header, rows);
    to.close();
}

/// Names with what goes with them.
pub fn facts(to: &mut Markup, class: &str, facts: &[(&str, Cell)]) {
    to.open("dl", &[("class", &class)]);
    for (name, cell) in facts {
        // A group of its own for each, so that it can be a card.
        let is_card = class == "cards";
        if is_card {
            to.open("div", &[]);
        }
        to.element("dt", &[], name).open("dd", &[]);
        cell.write(to);
        to.close();
        if is_card {
            to.close();
        }
    }
    to.close();
}

/// A picture with words below it, and perhaps its numbers folded away.
pub fn figure(to: &mut Markup, picture: &Svg, caption: &str, numbers: impl FnOnce(&mut Markup)) {
    to.open("figure", &[("id", &picture.id())])
        .insert(&picture.inline());
    to.element("figcaption", &[], caption);
    numbers(to);
    to.close();
}

/// A paragraph.
pub fn paragraph(to: &mut Markup, words: &str) {
    to.element("p", &[], words);
}

/// A paragraph that should be seen.
pub fn note(to: &mut Markup, words: &str) {
    to.element("p", &[("class", &"note")], words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_have_two_digits() {
        assert_eq!(power(412.3), "5.0e-413");
        assert_eq!(power(400.0), "1.0e-400");
        assert_eq!(power(400.999), "1.0e-401");
        assert_eq!(power(400.0001), "1.0e-400");
        assert_eq!(power(f64::INFINITY), "0");
    }

    #[test]
    fn numbers_keep_all_their_digits_for_programs() {
        let mut page = Markup::new();
        let rows = [vec![
            Cell::Id("<b>".into()),
            Cell::Number(4.6039085056802706e-65),
            Cell::Count(1234),
        ]];
        table(&mut page, "T", &["SNP", "p", "n"], &rows);
        let text = page.as_str();
        assert!(
            text.contains("<td class=\"id\"><code>&lt;b&gt;</code></td>"),
            "{text}"
        );
        assert!(
            text.contains("<data value=\"4.6039085056802706e-65\">4.604e-65</data>"),
            "{text}"
        );
        assert!(text.contains("<data value=\"1234\">1,234</data>"), "{text}");
        assert!(
            text.contains("<th scope=\"col\" class=\"n\">p</th>"),
            "{text}"
        );
    }
}
