//! The p-values as a whole: QQ plot, histograms, inflation; and strength by distance.

use super::parts::{Cell, folded_table, note, paragraph, table};
use super::{ClassContent, Page};
use crate::plot::grouped;
use crate::report::field::Field;
use crate::report::figures::{QqSeries, bp, distances, p_densities, qq};
use crate::report::histogram::Histogram;
use crate::report::strengths::QqPoint;

/// The narrowest bar of a histogram of p-values.
const NARROWEST: f64 = 0.02;

/// Rows of the table of distances.
const WINDOWS: usize = 8;

impl ClassContent {
    /// The histogram that was recorded, or that of the table where all tests are in it.
    fn histogram(&self) -> Option<Histogram> {
        let class = &self.tally.class;
        self.histogram.clone().or_else(|| {
            let is_whole = class.n_eqtls == class.n_tests && class.n_tests > 0;
            is_whole.then(|| {
                let (edges, counts) = self.tally.strengths.histogram();
                Histogram {
                    edges,
                    counts,
                    n_tests: class.n_tests,
                }
            })
        })
    }

    /// The points of a QQ plot: of the table, and beyond its threshold of the histogram.
    fn qq(&self) -> Vec<QqPoint> {
        let class = &self.tally.class;
        let mut points = self.tally.strengths.qq(class.n_tests);
        let limit = 0.0 - class.threshold.log10();
        let limit = if class.n_eqtls > 0 && limit.is_finite() {
            limit
        } else {
            f64::INFINITY
        };
        if let Some(histogram) = &self.histogram {
            points.extend(histogram.qq(limit));
        }
        points
    }
}

impl Page<'_> {
    pub(super) fn p_values(&mut self) {
        let content = self.content;
        self.section("p-values", "p-values");
        let told = content.classes.iter().map(|class| self.inflation(class));
        if told.fold(false, |any, told| any | told) {
            let words = "The factor is the median of all tests as a chi-square of one degree of freedom, over 0.4549; 1 is by \
                         chance.";
            paragraph(&mut self.body, words);
        }
        self.body.open("div", &[("class", &"figures three")]);
        let points: Vec<Vec<QqPoint>> = content.classes.iter().map(ClassContent::qq).collect();
        let series: Vec<QqSeries> = content
            .classes
            .iter()
            .zip(&points)
            .filter(|(_, points)| !points.is_empty())
            .map(|(class, points)| QqSeries {
                name: class.tally.class.name,
                points,
            })
            .collect();
        if !series.is_empty() {
            let rows = qq_rows(&series);
            let caption = "p-values of the tables, and of histograms beyond their thresholds, against those expected of as many \
                           tests by chance alone (dashed). Tests of linked SNPs are not independent.";
            self.figure(qq(&series), caption, |to| {
                let header = ["class", "expected -log10 p", "observed -log10 p"];
                folded_table(to, "Numbers of the QQ plot", &header, &rows);
            });
        }
        for class in &content.classes {
            let Some(histogram) = class.histogram() else {
                continue;
            };
            let (name, bars) = (class.tally.class.name, histogram.densities(NARROWEST));
            let caption = format!(
                "{name}: {} tests, as a multiple of what chance makes (dashed).",
                grouped(class.tally.class.n_tests)
            );
            let rows: Vec<Vec<Cell>> = bars
                .iter()
                .map(|bar| [bar.0, bar.1, bar.2].map(Cell::Number).into())
                .collect();
            self.figure(p_densities(name, &bars), &caption, |to| {
                let header = ["p above", "up to", "tests, 1 = by chance"];
                folded_table(to, "Numbers of the histogram", &header, &rows);
            });
        }
        self.body.close().close();
    }

    /// Says how far the p-values as a whole are from chance; gives whether there is a factor.
    fn inflation(&mut self, class: &ClassContent) -> bool {
        let name = class.tally.class.name;
        match class.histogram() {
            None => {
                let words = format!(
                    "{name}: no histogram of all tests was recorded, so the plot has the eQTLs alone and there is no genomic \
                     inflation factor; map with --p-histogram 100 or qqplot."
                );
                paragraph(&mut self.body, &words);
                false
            }
            Some(histogram) => match histogram.inflation() {
                None => {
                    let words = format!(
                        "{name}: the bins of the histogram are too wide around the median for a genomic inflation factor."
                    );
                    paragraph(&mut self.body, &words);
                    false
                }
                Some(lambda) => {
                    self.body
                        .open("p", &[])
                        .say(format!("{name}: genomic inflation factor "));
                    let exact = format!("{lambda:?}");
                    let place: [(&str, &dyn std::fmt::Display); 2] =
                        [("value", &exact), ("class", &"lambda")];
                    self.body.element("data", &place, format!("{lambda:.3}"));
                    self.body.say(".").close();
                    true
                }
            },
        }
    }

    pub(super) fn distances(&mut self) {
        let content = self.content;
        self.section("distances", "Distance");
        let located: Vec<&ClassContent> = content
            .classes
            .iter()
            .filter(|class| class.tally.class.name != "trans" && class.tally.distances.total() > 0)
            .collect();
        if located.is_empty() {
            let words = match &content.no_places {
                Some(why) => format!(
                    "Without places of SNPs and genes there is no plot of distances: {why}."
                ),
                None => "No eQTL lies near its gene.".into(),
            };
            note(&mut self.body, &words);
        }
        self.body.open("div", &[("class", &"figures")]);
        for class in located {
            let (name, field) = (class.tally.class.name, &class.tally.distances);
            let rows = distance_rows(field);
            let caption = format!(
                "{name}: {} eQTLs by distance of the SNP from the nearer end of the gene. Numbers at the colours: eQTLs in a cell, from this many on.",
                grouped(field.total())
            );
            self.figure(distances(name, field), &caption, |_| ());
            let header = ["from", "to", "eQTLs", "strongest, -log10 p up to"];
            self.body.open("div", &[]);
            table(
                &mut self.body,
                &format!("{name}: eQTLs by distance"),
                &header,
                &rows,
            );
            self.body.close();
        }
        self.body.close().close();
    }
}

