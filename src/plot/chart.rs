//! A picture with two axes, and the marks in it.

use std::fmt::Write;

use super::axis::Axis;
use super::markup::Markup;
use super::scale::{Px, Scale, tenth};
use super::svg::{Svg, Words};

/// The room around the panel, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Margins {
    /// Left: tick labels and the name of the y axis.
    pub left: f64,
    /// Right.
    pub right: f64,
    /// Above: a legend.
    pub top: f64,
    /// Below: tick labels and the name of the x axis.
    pub bottom: f64,
}

impl Default for Margins {
    fn default() -> Self {
        Self {
            left: 48.0,
            right: 18.0,
            top: 12.0,
            bottom: 38.0,
        }
    }
}

#[cfg(test)]
impl Margins {
    /// No room at all: the panel is the whole picture.
    pub(super) const NONE: Self = Self {
        left: 0.0,
        right: 0.0,
        top: 0.0,
        bottom: 0.0,
    };
}

/// The width of a letter of a tick label, in pixels: for leaving out labels that would overlap.
const LETTER: f64 = 6.2;

/// The room beside tick labels of the y axis, in pixels.
const GAP: f64 = 8.0;

/// The room for the name of the y axis.
const NAME: f64 = 16.0;

/// Marks that lie nearer to each other than this, in pixels, are one.
const NEAR: f64 = 0.4;

/// The room that the labels of a y axis need.
fn room_of_labels(axis: &Axis) -> f64 {
    let lengths = axis.ticks.iter().map(|tick| tick.label.chars().count());
    let room = lengths.max().unwrap_or(0) as f64 * LETTER;
    match axis.label.is_empty() {
        true if room == 0.0 => 0.0,
        true => room + GAP,
        false => room + GAP + NAME,
    }
}

/// A picture under construction.
#[derive(Debug)]
pub struct Chart {
    words: Words,
    size: (f64, f64),
    margins: Margins,
    x: Scale,
    y: Scale,
    pub(super) marks: Markup,
}

impl Chart {
    /// Draws the axes of a picture of this size, in pixels.
    pub fn new(words: Words, size: (f64, f64), margins: Margins, x: &Axis, y: &Axis) -> Self {
        let (width, height) = size;
        let margins = Margins {
            left: margins.left.max(room_of_labels(y)),
            ..margins
        };
        let mut chart = Self {
            words,
            size,
            margins,
            x: Scale::new((x.low, x.high), (margins.left, width - margins.right)),
            y: Scale::new((y.low, y.high), (height - margins.bottom, margins.top)),
            marks: Markup::new(),
        };
        chart.draw_x(x);
        chart.draw_y(y);
        chart
    }

    /// Where a number of the x axis is.
    pub fn x(&self, number: f64) -> f64 {
        self.x.at(number)
    }

    /// Where a number of the y axis is.
    pub fn y(&self, number: f64) -> f64 {
        self.y.at(number)
    }

    /// A dot at each point.
    pub fn dots(&mut self, class: &str, points: &[(f64, f64)]) -> &mut Self {
        let mut d = String::new();
        let mut last = (f64::NAN, f64::NAN);
        for &(x, y) in points {
            let at = (self.x.at(x), self.y.at(y));
            let is_near = (at.0 - last.0).abs() < NEAR && (at.1 - last.1).abs() < NEAR;
            if !is_near {
                let _ = write!(d, "M{} {}h0", Px(at.0), Px(at.1));
                last = at;
            }
        }
        self.path(&format!("dots {class}"), &d)
    }

    /// A line through points.
    pub fn line(&mut self, class: &str, points: &[(f64, f64)]) -> &mut Self {
        let mut d = String::new();
        for (i, &(x, y)) in points.iter().enumerate() {
            let command = if i == 0 { 'M' } else { 'L' };
            let (x, y) = (Px(self.x.at(x)), Px(self.y.at(y)));
            let _ = write!(d, "{command}{x} {y}");
        }
        self.path(&format!("line {class}"), &d)
    }

    /// Upright bars from y = 0: each from, to, and its height.
    pub fn bars(&mut self, class: &str, bars: &[(f64, f64, f64)]) -> &mut Self {
        let mut d = String::new();
        let base = self.y.at(0.0);
        for &(from, to, height) in bars.iter().filter(|bar| bar.2 > 0.0) {
            // Rounded before the width is taken, so that neighbours meet.
            let (from, to) = (tenth(self.x.at(from)), tenth(self.x.at(to)));
            let width = Px((to - from).max(NEAR));
            let (x, top) = (Px(from), Px(self.y.at(height)));
            let _ = write!(d, "M{x} {}V{top}h{width}V{}z", Px(base), Px(base));
        }
        self.path(&format!("bars {class}"), &d)
    }

    /// A line across the panel at a number of the y axis.
    pub fn across(&mut self, class: &str, y: f64) -> &mut Self {
        let (left, right) = (self.margins.left, self.size.0 - self.margins.right);
        let d = format!("M{} {}H{}", Px(left), Px(self.y.at(y)), Px(right));
        self.path(&format!("line {class}"), &d)
    }

    /// A line down the panel at a number of the x axis.
    pub fn down(&mut self, class: &str, x: f64) -> &mut Self {
        let (top, bottom) = (self.margins.top, self.size.1 - self.margins.bottom);
        let d = format!("M{} {}V{}", Px(self.x.at(x)), Px(top), Px(bottom));
        self.path(&format!("line {class}"), &d)
    }

