//! Drawing: numbers to SVG text. Markup, scales, ticks, marks; nothing here knows of SNPs, files or pages.
//!
//! A picture is drawn in a box of its own pixels, those of a narrow phone, and scales with its place. Colours are classes:
//! [`STYLE`] has them for light and print, [`DARK_STYLE`] for dark screens. Classes `all`, `cis` and `trans` are blue,
//! blue and vermilion (Okabe and Ito 2008), which the colour-blind tell apart, and `d1` to `d6` one blue that deepens.
//!
//! ```text
//! Axis (label, range, ticks)  x 2  ->  Chart  <- dots, line, bars, cells, boxes  ->  Svg: in a page, or a file
//! ```

mod axis;
mod boxes;
mod cells;
mod chart;
mod markup;
mod number;
mod scale;
mod svg;
mod ticks;

pub use axis::{Axis, Tick};
pub use boxes::Summary;
pub use cells::{Cells, DEPTHS};
pub use chart::{Chart, Margins};
pub use markup::{Attributes, Markup};
pub use number::{grouped, many, shortest, significant};
pub use scale::Scale;
pub use svg::{Svg, Words};
pub use ticks::{short, ticks};

/// Colours and strokes of all pictures, on light ground.
pub const STYLE: &str = include_str!("plot.css");

/// The colours on dark screens, in a media query.
pub const DARK_STYLE: &str = include_str!("dark.css");
