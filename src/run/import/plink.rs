//! PLINK sets: everything about the rows is known before the first is written, so they are decoded straight into the
//! store, in genome order, without a spool.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::filter::Filter;
use super::provenance::{note_file, of_this_program};
use super::selection::tell_of_selection;
use super::{GenotypeImport, ROWS_PER_LOOK, note_regions, rate};
use crate::formats::{DuplicateIds, PlinkGenotypes, PlinkSnp, SampleIds, SampleMask, Selection};
use crate::genome::PLINK_NUMBERS;
use crate::run::error::RunError;
use crate::run::id_report::IdReport;
use crate::run::log::{Log, grouped, some_of};
use crate::run::meter::Meter;
use crate::store::{
    CodeType, GenomeOrder, Imported, Provenance, RowPlace, RowSource, StoreClaim, StoreError,
    genome_order, write_genotype_store,
};

/// What is counted, in the words of the store and of the screen.
const COUNTED: &str = "A1 (column 5 of the .bim)";

/// Imports a PLINK set.
///
/// # Errors
/// SNP IDs that repeat; filters that leave nothing; a store that cannot be written.
pub fn import_plink(
    job: &GenotypeImport,
    plink: &PlinkGenotypes,
    log: Log,
) -> Result<Imported, RunError> {
    // A set may take long to look through: a second import of it is refused before.
    let claim = StoreClaim::of(&job.out)?;
    tell(plink, log);
    let mut filter = Filter::open(&job.filters, &job.input, plink.samples.ids())?;
    let mut selection = Selection::new(job.regions.clone());
    let (kept, crc) = survey(plink, &mut selection, &mut filter, log);
    if !job.regions.is_empty() {
        tell_of_selection(&selection, &job.input, log)?;
    }
    filter.report(log)?;
    check_ids(plink, &kept)?;
    let rows = PlinkRows::new(plink, filter.columns(), kept, log);
    rows.tell_unplaced(log);
    let mut report = IdReport::of_import(&job.out, "snp", &DuplicateIds::default())?;
    for row in rows.unplaced() {
        report.add_unlocated("snp", rows.snp(row).id)?;
    }
    let mut provenance = provenance(plink, &filter, crc);
    note_regions(&mut provenance, &job.regions);
    let imported = write_genotype_store(claim, filter.samples(), &rows, &provenance)?;
    rows.meter.into_inner().finish();
    report.finish(log)?;
    Ok(imported)
}

/// Tells what a set does not say by itself.
fn tell(plink: &PlinkGenotypes, log: Log) {
    log.info(format!(
        "import  {}: counts copies of {COUNTED}, alt in tables: ALT as plink2 writes sets, the minor allele as PLINK 1 does",
        plink.files.bed.display()
    ));
    if plink.samples.named_by() == SampleIds::FidIid {
        log.info("import  samples are called FID_IID, for an IID stands there twice");
    }
    let names = plink.snps.chrom_names();
    let coded = PLINK_NUMBERS
        .iter()
        .filter(|(code, _)| names.iter().any(|name| name == code));
    let coded: Vec<String> = coded
        .map(|(code, name)| format!("{code} ({name})"))
        .collect();
    if !coded.is_empty() {
        log.info(format!(
            "import  chromosome names stay as they are, PLINK's codes too: {}; plink2's --output-chr writes a set with others",
            coded.join(", ")
        ));
    }
}

/// Reads all genotypes once: the rows that are left, and the checksum of the .bed.
fn survey(
    plink: &PlinkGenotypes,
    selection: &mut Selection,
    filter: &mut Filter,
    log: Log,
) -> (Vec<u32>, u32) {
    let n_samples = plink.samples.ids().len();
    let mask = match filter.columns() {
        Some(columns) => SampleMask::of(columns.iter().map(|&column| column as usize), n_samples),
        None => SampleMask::of(0..n_samples, n_samples),
    };
    let n_snps = plink.snps.len();
    let snps = filter.snps();
    let mut crc = crc32fast::Hasher::new();
    crc.update(plink.rows.header());
    let mut meter = Meter::new(log, "look", n_snps as u64);
    let mut kept = Vec::new();
    for row in 0..n_snps {
        crc.update(plink.rows.packed(row));
        let PlinkSnp { id, chrom, pos, .. } = plink.snps.snp(row);
        let chrom = chrom.map_or("", |chrom| &plink.snps.chrom_names()[chrom as usize]);
        let is_there = selection.regions().is_empty() || selection.take(chrom, pos);
        let mut is_left = is_there && snps.wants(id);
        if is_left && snps.counts_genotypes() {
            let count = plink.rows.count(row, &mask);
            is_left = snps.passes(count.n_missing, count.copies as f64);
        }
        if is_left {
            kept.push(row as u32);
        }
        let n = row as u64 + 1;
        if n.is_multiple_of(ROWS_PER_LOOK) {
            meter.show(n, |secs| rate(n, "SNPs", secs));
        }
    }
    meter.finish();
    (kept, crc.finalize())
}

