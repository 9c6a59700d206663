//! What is gathered from one table of eQTLs while it is read.

use std::path::Path;

use super::error::ReportError;
use super::field::Field;
use super::genome::distance;
use super::hotspots::Hotspots;
use super::ids::RowSet;
use super::places::Places;
use super::record::{Class, Record};
use super::strengths::Strengths;
use super::table::{Hit, HitTable, Tail, table_file};
use super::top::Top;
use crate::stats::Degrees;

/// False discovery rates whose eQTLs are counted.
pub const RATES: [f64; 2] = [0.05, 0.01];

/// eQTLs that are shown one by one.
pub const SHOWN: usize = 20;

/// Cells of the plot of distances.
const DISTANCE_CELLS: (usize, usize) = (120, 100);

/// Cells of the map, each way.
const MAP_CELLS: usize = 150;

/// Rows between two looks at whether to stop.
const ROWS_PER_LOOK: u64 = 1 << 16;

/// What a table holds.
pub struct Tally {
    /// The class.
    pub class: Class,
    /// Its p-values.
    pub strengths: Strengths,
    /// Its strongest eQTLs.
    pub top: Top,
    /// How many have at most each of the [`RATES`].
    pub n_below: [u64; RATES.len()],
    /// The largest rate in the table.
    pub largest_rate: f64,
    /// Genes with an eQTL.
    pub genes: RowSet,
    /// SNPs with an eQTL.
    pub snps: RowSet,
    /// -log10 p over the distance to the gene, of pairs no farther apart than is cis.
    pub distances: Field,
    /// Genes over SNPs, both along the genome; empty without places.
    pub map: Field,
    /// Genes by window of SNPs; `None` without places.
    pub hotspots: Option<Hotspots>,
}

impl Tally {
    /// Reads the table of a class.
    ///
    /// # Errors
    /// If it is missing or damaged, has not the rows the record says, or `go_on`, which gets a row's number now and then, says
    /// no.
    pub fn read(
        out: &Path,
        class: &Class,
        record: &Record,
        places: &mut Places,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Self, ReportError> {
        let written = record.word("table_format").parse().unwrap_or_default();
        let path = table_file(out, class.name, written);
        let mut table = HitTable::open(&path, tail(record))?;
        let mut tally = Self::new(class, record, places);
        let mut n_rows = 0;
        while let Some(hit) = table.read_row()? {
            tally.add(&hit, places);
            n_rows = hit.row;
            if n_rows % ROWS_PER_LOOK == 0 && !go_on(n_rows) {
                return Err(ReportError::Stopped);
            }
        }
        if n_rows != class.n_eqtls {
            return Err(ReportError::Rows {
                path,
                found: n_rows,
                wanted: class.n_eqtls,
            });
        }
        Ok(tally)
    }

    fn new(class: &Class, record: &Record, places: &Places) -> Self {
        let reach = record.number("cis_dist_bp").unwrap_or(1e6).max(1.0);
        let length = (places.genome.length() as f64).max(1.0);
        // The whole map has its height from the start.
        let map = Field::new((MAP_CELLS, MAP_CELLS), (0.0, length), length);
        let hotspots = places
            .has_places()
            .then(|| Hotspots::new(&places.genome, record.n_genes));
        Self {
            class: class.clone(),
            strengths: Strengths::default(),
            top: Top::new(SHOWN),
            n_below: [0; RATES.len()],
            largest_rate: 0.0,
            genes: RowSet::default(),
            snps: RowSet::default(),
            distances: Field::new(DISTANCE_CELLS, (-reach, reach), 8.0),
            map,
            hotspots,
        }
    }

    fn add(&mut self, hit: &Hit, places: &mut Places) {
        let (snp, gene) = (places.snps.row(hit.snp), places.genes.row(hit.gene));
        self.strengths.add(hit.neg_log10_p);
        self.top.add(hit, (snp, gene));
        for (n, rate) in self.n_below.iter_mut().zip(RATES) {
            *n += u64::from(hit.fdr <= rate);
        }
        self.largest_rate = self.largest_rate.max(hit.fdr);
        self.genes.insert(gene);
        self.snps.insert(snp);
        let places = (places.snp(snp), places.gene(gene), &places.genome);
        let (Some((snp_chrom, pos)), Some((gene_chrom, span)), genome) = places else {
            if let Some(distance) = hit.distance {
                self.distances.add(distance as f64, hit.neg_log10_p);
            }
            return;
        };
        if snp_chrom == gene_chrom {
            self.distances
                .add(distance(pos, span) as f64, hit.neg_log10_p);
        }
        let at = (genome.at(snp_chrom, pos), genome.at(gene_chrom, span.left));
        self.map.add(at.0 as f64, at.1 as f64);
        if let Some(hotspots) = &mut self.hotspots {
            hotspots.add(snp_chrom, at.0, gene);
        }
    }
}

/// What the statistics of the tables of a run are.
fn tail(record: &Record) -> Tail {
    let is = |key, word| record.word(key) == word;
    let groups = record.number("anova_groups").unwrap_or(3.0);
    match () {
        () if record.df.is_nan() || record.df <= 0.0 => Tail::Unknown,
        () if !is("model", "anova") => Tail::T(record.df),
        () if is("anova_df", "observed") || groups < 2.0 => Tail::Unknown,
        () => Tail::F(Degrees {
            numerator: groups as u32 - 1,
            residual: record.df,
        }),
    }
}
