//! The outline of what an import would make: which rows, in which order, where; but no values and no file. A plan is made
//! from it.

use std::path::Path;
use std::time::Instant;

use super::open::{Genotypes, open_expression, open_genotypes};
use super::{
    ExpressionImport, GenotypeImport, ROWS_PER_LOOK, expect_rows, rate, rows_of, warn_of_duplicates,
};
use crate::formats::{
    ExpressionRow, FileKind, GeneLocations, GenotypeReader, GenotypeRow, PlinkGenotypes, Progress,
    SnpLocations, count_by_index,
};
use crate::run::error::RunError;
use crate::run::log::{Log, grouped};
use crate::run::meter::Meter;
use crate::run::snp_rows::SnpRows;
use crate::store::{Gene, GenomeOrder, Roll, RowPlace, SnpPlaces, StoreError};

/// The SNPs that a genotype import would make.
pub struct SnpOutline {
    order: GenomeOrder,
    /// By row of the file.
    places: Vec<RowPlace>,
    /// By row of the file.
    ids: Ids,
}

/// The number of records of a VCF or BCF, where an index beside it counts them: as many SNPs as long as no site has
/// several ALT alleles.
///
/// # Errors
/// A file or an index that cannot be read.
pub fn snps_by_index(job: &GenotypeImport, log: Log) -> Result<Option<usize>, RunError> {
    let counted = count_by_index(&job.input, FileKind::of(&job.input)?)?;
    // What is empty is for a pass to find out about.
    let Some((index, n_records)) = counted.filter(|(_, n)| *n > 0) else {
        return Ok(None);
    };
    log.info(format!(
        "look    {}: {} records by {}; a site with several ALT alleles makes a SNP of each, which an index does not count",
        job.input.display(),
        grouped(n_records),
        index.display()
    ));
    Ok(usize::try_from(n_records).ok())
}

/// Looks through genotypes that are imported without filters.
///
/// # Errors
/// What an import would refuse, but for wrong values.
pub fn outline_genotypes(job: &GenotypeImport, log: Log) -> Result<SnpOutline, RunError> {
    let locations = job.locations.as_deref().map(SnpLocations::read);
    let locations = locations.transpose()?;
    if let Some(locations) = &locations {
        warn_of_duplicates(log, "SNP", locations.duplicates());
    }
    let kind = FileKind::of(&job.input)?;
    match open_genotypes((&job.input, kind), job.field, locations, &job.regions)? {
        Genotypes::Rows(reader, progress) => {
            outline_rows(&job.input, reader, &progress, rows_of(kind), log)
        }
        Genotypes::Plink(plink) => outline_plink(&plink),
    }
}

/// Looks through a file that is read row by row.
fn outline_rows(
    input: &Path,
    mut reader: Box<dyn GenotypeReader>,
    progress: &Progress,
    rows: &str,
    log: Log,
) -> Result<SnpOutline, RunError> {
    let started = Instant::now();
    log.info(format!(
        "look    {}: a pass over the file for its {rows} and their places, which a store of 'mpiqtl import' has at hand",
        input.display()
    ));
    let mut meter = Meter::new(log, "look", progress.total_bytes());
    let (mut row, mut seen) = (GenotypeRow::default(), Seen::default());
    while reader.read_names(&mut row)? {
        let site = row.site.as_ref();
        seen.push(input, &row.id, site.map(|site| (&*site.chrom, site.pos)))?;
        let n = seen.roll.len() as u64;
        if n.is_multiple_of(ROWS_PER_LOOK) {
            meter.show(progress.consumed_bytes(), |secs| rate(n, rows, secs));
        }
    }
    meter.finish();
    let n = seen.roll.len() as u64;
    expect_rows(input, n, rows)?;
    log.info(format!(
        "look    {}: {} {rows} x {} samples, in {:.1} s",
        input.display(),
        grouped(n),
        reader.samples().len(),
        started.elapsed().as_secs_f64()
    ));
    Ok(seen.into_outline())
}

/// The rows of a PLINK set, whose .bim has been read.
fn outline_plink(plink: &PlinkGenotypes) -> Result<SnpOutline, RunError> {
    let names = plink.snps.chrom_names();
    let mut seen = Seen::default();
    for row in 0..plink.snps.len() {
        let snp = plink.snps.snp(row);
        let site = snp.chrom.map(|chrom| (&*names[chrom as usize], snp.pos));
        seen.push(&plink.files.bim, snp.id, site)?;
    }
    Ok(seen.into_outline())
}

