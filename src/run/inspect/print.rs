//! What a store holds, in lines for people.

use super::content::{ExpressionContent, GenotypeContent};
use super::{Chromosome, GeneShown, Inspection, Side, Snp};
use crate::run::log::{grouped, some_of};
use crate::run::space::readable;

/// The most chromosomes that are listed one by one.
const MOST_CHROMOSOMES: usize = 60;

impl Inspection {
    /// The inspection in lines.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![line(
            "store",
            format!(
                "{}, layout version {}, {}",
                self.path.display(),
                self.version,
                readable(self.bytes as f64)
            ),
        )];
        if let Some(side) = &self.genotypes {
            side.tell("genotypes", "SNPs", &mut lines);
            let rows = side.first_rows.iter().map(snp).collect::<Vec<_>>();
            lines.push(line("first SNPs", some_of(&rows, side.n_rows)));
            lines.extend(side.content.iter().flat_map(of_genotypes));
            side.tell_provenance(&mut lines);
        }
        if let Some(side) = &self.expression {
            side.tell("expression", "genes", &mut lines);
            let rows = side.first_rows.iter().map(gene).collect::<Vec<_>>();
            lines.push(line("first genes", some_of(&rows, side.n_rows)));
            lines.extend(side.content.iter().flat_map(of_expression));
            side.tell_provenance(&mut lines);
        }
        lines.push(line("checksums", self.checksums()));
        lines
    }

    fn checksums(&self) -> &'static str {
        match (self.has_checksums, self.verified) {
            (false, _) => "none; import again to have them",
            (true, false) => "of every row and column; --verify compares them",
            (true, true) => "every row and every column is what was written",
        }
    }
}

impl<R, C> Side<R, C> {
    fn tell(&self, name: &str, rows: &str, lines: &mut Vec<String>) {
        let how = match self.is_mapped {
            true => "read where they lie",
            false => "read through the HDF5 library (chunked or compressed)",
        };
        let n_rows = grouped(self.n_rows as u64);
        let n_samples = grouped(self.n_samples as u64);
        lines.push(line(
            name,
            format!(
                "{n_rows} {rows} x {n_samples} samples, {}, {how}",
                self.code_type
            ),
        ));
        lines.push(line(
            "samples",
            some_of(&self.first_samples, self.n_samples),
        ));
        lines.extend(chromosomes(&self.chromosomes, rows));
        let n_unplaced = grouped(self.n_unplaced as u64);
        lines.push(line("no place", format!("{n_unplaced} {rows}")));
    }

    fn tell_provenance(&self, lines: &mut Vec<String>) {
        let facts = self.provenance.facts();
        let widest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let mut word = "made from";
        for (name, value) in facts {
            lines.push(line(word, format!("{name:widest$}  {value}")));
            word = "";
        }
        if facts.is_empty() {
            lines.push(line(word, "not noted"));
        }
    }
}

fn line(word: &str, text: impl AsRef<str>) -> String {
    format!("{word:12}{}", text.as_ref())
}

/// A table of chromosomes: name, rows, first and last position.
fn chromosomes(found: &[Chromosome], rows: &str) -> Vec<String> {
    let cells = |chromosome: &Chromosome| {
        [
            chromosome.name.clone(),
            grouped(chromosome.n_rows as u64),
            chromosome.first_bp.to_string(),
            chromosome.last_bp.to_string(),
        ]
    };
    let header = ["name", rows, "first bp", "last bp"].map(String::from);
    let shown = found.iter().take(MOST_CHROMOSOMES).map(cells);
    let table: Vec<[String; 4]> = std::iter::once(header).chain(shown).collect();
    let width = |i: usize| table.iter().map(|row| row[i].chars().count()).max();
    let widths = [0, 1, 2, 3].map(|i| width(i).unwrap_or(0));
    let mut lines: Vec<String> = Vec::with_capacity(table.len() + 1);
    for (i, row) in table.iter().enumerate() {
        let word = if i == 0 { "chromosomes" } else { "" };
        let [a, b, c, d] = row;
        let [wa, wb, wc, wd] = widths;
        lines.push(line(word, format!("{a:wa$}  {b:>wb$}  {c:>wc$}  {d:>wd$}")));
    }
    if found.len() > MOST_CHROMOSOMES {
        let more = format!("and {} more", found.len() - MOST_CHROMOSOMES);
        lines.push(line("", more));
    }
    lines
}

/// "rs1 chr1:100 A>G", the second allele being counted.
fn snp(snp: &Snp) -> String {
    let mut text = snp.id.clone();
    if let (Some(chrom), Some(pos)) = (&snp.chrom, snp.pos) {
        text.push_str(&format!(" {chrom}:{pos}"));
    }
    if !snp.alt.is_empty() {
        text.push_str(&format!(" {}>{}", snp.reference, snp.alt));
    }
    text
}

fn gene(gene: &GeneShown) -> String {
    match (&gene.chrom, gene.left, gene.right) {
        (Some(chrom), Some(left), Some(right)) => format!("{} {chrom}:{left}-{right}", gene.id),
        _ => gene.id.clone(),
    }
}

fn of_genotypes(content: &GenotypeContent) -> Vec<String> {
    let mut lines = vec![
        missing(content.missing_share, content.n_snps_with_missing, "SNPs"),
        range(
            content.smallest,
            content.largest,
            content.n_constant_snps,
            "SNPs",
        ),
    ];
    match &content.maf {
        None => lines.push(line("maf", "values are not from 0 to 2")),
        Some(classes) => {
            let classes = classes.iter().map(|class| {
                let n = grouped(class.n_snps);
                format!("{} to {}: {n}", class.from, class.to)
            });
            lines.push(line("maf", classes.collect::<Vec<_>>().join(", ")));
        }
    }
    lines
}

fn of_expression(content: &ExpressionContent) -> Vec<String> {
    vec![
        missing(content.missing_share, content.n_genes_with_missing, "genes"),
        range(
            content.smallest,
            content.largest,
            content.n_constant_genes,
            "genes",
        ),
    ]
}

fn missing(share: f64, n_rows: u64, rows: &str) -> String {
    let percent = 100.0 * share;
    let n_rows = grouped(n_rows);
    line(
        "missing",
        format!("{percent:.3} % of values, in {n_rows} {rows}"),
    )
}

fn range(smallest: Option<f64>, largest: Option<f64>, n_constant: u64, rows: &str) -> String {
    let n_constant = grouped(n_constant);
    let text = match smallest.zip(largest) {
        Some((smallest, largest)) => {
            format!("{smallest} to {largest}; {n_constant} {rows} are the same in all samples")
        }
        None => "none".into(),
    };
    line("values", text)
}