/// Checks that the SNPs that are left have IDs of their own; equal hashes are settled by the IDs themselves.
fn check_ids(plink: &PlinkGenotypes, kept: &[u32]) -> Result<(), RunError> {
    let hasher = RandomState::new();
    let mut seen = HashMap::with_capacity(kept.len());
    let id = |row: u32| plink.snps.snp(row as usize).id;
    for &row in kept {
        match seen.insert(hasher.hash_one(id(row)), row) {
            Some(earlier) if id(earlier) == id(row) => {
                return Err(StoreError::DuplicateId {
                    path: plink.files.bim.clone(),
                    what: "SNP",
                    id: id(row).into(),
                    first: u64::from(earlier) + 1,
                    second: u64::from(row) + 1,
                }
                .into());
            }
            _ => {}
        }
    }
    Ok(())
}

fn provenance(plink: &PlinkGenotypes, filter: &Filter, crc: u32) -> Provenance {
    let mut provenance = of_this_program();
    let files = &plink.files;
    note_file(&mut provenance, "source", &files.bed, Some(crc));
    let bim_crc = plink.snps.progress().crc32();
    note_file(&mut provenance, "bim", &files.bim, bim_crc);
    let fam_crc = plink.samples.progress().crc32();
    note_file(&mut provenance, "fam", &files.fam, fam_crc);
    provenance.note("counted_allele", COUNTED);
    provenance.note("sample_ids", plink.samples.named_by().name());
    filter.note(&mut provenance);
    provenance
}

/// The rows of a set that are left, in genome order.
struct PlinkRows<'p> {
    plink: &'p PlinkGenotypes,
    columns: Option<&'p [u32]>,
    /// Rows of the set that are left.
    kept: Vec<u32>,
    /// Where each of them lies.
    places: Vec<RowPlace>,
    order: GenomeOrder,
    meter: RefCell<Meter>,
    /// The codes of all samples of a row.
    codes: RefCell<Vec<u8>>,
}

impl<'p> PlinkRows<'p> {
    fn new(
        plink: &'p PlinkGenotypes,
        columns: Option<&'p [u32]>,
        kept: Vec<u32>,
        log: Log,
    ) -> Self {
        let mut names = Vec::new();
        let mut index_of = vec![None; plink.snps.chrom_names().len()];
        let mut place_of = |row: &u32| {
            let (chrom, pos) = plink.snps.place(*row as usize);
            let chrom = chrom.map(|chrom| {
                *index_of[chrom as usize].get_or_insert_with(|| {
                    names.push(plink.snps.chrom_names()[chrom as usize].clone());
                    names.len() as i32 - 1
                })
            });
            let pos = if chrom.is_some() { pos } else { 0 };
            RowPlace {
                chrom: chrom.unwrap_or(-1),
                left: pos,
                right: pos,
            }
        };
        let mut places: Vec<RowPlace> = kept.iter().map(&mut place_of).collect();
        Self {
            order: genome_order(&names, &mut places),
            meter: RefCell::new(Meter::new(log, "import", kept.len() as u64)),
            plink,
            columns,
            kept,
            places,
            codes: RefCell::default(),
        }
    }

    /// Rows of the store that have no place.
    fn unplaced(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(|&row| self.place(row).chrom < 0)
    }

    /// Tells which SNPs have no place.
    fn tell_unplaced(&self, log: Log) {
        let ids = self.unplaced().map(|row| self.snp(row).id.to_string());
        let unplaced: Vec<String> = ids.collect();
        if !unplaced.is_empty() {
            log.warn(format!(
                "{} SNPs are on chromosome 0, which is no place; they are tested, and are trans: {}",
                grouped(unplaced.len() as u64),
                some_of(&unplaced, unplaced.len())
            ));
        }
    }

    /// The row of the set that stands at a row of the store.
    fn row_of_set(&self, row: usize) -> usize {
        self.kept[self.order.rows[row] as usize] as usize
    }

    fn snp(&self, row: usize) -> PlinkSnp<'_> {
        self.plink.snps.snp(self.row_of_set(row))
    }
}

impl RowSource for PlinkRows<'_> {
    fn len(&self) -> usize {
        self.kept.len()
    }

    fn code_type(&self) -> CodeType {
        CodeType::U8
    }

    fn chrom_names(&self) -> &[String] {
        &self.order.chrom_names
    }

    fn place(&self, row: usize) -> RowPlace {
        self.places[self.order.rows[row] as usize]
    }

    fn text(&self, row: usize, field: usize) -> Cow<'_, str> {
        let snp = self.snp(row);
        [snp.id, snp.a2, snp.a1][field].into()
    }

    fn encode(&self, row: usize, _: CodeType, bytes: &mut Vec<u8>) {
        let n = row as u64 + 1;
        if n.is_multiple_of(ROWS_PER_LOOK) {
            let mut meter = self.meter.borrow_mut();
            meter.show(n, |secs| rate(n, "SNPs", secs));
        }
        let Some(columns) = self.columns else {
            return self.plink.rows.decode(self.row_of_set(row), bytes);
        };
        let mut codes = self.codes.borrow_mut();
        codes.clear();
        self.plink.rows.decode(self.row_of_set(row), &mut codes);
        bytes.extend(columns.iter().map(|&column| codes[column as usize]));
    }
}