/// The points nearest to whole expected powers of ten, and the strongest.
fn qq_rows(series: &[QqSeries]) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for series in series {
        let most = series
            .points
            .iter()
            .fold(0.0, |most: f64, point| most.max(point.0));
        let wanted = (0..=most as u32).map(f64::from).chain([most]);
        let mut last = None;
        for expected in wanted {
            let away = |point: &&QqPoint| (point.0 - expected).abs();
            let near = series
                .points
                .iter()
                .min_by(|a, b| away(a).total_cmp(&away(b)));
            let Some(point) = near.filter(|point| away(point) < 0.3 && last != Some(**point))
            else {
                continue;
            };
            last = Some(*point);
            rows.push(vec![
                Cell::words(series.name),
                Cell::Number(point.0),
                Cell::Number(point.1),
            ]);
        }
    }
    rows
}

/// eQTLs and the strongest of them by windows of the distance.
fn distance_rows(field: &Field) -> Vec<Vec<Cell>> {
    let (left, right) = field.x();
    let (n_columns, counts) = (field.n_columns(), field.counts());
    let n_rows = counts.len() / n_columns;
    let at = |window: usize| left + (right - left) * window as f64 / WINDOWS as f64;
    let window = |window: usize| {
        let columns = window * n_columns / WINDOWS..(window + 1) * n_columns / WINDOWS;
        let in_row = |row: usize| {
            counts[row * n_columns..][columns.clone()]
                .iter()
                .sum::<u64>()
        };
        let highest = (0..n_rows).rev().find(|&row| in_row(row) > 0);
        let strongest = highest.map(|row| (row + 1) as f64 * field.height() / n_rows as f64);
        vec![
            Cell::words(bp(at(window))),
            Cell::words(bp(at(window + 1))),
            Cell::Count((0..n_rows).map(in_row).sum()),
            strongest.map_or(Cell::None, Cell::Number),
        ]
    };
    (0..WINDOWS).map(window).collect()
}
