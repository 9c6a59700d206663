//! What holds for every input: an import ends well or with one clear error; what it made reads back, and is made again.

use std::error::Error;
use std::fs;
use std::path::Path;

use mpiqtl::formats::GenotypeField;
use mpiqtl::run::{
    ExpressionImport, GenotypeFilters, GenotypeImport, Log, RunError, import_expression,
    import_genotypes,
};
use mpiqtl::store::{ExpressionStore, GenotypeStore, Imported};

use crate::campaign::{Outcome, Verdict};

/// A row of a store with all its text, numbers as their bits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub id: String,
    pub place: Option<(String, i64, i64)>,
    pub alleles: [String; 2],
    pub values: Vec<u64>,
}

/// All that a store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub samples: Vec<String>,
    pub rows: Vec<Row>,
}

/// What is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Genotypes(GenotypeField),
    Expression,
}

/// Imports `input` of a folder, with `locations` and in the regions of `region` if they are there, and reads back what was
/// made.
pub fn import(kind: Kind, folder: &Path) -> Result<Content, RunError> {
    let (input, out) = (folder.join("input"), folder.join("store.h5"));
    let locations = Some(folder.join("locations")).filter(|path| path.exists());
    let regions = fs::read_to_string(folder.join("region")).unwrap_or_default();
    let regions = regions.parse().unwrap_or_default();
    match kind {
        Kind::Genotypes(field) => {
            let job = GenotypeImport {
                input,
                field,
                regions,
                locations,
                filters: GenotypeFilters::default(),
                out,
            };
            let imported = import_genotypes(&job, Log::new(false))?;
            Ok(genotypes(&job.out, &imported)?)
        }
        Kind::Expression => {
            let job = ExpressionImport {
                input,
                locations,
                out,
            };
            let imported = import_expression(&job, Log::new(false))?;
            Ok(expression(&job.out, &imported)?)
        }
    }
}

/// Imports bytes twice and judges how that ended.
pub fn judge_import(kind: Kind, folder: &Path, bytes: &[u8]) -> Verdict {
    fs::write(folder.join("input"), bytes).expect("the input can be written");
    let first = match import(kind, folder) {
        Ok(content) => content,
        Err(error) => {
            clear(&error)?;
            let mut names: Vec<_> = names_in(folder);
            let is_given = |name: &str| {
                ["input", "locations", "region"]
                    .iter()
                    .any(|given| name.starts_with(given))
            };
            names.retain(|name| !is_given(name));
            return match &names[..] {
                [] => Ok(Outcome::Refused),
                left => Err(format!("a refused import left {left:?}")),
            };
        }
    };
    plausible(&first)?;
    let second = import(kind, folder).map_err(|error| format!("only the first time: {error}"))?;
    if first != second {
        return Err("a second import made something else".into());
    }
    Ok(Outcome::Accepted)
}

/// The names of the files in a folder.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder of the case");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries
        .map(|entry| name(entry.expect("an entry")))
        .collect()
}

fn genotypes(path: &Path, imported: &Imported) -> Result<Content, RunError> {
    let store = GenotypeStore::open(path)?;
    assert_eq!(
        (store.n_snps(), store.samples().len()),
        (imported.n_rows, imported.n_samples)
    );
    let rows: Vec<u32> = (0..store.n_snps() as u32).collect();
    let (mut ids, mut references, mut alternates) = (Vec::new(), Vec::new(), Vec::new());
    store.ids_of(&rows, |_, id| ids.push(id))?;
    store.references_of(&rows, |_, allele| references.push(allele))?;
    store.alternates_of(&rows, |_, allele| alternates.push(allele))?;
    let places = store.places()?;
    assert_eq!(places.pos.len(), imported.n_rows - imported.unlocated);
    let columns: Vec<u32> = (0..imported.n_samples as u32).collect();
    let mut content = Content {
        samples: store.samples().to_vec(),
        rows: Vec::new(),
    };
    for (row, id) in ids.into_iter().enumerate() {
        let mut values = Vec::new();
        store.read_values(row..row + 1, &columns, &mut values)?;
        let chrom = places
            .chrom
            .get(row)
            .map(|&chrom| &places.chrom_names[chrom as usize]);
        content.rows.push(Row {
            id,
            place: chrom.map(|chrom| (chrom.clone(), places.pos[row], places.pos[row])),
            alleles: [
                std::mem::take(&mut references[row]),
                std::mem::take(&mut alternates[row]),
            ],
            values: values.into_iter().map(f64::to_bits).collect(),
        });
    }
    Ok(content)
}

fn expression(path: &Path, imported: &Imported) -> Result<Content, RunError> {
    let store = ExpressionStore::open(path)?;
    assert_eq!(
        (store.n_genes(), store.samples().len()),
        (imported.n_rows, imported.n_samples)
    );
    let columns: Vec<u32> = (0..imported.n_samples as u32).collect();
    let mut content = Content {
        samples: store.samples().to_vec(),
        rows: Vec::new(),
    };
    for (row, gene) in store.genes()?.into_iter().enumerate() {
        let values = store.read_row(row, &columns)?;
        content.rows.push(Row {
            id: gene.id,
            place: gene.span.map(|span| (span.chrom, span.left, span.right)),
            alleles: Default::default(),
            values: values.into_iter().map(f64::to_bits).collect(),
        });
    }
    Ok(content)
}

/// Whether a store can be the content of any file.
fn plausible(content: &Content) -> Result<(), String> {
    let infinite = |bits: &u64| f64::from_bits(*bits).is_infinite();
    if content
        .rows
        .iter()
        .any(|row| row.values.iter().any(infinite))
    {
        return Err("an infinite value was imported".into());
    }
    let mut ids: Vec<&String> = content.rows.iter().map(|row| &row.id).collect();
    ids.sort();
    let mut samples: Vec<&String> = content.samples.iter().collect();
    samples.sort();
    for (what, ids) in [("row", &ids), ("sample", &samples)] {
        if ids.is_empty()
            || ids.iter().any(|id| id.is_empty())
            || ids.windows(2).any(|pair| pair[0] == pair[1])
        {
            return Err(format!("{what} IDs are absent, empty or repeated: {ids:?}"));
        }
    }
    let chroms = content
        .rows
        .iter()
        .filter_map(|row| row.place.as_ref().map(|place| &place.0));
    let alleles = content.rows.iter().flat_map(|row| &row.alleles);
    let mut texts = ids.into_iter().chain(samples).chain(chroms).chain(alleles);
    match texts.find(|text| text.contains(char::is_control)) {
        Some(text) => Err(format!("{text:?} was imported")),
        None => Ok(()),
    }
}

/// Whether an error is one sentence that people can read.
pub fn clear(error: &dyn Error) -> Result<(), String> {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(&format!(": {error}"));
        cause = error.source();
    }
    clear_text(&message)
}

/// Whether a message is one sentence that people can read.
pub fn clear_text(message: &str) -> Result<(), String> {
    const LONGEST: usize = 700;
    let bad = message.len() < 10 || message.len() > LONGEST || message.contains(char::is_control);
    let start: String = message.chars().take(LONGEST).collect();
    if bad {
        Err(format!("no clear sentence: {start:?}"))
    } else {
        Ok(())
    }
}
