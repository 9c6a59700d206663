//! Markup for HTML and SVG alike: elements that are closed in order, and text that is escaped wherever it comes from.

use std::fmt::{Display, Write};

/// Attributes of an element, by name.
pub type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// Elements under construction. There is no way to put in text that is not escaped.
#[derive(Clone, Debug, Default)]
pub struct Markup {
    text: String,
    open: Vec<&'static str>,
}

impl Markup {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens an element.
    pub fn open(&mut self, name: &'static str, attributes: Attributes) -> &mut Self {
        self.start(name, attributes);
        self.text.push('>');
        self.open.push(name);
        self
    }

    /// Closes the element that was opened last.
    ///
    /// # Panics
    /// If none is open.
    pub fn close(&mut self) -> &mut Self {
        let name = self.open.pop().expect("what is closed was opened");
        let _ = write!(self.text, "</{name}>");
        self
    }

    /// An element without content.
    pub fn leaf(&mut self, name: &'static str, attributes: Attributes) -> &mut Self {
        self.start(name, attributes);
        self.text.push_str("/>");
        self
    }

    /// Text.
    pub fn say(&mut self, text: impl Display) -> &mut Self {
        escape_into(&mut self.text, &text.to_string());
        self
    }

    /// An element with text.
    pub fn element(
        &mut self,
        name: &'static str,
        attributes: Attributes,
        text: impl Display,
    ) -> &mut Self {
        self.open(name, attributes).say(text).close()
    }

    /// Other markup, all of whose elements are closed.
    pub fn insert(&mut self, part: &Markup) -> &mut Self {
        self.text.push_str(part.as_str());
        self
    }

    /// A style sheet that is part of the program: the one text that is not escaped.
    pub fn style(&mut self, sheet: &[&'static str]) -> &mut Self {
        self.text.push_str("<style>");
        sheet.iter().for_each(|part| self.text.push_str(part));
        self.text.push_str("</style>");
        self
    }

    /// The markup.
    ///
    /// # Panics
    /// If an element is still open.
    pub fn as_str(&self) -> &str {
        assert!(self.open.is_empty(), "{:?} is not closed", self.open);
        &self.text
    }

    fn start(&mut self, name: &str, attributes: Attributes) {
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            let _ = write!(self.text, " {key}=\"");
            escape_into(&mut self.text, &value.to_string());
            self.text.push('"');
        }
    }
}

/// Appends text so that it is text, in an element and in an attribute with quotes. Control characters, which XML does
/// not have, and those that turn the direction of what follows, are shown as a box.
fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        escape_into(&mut out, text);
        out
    }

    #[test]
    fn elements_close_in_order_and_text_is_escaped() {
        let mut page = Markup::new();
        page.open("p", &[("title", &"a\"b")]).say("1 < 2 & 3");
        page.leaf("br", &[]).element("b", &[("n", &7)], 'x');
        page.close();
        let wanted = "<p title=\"a&quot;b\">1 &lt; 2 &amp; 3<br/><b n=\"7\">x</b></p>";
        assert_eq!(page.as_str(), wanted);
    }

    #[test]
    fn what_a_document_cannot_hold_is_shown_as_a_box() {
        assert_eq!(
            escaped("a\u{1b}\u{0}b\u{202e}"),
            "a\u{fffd}\u{fffd}b\u{fffd}"
        );
        let script = "</title><script>alert('x')</script>";
        let wanted = "&lt;/title&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;";
        assert_eq!(escaped(script), wanted);
    }

    #[test]
    #[should_panic(expected = "not closed")]
    fn an_open_element_is_noticed() {
        Markup::new().open("p", &[]).as_str();
    }

    proptest! {
        #[test]
        fn escaped_text_has_no_marks_and_comes_back(text in "[ -~äµ]{0,40}") {
            let found = escaped(&text);
            prop_assert!(!found.contains(['<', '>', '"', '\'']));
            let back = found.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            prop_assert_eq!(back.replace("&#39;", "'").replace("&amp;", "&"), text);
        }
    }
}