/// Looks through expression: the genes that an import would make, by row.
///
/// # Errors
/// What an import would refuse, but for wrong values.
pub fn outline_expression(job: &ExpressionImport, log: Log) -> Result<Vec<Gene>, RunError> {
    let locations = job.locations.as_deref().map(GeneLocations::read);
    let locations = locations.transpose()?;
    if let Some(locations) = &locations {
        warn_of_duplicates(log, "gene", locations.duplicates());
    }
    let (mut reader, progress) = open_expression(&job.input, locations)?;
    let mut meter = Meter::new(log, "look", progress.total_bytes());
    let (mut row, mut roll) = (ExpressionRow::default(), Roll::default());
    let mut genes: Vec<Gene> = Vec::new();
    while reader.read_names(&mut row)? {
        let place = row.span.as_ref();
        let place = place.map(|span| (&*span.chrom, span.left, span.right));
        let is_called = |earlier: usize| Ok::<_, StoreError>(genes[earlier].id == row.id);
        if let Some(earlier) = roll.push(&row.id, place, is_called)? {
            return Err(roll.repeated(&job.input, "gene", &row.id, earlier).into());
        }
        genes.push(Gene {
            id: row.id.clone(),
            span: row.span.clone(),
        });
        let n = roll.len() as u64;
        if n.is_multiple_of(ROWS_PER_LOOK) {
            meter.show(progress.consumed_bytes(), |secs| rate(n, "genes", secs));
        }
    }
    meter.finish();
    expect_rows(&job.input, genes.len() as u64, "genes")?;
    let (order, _) = roll.into_order();
    let in_order = order.rows.iter().map(|&row| genes[row as usize].clone());
    Ok(in_order.collect())
}

impl SnpRows for SnpOutline {
    fn n_snps(&self) -> usize {
        self.places.len()
    }

    fn chromosomes(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.order.chrom_names.clone())
    }

    fn places(&self) -> Result<SnpPlaces, StoreError> {
        let rows = self.order.rows.iter();
        let located = rows.map(|&row| self.places[row as usize]);
        let located = located.take_while(|place| place.chrom >= 0);
        let (chrom, pos) = located
            .map(|place| (place.chrom as u32, place.left))
            .unzip();
        Ok(SnpPlaces {
            chrom_names: self.order.chrom_names.clone(),
            chrom,
            pos,
        })
    }

    fn each_id(&self, take: &mut dyn FnMut(u32, &str)) -> Result<(), StoreError> {
        for (row, &of_file) in (0..).zip(&self.order.rows) {
            take(row, self.ids.get(of_file as usize));
        }
        Ok(())
    }
}

/// SNPs as they come in.
#[derive(Default)]
struct Seen {
    roll: Roll,
    ids: Ids,
}

impl Seen {
    /// Adds a row of `file`.
    fn push(&mut self, file: &Path, id: &str, site: Option<(&str, i64)>) -> Result<(), StoreError> {
        let place = site.map(|(chrom, pos)| (chrom, pos, pos));
        let is_called = |earlier| Ok::<_, StoreError>(self.ids.get(earlier) == id);
        if let Some(earlier) = self.roll.push(id, place, is_called)? {
            return Err(self.roll.repeated(file, "SNP", id, earlier));
        }
        self.ids.push(id);
        Ok(())
    }

    fn into_outline(self) -> SnpOutline {
        let (order, places) = self.roll.into_order();
        SnpOutline {
            order,
            places,
            ids: self.ids,
        }
    }
}

/// Many IDs in one piece of memory.
#[derive(Default)]
struct Ids {
    text: String,
    /// Where each ID ends.
    ends: Vec<usize>,
}

impl Ids {
    fn push(&mut self, id: &str) {
        self.text.push_str(id);
        self.ends.push(self.text.len());
    }

    fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[row]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::GenotypeField;
    use crate::genome::Regions;
    use crate::run::import::{GenotypeFilters, import_expression, import_genotypes};
    use crate::store::{ExpressionStore, GenotypeStore};
    use proptest::prelude::*;
    use std::fmt::Write;

    const CHROMS: [&str; 4] = ["10", "2", "X", "chr1"];

