//! The map, the hotspots, and the strongest eQTLs one by one.

use super::parts::{Cell, note, paragraph, table};
use super::{ClassContent, Page};
use crate::plot::{grouped, significant};
use crate::report::figures::{boxes, bp, hotspots, map};
use crate::report::groups::Grouped;
use crate::report::hotspots::Hotspots;
use crate::report::top::TopHit;

/// Windows with many genes that are named.
const NAMED: usize = 10;

/// A position with groups of three.
fn position(pos: i64) -> String {
    let sign = if pos < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(pos.unsigned_abs()))
}

impl Page<'_> {
    pub(super) fn map(&mut self) {
        let content = self.content;
        self.section("map", "Map");
        if let Some(why) = &content.no_places {
            note(
                &mut self.body,
                &format!("Without places of SNPs and genes there is no map: {why}."),
            );
        }
        let cis = content
            .classes
            .iter()
            .find(|class| class.tally.class.name == "cis");
        // Where trans was not tested, cis alone has a map.
        let main = content
            .classes
            .iter()
            .rfind(|class| class.tally.hotspots.is_some());
        let Some((main, spots)) = main.and_then(|main| Some((main, main.tally.hotspots.as_ref()?)))
        else {
            self.body.close();
            return;
        };
        let name = main.tally.class.name;
        if main.tally.map.total() == 0 && cis.is_none_or(|cis| cis.tally.map.total() == 0) {
            paragraph(
                &mut self.body,
                "There is no eQTL whose SNP and gene have places.",
            );
            self.body.close();
            return;
        }
        let beneath = cis.filter(|_| name == "trans").map(|cis| &cis.tally.map);
        self.body.open("div", &[("class", &"figures")]);
        let picture = map(name, &main.tally.map, beneath, &content.places.genome);
        let caption = "SNPs of eQTLs across, their genes upward; lines are ends of chromosomes. Numbers at the colours: eQTLs in a \
                       cell, from this many on.";
        self.figure(picture, caption, |_| ());
        let picture = hotspots(name, spots, &content.places.genome);
        let caption = format!(
            "{name}: genes with an eQTL by window of {} of the SNP.",
            bp(spots.width() as f64)
        );
        let rows = self.hotspot_rows(spots);
        self.figure(picture, &caption, |to| match rows.is_empty() {
            true => paragraph(to, "No window has more than one gene."),
            false => {
                let header = ["window of SNPs", "genes", "eQTLs"];
                table(
                    to,
                    &format!("{name}: the windows with the most genes"),
                    &header,
                    &rows,
                );
            }
        });
        self.body.close().close();
    }

    fn hotspot_rows(&self, spots: &Hotspots) -> Vec<Vec<Cell>> {
        let genome = &self.content.places.genome;
        let row = |window: &crate::report::hotspots::Window| {
            let (chromosome, first) = genome.position(window.start);
            let last = first + (window.end - window.start) as i64 - 1;
            let place = format!("{chromosome}:{}-{}", position(first), position(last));
            vec![
                Cell::words(place),
                Cell::Count(window.n_genes),
                Cell::Count(window.n_eqtls),
            ]
        };
        let several = spots
            .largest(NAMED)
            .into_iter()
            .filter(|window| window.n_genes > 1);
        several.map(row).collect()
    }

    pub(super) fn strongest(&mut self) {
        let content = self.content;
        self.section("strongest", "Strongest eQTLs");
        content
            .classes
            .iter()
            .for_each(|class| self.strongest_of(class));
        self.body.close();
    }

    fn strongest_of(&mut self, class: &ClassContent) {
        let (name, hits) = (class.tally.class.name, class.tally.top.hits());
        self.body.element("h3", &[], name);
        if hits.is_empty() {
            paragraph(&mut self.body, &format!("The {name} table is empty."));
            return;
        }
        let has_beta = hits.iter().any(|hit| !hit.beta.is_nan());
        let mut header = vec!["SNP", "gene", "place of the SNP"];
        header.extend(if has_beta { &["beta", "t"][..] } else { &["F"] });
        header.extend(["p", "FDR"]);
        let rows: Vec<Vec<Cell>> = hits.iter().map(|hit| self.row(hit, has_beta)).collect();
        let caption = match class.tally.class.n_eqtls {
            n if n > hits.len() as u64 => format!(
                "{name}: the strongest {} of {} eQTLs",
                hits.len(),
                grouped(n)
            ),
            n => format!("{name}: all {n} eQTLs"),
        };
        table(&mut self.body, &caption, &header, &rows);
        match &class.boxes {
            Err(why) => {
                let words = format!("There are no plots of expression by genotype: {why}.");
                note(&mut self.body, &words);
            }
            Ok(values) => self.boxes(name, hits, values),
        }
    }

    fn row(&self, hit: &TopHit, has_beta: bool) -> Vec<Cell> {
        let places = &self.content.places;
        let place = places.snp(hit.rows.0).map(|(chromosome, pos)| {
            let name = &places.genome.chromosomes()[chromosome as usize].name;
            format!("{name}:{}", position(pos))
        });
        let mut row = vec![
            Cell::Id(hit.snp.clone()),
            Cell::Id(hit.gene.clone()),
            place.map_or(Cell::None, Cell::Words),
        ];
        if has_beta {
            row.push(Cell::Number(hit.beta));
        }
        row.push(Cell::Number(hit.statistic));
        row.push(Cell::p(hit.p, hit.neg_log10_p));
        row.push(Cell::Number(hit.fdr));
        row
    }

    /// Pictures of eQTLs side by side.
    fn boxes(&mut self, class: &str, hits: &[TopHit], values: &[Option<Grouped>]) {
        let is_rounded = values.iter().flatten().any(|values| values.is_rounded);
        let rounded = if is_rounded {
            " Dosages are rounded to classes."
        } else {
            ""
        };
        let words = format!(
            "Expression by genotype, as measured: neither covariates nor anything else is taken out.{rounded} Boxes are quartiles, \
             whiskers reach to the last value within 1.5 times their distance (Tukey)."
        );
        paragraph(&mut self.body, &words);
        self.body.open("div", &[("class", &"boxes")]);
        for (place, (hit, values)) in (1..).zip(hits.iter().zip(values)) {
            let Some(values) = values else {
                continue;
            };
            let picture = boxes(class, place, hit, values);
            self.body.open("figure", &[("id", &picture.id())]);
            self.body
                .open("figcaption", &[])
                .element("code", &[], &hit.gene);
            self.body
                .leaf("br", &[])
                .element("code", &[], &hit.snp)
                .leaf("br", &[]);
            let strength = format!("-log₁₀ p = {}", significant(hit.neg_log10_p));
            self.body.element("span", &[], strength).close();
            self.body.insert(&picture.inline()).close();
            self.pictures.push(picture);
        }
        self.body.close();
    }
}