    /// Words at a place of the picture, in pixels; `anchor` is start, middle or end.
    pub fn words(&mut self, (x, y): (f64, f64), anchor: &str, words: &str) -> &mut Self {
        let (x, y) = (Px(x), Px(y));
        let place: [(&str, &dyn std::fmt::Display); 4] = [
            ("class", &"tick"),
            ("x", &x),
            ("y", &y),
            ("text-anchor", &anchor),
        ];
        self.marks.element("text", &place, words);
        self
    }

    /// A square of a class and what it stands for, in a legend above the panel; gives where the next one may begin.
    pub fn legend(&mut self, x: f64, class: &str, words: &str) -> f64 {
        let d = format!("M{} 3h10v10h-10z", Px(x));
        self.path(class, &d);
        self.words((x + 14.0, 12.0), "start", words);
        x + 14.0 + words.chars().count() as f64 * LETTER + 10.0
    }

    /// The finished picture.
    pub fn finish(self) -> Svg {
        Svg::new(self.words, self.size, self.marks)
    }

    pub(super) fn path(&mut self, class: &str, d: &str) -> &mut Self {
        if !d.is_empty() {
            self.marks.leaf("path", &[("class", &class), ("d", &d)]);
        }
        self
    }

    fn draw_x(&mut self, axis: &Axis) {
        let (width, height) = self.size;
        let bottom = height - self.margins.bottom;
        if axis.has_grid {
            axis.ticks.iter().for_each(|tick| {
                self.down("grid", tick.at);
            });
        }
        let d = format!(
            "M{} {}H{}",
            Px(self.margins.left),
            Px(bottom),
            Px(width - self.margins.right)
        );
        self.path("line axis", &d);
        let mut free_from = f64::NEG_INFINITY;
        for tick in &axis.ticks {
            let half = 0.5 * tick.label.chars().count() as f64 * LETTER;
            let x = self.x.at(tick.at);
            let has_room = x - half >= free_from && x + half <= width;
            if has_room && !tick.label.is_empty() {
                self.words((x, bottom + 15.0), "middle", &tick.label);
                free_from = x + half + 3.0;
            }
        }
        let middle = 0.5 * (self.margins.left + width - self.margins.right);
        self.name((middle, height - 6.0), None, &axis.label);
    }

    fn draw_y(&mut self, axis: &Axis) {
        let (left, bottom) = (self.margins.left, self.size.1 - self.margins.bottom);
        let mut free_below = f64::INFINITY;
        for tick in &axis.ticks {
            let y = self.y.at(tick.at);
            // The lowest line is the x axis.
            if axis.has_grid && y < bottom - NEAR {
                self.across("grid", tick.at);
            }
            if y <= free_below {
                self.words((left - 5.0, y + 3.5), "end", &tick.label);
                free_below = y - 12.0;
            }
        }
        let middle = 0.5 * (self.margins.top + bottom);
        let turn = format!("rotate(-90 12 {})", Px(middle));
        self.name((12.0, middle), Some(turn), &axis.label);
    }

    fn name(&mut self, (x, y): (f64, f64), turn: Option<String>, name: &str) {
        if name.is_empty() {
            return;
        }
        let (x, y) = (Px(x), Px(y));
        let mut place: Vec<(&str, &dyn std::fmt::Display)> = vec![
            ("class", &"name"),
            ("x", &x),
            ("y", &y),
            ("text-anchor", &"middle"),
        ];
        if let Some(turn) = &turn {
            place.push(("transform", turn));
        }
        self.marks.element("text", &place, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        let words = Words {
            id: "x".into(),
            title: "T <1>".into(),
            description: "D".into(),
        };
        let axis = Axis {
            ticks: Vec::new(),
            ..Axis::new("", 0.0, 10.0, 2)
        };
        Chart::new(words, (100.0, 50.0), Margins::NONE, &axis, &axis)
    }

    #[test]
    fn marks_stand_where_their_numbers_are() {
        let mut chart = chart();
        chart.dots("cis", &[(0.0, 0.0), (0.01, 0.01), (5.0, 10.0)]);
        chart.bars("all", &[(0.0, 1.0, 5.0), (1.0, 2.0, 0.0)]);
        chart.line("even", &[(0.0, 0.0), (10.0, 10.0)]);
        let svg = chart.finish().inline();
        for wanted in [
            "<path class=\"dots cis\" d=\"M0 50h0M50 0h0\"/>",
            "<path class=\"bars all\" d=\"M0 50V25h10V50z\"/>",
            "<path class=\"line even\" d=\"M0 50L100 0\"/>",
            "<title id=\"x-title\">T &lt;1&gt;</title><desc id=\"x-desc\">D</desc>",
        ] {
            assert!(svg.as_str().contains(wanted), "{wanted}\n{}", svg.as_str());
        }
    }

    #[test]
    fn a_file_has_its_style_and_its_namespace() {
        let file = chart().finish().file();
        assert!(
            file.starts_with(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"100\""
            )
        );
        assert!(file.contains("<style>"), "{file}");
    }

    #[test]
    fn labels_that_would_overlap_are_left_out() {
        let mut axis = Axis::new("", 0.0, 10.0, 10);
        axis.ticks
            .iter_mut()
            .for_each(|tick| tick.label = "12345678".into());
        let even = Axis::new("", 0.0, 1.0, 1);
        let words = Words::default();
        let chart = Chart::new(words, (200.0, 100.0), Margins::default(), &axis, &even);
        let svg = chart.finish().inline();
        let shown = svg.as_str().matches("12345678").count();
        assert!((2..=4).contains(&shown), "{shown}");
    }
}
