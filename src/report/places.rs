//! Who and where the SNPs and genes of a run are, from the stores it read.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::genome::Genome;
use super::ids::Ids;
use super::record::Record;
use crate::genome::{Span, rename, synonyms};
use crate::store::{ExpressionStore, Gene, GenotypeStore, SnpPlaces, StoreError};

/// The stores of a run.
pub struct Stores {
    /// The genotypes.
    pub genotypes: GenotypeStore,
    /// The expression.
    pub expression: ExpressionStore,
    /// Whether the run took two names for one chromosome.
    matches_chromosomes: bool,
    /// Columns of the samples used in the genotypes `[n]`.
    pub in_genotypes: Vec<u32>,
    /// Their columns in the expression `[n]`.
    pub in_expression: Vec<u32>,
}

impl Stores {
    /// Opens the stores that a run in the folder `out` read.
    ///
    /// # Errors
    /// In words for the report, why they are of no use: gone, changed, not of this run.
    pub fn open(record: &Record, out: &Path) -> Result<Self, String> {
        let (path, fingerprint) = place(record, out, "genotypes")?;
        let genotypes = GenotypeStore::open(&path).map_err(chain)?;
        let found = genotypes.fingerprint().map_err(chain)?;
        check(&path, found, &fingerprint)?;
        let (path, fingerprint) = place(record, out, "expression")?;
        let expression = ExpressionStore::open(&path).map_err(chain)?;
        let found = expression.fingerprint().map_err(chain)?;
        check(&path, found, &fingerprint)?;
        let dropped = record
            .samples
            .files
            .iter()
            .find(|file| file.file == "genotypes");
        let dropped = dropped.map_or(&[][..], |file| &file.dropped);
        let dropped: HashSet<&str> = dropped.iter().map(String::as_str).collect();
        let columns: HashMap<&str, u32> = (0..)
            .zip(expression.samples())
            .map(|(column, id)| (id.as_str(), column))
            .collect();
        let (mut in_genotypes, mut in_expression) = (Vec::new(), Vec::new());
        for (column, id) in (0..).zip(genotypes.samples()) {
            let is_used = !dropped.contains(id.as_str());
            if let Some(&other) = columns.get(id.as_str()).filter(|_| is_used) {
                in_genotypes.push(column);
                in_expression.push(other);
            }
        }
        if in_genotypes.len() as u64 != record.samples.n_used {
            return Err("the samples of the stores are not those of the run".into());
        }
        Ok(Self {
            genotypes,
            expression,
            matches_chromosomes: record.is_on("match_chromosomes"),
            in_genotypes,
            in_expression,
        })
    }

    /// The genes, on chromosomes as the run called them.
    fn genes(&self) -> Result<Vec<Gene>, String> {
        let mut genes = self.expression.genes().map_err(chain)?;
        if self.matches_chromosomes {
            let ours = self.genotypes.chromosomes().map_err(chain)?;
            let spans = genes.iter().filter_map(|gene| gene.span.as_ref());
            let theirs = spans.map(|span| span.chrom.as_str());
            // The run would have been refused.
            let names = synonyms(ours.iter().map(String::as_str), theirs).unwrap_or_default();
            rename(
                genes.iter_mut().filter_map(|gene| gene.span.as_mut()),
                &names,
            );
        }
        Ok(genes)
    }
}

/// Where a store lies, by the record or in the folder of the run, which may have been moved; and its fingerprint.
fn place(record: &Record, out: &Path, what: &str) -> Result<(PathBuf, String), String> {
    let Some(store) = record.stores.get(what) else {
        return Err("run.json does not say which stores were read".into());
    };
    let moved = store
        .path
        .file_name()
        .map(|name| out.join("imported").join(name));
    let path = [Some(store.path.clone()), moved]
        .into_iter()
        .flatten()
        .find(|path| path.exists());
    match path {
        Some(path) => Ok((path, store.fingerprint.clone())),
        None => Err(format!("{} is not there any more", store.path.display())),
    }
}

fn check(path: &Path, found: u64, wanted: &str) -> Result<(), String> {
    match format!("{found:016x}") == wanted {
        true => Ok(()),
        false => Err(format!(
            "{} is not the store that the run read",
            path.display()
        )),
    }
}

fn chain(error: StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// The first and the last position known on each chromosome.
fn ends(snps: &SnpPlaces, genes: &[Gene]) -> HashMap<String, (i64, i64)> {
    let mut ends: HashMap<String, (i64, i64)> = HashMap::new();
    let mut see = |name: &str, left: i64, right: i64| match ends.get_mut(name) {
        Some(ends) => *ends = (left.min(ends.0), right.max(ends.1)),
        None => {
            ends.insert(name.into(), (left, right));
        }
    };
    let mut start = 0;
    for run in snps.chrom.chunk_by(|a, b| a == b) {
        // Positions ascend within a chromosome.
        let end = start + run.len();
        let name = &snps.chrom_names[run[0] as usize];
        see(name, snps.pos[start], snps.pos[end - 1]);
        start = end;
    }
    let spans = genes.iter().filter_map(|gene| gene.span.as_ref());
    spans.for_each(|span| see(&span.chrom, span.left, span.right));
    ends
}

/// Rows of SNPs and genes by ID, and where they lie.
#[derive(Default)]
pub struct Places {
    /// The chromosomes.
    pub genome: Genome,
    /// Rows of SNPs.
    pub snps: Ids,
    /// Rows of genes.
    pub genes: Ids,
    /// The chromosome of each SNP with a location `[n_located]`, a place in the genome.
    snp_chrom: Vec<u32>,
    /// Its position.
    snp_pos: Vec<i64>,
    /// Chromosome and span of the genes `[n_genes]`.
    gene_span: Vec<Option<(u32, Span)>>,
}

impl Places {
    /// Takes IDs and places from the stores.
    ///
    /// # Errors
    /// In words, if they cannot be read.
    pub fn of(stores: &Stores) -> Result<Self, String> {
        let mut found = Self::default();
        let rows: Vec<u32> = (0..stores.genotypes.n_snps() as u32).collect();
        let read = stores
            .genotypes
            .ids_of(&rows, |_, id| found.snps.push(id.as_bytes()));
        read.map_err(chain)?;
        let places = stores.genotypes.places().map_err(chain)?;
        let genes = stores.genes()?;
        found.genome = Genome::new(ends(&places, &genes));
        let place = |name: &str| found.genome.place(name).unwrap_or(0);
        let of_name: Vec<u32> = places.chrom_names.iter().map(|name| place(name)).collect();
        found.snp_chrom = places
            .chrom
            .iter()
            .map(|&chrom| of_name[chrom as usize])
            .collect();
        found.snp_pos = places.pos;
        found.gene_span = genes
            .iter()
            .map(|gene| gene.span.clone().map(|span| (place(&span.chrom), span)))
            .collect();
        genes
            .iter()
            .for_each(|Gene { id, .. }| found.genes.push(id.as_bytes()));
        Ok(found)
    }

    /// Where a SNP lies: chromosome and position.
    pub fn snp(&self, row: u32) -> Option<(u32, i64)> {
        let row = row as usize;
        Some((*self.snp_chrom.get(row)?, self.snp_pos[row]))
    }

    /// Where a gene lies.
    pub fn gene(&self, row: u32) -> Option<(u32, &Span)> {
        let (chrom, span) = self.gene_span.get(row as usize)?.as_ref()?;
        Some((*chrom, span))
    }

    /// Whether anything has a place.
    pub fn has_places(&self) -> bool {
        !self.snp_chrom.is_empty() && self.gene_span.iter().any(Option::is_some)
    }
}
