//! The genotypes of a store: rows of codes as they lie in the file, and who and where each row is.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::path::Path;

use hdf5::Dataset;

use super::code::{CodeType, MAX_DECIMALS};
use super::error::StoreError;
use super::open::OpenGroup;
use super::places::SnpPlaces;
use super::provenance::Provenance;
use super::rows::Rows;

/// The columns beside the codes.
const COLUMNS: [&str; 6] = ["id", "ref", "alt", "chrom", "chrom_name", "pos"];

/// The type of the codes: exactly one of those that are written, in this machine's byte order.
fn code_type(group: &OpenGroup, codes: &Dataset) -> Result<CodeType, StoreError> {
    let dtype = codes
        .dtype()
        .map_err(|source| group.damaged("/genotypes/code has no type", source))?;
    if dtype.is::<u8>() {
        return Ok(CodeType::U8);
    }
    if dtype.is::<u16>() {
        let decimals = codes.attr("decimals").and_then(|a| a.read_scalar::<u32>());
        let decimals = decimals
            .map_err(|source| group.damaged("/genotypes/code has no attribute decimals", source))?;
        if decimals > MAX_DECIMALS {
            return Err(StoreError::Content {
                path: group.path().into(),
                found: format!("/genotypes/code has {decimals} decimals"),
                wanted: format!("at most {MAX_DECIMALS} are wanted; import again"),
            });
        }
        return Ok(CodeType::U16 { decimals });
    }
    if dtype.is::<f32>() {
        return Ok(CodeType::F32);
    }
    if dtype.is::<f64>() {
        return Ok(CodeType::F64);
    }
    Err(StoreError::Content {
        path: group.path().into(),
        found: format!(
            "/genotypes/code has a type of {} bytes that is no code type",
            dtype.size()
        ),
        wanted: "little-endian u8, u16, f32 or f64 is wanted; import again".into(),
    })
}

/// An open genotype store. Nothing that grows with the number of SNPs is held in memory.
pub struct GenotypeStore {
    group: OpenGroup,
    samples: Vec<String>,
    rows: Rows,
}