    /// Chromosome, position, number of ALT alleles, whether there is an ID.
    type Row = (usize, i64, usize, bool);

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let row = (
            0..CHROMS.len(),
            1..9i64,
            0..4usize,
            prop::bool::weighted(0.9),
        );
        prop::collection::vec(row, 1..40)
    }

    /// The IDs of rows, every 17th that of the row before.
    fn id(i: usize) -> String {
        format!("s{}", i - usize::from(i % 17 == 16))
    }

    fn vcf(rows: &[Row]) -> String {
        let mut text = String::from(
            "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n",
        );
        for (i, &(chrom, pos, n_alternates, has_id)) in rows.iter().enumerate() {
            let id = if has_id { id(i) } else { ".".into() };
            let alternates = ["C", "G", "T"][..n_alternates].join(",");
            let alternates = if n_alternates == 0 { "." } else { &alternates };
            let chrom = CHROMS[chrom];
            let cells =
                "A\t{alternates}\t.\t.\t.\tGT\t0|0\t0/0".replace("{alternates}", alternates);
            writeln!(text, "{chrom}\t{pos}\t{id}\t{cells}").unwrap();
        }
        text
    }

    fn bed(rows: &[Row]) -> String {
        let mut text = String::from("#chr\tstart\tend\tid\ta\tb\n");
        for (i, &(chrom, pos, length, _)) in rows.iter().enumerate() {
            let (chrom, end) = (CHROMS[chrom], pos + length as i64);
            writeln!(text, "{chrom}\t{pos}\t{end}\t{}\t0.5\t1", id(i)).unwrap();
        }
        text
    }

    fn matrix(rows: &[Row]) -> String {
        let line = |i: usize| format!("{}\t0\t1\n", id(i));
        "id\ta\tb\n".to_string() + &(0..rows.len()).map(line).collect::<String>()
    }

    /// A location table; rows without an ID are left out of it.
    fn locations(rows: &[Row], header: &str, is_of_genes: bool) -> String {
        let mut text = format!("{header}\n");
        let located = rows.iter().enumerate().filter(|(_, row)| row.3);
        for (i, &(chrom, pos, length, _)) in located {
            write!(text, "{}\t{}\t{pos}", id(i), CHROMS[chrom]).unwrap();
            let right = format!("\t{}", pos + length as i64);
            text += if is_of_genes { &right } else { "" };
            text += "\n";
        }
        text
    }

    fn plink(rows: &[Row]) -> [(&'static str, Vec<u8>); 3] {
        let mut bim = String::new();
        for (i, &(chrom, pos, n, has_id)) in rows.iter().enumerate() {
            let chrom = if n == 0 { "0" } else { CHROMS[chrom] };
            let id = if has_id { id(i) } else { ".".into() };
            writeln!(bim, "{chrom}\t{id}\t0\t{pos}\tC\tA").unwrap();
        }
        let header = [0x6c, 0x1b, 1];
        [
            ("set.bed", [&header[..], &vec![0; rows.len()]].concat()),
            ("set.bim", bim.into()),
            ("set.fam", b"f a 0 0 0 -9\nf b 0 0 0 -9\n".to_vec()),
        ]
    }

    /// What is known of SNPs, or why nothing is.
    fn told(rows: Result<&dyn SnpRows, &RunError>) -> String {
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => return format!("{error}: {:?}", std::error::Error::source(error)),
        };
        let mut ids = Vec::new();
        rows.each_id(&mut |row, id| ids.push((row, id.to_string())))
            .unwrap();
        let places = rows.places().unwrap();
        format!(
            "{} {:?} {places:?} {ids:?}",
            rows.n_snps(),
            rows.chromosomes().unwrap()
        )
    }

    fn same_snps(input: &Path, locations: Option<&Path>) {
        let log = Log::new(false);
        let job = GenotypeImport {
            input: input.into(),
            field: GenotypeField::Gt,
            regions: Regions::default(),
            locations: locations.map(Path::to_path_buf),
            filters: GenotypeFilters::default(),
            out: input.with_extension("h5"),
        };
        let outline = outline_genotypes(&job, log);
        let outline = outline.as_ref().map(|rows| rows as &dyn SnpRows);
        let store = import_genotypes(&job, log).map(|_| GenotypeStore::open(&job.out).unwrap());
        let store = store.as_ref().map(|rows| rows as &dyn SnpRows);
        assert_eq!(told(outline), told(store));
    }

    fn same_genes(input: &Path, locations: Option<&Path>) {
        let log = Log::new(false);
        let job = ExpressionImport {
            input: input.into(),
            locations: locations.map(Path::to_path_buf),
            out: input.with_extension("genes.h5"),
        };
        let outline = outline_expression(&job, log).map_err(|error| error.to_string());
        let store = import_expression(&job, log).map(|_| ExpressionStore::open(&job.out).unwrap());
        let store = store.map(|store| store.genes().unwrap());
        assert_eq!(outline, store.map_err(|error| error.to_string()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn an_outline_is_of_the_store_that_an_import_makes(rows in rows()) {
            let folder = tempfile::tempdir().unwrap();
            let write = |name: &str, bytes: &[u8]| {
                let path = folder.path().join(name);
                std::fs::write(&path, bytes).unwrap();
                path
            };
            same_snps(&write("g.vcf", vcf(&rows).as_bytes()), None);
            let bed = write("p.bed", bed(&rows).as_bytes());
            same_snps(&bed, None);
            same_genes(&bed, None);
            let text = write("m.tsv", matrix(&rows).as_bytes());
            let places = write("s.tsv", locations(&rows, "snp\tchr\tpos", false).as_bytes());
            let spans = write("e.tsv", locations(&rows, "id\tchr\tleft\tright", true).as_bytes());
            same_snps(&text, None);
            same_snps(&text, Some(&places));
            same_genes(&text, None);
            same_genes(&text, Some(&spans));
            plink(&rows).iter().for_each(|(name, bytes)| { write(name, bytes); });
            same_snps(&folder.path().join("set.bed"), None);
        }
    }
}
