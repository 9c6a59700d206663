//! `inspect`: what a store holds. Read from its columns alone, unless all values are asked for. No MPI is started.

mod content;
mod print;

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use self::content::{ExpressionContent, GenotypeContent};
use super::error::RunError;
use crate::store::{ExpressionStore, Gene, GenotypeStore, Provenance, SnpPlaces, StoreSides};

/// Rows and samples that are shown of many.
const SHOWN: usize = 5;

/// What is asked for beyond what the columns tell.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Read all values: how many are missing, how frequent alleles are.
    pub full: bool,
    /// Compare everything with its checksums.
    pub verify: bool,
}

/// What a store holds.
#[derive(Debug, Serialize)]
pub struct Inspection {
    path: PathBuf,
    bytes: u64,
    version: u32,
    has_checksums: bool,
    /// Whether everything was compared with its checksums, and is what was written.
    verified: bool,
    genotypes: Option<Side<Snp, GenotypeContent>>,
    expression: Option<Side<GeneShown, ExpressionContent>>,
}

/// One side of a store.
#[derive(Debug, Serialize)]
struct Side<R, C> {
    n_rows: usize,
    n_samples: usize,
    code_type: String,
    /// Whether rows are read where they lie.
    is_mapped: bool,
    first_samples: Vec<String>,
    chromosomes: Vec<Chromosome>,
    n_unplaced: usize,
    first_rows: Vec<R>,
    #[serde(serialize_with = "as_map")]
    provenance: Provenance,
    content: Option<C>,
}

/// The rows of a chromosome.
#[derive(Debug, PartialEq, Serialize)]
struct Chromosome {
    name: String,
    n_rows: usize,
    first_bp: i64,
    last_bp: i64,
}

/// A SNP row.
#[derive(Debug, Serialize)]
struct Snp {
    id: String,
    chrom: Option<String>,
    pos: Option<i64>,
    #[serde(rename = "ref")]
    reference: String,
    /// The allele that is counted.
    alt: String,
}

/// A gene row.
#[derive(Debug, Serialize)]
struct GeneShown {
    id: String,
    chrom: Option<String>,
    left: Option<i64>,
    right: Option<i64>,
}

impl Inspection {
    /// Looks into a store.
    ///
    /// # Errors
    /// A file that is no store, is damaged, or cannot be read.
    pub fn of(path: &Path, look: Look) -> Result<Self, RunError> {
        let sides = StoreSides::of(path)?;
        let genotypes = sides.genotypes.then(|| genotypes(path, look));
        let expression = sides.expression.then(|| expression(path, look));
        Ok(Self {
            path: path.into(),
            bytes: std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
            version: sides.version,
            has_checksums: sides.has_checksums(),
            genotypes: genotypes.transpose()?,
            expression: expression.transpose()?,
            verified: look.verify && sides.has_checksums(),
        })
    }
}

fn genotypes(path: &Path, look: Look) -> Result<Side<Snp, GenotypeContent>, RunError> {
    let store = GenotypeStore::open(path)?;
    if look.verify {
        store.verify()?;
    }
    let places = store.places()?;
    let chroms = (0..).zip(&places.chrom_names);
    let chromosomes = chroms.filter_map(|(chrom, name)| {
        let first = places.chrom.partition_point(|&c| c < chrom);
        let end = places.chrom.partition_point(|&c| c <= chrom);
        (first < end).then(|| Chromosome {
            name: name.clone(),
            n_rows: end - first,
            first_bp: places.pos[first],
            last_bp: places.pos[end - 1],
        })
    });
    Ok(Side {
        n_rows: store.n_snps(),
        n_samples: store.samples().len(),
        code_type: store.code_type().describe(),
        is_mapped: store.is_mapped(),
        first_samples: first(store.samples()),
        chromosomes: chromosomes.collect(),
        n_unplaced: store.n_snps() - places.pos.len(),
        first_rows: first_snps(&store, &places)?,
        provenance: store.provenance()?,
        content: look.full.then(|| GenotypeContent::of(&store)).transpose()?,
    })
}