impl GenotypeStore {
    /// Opens a store.
    ///
    /// # Errors
    /// If it is missing, foreign, truncated or inconsistent.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let group = OpenGroup::open(path, "genotypes")?;
        let code_type = code_type(&group, &group.dataset("/genotypes/code")?)?;
        let (rows, samples) = group.matrix("code", code_type)?;
        group.check_unchanged()?;
        Ok(Self {
            group,
            samples,
            rows,
        })
    }

    /// Where the SNPs come from; empty in a store that was made without.
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

    /// The number of SNP rows.
    pub fn n_snps(&self) -> usize {
        self.rows.n_rows()
    }

    /// The type of the codes.
    pub fn code_type(&self) -> CodeType {
        self.rows.code_type()
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

    /// A number that tells this store from others: shape, type, sample IDs, and the checksums of all codes, IDs, alleles
    /// and places; in a store of version 1, which has no checksums, the codes of some rows. The same in every process of
    /// the same program.
    ///
    /// # Errors
    /// If the checksums or rows cannot be read.
    pub fn fingerprint(&self) -> Result<u64, StoreError> {
        let mut hasher = DefaultHasher::new();
        (self.n_snps(), self.code_type().describe(), &self.samples).hash(&mut hasher);
        match self.rows.checksum() {
            Some(checksum) => {
                checksum.hash(&mut hasher);
                for name in COLUMNS {
                    self.group.column(name)?.checksum().hash(&mut hasher);
                }
            }
            None => self.hash_some_rows(&mut hasher)?,
        }
        Ok(hasher.finish())
    }

    fn hash_some_rows(&self, hasher: &mut DefaultHasher) -> Result<(), StoreError> {
        const ROWS: usize = 64;
        for i in 0..ROWS.min(self.n_snps()) {
            let row = i * self.n_snps() / ROWS.min(self.n_snps());
            self.codes(row..row + 1)?.hash(hasher);
            self.rows.release(row..row + 1);
        }
        Ok(())
    }

    /// The codes of a run of rows; an error about one names the SNP.
    fn codes(&self, rows: Range<usize>) -> Result<Cow<'_, [u8]>, StoreError> {
        let codes = self.rows.codes(rows);
        codes.map_err(|error| self.with_name(error))
    }

    /// The same error about rows, with the SNP's name.
    fn with_name(&self, error: StoreError) -> StoreError {
        error.with_id(|row| self.id_of(row).map(|id| format!("SNP '{id}'")))
    }

    /// The names of the chromosomes, in genome order.
    ///
    /// # Errors
    /// If the column is damaged.
    pub fn chromosomes(&self) -> Result<Vec<String>, StoreError> {
        self.group.column("chrom_name")?.texts()
    }

    /// Where the SNPs lie.
    ///
    /// # Errors
    /// If the columns are damaged or not in genome order.
    pub fn places(&self) -> Result<SnpPlaces, StoreError> {
        let names = self.chromosomes()?;
        let chrom = self.group.column_of("chrom", self.n_snps())?.numbers()?;
        let pos = self.group.column_of("pos", self.n_snps())?.numbers()?;
        SnpPlaces::from_columns(names, chrom, pos).map_err(|row| StoreError::Content {
            path: self.group.path().into(),
            found: format!("SNP row {row} breaks the order of chromosome and position"),
            wanted: "rows in genome order are wanted; import again".into(),
        })
    }

    /// The values of some rows at `columns` into `values` `[n_rows x n_columns]`; missing is NaN.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    pub fn read_values(
        &self,
        rows: Range<usize>,
        columns: &[u32],
        values: &mut Vec<f64>,
    ) -> Result<(), StoreError> {
        let n_rows = rows.len();
        let codes = self.codes(rows.clone())?;
        values.resize(n_rows * columns.len(), 0.0);
        let row_bytes = self.rows.n_columns() * self.code_type().size();
        let decoded = values.chunks_exact_mut(columns.len().max(1));
        for (row, bytes) in decoded.zip(codes.chunks_exact(row_bytes.max(1))) {
            self.code_type().decode(bytes, columns, row);
        }
        self.rows.release(rows);
        Ok(())
    }

    /// The codes of some rows of hard calls at `columns` into `codes` `[n_rows x n_columns]`; 255 is missing.
    ///
    /// # Errors
    /// If the library cannot read them, or a row is not what was written.
    ///
    /// # Panics
    /// If the codes are not [`CodeType::U8`].
    pub fn read_codes(
        &self,
        rows: Range<usize>,
        columns: &[u32],
        codes: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        assert_eq!(self.code_type(), CodeType::U8, "hard calls");
        let all = self.codes(rows.clone())?;
        codes.clear();
        let is_every = (0..self.rows.n_columns() as u32).eq(columns.iter().copied());
        if is_every {
            codes.extend_from_slice(&all);
        } else {
            for row in all.chunks_exact(self.rows.n_columns().max(1)) {
                codes.extend(columns.iter().map(|&column| row[column as usize]));
            }
        }
        self.rows.release(rows);
        Ok(())
    }

    /// Begins to read rows that will be wanted soon, and does not wait for them. Does nothing for rows that are not read
    /// where they lie.
    ///
    /// # Panics
    /// If there are not so many rows.
    pub fn prefetch(&self, rows: Range<u32>) {
        let rows = rows.start as usize..rows.end as usize;
        assert!(rows.end <= self.n_snps(), "rows of the store");
        self.rows.prefetch(rows);
    }

    /// The error about a row that cannot be used: what was found in it, what was wanted.
    pub fn row_error(&self, row: usize, found: String, wanted: String) -> StoreError {
        let id = self.id_of(row).unwrap_or_default();
        StoreError::Content {
            path: self.group.path().into(),
            found: format!("SNP '{id}' (row {}) {found}", row + 1),
            wanted,
        }
    }

    fn id_of(&self, row: usize) -> Option<String> {
        let mut found = None;
        self.ids_of(&[row as u32], |_, id| found = Some(id)).ok()?;
        found
    }

    /// Reads everything and compares it with the checksums that were written with it.
    ///
    /// # Errors
    /// The first row or piece of a column that is not what was written, or cannot be read.
    pub fn verify(&self) -> Result<(), StoreError> {
        let checked = self.rows.check_all();
        checked.map_err(|error| self.with_name(error))?;
        for name in ["id", "ref", "alt"] {
            self.group.column_of(name, self.n_snps())?.check_texts()?;
        }
        self.places()?;
        self.provenance().map(|_| ())
    }

    /// Calls `take(row, id)` for every row in `rows`, which ascend.
    ///
    /// # Errors
    /// If the IDs cannot be read.
    pub fn ids_of(&self, rows: &[u32], take: impl FnMut(u32, String)) -> Result<(), StoreError> {
        self.texts_of("id", rows, take)
    }

    /// Calls `take(row, reference)` for every row in `rows`, which ascend; empty where the allele is not known.
    ///
    /// # Errors
    /// If the alleles cannot be read.
    pub fn references_of(
        &self,
        rows: &[u32],
        take: impl FnMut(u32, String),
    ) -> Result<(), StoreError> {
        self.texts_of("ref", rows, take)
    }

    /// Calls `take(row, alternate)` with the counted allele of every row in `rows`, which ascend; empty where it is not
    /// known.
    ///
    /// # Errors
    /// If the alleles cannot be read.
    pub fn alternates_of(
        &self,
        rows: &[u32],
        take: impl FnMut(u32, String),
    ) -> Result<(), StoreError> {
        self.texts_of("alt", rows, take)
    }

    fn texts_of(
        &self,
        name: &str,
        rows: &[u32],
        take: impl FnMut(u32, String),
    ) -> Result<(), StoreError> {
        self.group
            .column_of(name, self.n_snps())?
            .texts_of(rows, take)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads of a rank read one store.
    const _: fn() = || {
        fn is_shared<T: Sync>() {}
        is_shared::<GenotypeStore>();
    };
    use crate::store::GenotypeWriter;
    use ndarray::Array2;

    /// A store whose codes are replaced by a dataset of another kind.
    fn with_codes(path: &Path, replace: impl FnOnce(&hdf5::Group, Array2<u8>)) {
        let samples: Vec<String> = (0..40).map(|i| format!("s{i}")).collect();
        let mut writer = GenotypeWriter::create(path, path, &samples).unwrap();
        for snp in 0..90usize {
            let values: Vec<f64> = (0..40).map(|s| ((snp * 5 + s * s) % 3) as f64).collect();
            writer
                .push([&snp.to_string(), "", ""], None, &values)
                .unwrap();
        }
        writer.finish().unwrap();
        let file = hdf5::File::open_rw(path).unwrap();
        let group = file.group("genotypes").unwrap();
        let old = group.dataset("code").unwrap();
        let codes = old.read_2d::<u8>().unwrap();
        let crc: u32 = old.attr("crc").unwrap().read_scalar().unwrap();
        group.unlink("code").unwrap();
        replace(&group, codes);
        let code = group.dataset("code").unwrap();
        let attribute = code.new_attr::<u32>().create("crc").unwrap();
        attribute.write_scalar(&crc).unwrap();
    }

    fn values(path: &Path) -> Vec<f64> {
        let mut values = Vec::new();
        let store = GenotypeStore::open(path).unwrap();
        store.read_values(7..80, &[39, 2, 11], &mut values).unwrap();
        values
    }

    #[test]
    fn chunked_and_compressed_codes_read_as_mapped_ones() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["mapped.h5", "chunked.h5"].map(|name| folder.path().join(name));
        with_codes(&paths[0], |group, codes| {
            group
                .new_dataset_builder()
                .with_data(&codes)
                .no_chunk()
                .create("code")
                .unwrap();
        });
        with_codes(&paths[1], |group, codes| {
            let builder = group.new_dataset_builder().with_data(&codes);
            builder.chunk((16, 40)).deflate(4).create("code").unwrap();
        });
        assert!(GenotypeStore::open(&paths[0]).unwrap().is_mapped());
        assert!(!GenotypeStore::open(&paths[1]).unwrap().is_mapped());
        assert_eq!(values(&paths[0]), values(&paths[1]));
    }

    #[test]
    fn rows_read_ahead_released_and_read_by_several_threads_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mapped.h5");
        with_codes(&path, |group, codes| {
            let builder = group.new_dataset_builder().with_data(&codes);
            builder.no_chunk().create("code").unwrap();
        });
        let store = GenotypeStore::open(&path).unwrap();
        let row = |row: usize| {
            let mut values = Vec::new();
            store.prefetch(row as u32..90);
            store
                .read_values(row..row + 1, &[39, 2, 11], &mut values)
                .unwrap();
            values
        };
        let wanted: Vec<_> = (0..90).map(row).collect();
        // Rows of 40 bytes: each page is read by one thread while another gives it up.
        std::thread::scope(|scope| {
            for start in 0..3 {
                let (row, wanted) = (&row, &wanted);
                scope.spawn(move || {
                    for _ in 0..20 {
                        (start..90)
                            .step_by(3)
                            .for_each(|i| assert_eq!(row(i), wanted[i]));
                    }
                });
            }
        });
    }

    #[test]
    fn a_type_that_would_be_converted_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed.h5");
        with_codes(&path, |group, codes| {
            let signed = codes.mapv(|code| code as i8);
            group
                .new_dataset_builder()
                .with_data(&signed)
                .create("code")
                .unwrap();
        });
        let message = GenotypeStore::open(&path)
            .map(|_| ())
            .unwrap_err()
            .to_string();
        assert!(message.contains("no code type"), "{message}");
    }

    const MANY: usize = 5000;

    /// A store of so many SNPs that its checksums are mapped; `edit` may change the ID and the codes of a row.
    fn many_rows(path: &Path, edit: impl Fn(usize, &mut String, &mut [f64])) -> GenotypeStore {
        let samples: Vec<String> = (0..3).map(|i| format!("s{i}")).collect();
        let mut writer = GenotypeWriter::create(path, path, &samples).unwrap();
        for row in 0..MANY {
            let mut codes = [row % 3, row / 3 % 3, row / 9 % 3].map(|code| code as f64);
            let mut id = format!("rs{row}");
            edit(row, &mut id, &mut codes);
            writer.push([&id, "A", "C"], None, &codes).unwrap();
        }
        writer.finish().unwrap();
        GenotypeStore::open(path).unwrap()
    }

    #[test]
    fn the_fingerprint_covers_every_row_and_every_id() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("g.h5");
        let fingerprint = |edit: fn(usize, &mut String, &mut [f64])| {
            many_rows(&path, edit).fingerprint().unwrap()
        };
        let plain = fingerprint(|_, _, _| ());
        assert_eq!(fingerprint(|_, _, _| ()), plain);
        let of_code = fingerprint(|row, _, codes| codes[1] += f64::from(row == 4321));
        let of_id = fingerprint(|row, id, _| id.extend((row == 4321).then_some('x')));
        assert!(of_code != plain && of_id != plain && of_code != of_id);
    }

    #[test]
    fn mapped_checksums_find_a_damaged_row_and_nothing_but_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("g.h5");
        drop(many_rows(&path, |_, _, _| ()));
        let offset = |name: &str| {
            let file = hdf5::File::open(&path).unwrap();
            let dataset = file.dataset(name).unwrap();
            dataset.offset().unwrap() as usize
        };
        let places = [
            offset("genotypes/code") + 3 * 4567,
            offset("genotypes/code_crc") + 4 * 4567,
        ];
        for at in places {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            let store = GenotypeStore::open(&path).unwrap();
            let mut codes = Vec::new();
            for row in 0..MANY {
                let read = store.read_codes(row..row + 1, &[0], &mut codes);
                assert_eq!(read.is_err(), row == 4567, "row {row}");
            }
            let message = store
                .read_codes(0..MANY, &[2], &mut codes)
                .unwrap_err()
                .to_string();
            assert!(
                message.contains("SNP 'rs4567' (row 4568 of /genotypes/code)"),
                "{message}"
            );
            drop(store);
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
        }
    }

    #[test]
    fn texts_of_any_pieces_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = many_rows(&folder.path().join("g.h5"), |row, id, _| {
            if row == 4200 {
                *id = "long".repeat(30_000);
            }
        });
        let mut found = Vec::new();
        store
            .ids_of(&[0, 4095, 4096, 4200, 4999], |row, id| {
                found.push((row, id))
            })
            .unwrap();
        let wanted = |row: u32| {
            (
                row,
                if row == 4200 {
                    "long".repeat(30_000)
                } else {
                    format!("rs{row}")
                },
            )
        };
        assert_eq!(found, [0, 4095, 4096, 4200, 4999].map(wanted));
    }

    #[test]
    fn a_store_that_was_replaced_since_it_was_opened_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("g.h5");
        let store = many_rows(&path, |_, _, _| ());
        store.check_unchanged().unwrap();
        many_rows(&path, |_, _, _| ());
        let message = store.check_unchanged().unwrap_err().to_string();
        assert!(
            message.contains("g.h5: another file stands where"),
            "{message}"
        );
    }
}
