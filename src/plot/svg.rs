//! A finished picture: part of a page, or a file of its own.

use super::STYLE;
use super::markup::Markup;

/// What a picture is called and shows, for those who do not see it.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// A name that no other picture of a page has, of letters, digits, `-` and `_`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it shows, in a sentence with its main numbers.
    pub description: String,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct Svg {
    words: Words,
    width: f64,
    height: f64,
    marks: Markup,
}

impl Svg {
    pub(super) fn new(words: Words, (width, height): (f64, f64), marks: Markup) -> Self {
        Self {
            words,
            width,
            height,
            marks,
        }
    }

    /// Its name, which no other picture of a page has.
    pub fn id(&self) -> &str {
        &self.words.id
    }

    /// The picture as part of a page that has the [`STYLE`].
    pub fn inline(&self) -> Markup {
        self.markup(false)
    }

    /// The picture as a file of its own, in colours for light ground.
    pub fn file(&self) -> String {
        format!("{}\n", self.markup(true).as_str())
    }

    fn markup(&self, is_file: bool) -> Markup {
        let Words {
            id,
            title,
            description,
        } = &self.words;
        let view = format!("0 0 {} {}", self.width, self.height);
        let labelled = format!("{id}-title {id}-desc");
        let (width, height) = (2.0 * self.width, 2.0 * self.height);
        let mut svg = Markup::new();
        let shared: [(&str, &dyn std::fmt::Display); 4] = [
            ("class", &"plot"),
            ("viewBox", &view),
            ("role", &"img"),
            ("aria-labelledby", &labelled),
        ];
        let own: [(&str, &dyn std::fmt::Display); 3] = [
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("width", &width),
            ("height", &height),
        ];
        match is_file {
            true => svg.open("svg", &[&own[..], &shared[..]].concat()),
            false => svg.open("svg", &shared),
        };
        svg.element("title", &[("id", &format!("{id}-title"))], title);
        svg.element("desc", &[("id", &format!("{id}-desc"))], description);
        if is_file {
            svg.style(&[STYLE]);
        }
        svg.insert(&self.marks).close();
        svg
    }
}
