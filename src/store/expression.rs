//! The expression of a store: every gene's values, name and place.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::path::Path;

use super::code::CodeType;
use super::error::StoreError;
use super::fingerprint::hash_checksums;
use super::open::OpenGroup;
use super::provenance::Provenance;
use super::rows::Rows;
use crate::genome::Span;

/// Rows of a part that is read at a time; its pages are given up then.
const ROWS_OF_PART: usize = 1024;

/// The columns beside the values.
const COLUMNS: [&str; 5] = ["id", "chrom", "chrom_name", "left", "right"];

/// A gene of the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Gene {
    /// Its ID.
    pub id: String,
    /// Where it lies, if known.
    pub span: Option<Span>,
}

/// An open expression store.
pub struct ExpressionStore {
    group: OpenGroup,
    samples: Vec<String>,
    rows: Rows,
}

impl ExpressionStore {
    /// Opens a store.
    ///
    /// # Errors
    /// If it is missing, foreign, truncated or inconsistent.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let group = OpenGroup::open(path, "expression")?;
        let values = group.dataset("/expression/value")?;
        if !values.dtype().is_ok_and(|dtype| dtype.is::<f64>()) {
            return Err(StoreError::Content {
                path: path.into(),
                found: "/expression/value is not f64".into(),
                wanted: "little-endian f64 is wanted; import again".into(),
            });
        }
        let (rows, samples) = group.matrix("value", CodeType::F64)?;
        group.check_unchanged()?;
        Ok(Self {
            group,
            samples,
            rows,
        })
    }

    /// Where the genes come from; empty in a store that was made without.
    ///
    /// # Errors
    /// If the table is damaged.
    pub fn provenance(&self) -> Result<Provenance, StoreError> {
        Provenance::read(&self.group)
    }

    /// The sample IDs, in the order of the columns.
    pub fn samples(&self) -> &[String] {
        &self.samples
    }

    /// The number of gene rows.
    pub fn n_genes(&self) -> usize {
        self.rows.n_rows()
    }

    /// Whether rows are read where they lie in the file.
    pub fn is_mapped(&self) -> bool {
        self.rows.is_mapped()
    }

    /// Says whether the path still leads to the file that was opened, as it was then: to be asked before results that
    /// were computed from it are believed.
    ///
    /// # Errors
    /// If the file was replaced, modified or removed.
    pub fn check_unchanged(&self) -> Result<(), StoreError> {
        self.group.check_unchanged()
    }

    /// A number that tells this store from others, as [`super::GenotypeStore::fingerprint`] does.
    ///
    /// # Errors
    /// If the checksums or rows cannot be read.
    pub fn fingerprint(&self) -> Result<u64, StoreError> {
        let mut hasher = DefaultHasher::new();
        (self.n_genes(), &self.samples).hash(&mut hasher);
        if !hash_checksums(&self.group, &self.rows, &COLUMNS, &mut hasher)? {
            for row in 0..self.n_genes() {
                self.codes(row)?.hash(&mut hasher);
            }
        }
        Ok(hasher.finish())
    }

    /// The genes, in row order.
    ///
    /// # Errors
    /// If the columns are damaged.
    pub fn genes(&self) -> Result<Vec<Gene>, StoreError> {
        let n = self.n_genes();
        let ids = self.group.column_of("id", n)?.texts()?;
        let names = self.group.column("chrom_name")?.texts()?;
        let chrom: Vec<i32> = self.group.column_of("chrom", n)?.numbers()?;
        let left: Vec<i64> = self.group.column_of("left", n)?.numbers()?;
        let right: Vec<i64> = self.group.column_of("right", n)?.numbers()?;
        if let Some(row) = chrom.iter().position(|&c| c >= names.len() as i32) {
            return Err(StoreError::Content {
                path: self.group.path().into(),
                found: format!("gene row {} has a chromosome that has no name", row + 1),
                wanted: "an index into chrom_name is wanted; import again".into(),
            });
        }
        let genes = ids.into_iter().enumerate().map(|(row, id)| {
            let name = usize::try_from(chrom[row])
                .ok()
                .and_then(|chrom| names.get(chrom));
            Gene {
                id,
                span: name.map(|name| Span::new(name.as_str(), left[row], right[row])),
            }
        });
        Ok(genes.collect())
    }

    /// Reads everything and compares it with the checksums that were written with it.
    ///
    /// # Errors
    /// The first row or piece of a column that is not what was written, or cannot be read.
    pub fn verify(&self) -> Result<(), StoreError> {
        let checked = self.rows.check_all();
        checked.map_err(|error| self.with_name(error))?;
        self.genes()?;
        self.provenance().map(|_| ())
    }

    /// The values of one gene at `columns` `[n_columns]`; missing is NaN.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    pub fn read_row(&self, gene: usize, columns: &[u32]) -> Result<Vec<f64>, StoreError> {
        let mut values = vec![0.0; columns.len()];
        CodeType::F64.decode(&self.codes(gene)?, columns, &mut values);
        Ok(values)
    }

    /// The values of all genes at `columns` `[n_genes x n_columns]`; missing is NaN.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    pub fn read_values(&self, columns: &[u32]) -> Result<Vec<f64>, StoreError> {
        self.read_by_parts(columns, |_, _| ())
    }

    /// As [`ExpressionStore::read_values`], but calls `work` with every part once it is read: its rows and their values
    /// `[n_rows x n_columns]`, which it may change.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    pub fn read_by_parts(
        &self,
        columns: &[u32],
        mut work: impl FnMut(Range<usize>, &mut [f64]),
    ) -> Result<Vec<f64>, StoreError> {
        let (n_genes, n) = (self.n_genes(), columns.len());
        let mut values = vec![0.0; n_genes * n];
        for first in (0..n_genes).step_by(ROWS_OF_PART) {
            let rows = first..(first + ROWS_OF_PART).min(n_genes);
            let part = &mut values[rows.start * n..rows.end * n];
            for (row, values) in rows.clone().zip(part.chunks_exact_mut(n.max(1))) {
                CodeType::F64.decode(&self.codes(row)?, columns, values);
            }
            self.rows.release(rows.clone());
            work(rows, part);
        }
        Ok(values)
    }

    /// The codes of one row; an error about it names the gene.
    fn codes(&self, row: usize) -> Result<Cow<'_, [u8]>, StoreError> {
        let codes = self.rows.codes(row..row + 1);
        codes.map_err(|error| self.with_name(error))
    }

    /// The same error about rows, with the gene's name.
    fn with_name(&self, error: StoreError) -> StoreError {
        error.with_id(|row| self.id_of(row).map(|id| format!("gene '{id}'")))
    }

    fn id_of(&self, row: usize) -> Option<String> {
        let mut found = None;
        let ids = self.group.column_of("id", self.n_genes()).ok()?;
        ids.texts_of(&[row as u32], |_, id| found = Some(id)).ok()?;
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Site;
    use crate::store::{ExpressionWriter, GenotypeStore, GenotypeWriter};

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn expression_comes_back_with_names_and_places() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.h5");
        let mut writer = ExpressionWriter::create(&path, &path, &ids(&["s1", "s2"])).unwrap();
        writer
            .push("far", Some(&Span::new("2", 5, 9)), &[1.5, f64::NAN])
            .unwrap();
        writer
            .push("near", Some(&Span::new("1", 7, 8)), &[0.1, -3.0])
            .unwrap();
        writer.push("nowhere", None, &[0.0, 1.0]).unwrap();
        assert_eq!(writer.finish().unwrap().unlocated, 1);
        let store = ExpressionStore::open(&path).unwrap();
        assert_eq!(store.samples(), ["s1", "s2"]);
        let genes = store.genes().unwrap();
        assert_eq!(
            genes[0],
            Gene {
                id: "near".into(),
                span: Some(Span::new("1", 7, 8))
            }
        );
        assert_eq!(
            genes[2],
            Gene {
                id: "nowhere".into(),
                span: None
            }
        );
        let values = store.read_values(&[1, 0]).unwrap();
        assert_eq!(values[..2], [-3.0, 0.1]);
        assert!(values[2].is_nan());
    }

    #[test]
    fn genotypes_come_back_mapped_and_in_genome_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("g.h5");
        let samples: Vec<String> = (0..300).map(|i| format!("s{i}")).collect();
        let mut writer = GenotypeWriter::create(&path, &path, &samples).unwrap();
        for snp in 0..700usize {
            let values: Vec<f64> = (0..300).map(|s| ((snp * 7 + s) % 3) as f64).collect();
            let site = Site {
                chrom: "1".into(),
                pos: 7000 - snp as i64,
            };
            writer
                .push([&format!("snp{snp}"), "A", "C"], Some(&site), &values)
                .unwrap();
        }
        assert_eq!(writer.finish().unwrap().code_type, CodeType::U8);
        let store = GenotypeStore::open(&path).unwrap();
        assert!(store.is_mapped());
        assert_eq!(store.places().unwrap().pos[..2], [6301, 6302]);
        let mut values = Vec::new();
        store.read_values(1..3, &[299, 0], &mut values).unwrap();
        let wanted = |snp: usize, s: usize| ((snp * 7 + s) % 3) as f64;
        assert_eq!(
            values,
            [
                wanted(698, 299),
                wanted(698, 0),
                wanted(697, 299),
                wanted(697, 0)
            ]
        );
        let mut found = Vec::new();
        store
            .ids_of(&[0, 5, 699], |row, id| found.push((row, id)))
            .unwrap();
        assert_eq!(
            found,
            [
                (0, "snp699".into()),
                (5, "snp694".into()),
                (699, "snp0".into())
            ]
        );
    }

    #[test]
    fn a_truncated_store_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.h5");
        let mut writer = ExpressionWriter::create(&path, &path, &ids(&["s1", "s2"])).unwrap();
        (0..9000).for_each(|i| writer.push(&format!("g{i}"), None, &[1.0, 2.0]).unwrap());
        writer.finish().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for length in [0, 100, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let message = ExpressionStore::open(&path)
                .map(|_| ())
                .unwrap_err()
                .to_string();
            assert!(message.contains("truncated"), "{message}");
        }
    }
}
