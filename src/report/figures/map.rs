//! The genome against itself: SNPs of eQTLs across, their genes upward; and where the genes of many meet.

use super::bp;
use crate::plot::{Axis, Cells, Chart, Margins, Svg, Tick, Words, grouped, ticks};
use crate::report::field::Field;
use crate::report::genome::{Chromosome, Genome};
use crate::report::hotspots::Hotspots;

/// The size of the map in pixels, with its panel a square.
const SIZE: (f64, f64) = (380.0, 380.0);

/// The room around it.
const MARGINS: Margins = Margins {
    left: 44.0,
    right: 10.0,
    top: 26.0,
    bottom: 36.0,
};

/// The most bars of hotspots, which are half a pixel then.
const MOST_BARS: usize = 650;

/// The most ends of chromosomes that are drawn.
const MOST_ENDS: f64 = 200.0;

/// An axis along the genome, with the name of each chromosome at its middle; of a lone one, with positions.
fn axis(what: &str, genome: &Genome) -> Axis {
    let (label, ticks) = match genome.chromosomes() {
        [lone] => (format!("{what} on {}", lone.name), positions(lone)),
        several => {
            let tick = |chromosome: &Chromosome| Tick {
                at: chromosome.start as f64 + 0.5 * chromosome.length as f64,
                label: short_name(&chromosome.name),
            };
            (
                format!("{what}, by chromosome"),
                several.iter().map(tick).collect(),
            )
        }
    };
    Axis {
        label,
        low: 0.0,
        high: (genome.length() as f64).max(1.0),
        ticks,
        has_grid: false,
    }
}

/// Ticks at round positions of a chromosome.
fn positions(chromosome: &Chromosome) -> Vec<Tick> {
    let first = chromosome.first as f64;
    let at = ticks(first, first + chromosome.length as f64, 4).into_iter();
    at.map(|pos| Tick {
        at: chromosome.start as f64 + pos - first,
        label: bp(pos),
    })
    .collect()
}

/// A chromosome's name without chr, cut if it is long.
fn short_name(name: &str) -> String {
    let bare = match name.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("chr") && name.len() > 3 => &name[3..],
        _ => name,
    };
    bare.chars().take(5).collect()
}

/// Where chromosomes end, the last one apart; of many short ones some.
fn ends(genome: &Genome) -> Vec<f64> {
    let apart = genome.length() as f64 / MOST_ENDS;
    let mut ends: Vec<f64> = Vec::new();
    for chromosome in genome.chromosomes().iter().skip(1) {
        let end = chromosome.start as f64;
        if ends.last().is_none_or(|last| end - last >= apart) {
            ends.push(end);
        }
    }
    ends
}

/// Draws genes over SNPs, the eQTLs of a class, those of cis under them if they are given.
pub fn map(class: &str, field: &Field, cis: Option<&Field>, genome: &Genome) -> Svg {
    let words = Words {
        id: format!("map-{class}"),
        title: format!("Genes over SNPs along the genome, {class}"),
        description: format!(
            "{} eQTLs, the SNP across and the gene upward, over {} chromosomes; deeper colour for more eQTLs. A vertical \
             line is a SNP region with many genes.",
            grouped(field.total()),
            genome.chromosomes().len()
        ),
    };
    let (x, y) = (axis("SNP", genome), axis("gene", genome));
    let mut chart = Chart::new(words, SIZE, MARGINS, &x, &y);
    let mut legend = MARGINS.left;
    if let Some(cis) = cis.filter(|cis| cis.total() > 0) {
        let is_there: Vec<u64> = cis.counts().iter().map(|&count| count.min(1)).collect();
        let below = Cells {
            counts: &is_there,
            ..cells(cis)
        };
        chart.cells_alone("c", below);
        legend = chart.legend(legend, "cells c6", "cis");
        chart.words((legend, 12.0), "start", &format!("{class}:"));
        legend += 42.0;
    }
    chart.cells("d", cells(field), legend);
    for end in ends(genome) {
        chart.down("border", end).across("border", end);
    }
    chart.finish()
}

/// The cells of a square map.
fn cells(field: &Field) -> Cells<'_> {
    Cells {
        counts: field.counts(),
        n_columns: field.n_columns(),
        x: field.x(),
        y: (0.0, field.height()),
    }
}

/// Draws how many genes each window of SNPs has.
pub fn hotspots(class: &str, hotspots: &Hotspots, genome: &Genome) -> Svg {
    let windows = hotspots.windows();
    let most = windows
        .iter()
        .map(|window| window.n_genes)
        .max()
        .unwrap_or(0);
    let per_bar = windows.len().div_ceil(MOST_BARS).max(1);
    let bars: Vec<(f64, f64, f64)> = windows
        .chunks(per_bar)
        .map(|some| {
            let most = some.iter().map(|window| window.n_genes).max().unwrap_or(0);
            (
                some[0].start as f64,
                some[some.len() - 1].end as f64,
                most as f64,
            )
        })
        .collect();
    let words = Words {
        id: format!("hotspots-{class}"),
        title: format!("Genes by window of SNPs, {class}"),
        description: format!(
            "Genes with an eQTL in each of {} windows of {}; the most are {}.",
            grouped(windows.len() as u64),
            bp(hotspots.width() as f64),
            grouped(most)
        ),
    };
    let margins = Margins {
        top: 10.0,
        ..MARGINS
    };
    let x = axis("SNP", genome);
    let y = Axis::new("genes", 0.0, super::above(most as f64), 4);
    let mut chart = Chart::new(words, (SIZE.0, 170.0), margins, &x, &y);
    for end in ends(genome) {
        chart.down("border", end);
    }
    chart.bars(class, &bars);
    chart.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chromosome_names_are_short() {
        let shown = ["chr1", "22", "ChrX", "chr", "scaffold_9"].map(short_name);
        assert_eq!(shown, ["1", "22", "X", "chr", "scaff"]);
    }
}