fn first_snps(store: &GenotypeStore, places: &SnpPlaces) -> Result<Vec<Snp>, RunError> {
    let rows: Vec<u32> = (0..store.n_snps().min(SHOWN) as u32).collect();
    let mut snps = Vec::with_capacity(rows.len());
    store.ids_of(&rows, |row, id| {
        let chrom = places.chrom.get(row as usize);
        snps.push(Snp {
            id,
            chrom: chrom.map(|&chrom| places.chrom_names[chrom as usize].clone()),
            pos: places.pos.get(row as usize).copied(),
            reference: String::new(),
            alt: String::new(),
        });
    })?;
    store.references_of(&rows, |row, allele| snps[row as usize].reference = allele)?;
    store.alternates_of(&rows, |row, allele| snps[row as usize].alt = allele)?;
    Ok(snps)
}

fn expression(path: &Path, look: Look) -> Result<Side<GeneShown, ExpressionContent>, RunError> {
    let store = ExpressionStore::open(path)?;
    if look.verify {
        store.verify()?;
    }
    let genes = store.genes()?;
    let shown = genes.iter().take(SHOWN).map(|gene| GeneShown {
        id: gene.id.clone(),
        chrom: gene.span.as_ref().map(|span| span.chrom.clone()),
        left: gene.span.as_ref().map(|span| span.left),
        right: gene.span.as_ref().map(|span| span.right),
    });
    Ok(Side {
        n_rows: store.n_genes(),
        n_samples: store.samples().len(),
        code_type: "f64".into(),
        is_mapped: store.is_mapped(),
        first_samples: first(store.samples()),
        chromosomes: chromosomes_of(&genes),
        n_unplaced: genes.iter().filter(|gene| gene.span.is_none()).count(),
        first_rows: shown.collect(),
        provenance: store.provenance()?,
        content: look
            .full
            .then(|| ExpressionContent::of(&store))
            .transpose()?,
    })
}

/// The chromosomes of genes, in the order of the rows, which is that of the genome.
fn chromosomes_of(genes: &[Gene]) -> Vec<Chromosome> {
    let mut found: Vec<Chromosome> = Vec::new();
    for span in genes.iter().filter_map(|gene| gene.span.as_ref()) {
        match found.last_mut().filter(|last| last.name == span.chrom) {
            Some(last) => {
                last.n_rows += 1;
                last.last_bp = last.last_bp.max(span.right);
            }
            None => found.push(Chromosome {
                name: span.chrom.clone(),
                n_rows: 1,
                first_bp: span.left,
                last_bp: span.right,
            }),
        }
    }
    found
}

fn first(names: &[String]) -> Vec<String> {
    names.iter().take(SHOWN).cloned().collect()
}

/// Facts in the order in which they were noted.
fn as_map<S: Serializer>(provenance: &Provenance, serializer: S) -> Result<S::Ok, S::Error> {
    let facts = provenance.facts().iter();
    serializer.collect_map(facts.map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Span;

    #[test]
    fn chromosomes_of_genes_reach_to_the_last_base_of_any() {
        let gene = |chrom: &str, left, right| Gene {
            id: "g".into(),
            span: Some(Span::new(chrom, left, right)),
        };
        let nowhere = Gene {
            id: "n".into(),
            span: None,
        };
        let genes = [gene("1", 5, 90), gene("1", 7, 20), gene("2", 1, 2), nowhere];
        let wanted = |name: &str, n_rows, first_bp, last_bp| Chromosome {
            name: name.into(),
            n_rows,
            first_bp,
            last_bp,
        };
        assert_eq!(
            chromosomes_of(&genes),
            [wanted("1", 2, 5, 90), wanted("2", 1, 1, 2)]
        );
    }
}
